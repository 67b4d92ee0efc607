package lakebook.bridge

import java.io.{File, IOException}
import java.lang.management.ManagementFactory
import java.nio.file.{Files, NoSuchFileException, Path}
import java.time.Instant
import java.util.concurrent.atomic.AtomicBoolean

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.JsonNode
import org.apache.commons.io.FileUtils
import org.apache.hadoop.util.ShutdownHookManager
import org.apache.spark.SparkConf
import org.apache.spark.lakebook.SharedContext
import org.apache.spark.sql.hive.lakebook.WorkspaceState

/** A workspace's driver.
  *
  * Its one argument is a file:
  * `{"state", "connection", "tables", "idle", "bridge", "metastore", "temporary", "spark"}`.
  * It belongs to no process: it ends when it is asked to, or when nothing has been attached for a while.
  */
object Main {
  def main(arguments: Array[String]): Unit =
    try {
      val settings = Json.read(Files.readString(Path.of(arguments.head)))
      new Main(settings).run()
    } catch {
      case problem: Throwable =>
        problem.printStackTrace()
        System.err.println(s"$Failed${reason(problem)}")
        Runtime.getRuntime.halt(1)
    }

  private val log = System.err // later it may be a notebook's

  /** Starts the line of the log by which the one who started the driver knows why it ended. */
  private val Failed = "lakebook: the driver cannot start: "

  private def reason(problem: Throwable): String = {
    val root = causes(problem).toSeq.last
    Option(root.getMessage).getOrElse(root.toString).linesIterator.next()
  }

  /** Milliseconds after which the catalog is opened if nobody has needed it … */
  private val CatalogLater = 3000L

  /** … and for which it then waits for the end of a running cell: another driver may be waiting for the catalog. */
  private val CatalogLatest = 12000L

  /** What the file is called, instead of `.json`, in which a driver that ends unasked says why. */
  private val Lost = ".lost"

  /** How the names of the threads begin that nobody starts anew. */
  private val Irreplaceable = Seq("dag-scheduler-event-loop", "dispatcher-", "spark-listener-group", "lakebook door")

  private val NoMemory = "its memory was full (spark.memory in lakebook.toml)"
  private val SparkFailed = "Spark failed: see lakebook driver logs"

  /** Whether something found no room on the heap. */
  private def ofMemory(problem: Throwable): Boolean = causes(problem).exists {
    case full: OutOfMemoryError => !Option(full.getMessage).exists(_.contains("thread")) // those are the system's
    case _                      => false
  }

  /** Whether so little of the heap is left that this is the likely reason of a failure. */
  private def memoryIsFull: Boolean = {
    val memory = Runtime.getRuntime
    memory.maxMemory - memory.totalMemory + memory.freeMemory < memory.maxMemory / 10
  }

  private def causes(problem: Throwable): Iterator[Throwable] =
    Iterator.iterate(problem)(_.getCause).takeWhile(_ != null)

  /** The priority of a shutdown hook that comes after all of Spark's and Hadoop's. */
  private val AfterSparks = 0

  /** Milliseconds for the notebooks to be told. */
  private val Farewell = 300L

  /** The context and the session from which all others are made.
    *
    * The catalog's database takes seconds to open, and a first frame from a file needs none of it. So whoever needs the
    * catalog opens it; `openCatalog` does what is left of that.
    */
  def start(settings: JsonNode): Main.Started = {
    val metastore =
      Option.unless(settings.hasNonNull("metastore"))(new Metastore(Path.of(settings.path("state").asText)))
    val catalog = metastore.map(_.join()).getOrElse(Metastore.remote(settings.path("metastore").asText))
    val conf = new SparkConf(false).setAll(catalog)
    settings.path("spark").properties().asScala.foreach(entry => conf.set(entry.getKey, entry.getValue.asText))
    InterpretedClasses.install(new File(conf.get(ScalaInterpreter.Classes)))
    val context = SharedContext.create(conf)
    NotebookOutput.install() // after the context, whose log keeps the JVM's own output
    val base = WorkspaceState.session(context)
    val started = Started(new Driver(context, base), metastore)
    if (metastore.isEmpty) started.openCatalog() // a wrong address is told now
    started
  }

  case class Started(driver: Driver, metastore: Option[Metastore]) {
    /** Afterwards the database's tables are made: others may come. */
    def openCatalog(): Unit = {
      driver.base.sharedState.externalCatalog.listDatabases()
      metastore.foreach(_.ready())
    }
  }
}

class Main(settings: JsonNode) {
  private val connection = Path.of(settings.path("connection").asText)
  private val own = ProcessHandle.current().pid
  private val started = Main.start(settings)
  private val driver = started.driver
  private val ending = new AtomicBoolean

  def run(): Unit = {
    val secret = Notebook.newSecret()
    val about = Map[String, Any](
      "pid" -> own,
      "started" -> Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean.getStartTime).toString,
      "master" -> driver.context.master,
      "version" -> driver.context.version,
      "java" -> System.getProperty("java.version"),
      "bridge" -> settings.path("bridge").asText,
    )
    driver.context.failed = () => fail(None)
    Thread.setDefaultUncaughtExceptionHandler((thread, problem) => {
      problem.printStackTrace()
      if (Main.Irreplaceable.exists(thread.getName.startsWith)) fail(Some(problem))
    })
    val door = new Door(driver, secret, about, () => end())
    door.open()
    OwnerOnly.write(connection, Json.write(about ++ Map("port" -> door.port, "secret" -> secret)))
    Runtime.getRuntime.addShutdownHook(new Thread(() => hide()))
    if (settings.hasNonNull("temporary")) {
      val folder = Path.of(settings.path("temporary").asText).toFile
      ShutdownHookManager.get.addShutdownHook(() => FileUtils.deleteQuietly(folder), Main.AfterSparks)
    }
    if (settings.hasNonNull("tables"))
      driver.tables = Some(new TableList(WorkspaceState.of(driver.base), Path.of(settings.path("tables").asText)))
    openCatalogLater()
    val limit = settings.path("idle").asDouble
    while (driver.idle < limit && !driver.context.isStopped) Thread.sleep(math.min(1000, (limit * 200).toLong + 1))
    end()
  }

  private def openCatalogLater(): Unit = {
    val opener = new Thread(
      () => {
        Thread.sleep(Main.CatalogLater)
        val latest = System.nanoTime() + Main.CatalogLatest * 1000000L
        while (driver.busy && System.nanoTime() < latest) Thread.sleep(500)
        started.openCatalog()
        driver.tables.foreach(_.settle())
      },
      "lakebook catalog",
    )
    opener.setDaemon(true)
    opener.start()
  }

  /** End at once: Spark lives on without a thread that all need, and would keep everybody waiting for ever.
    *
    * @param problem what that thread ended of, where Spark tells
    */
  private def fail(problem: Option[Throwable]): Unit =
    try if (ending.compareAndSet(false, true)) {
      val reason = if (problem.fold(Main.memoryIsFull)(Main.ofMemory)) Main.NoMemory else Main.SparkFailed
      Main.log.println(s"lakebook: the driver ended: $reason")
      OwnerOnly.write(Path.of(connection.toString.stripSuffix(".json") + Main.Lost), reason)
      driver.attached.foreach(_.events.offer(Json.event("ending", "reason" -> reason)))
      hide()
      Thread.sleep(Main.Farewell)
    } finally Runtime.getRuntime.halt(1)

  private def end(): Unit = if (ending.compareAndSet(false, true)) {
    hide()
    driver.attached.toSeq.foreach(_.close())
    driver.context.stop()
    System.exit(0)
  }

  /** Let nobody find this driver any more; the file may be a successor's by now. */
  private def hide(): Unit =
    try if (Json.read(Files.readString(connection)).path("pid").asLong == own) Files.deleteIfExists(connection)
    catch {
      case _: NoSuchFileException => // hidden before
      case problem: IOException   => problem.printStackTrace(Main.log)
    }
}
