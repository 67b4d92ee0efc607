package lakebook.bridge

import java.util.Properties
import java.util.concurrent.{Executors, ScheduledFuture, TimeUnit}

import scala.collection.mutable

import org.apache.spark.scheduler._

/** Tells each notebook how far the jobs of its running cell are, once they have run for a moment. */
class Progress extends SparkListener {
  private class Stage(var total: Int) { var done = 0; var running = 0 }

  /** The jobs of one cell. */
  private class Cell(val id: String, val notebook: Notebook) {
    val jobs = mutable.Map.empty[Int, Seq[Int]]
    val stages = mutable.Map.empty[Int, Stage]
    var text = ""
    var busySince = 0L
    var idleSince = 0L
    var shown = false
    var last = ""
  }

  private val cells = mutable.Map.empty[String, Cell] // by notebook
  private val stageCells = mutable.Map.empty[Int, Cell]
  private val jobCells = mutable.Map.empty[Int, Cell]
  private val clock = Executors.newSingleThreadScheduledExecutor { work =>
    val thread = new Thread(work, "lakebook progress")
    thread.setDaemon(true)
    thread
  }
  private var ticking: Option[ScheduledFuture[_]] = None

  def begin(notebook: Notebook, cell: String): Unit = synchronized {
    if (!cells.get(notebook.id).exists(_.id == cell)) { // else the same cell, on another thread after an interrupt
      forget(notebook)
      cells(notebook.id) = new Cell(cell, notebook)
    }
  }

  def end(notebook: Notebook, cell: String): Unit = synchronized {
    cells.get(notebook.id).filter(_.id == cell).foreach(_ => forget(notebook))
  }

  def forget(notebook: Notebook): Unit = synchronized {
    cells.remove(notebook.id).foreach { cell =>
      if (cell.shown) report(cell, ended = true)
      cell.stages.keys.foreach(stageCells.remove)
      cell.jobs.keys.foreach(jobCells.remove)
    }
  }

  override def onJobStart(start: SparkListenerJobStart): Unit = synchronized {
    for (cell <- cellOf(start.properties)) {
      if (cell.jobs.isEmpty && cell.idleSince == 0) cell.busySince = now
      cell.idleSince = 0
      cell.jobs(start.jobId) = start.stageIds
      jobCells(start.jobId) = cell
      for (info <- start.stageInfos) {
        cell.stages.getOrElseUpdate(info.stageId, new Stage(info.numTasks))
        stageCells(info.stageId) = cell
      }
      cell.text = text(start, cell.notebook)
      if (ticking.isEmpty)
        ticking = Some(clock.scheduleWithFixedDelay(() => tick(), Progress.Every, Progress.Every, TimeUnit.MILLISECONDS))
    }
  }

  override def onStageSubmitted(submitted: SparkListenerStageSubmitted): Unit = synchronized {
    val info = submitted.stageInfo
    stageCells.get(info.stageId).flatMap(_.stages.get(info.stageId)).foreach(_.total = info.numTasks)
  }

  override def onTaskStart(start: SparkListenerTaskStart): Unit = stage(start.stageId)(_.running += 1)

  override def onTaskEnd(end: SparkListenerTaskEnd): Unit = stage(end.stageId) { stage =>
    stage.running = math.max(0, stage.running - 1)
    if (end.taskInfo != null && end.taskInfo.successful) stage.done = math.min(stage.total, stage.done + 1)
  }

  override def onJobEnd(end: SparkListenerJobEnd): Unit = synchronized {
    for (cell <- jobCells.remove(end.jobId)) {
      val stages = cell.jobs.remove(end.jobId).toSeq.flatten
      for (id <- stages if !cell.jobs.values.exists(_.contains(id))) {
        cell.stages.remove(id)
        stageCells.remove(id)
      }
      if (cell.jobs.isEmpty) cell.idleSince = now
    }
  }

  private def tick(): Unit = synchronized {
    for (cell <- cells.values) {
      if (cell.jobs.nonEmpty && now - cell.busySince >= Progress.Moment) report(cell, ended = false)
      if (cell.jobs.isEmpty && cell.idleSince > 0 && now - cell.idleSince >= Progress.Pause) {
        cell.idleSince = 0
        if (cell.shown) report(cell, ended = true)
      }
    }
    if (jobCells.isEmpty && cells.values.forall(!_.shown)) {
      ticking.foreach(_.cancel(false))
      ticking = None
    }
  }

  private def report(cell: Cell, ended: Boolean): Unit = {
    val stages = cell.stages.values
    val event = Json.event("progress", "id" -> cell.id, "done" -> stages.map(_.done).sum, "total" -> stages.map(_.total).sum,
      "running" -> stages.map(_.running).sum, "text" -> cell.text, "ended" -> ended)
    if (event != cell.last) cell.notebook.events.offer(event)
    cell.last = event
    cell.shown = !ended
  }

  private def stage(id: Int)(change: Stage => Unit): Unit = synchronized {
    stageCells.get(id).flatMap(_.stages.get(id)).foreach(change)
  }

  /** What the job's maker called it (Delta says what it does), else the user's line, else nothing: not a line of ours. */
  private def text(start: SparkListenerJobStart, notebook: Notebook): String =
    Option(start.properties.getProperty("spark.job.description")).filter(_ != notebook.name)
      .orElse(Option(start.properties.getProperty("callSite.short")))
      .orElse(start.stageInfos.lastOption.map(_.name))
      .filterNot(name => Progress.Internal.exists(name.contains))
      .getOrElse("")

  /** A stream's jobs are nobody's wait. */
  private def cellOf(properties: Properties): Option[Cell] =
    Option(properties)
      .filter(_.getProperty(Progress.Stream) == null)
      .flatMap(set => Option(set.getProperty(Here.Notebook)))
      .flatMap(cells.get)

  private def now: Long = System.nanoTime() / 1000000
}

object Progress {
  /** What a job must have run before anything is shown, how often it is renewed, and what may lie between two jobs
    * before it is taken away; milliseconds.
    */
  private val Moment = 500L
  private val Every = 200L
  private val Pause = 300L
  private val Stream = "sql.streaming.queryId"
  private val Internal = Seq("$anonfun", "TableHead.scala", "lakebook_kernel")
}
