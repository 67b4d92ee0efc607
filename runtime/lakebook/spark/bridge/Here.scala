package lakebook.bridge

import org.apache.spark.TaskContext
import org.apache.spark.lakebook.SharedContext

/** Which notebook the current thread works for: said by Spark's local properties, which child threads inherit and
  * which Spark carries to its own pools, to streams and into tasks.
  */
object Here {
  val Notebook = "lakebook.notebook"
  val Folder = "lakebook.folder"
  val Cell = "lakebook.cell"
  /** Of threads that work for a table that somebody looks at, and for no cell. */
  val Table = "lakebook.table"
  /** Of threads that work for a `fit` of Spark ML which `Fits` notes. */
  val Fit = "lakebook.fit"

  /** The id of the thread's notebook. */
  def notebook: Option[String] = property(Notebook)

  /** The id of the cell that the thread works for, of the thread's notebook. */
  def cell: Option[String] = property(Cell)

  /** Where relative paths of the thread's notebook start. */
  def folder: Option[String] = property(Folder)

  private def property(name: String): Option[String] =
    Option(TaskContext.get()) match {
      case Some(task) => Option(task.getLocalProperty(name))
      case None       => SharedContext.localProperty(name)
    }
}
