package lakebook.bridge

import scala.tools.nsc.interpreter.{CompletionCandidate, PresentationCompilationResult}

/** What may stand at a place of a cell, and what stands there, by the presentation compiler. Places in code points. */
object Completion {
  private val Keywords = Seq("abstract", "case", "catch", "class", "def", "do", "else", "extends", "false", "final",
    "finally", "for", "if", "implicit", "import", "lazy", "match", "new", "null", "object", "override", "package",
    "private", "protected", "return", "sealed", "super", "this", "throw", "trait", "true", "try", "type", "val", "var",
    "while", "with", "yield")

  /** Where one name is several things, the first of these is told. */
  private val Kinds = Seq("method", "class", "type", "value", "package")

  def at(compiler: CellCompiler, code: String, cursor: Int): Map[String, Any] = {
    val offset = code.offsetByCodePoints(0, cursor)
    val word = code.substring(wordStart(code, offset), offset)
    val (start, found) = asked(compiler, code, offset)(_.completionCandidates(if (word.isEmpty) 0 else 1))
      .filter(_._1 >= 0).getOrElse((offset - word.length, Nil))
    val members = found.groupBy(_.name).toSeq.map { case (name, same) =>
      name -> Kinds.find(same.map(kind).contains).getOrElse("")
    }
    val afterDot = code.take(offset - word.length).trim.endsWith(".")
    val keywords = if (afterDot || word.isEmpty) Nil else Keywords.filter(_.startsWith(word)).map(_ -> "keyword")
    val all = (members ++ keywords).filterNot(_._1.contains('$')).distinctBy(_._1).sortBy(_._1)
    Map("matches" -> all.map(_._1), "kinds" -> all.map(_._2), "start" -> code.codePointCount(0, start), "end" -> cursor)
  }

  def signatures(compiler: CellCompiler, code: String, cursor: Int): String = {
    val offset = code.offsetByCodePoints(0, cursor)
    val end = offset + code.drop(offset).takeWhile(isPart).length
    val word = code.substring(wordStart(code, end), end)
    if (word.isEmpty) ""
    else asked(compiler, code, end) { result =>
      result.completionCandidates(filter = true, 1)._2.filter(_.name == word).map(_.declString()).filter(_.nonEmpty)
    }.getOrElse(Nil).distinct.mkString("\n")
  }

  private def asked[T](compiler: CellCompiler, code: String, offset: Int)(
      question: PresentationCompilationResult => T): Option[T] =
    compiler.presentationCompile(offset, code).toOption.map(question)

  private def kind(candidate: CompletionCandidate): String = {
    val declaration = candidate.declString().split(' ').toSeq
    if (declaration.exists(_.startsWith("<init>"))) "class" else declaration.collectFirst {
      case "def"                    => "method"
      case "val" | "var"            => "value"
      case "class" | "trait"        => "class"
      case "object"                 => "value"
      case "type"                   => "type"
      case "package"                => "package"
    }.getOrElse("package")
  }

  private def wordStart(code: String, end: Int): Int = end - code.take(end).reverseIterator.takeWhile(isPart).length

  private def isPart(character: Char): Boolean = Character.isJavaIdentifierPart(character)
}
