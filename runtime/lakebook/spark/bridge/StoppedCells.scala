package lakebook.bridge

import java.util.Collections
import java.util.concurrent.ConcurrentHashMap

import org.apache.spark.lakebook.SharedContext
import org.apache.spark.scheduler.{SparkListener, SparkListenerJobStart}

/** Cells that ended by an interrupt: no job of theirs goes on, and none that they start afterwards.
  *
  * A thread that is interrupted while it plans submits its job all the same and then does not wait for it; one whose
  * planning cannot be interrupted comes back when its cell is long over. Streams, which have not their notebook's tag,
  * go on.
  */
class StoppedCells(context: SharedContext) extends SparkListener {
  private val stopped: java.util.Set[String] = Collections.newSetFromMap(new ConcurrentHashMap)

  /** To be called when the cell has ended. */
  def add(notebook: String, cell: String): Unit = {
    stopped.add(StoppedCells.key(notebook, cell))
    context.cancelJobsWithTag(SharedContext.tag(notebook), StoppedCells.Why)
  }

  /** To be called when a cell begins: one of the same id may have been stopped before. */
  def begins(notebook: String, cell: String): Unit = stopped.remove(StoppedCells.key(notebook, cell))

  def forget(notebook: String): Unit = stopped.removeIf(_.startsWith(StoppedCells.key(notebook, "")))

  override def onJobStart(start: SparkListenerJobStart): Unit =
    for {
      properties <- Option(start.properties)
      notebook <- Option(properties.getProperty(Here.Notebook))
      cell <- Option(properties.getProperty(Here.Cell))
      if stopped.contains(StoppedCells.key(notebook, cell)) && SharedContext.tagged(properties, notebook)
    } context.cancelJob(start.jobId, StoppedCells.Why)
}

private object StoppedCells {
  val Why = "the cell was interrupted"
  def key(notebook: String, cell: String): String = s"$notebook/$cell"
}
