package lakebook.bridge

import java.util.Collections
import java.util.concurrent.ConcurrentHashMap

import scala.collection.mutable

import org.apache.spark.lakebook.SharedContext
import org.apache.spark.scheduler.{SparkListener, SparkListenerJobEnd, SparkListenerJobStart}

/** Cells that ended by an interrupt, and notebooks that have gone: no job of theirs goes on, and none that they start
  * afterwards.
  *
  * A thread that is interrupted while it plans submits its job all the same and then does not wait for it; one whose
  * planning cannot be interrupted comes back when its cell, or its notebook, is long gone. Streams, which have not
  * their notebook's tag, go on after an interrupt.
  *
  * @param attached whether there is a notebook of that id
  */
class StoppedCells(context: SharedContext, attached: String => Boolean) extends SparkListener {
  private val late = mutable.Map.empty[Int, String] // jobs of notebooks that have gone
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
    } {
      val gone = !attached(notebook)
      if (gone) late(start.jobId) = notebook
      val cell = Option(properties.getProperty(Here.Cell))
      val over = cell.exists(id => stopped.contains(StoppedCells.key(notebook, id)))
      if (gone || over && SharedContext.tagged(properties, notebook)) context.cancelJob(start.jobId, StoppedCells.Why)
    }

  override def onJobEnd(end: SparkListenerJobEnd): Unit = late.remove(end.jobId).foreach(context.release)
}

private object StoppedCells {
  val Why = "the cell was interrupted or its notebook closed"
  def key(notebook: String, cell: String): String = s"$notebook/$cell"
}
