package lakebook.bridge

import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.{AtomicInteger, AtomicLong}

import org.apache.spark.lakebook.SharedContext
import org.apache.spark.sql.classic.SparkSession
import org.apache.spark.sql.lakebook.{LakeCatalogs, NotebookCaches, TablesUsed}

/** What there is once in the JVM, and the notebooks attached to it. */
class Driver(val context: SharedContext, val base: SparkSession) {
  LakeCatalogs.of(base)
  val caches: NotebookCaches = NotebookCaches.install(base)
  val progress = new Progress
  val tablesUsed = new TablesUsed(context)
  val stoppedCells = new StoppedCells(context, id => Option(notebooks.get(id)).exists(_.isOpen))
  @volatile var tables: Option[TableList] = None
  private val notebooks = new ConcurrentHashMap[String, Notebook]
  private val next = new AtomicLong
  private val holders = new AtomicInteger
  @volatile private var lastUse = System.nanoTime()

  context.addSparkListener(progress)
  context.addSparkListener(stoppedCells)
  context.warn = (id, text) => Option(notebooks.get(id)).foreach(_.warn(text))

  /** To be called on a thread that does nothing for any other notebook.
    *
    * @param rows how many rows its kernel shows of a stream
    */
  def attach(folder: String, name: String, rows: Int, events: Events): Notebook = {
    val notebook = new Notebook(s"n${next.incrementAndGet()}", folder, name, rows, events, this)
    notebooks.put(notebook.id, notebook)
    notebook
  }

  def forget(notebook: Notebook): Unit = {
    notebooks.remove(notebook.id)
    lastUse = System.nanoTime()
  }

  def attached: Iterable[Notebook] = scala.jdk.CollectionConverters.CollectionHasAsScala(notebooks.values).asScala

  /** Cancel the jobs of a running cell; false when no such cell runs. */
  def cancel(notebook: String, cell: String): Boolean = Option(notebooks.get(notebook)).exists(_.cancel(cell))

  /** Whether any notebook runs a cell. */
  def busy: Boolean = attached.exists(_.inCell)

  /** Not to be idle while this goes on. */
  def hold(wait: => Unit): Unit = {
    holders.incrementAndGet()
    try wait
    finally {
      lastUse = System.nanoTime()
      holders.decrementAndGet()
    }
  }

  /** Seconds since a notebook was last attached, or somebody held the driver; 0 while that is so. */
  def idle: Double = if (notebooks.isEmpty && holders.get == 0) (System.nanoTime() - lastUse) / 1e9 else 0
}
