package lakebook.bridge

import java.io.File
import java.util.concurrent.ConcurrentHashMap

import scala.concurrent.ExecutionContext
import scala.reflect.NameTransformer

/** A cell that begins with a `package` clause.
  *
  * @param tree what it says, without comments and layout
  * @param names of the classes and objects that it defines, in full, as Java has them
  */
case class PackageCell(text: String, tree: String, names: Seq[String])

/** Defines the classes of package cells: they are the driver's, for all its notebooks, as a library's are.
  *
  * As everywhere in Java such a class cannot be defined anew. Executors get it from the class folder, and keep it.
  *
  * @param folder where the compiler puts the classes of all notebooks
  */
class PackageCells(folder: File, parent: ClassLoader)
    extends StoppableLoader(folder, parent, ExecutionContext.global, fits = None) {
  private val defining = new Object // not this loader itself, whose lock is wanted for loading and interrupting
  @volatile private var cells = Vector.empty[PackageCell]
  private val names = ConcurrentHashMap.newKeySet[String]()

  /** In the order in which they were defined, so that each needs only what comes before it. */
  def all: Seq[PackageCell] = cells

  /** Have a cell compiled, and from then on find its classes.
    *
    * @throws CompileFailed by `compile`, or because one of its names means something else already
    */
  def define(cell: PackageCell)(compile: => Unit): Unit = defining.synchronized {
    val known = cells.exists(_.tree == cell.tree)
    if (!known) cell.names.flatMap(refusal).headOption.foreach(why => throw CompileFailed(why))
    compile
    if (!known) {
      cell.names.foreach(names.add)
      cells :+= cell
    }
  }

  private def refusal(name: String): Option[String] = {
    val shown = NameTransformer.decode(name)
    if (names.contains(name))
      Some(s"$shown is defined already, by a package cell that said something else. What a package cell defines is " +
        "there for all notebooks and stays as it is until the driver ends: give it another name, or end the driver " +
        "(lakebook driver stop) and run the notebook anew.")
    else if (isLibrarys(name)) Some(s"$shown is a class of a library already: give it another name.")
    else None
  }

  private def isLibrarys(name: String): Boolean =
    try { Class.forName(name, false, getParent); true }
    catch { case _: ClassNotFoundException | _: NoClassDefFoundError => false }

  override protected def owns(className: String): Boolean =
    !names.isEmpty && Iterator.iterate(className)(_.dropRight(1)).takeWhile(_.nonEmpty).exists(part =>
      (part.length == className.length || className(part.length) == '$') && names.contains(part))
}
