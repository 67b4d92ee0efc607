package lakebook.bridge

import java.security.SecureRandom
import java.util.Base64
import java.util.concurrent.atomic.AtomicBoolean

import scala.collection.mutable
import scala.util.control.NonFatal

import org.apache.spark.api.java.JavaSparkContext
import org.apache.spark.internal.Logging
import org.apache.spark.lakebook.SharedContext
import org.apache.spark.sql.{Column, Dataset}
import org.apache.spark.sql.classic.SparkSession
import org.apache.spark.sql.internal.SQLConf
import org.apache.spark.sql.lakebook.{AddedFiles, LakeCatalogs, CatalogsByName, FrameVersion, Literals, PagedRows,
  TablesRead}
import org.apache.spark.sql.streaming.StreamingQuery

/** One attached kernel: its session and all that ends with it. The entry point of its gateway.
  *
  * Made on a thread of its own, from which the threads of all its connections descend: what is set there (which
  * notebook it is, its tag, active session, scheduling pool) holds for every call the kernel makes, also after an
  * interrupt, when py4j goes on in a new thread.
  */
class Notebook(val id: String, val folder: String, val name: String, rows: Int, val events: Events, driver: Driver)
    extends Logging {
  val session: SparkSession = driver.base.newSession()
  lazy val javaSparkContext: JavaSparkContext = new JavaSparkContext(context)

  /** What this notebook's code asks of its kernel. */
  val questions = Questions.along(events)

  private val output = new NotebookOutput(events.emit)
  private val scalaStart = new ScalaStart(this)
  private val scalaNames = mutable.LinkedHashSet[String]()

  private val shownFrames = mutable.LinkedHashMap[Int, Dataset[_]]()
  private var lastShown = 0

  @volatile private var cellThread: Thread = null
  @volatile private var running: Option[String] = None
  @volatile private var interrupted: Option[String] = None
  private val closed = new AtomicBoolean
  context.enter(id, AddedFiles.state(session))
  driver.caches.enter(id, session)
  driver.tablesUsed.enter(id)
  belongHere()
  private val streams = new StreamsOutliveInterrupts(context, id)
  session.streams.addListener(streams)
  /** The streams that are shown as tables. */
  val liveTables = new LiveTables(rows, events)
  session.streams.addListener(liveTables)
  CatalogsByName.install(session)
  private val gateway = new Gateway(this, Notebook.newSecret())

  /** Made when it is first asked for. */
  def scala: ScalaInterpreter = scalaStart.get()

  def port: Int = gateway.port
  def secret: String = gateway.secret

  /** Called on the kernel's main thread before every cell that uses Spark. */
  def beginCell(cell: String): Unit = {
    belongHere()
    SparkSession.setDefaultSession(driver.base)
    context.setJobGroup(s"$id/$cell", name, interruptOnCancel = true)
    context.setLocalProperty(Here.Cell, cell)
    driver.stoppedCells.begins(id, cell)
    driver.progress.begin(this, cell)
    running = Some(cell)
    cellThread = Thread.currentThread()
  }

  def endCell(cell: String): Unit = {
    cellThread = null
    running = None
    Thread.interrupted() // one that came too late belongs to no later cell
    if (interrupted.contains(cell)) driver.stoppedCells.add(id, cell)
    interrupted = None
    driver.tables.foreach(_.settle())
    output.flush()
    driver.progress.end(this, cell)
    events.emit(Json.event("done", "cell" -> cell, "kept" -> kept, "tables" -> tablesUsed()))
  }

  /** Stop the running cell, from another thread; may be called again. Streams go on. */
  def interrupt(): Unit = {
    interrupted = running
    context.cancelJobsWithTag(SharedContext.tag(id), "interrupted")
    running.foreach(questions.interrupt)
    scalaStart.made.foreach(_.interrupt())
  }

  /** Cancel a cell's jobs, from another thread; whatever else it does goes on. False when it is not the running one. */
  def cancel(cell: String): Boolean = {
    val runs = running.contains(cell)
    if (runs) {
      context.cancelJobGroup(s"$id/$cell", CellFailure.Cancelled)
      driver.progress.jobs(this).foreach(context.cancelJob(_, CellFailure.Cancelled))
    }
    runs
  }

  def inCell: Boolean = cellThread != null
  def isOpen: Boolean = !closed.get

  /** Wake the thread of the running cell where no job runs: planning, `awaitTermination`, sleep. */
  def interruptThread(): Unit = Option(cellThread).foreach(_.interrupt())

  def statements(code: String): Array[Array[Int]] = SqlText.statements(code)
  def completeness(code: String): String = SqlText.completeness(code)
  def relations(sql: String): Array[String] = SqlText.relations(sql)
  def parameters(sql: String): Array[String] = SqlText.parameters(sql)
  def sought(sql: String): Array[Array[String]] = SqlText.sought(sql)
  def counts(sql: String): Array[String] = SqlText.counts(sql)
  def literals(frame: Dataset[_]): Array[Column] = Literals.of(frame)
  def keywords: Array[String] = SqlText.keywords
  def tableHead(frame: Dataset[_], rows: Int): String = TableHead.json(frame, rows)

  /** The rows of a frame, some at a time. */
  def pagedRows(frame: Dataset[_]): PagedRows = new PagedRows(frame)

  /** What follows on this thread is asked of a table by somebody who looks at it: it is no cell's, goes on when one is
    * interrupted, and is cancelled by its own name.
    */
  def beginTable(question: String): Unit = {
    belongHere()
    context.removeJobTag(SharedContext.tag(id))
    context.addJobTag(Notebook.Table)
    context.setJobGroup(s"$id/$question", name, interruptOnCancel = true)
    context.setLocalProperty(Here.Cell, null)
    context.setLocalProperty(Here.Table, question)
  }

  def cancelTable(question: String): Unit = context.cancelJobGroup(s"$id/$question", "nobody waits for it any more")

  /** Keep a frame that is shown by another language than Python, whose kernel gets it by its number: the newest ones. */
  def keepShown(frame: Dataset[_]): Int = shownFrames.synchronized {
    lastShown += 1
    shownFrames(lastShown) = frame
    if (shownFrames.size > Notebook.Shown) shownFrames.remove(shownFrames.head._1)
    lastShown
  }

  /** Such a frame; null when it is no longer kept. */
  def shownFrame(number: Int): Dataset[_] = shownFrames.synchronized(shownFrames.get(number).orNull)

  /** Show a stream as a table that goes on; see `LiveTables.show` and `LiveTables.how`. */
  def showStream(
      frame: Dataset[_], place: String, name: String, processingTime: String, availableNow: Boolean, checkpoint: String
  ): StreamingQuery =
    liveTables.show(frame, place, running.getOrElse(""), LiveTables.how(name, processingTime, availableNow, checkpoint))

  /** Called by the kernel; as `Questions` has them. */
  def answer(question: Int, json: String): Unit = questions.answer(question, json)
  def subject(question: Int): AnyRef = questions.subject(question)

  /** Where files that this notebook adds to its jobs are. */
  def addedFiles: String = AddedFiles.folder(session)

  /** What `FrameVersion` says; null where it cannot tell. */
  def frameVersion(frame: Dataset[_]): String = FrameVersion.of(frame).orNull

  /** What `TablesUsed.take` says: the tables that were read and written since this was asked, or a cell ended, last. */
  def tablesUsed(): String = driver.tablesUsed.take(id)

  /** The tables that a frame would read now, as JSON. */
  def tablesOf(frame: Dataset[_]): String = Json.write(TablesRead.now(frame).map(_.json))

  /** The current schema as `TableList` has it: `sales`, or `main.sales`. */
  def schema: String = LakeCatalogs.written(session.sessionState.catalogManager)

  def shareFrame(name: String, frame: Dataset[_]): Unit = SharedFrames.put(session, name, frame)
  def unshareFrame(name: String): Unit = SharedFrames.remove(session, name)
  def sharedFrame(name: String): Dataset[_] = SharedFrames.get(session, name).orNull

  /** Show a line in the running cell; for threads that serve all notebooks, which must not wait. */
  def warn(text: String): Unit = events.offer(Json.event("warning", "text" -> text))

  /** Free everything, whatever comes first: the driver's end, or that of the kernel's lifeline. */
  def close(): Unit = if (closed.compareAndSet(false, true)) {
    val steps = Seq[(String, () => Unit)](
      "events" -> (() => events.close()), // first, so that the kernel knows why its calls fail
      "gateway" -> (() => gateway.close()),
      "questions" -> (() => questions.close()),
      "output" -> (() => output.close()),
      "running cell" -> (() => { interrupt(); interruptThread() }),
      "streams" -> (() => stopStreams()),
      "listeners to streams" -> (() => context.removeStreamListeners(streams)),
      "jobs" -> (() => context.cancelJobsWithTag(Notebook.allJobs(id), "the notebook was closed")),
      "interpreter" -> (() => scalaStart.close()),
      "temporary views" -> (() => session.sessionState.catalog.clearTempTables()),
      "shared frames" -> (() => SharedFrames.clear(session)),
      "shown frames" -> (() => shownFrames.synchronized(shownFrames.clear())),
      "cached results" -> (() => driver.caches.release(id)),
      "context" -> (() => context.release(id)),
      "added files" -> (() => AddedFiles.forget(session)),
      "progress" -> (() => driver.progress.forget(this)),
      "stopped cells" -> (() => driver.stoppedCells.forget(id)),
      "tables used" -> (() => driver.tablesUsed.forget(id)),
    )
    for ((what, step) <- steps) free(what)(step())
    driver.forget(this)
  }

  /** One whose own code never ends is not waited for: all else is still to be freed. */
  private def stopStreams(): Unit = {
    session.conf.set(SQLConf.STREAMING_STOP_TIMEOUT.key, Notebook.StreamPatience) // no longer the user's session
    session.streams.active.foreach(stream => free(s"stream ${stream.id}")(stream.stop()))
  }

  private def free(what: String)(step: => Unit): Unit =
    try step
    catch { case NonFatal(problem) => logWarning(s"closing notebook $name: $what", problem) }

  /** What ends with this JVM, for a kernel that outlives it to name. */
  private def kept: Map[String, Seq[String]] = {
    scalaStart.made.foreach(scalaNames ++= _.boundNames)
    val views = session.sessionState.catalog.listLocalTempViews("*").map(_.table)
    Map("temporary views" -> views, "Scala values" -> scalaNames.toSeq)
  }

  private def context: SharedContext = driver.context

  private def belongHere(): Unit = {
    context.setLocalProperty(Here.Notebook, id)
    context.setLocalProperty(Here.Folder, folder)
    context.setLocalProperty(SharedContext.Pool, null) // which means the notebook's
    context.addJobTag(SharedContext.tag(id))
    context.addJobTag(Notebook.allJobs(id))
    context.setInterruptOnCancel(true)
    SparkSession.setActiveSession(session)
    output.attach()
  }
}

object Notebook {
  private val random = new SecureRandom

  /** How long each of a closed notebook's streams may take to end. */
  private val StreamPatience = "2s"

  def newSecret(): String = {
    val bytes = new Array[Byte](32)
    random.synchronized(random.nextBytes(bytes))
    Base64.getUrlEncoder.withoutPadding.encodeToString(bytes)
  }

  /** On the jobs of tables that somebody looks at. */
  val Table = s"${SharedContext.TagPrefix}table"

  /** Frames that other languages show, and that are kept. */
  private val Shown = 20

  private val AllJobs = s"${SharedContext.TagPrefix}all-"

  /** On the jobs of a notebook, its streams' included. */
  def allJobs(notebook: String): String = AllJobs + notebook

  /** The id of the notebook on all of whose jobs the tag is. */
  def tagged(tag: String): Option[String] = Option.when(tag.startsWith(AllJobs))(tag.stripPrefix(AllJobs))
}
