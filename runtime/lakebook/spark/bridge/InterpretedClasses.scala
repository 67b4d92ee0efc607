package lakebook.bridge

import java.util.concurrent.ConcurrentHashMap

/** Finds the classes that the notebooks' Scala cells define, each in its own notebook's loader.
  *
  * It must be the context class loader of the thread that creates the `SparkContext`: tasks of a local master, and the
  * threads that read tasks' results, then meet the very classes that the cells use. The executors of a cluster get
  * them from the class folder.
  */
class InterpretedClasses private (parent: ClassLoader) extends ClassLoader(parent) {
  override def loadClass(name: String, resolve: Boolean): Class[_] = InterpretedClasses.owner(name) match {
    case Some(loader) => loader.loadClass(name)
    case None         => getParent.loadClass(name)
  }
}

object InterpretedClasses {
  private val owners = new ConcurrentHashMap[String, StoppableLoader]
  @volatile private var installed: InterpretedClasses = null

  /** The one loader of this JVM; its parent is what the context class loader was at the first call. */
  def loader: InterpretedClasses = synchronized {
    if (installed == null) {
      val context = Option(Thread.currentThread.getContextClassLoader)
      installed = new InterpretedClasses(context.getOrElse(getClass.getClassLoader))
    }
    installed
  }

  /** Make it the calling thread's context class loader, which the threads that it starts inherit. */
  def install(): Unit = Thread.currentThread.setContextClassLoader(loader)

  /** The name of the package of a cell's class, which is one request of an interpreter. */
  def lineOf(className: String): Option[String] =
    if (className.startsWith("$line")) Some(className.takeWhile(_ != '.')) else None

  private[bridge] def own(line: String, loader: StoppableLoader): Unit = owners.put(line, loader)

  private[bridge] def disown(line: String): Unit = owners.remove(line)

  private def owner(className: String): Option[StoppableLoader] =
    lineOf(className).flatMap(line => Option(owners.get(line)))
}
