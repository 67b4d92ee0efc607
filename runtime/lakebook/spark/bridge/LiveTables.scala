package lakebook.bridge

import java.util.UUID

import scala.collection.mutable

import org.apache.spark.sql.{Dataset, Row}
import org.apache.spark.sql.lakebook.ShownCells
import org.apache.spark.sql.streaming.{StreamingQuery, StreamingQueryListener, Trigger}
import org.apache.spark.sql.streaming.StreamingQueryListener._

/** The streams of a notebook that are shown as tables: after every batch its kernel is told what to show instead.
  *
  * It is a listener of the session's, which outlives the notebook: nothing that it holds leads to the notebook.
  *
  * @param rows how many rows are shown
  */
class LiveTables(rows: Int, events: Events) extends StreamingQueryListener {
  private val shown = mutable.Map[StreamingQuery, Shown]()

  /** Start a stream that is shown until it is stopped, by the user or because its place is shown anew.
    *
    * @param place what a cell is known by when it is run again
    * @param cell the run of it
    */
  def show(frame: Dataset[_], place: String, cell: String, how: LiveTables.How): StreamingQuery = {
    leave(place, cell)
    val table = new Shown(place, cell, TableHead.columns(frame), replaced = ShownCells.isAggregated(frame))
    events.emit(table.event(first = true))
    val writer = frame.toDF().writeStream.foreachBatch((batch: Dataset[Row], number: Long) => table.add(batch, number))
    how.name.foreach(writer.queryName)
    how.trigger.foreach(writer.trigger)
    how.checkpoint.foreach(writer.option("checkpointLocation", _))
    val query = writer.outputMode(if (table.replaced) "complete" else "append").start()
    synchronized(shown(query) = table)
    if (!query.isActive) ended(query.runId, query.exception.map(_.getMessage)) // sooner than it was known here
    query
  }

  override def onQueryStarted(event: QueryStartedEvent): Unit = ()
  override def onQueryProgress(event: QueryProgressEvent): Unit = ()
  override def onQueryTerminated(event: QueryTerminatedEvent): Unit = ended(event.runId, event.exception)

  /** Stop what earlier runs of the place show. */
  private def leave(place: String, cell: String): Unit =
    synchronized(shown.filter { case (_, table) => table.place == place && table.cell != cell }.keys.toSeq)
      .foreach(_.stop())

  private def ended(run: UUID, failure: Option[String]): Unit = {
    val over = synchronized(shown.keys.find(_.runId == run).flatMap(shown.remove))
    over.foreach(table => events.offer(table.end(failure)))
  }

  private class Shown(val place: String, val cell: String, columns: Seq[Map[String, String]], val replaced: Boolean) {
    private val id = UUID.randomUUID.toString
    private var newest = Seq.empty[Seq[String]]
    private var total = 0L
    private var state = "no batch yet"

    def add(batch: Dataset[Row], number: Long): Unit = {
      val (head, count) = ShownCells.headAndCount(batch, rows)
      events.offer(synchronized {
        newest = if (replaced) head else (head ++ newest).take(rows)
        total = if (replaced) count else total + count
        state = s"batch $number"
        event(first = false)
      })
    }

    def end(failure: Option[String]): String = synchronized {
      state = failure.fold(s"stopped after $state") { why =>
        s"failed after $state: ${why.linesIterator.nextOption().getOrElse("")}"
      }
      event(first = false)
    }

    def event(first: Boolean): String = synchronized {
      val table = Map("columns" -> columns, "rows" -> newest, "more" -> (total > newest.length), "total" -> total)
      Json.event("live", "id" -> id, "first" -> first, "table" -> table, "state" -> state)
    }
  }
}

object LiveTables {
  /** What a user may say of a stream that is shown. */
  case class How(name: Option[String] = None, trigger: Option[Trigger] = None, checkpoint: Option[String] = None)

  /** As a kernel says it: null for what is left out; `processingTime` is a duration such as `5 seconds`. */
  def how(name: String, processingTime: String, availableNow: Boolean, checkpoint: String): How = {
    val trigger = if (availableNow) Some(Trigger.AvailableNow()) else Option(processingTime).map(Trigger.ProcessingTime)
    How(Option(name), trigger, Option(checkpoint))
  }
}
