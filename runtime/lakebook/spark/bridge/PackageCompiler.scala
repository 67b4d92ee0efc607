package lakebook.bridge

import scala.collection.mutable
import scala.reflect.NameTransformer
import scala.reflect.internal.util.BatchSourceFile
import scala.tools.nsc.ast.parser.Tokens

/** Compiles package cells for one notebook: each as a file of its own, which sees nothing of the other cells. */
class PackageCompiler(compiler: CellCompiler, problems: Problems, packages: PackageCells) {
  import compiler.global._

  /** The trees of those that this notebook's compiler has compiled, and so knows. */
  private val known = mutable.Set[String]()

  /** Whether a cell begins with a `package` clause. */
  def isPackage(code: String): Boolean = {
    problems.clear()
    parser(code).in.token == Tokens.PACKAGE
  }

  /** Compile a package cell, once for the driver and once for this notebook.
    *
    * @return lines that tell what it defines
    * @throws CompileFailed it is refused
    */
  def define(code: String): Seq[String] = {
    problems.clear()
    val tree = compiler.withinStack(parser(code).parse())
    if (problems.errors.nonEmpty) throw new CompileFailed(problems.errors.toList)
    val defined = definitions(tree, "")
    val cell = PackageCell(code, tree.toString, defined.map(_._1).distinct)
    packages.define(cell)(compile(cell))
    defined.map { case (name, keyword) => s"$keyword ${NameTransformer.decode(name)}" }
  }

  /** Make known what other notebooks' package cells define, where code may name some of it. */
  def learn(code: String): Unit = {
    val unknown = packages.all.filterNot(cell => known(cell.tree))
    val roots = unknown.flatMap(_.names).map(_.takeWhile(_ != '.'))
    if (roots.exists(code.contains)) unknown.foreach(compile)
  }

  private def compile(cell: PackageCell): Unit = if (!known(cell.tree)) {
    problems.clear()
    val (succeeded, run) = compiler.withinStack(compiler.compileSourcesKeepingRun(source(cell.text)))
    run.reporting.clearAllConditionalWarnings()
    if (!succeeded) throw new CompileFailed(problems.errors.toList)
    known += cell.tree
  }

  private def source(code: String): BatchSourceFile = new BatchSourceFile(CellCompiler.Label, code)

  private def parser(code: String): syntaxAnalyzer.UnitParser =
    new syntaxAnalyzer.UnitParser(new CompilationUnit(source(code)))

  /** The full names of classes and objects, and what each is. */
  private def definitions(tree: Tree, prefix: String): List[(String, String)] = tree match {
    case PackageDef(name, trees)        => trees.flatMap(definitions(_, s"$prefix$name."))
    case ModuleDef(_, name, _)          => List(s"$prefix${name.encoded}" -> "object")
    case ClassDef(mods, name, _, _)     => List(s"$prefix${name.encoded}" -> (if (mods.isTrait) "trait" else "class"))
    case _                              => Nil
  }
}
