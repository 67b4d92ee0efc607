package lakebook.bridge

import java.util.Properties
import java.util.concurrent.{Executors, ScheduledFuture, TimeUnit}

import scala.collection.immutable.ListMap
import scala.collection.mutable

import org.apache.spark.scheduler._

/** Tells each notebook how far the jobs of its running cell are, once they have run for a moment. */
class Progress extends SparkListener {
  private class Stage(val name: String, var total: Int) { var done = 0; var running = 0; var failed = 0 }

  /** The jobs of one cell. */
  private class Cell(val id: String, val notebook: Notebook) {
    val jobs = mutable.Map.empty[Int, Seq[Int]]
    val stages = mutable.Map.empty[Int, Stage]
    var text = ""
    var busySince = 0L
    var idleSince = 0L
    var shown = false
    var last = Seq.empty[(String, Any)]
    var told = 0L
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

  /** The jobs of a notebook's running cell. */
  def jobs(notebook: Notebook): Seq[Int] = synchronized(cells.get(notebook.id).toSeq.flatMap(_.jobs.keys))

  override def onJobStart(start: SparkListenerJobStart): Unit = synchronized {
    for (cell <- cellOf(start.properties)) {
      if (cell.jobs.isEmpty && cell.idleSince == 0) cell.busySince = now
      cell.idleSince = 0
      cell.jobs(start.jobId) = start.stageIds
      jobCells(start.jobId) = cell
      for (info <- start.stageInfos) {
        cell.stages.getOrElseUpdate(info.stageId, new Stage(title(info.name), info.numTasks))
        stageCells(info.stageId) = cell
      }
      cell.text = text(start, cell.notebook)
      if (ticking.isEmpty)
        ticking =
          Some(clock.scheduleWithFixedDelay(() => tick(), Progress.Every, Progress.Every, TimeUnit.MILLISECONDS))
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
    else if (end.taskInfo != null && end.taskInfo.failed) stage.failed += 1
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
    val known = Seq("id" -> cell.id, "notebook" -> cell.notebook.id, "done" -> stages.map(_.done).sum,
      "total" -> stages.map(_.total).sum, "running" -> stages.map(_.running).sum, "text" -> cell.text,
      "stages" -> shown(cell), "more" -> math.max(0, stages.size - Progress.Stages), "ended" -> ended)
    if (known != cell.last || now - cell.told >= Progress.SignOfLife) {
      cell.notebook.events.offer(Json.event("progress", known :+ ("elapsed" -> (now - cell.busySince)): _*))
      cell.told = now
    }
    cell.last = known
    cell.shown = !ended
  }

  /** The first of its stages that are not done, then those that are. */
  private def shown(cell: Cell): Seq[Map[String, Any]] =
    cell.stages.toSeq.sortBy { case (id, stage) => (stage.done >= stage.total, id) }.take(Progress.Stages).sortBy(_._1)
      .map { case (id, stage) =>
        ListMap("id" -> id, "name" -> stage.name, "done" -> stage.done, "total" -> stage.total,
          "running" -> stage.running, "failed" -> stage.failed)
      }

  private def stage(id: Int)(change: Stage => Unit): Unit = synchronized {
    stageCells.get(id).flatMap(_.stages.get(id)).foreach(change)
  }

  /** What the job's maker called it (Delta says what it does), else the user's line, else nothing: no line of ours. */
  private def text(start: SparkListenerJobStart, notebook: Notebook): String =
    Option(start.properties.getProperty("spark.job.description")).filter(_ != notebook.name)
      .orElse(Option(start.properties.getProperty("callSite.short")))
      .orElse(start.stageInfos.lastOption.map(_.name))
      .fold("")(title)

  private def title(name: String): String = if (Progress.Internal.exists(name.contains)) "" else name

  /** A stream's jobs are nobody's wait, and who looks at a table waits for that alone. */
  private def cellOf(properties: Properties): Option[Cell] =
    Option(properties)
      .filter(set => set.getProperty(Progress.Stream) == null && set.getProperty(Here.Table) == null)
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
  /** How often who looks is told that nothing has changed; milliseconds. */
  private val SignOfLife = 5000L
  /** Of how many stages it is told. */
  private val Stages = 12
  private val Stream = "sql.streaming.queryId"
  private val Internal = Seq("$anonfun", "TableHead.scala", "lakebook_kernel")
}
