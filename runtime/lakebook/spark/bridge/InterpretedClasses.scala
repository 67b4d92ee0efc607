package lakebook.bridge

import java.io.File
import java.util.concurrent.ConcurrentHashMap

/** Finds the classes that the notebooks' Scala cells define, each in its own notebook's loader.
  *
  * It must be the context class loader of the thread that creates the `SparkContext`: tasks of a local master, and the
  * threads that read tasks' results, then meet the very classes that the cells use. The executors of a cluster get
  * them from the class folder.
  */
class InterpretedClasses private (val packageCells: PackageCells) extends ClassLoader(packageCells) {
  override def loadClass(name: String, resolve: Boolean): Class[_] = InterpretedClasses.owner(name) match {
    case Some(loader) => loader.loadClass(name)
    case None         => getParent.loadClass(name)
  }
}

object InterpretedClasses {
  private val owners = new ConcurrentHashMap[String, StoppableLoader]
  @volatile private var installed: InterpretedClasses = null

  /** The one loader of this JVM. */
  def loader: InterpretedClasses = installed

  /** Make it the calling thread's context class loader, which the threads that it starts inherit.
    *
    * @param folder where the compiler puts the classes of all notebooks
    */
  def install(folder: File): Unit = {
    val context = Option(Thread.currentThread.getContextClassLoader)
    installed = new InterpretedClasses(new PackageCells(folder, context.getOrElse(getClass.getClassLoader)))
    Thread.currentThread.setContextClassLoader(installed)
  }

  /** The name of the package of a cell's class, which is one request of an interpreter. */
  def lineOf(className: String): Option[String] =
    if (className.startsWith("$line")) Some(className.takeWhile(_ != '.')) else None

  private[bridge] def own(line: String, loader: StoppableLoader): Unit = owners.put(line, loader)

  private[bridge] def disown(line: String): Unit = owners.remove(line)

  private def owner(className: String): Option[StoppableLoader] =
    lineOf(className).flatMap(line => Option(owners.get(line)))
}
