package lakebook.bridge

/** The terms that code reads and does not bind itself, found in the compiler's untyped trees. */
class FreeNames(val compiler: CellCompiler) {
  import compiler.global._

  private val found = scala.collection.mutable.LinkedHashSet[String]()

  /** Empty for code that cannot be parsed, or is nested too deeply. */
  def of(code: String): Seq[String] =
    try {
      statements(compiler.parsed(code)._1, Set.empty)
      found.toSeq
    } catch { case _: CompileFailed | _: StackOverflowError => Nil }

  private def statements(trees: List[Tree], bound: Set[Name]): Unit = {
    val all = bound ++ trees.flatMap(defined)
    trees.foreach(read(_, all))
  }

  private def defined(tree: Tree): List[Name] = tree match {
    case Import(_, selectors)                => selectors.map(_.rename).filter(_ != null)
    case definition: ClassDef if definition.mods.isCase => List(definition.name.toTermName)
    case definition: DefTree                 => List(definition.name)
    case _                                   => Nil
  }

  private def read(tree: Tree, bound: Set[Name]): Unit = tree match {
    case Ident(name: TermName) => if (!bound(name) && isUsers(name)) found += name.decoded
    case Assign(Ident(_), value)      => read(value, bound)
    case NamedArg(_, value)           => read(value, bound)
    case Block(before, last)          => statements(before :+ last, bound)
    case Template(parents, self, body) =>
      parents.foreach(read(_, bound))
      statements(body, bound + self.name)
    case Function(parameters, body) =>
      parameters.foreach(read(_, bound))
      read(body, bound ++ parameters.map(_.name))
    case DefDef(_, _, _, parameters, result, body) =>
      val inside = bound ++ parameters.flatten.map(_.name)
      parameters.flatten.foreach(read(_, inside))
      read(result, inside)
      read(body, inside)
    case CaseDef(pattern, guard, body) =>
      val inside = bound ++ pattern.collect { case Bind(name, _) => name }
      List(pattern, guard, body).foreach(read(_, inside))
    case LabelDef(name, _, body) => read(body, bound + name) // a `while`, which is a jump to its own label
    case other                   => other.children.foreach(read(_, bound))
  }

  /** The compiler's parser itself writes `scala` and names with dollars. */
  private def isUsers(name: TermName): Boolean =
    !Set[Name](nme.WILDCARD, nme.ROOTPKG, nme.scala_)(name) && !name.decoded.contains('$')
}
