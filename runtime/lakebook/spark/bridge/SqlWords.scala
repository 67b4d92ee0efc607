package lakebook.bridge

import org.antlr.v4.runtime.Token
import org.apache.spark.sql.catalyst.parser.ParserUtils
import org.apache.spark.sql.lakebook.Refused

/** A statement, read word by word with Spark's own lexer: for the statements that Spark's grammar lacks. */
class SqlWords(sql: String) {
  private val points = sql.codePoints.toArray
  private val tokens = {
    val all = SqlText.tokens(sql)
    if (all.lastOption.exists(_.getText == ";")) all.init else all
  }
  private var at = 0

  def ended: Boolean = at >= tokens.length

  /** Whether these words come next, in any case. */
  def next(words: String*): Boolean = words.zipWithIndex.forall { case (word, ahead) =>
    at + ahead < tokens.length && text(tokens(at + ahead)).equalsIgnoreCase(word)
  }

  /** The same, and go on after them. */
  def accept(words: String*): Boolean = {
    val found = next(words: _*)
    if (found) at += words.length
    found
  }

  /** One of several ways to say something. */
  def acceptAny(ways: Seq[String]*): Boolean = ways.exists(accept(_: _*))

  def expect(words: String*): Unit = if (!accept(words: _*)) fail(words.mkString(" "))

  /** A word that is none of a statement's own. */
  def word(what: String): String = {
    if (ended) fail(what)
    val found = text(tokens(at))
    at += 1
    if (found.startsWith("`")) found.substring(1, found.length - 1).replace("``", "`")
    else if (isText(found)) ParserUtils.unescapeSQLString(found)
    else if (found.matches("[\\w$]+")) found
    else { at -= 1; fail(what) }
  }

  /** A name of several parts. */
  def name(what: String): Seq[String] = {
    val first = word(what)
    if (accept(".")) first +: name(what) else Seq(first)
  }

  /** The same where a name comes next. */
  def maybeName(): Option[Seq[String]] =
    Option.when(!ended && text(tokens(at)).matches("[`\\w$].*"))(name("a name"))

  /** A string literal. */
  def string(what: String): String = maybeString().getOrElse(fail(what))

  /** The same where one comes next. */
  def maybeString(): Option[String] = Option.when(!ended && isText(text(tokens(at)))) {
    at += 1
    ParserUtils.unescapeSQLString(text(tokens(at - 1)))
  }

  /** `(a, b, …)`. */
  def list[T](one: => T): Seq[T] = {
    expect("(")
    val all = Seq.newBuilder[T]
    while (!accept(")")) {
      all += one
      if (!next(")")) expect(",")
    }
    all.result()
  }

  /** `'a' = 'b'`, or only `'a'`; numbers and words may go without quotes. */
  def pair(): (String, String) = {
    val key = name("a name").mkString(".")
    key -> (if (accept("=")) value() else "")
  }

  def value(): String = {
    val minus = if (accept("-")) "-" else ""
    minus + name("a value").mkString(".")
  }

  /** The words up to one that closes a parenthesis opened before, as they were written. */
  def inside(): String = {
    val from = at
    var open = 1
    while (open > 0) {
      if (ended) fail(")")
      if (next("(")) open += 1 else if (next(")")) open -= 1
      at += 1
    }
    if (at - 1 == from) "" else written(tokens(from).getStartIndex, tokens(at - 2).getStopIndex + 1)
  }

  /** What is left, as it was written. */
  def rest(): String = {
    val found = if (ended) "" else written(tokens(at).getStartIndex, tokens.last.getStopIndex + 1)
    at = tokens.length
    found
  }

  /** The words from `from` to here, as they were written. */
  def since(from: Int): String = { val (start, stop) = span(from); written(start, stop) }

  /** The statement with other words in the place of those from `from` to here; what follows keeps its place. */
  def replaced(from: Int, by: String): String = {
    val (start, stop) = span(from)
    written(0, start) + by.padTo(stop - start, ' ') + written(stop, points.length)
  }

  /** The statement with other words for phrases in it. Each is tried at every word, and gives what stands for those
    * that it has read, or None where they are something else. None where no phrase was found.
    */
  def rewritten(phrases: Seq[SqlWords => Option[String]]): Option[String] = {
    val made = new StringBuilder
    var done = 0
    at = 0
    while (!ended) {
      val from = at
      phrases.iterator.map { phrase => at = from; phrase(this) }.collectFirst { case Some(by) => by } match {
        case Some(by) =>
          val (start, stop) = span(from)
          made ++= written(done, start) ++= by.padTo(stop - start, ' ')
          done = stop
        case None => at = from + 1
      }
    }
    Option.when(done > 0)((made ++= written(done, points.length)).toString)
  }

  /** The next words where no blank parts them. */
  def touching(count: Int): Option[Seq[String]] = {
    val some = tokens.slice(at, at + count)
    val touch = some.length == count &&
      some.zip(some.drop(1)).forall { case (one, next) => one.getStopIndex + 1 == next.getStartIndex }
    Option.when(touch) { at += count; some.map(text) }
  }

  /** The word before, where no blank parts it from the next one. */
  def before: Option[String] =
    Option.when(at > 0)(tokens(at - 1)).filter(_.getStopIndex + 1 == tokens(at).getStartIndex).map(text)

  /** Go on after one word. */
  def skip(): Unit = at += 1

  /** To come back to. */
  def mark: Int = at
  def back(mark: Int): Unit = at = mark

  def end(): Unit = if (!ended) fail("the end of the statement")

  def fail(wanted: String): Nothing = {
    val here = if (ended) "its end" else s"'${text(tokens(at))}'"
    throw Refused(s"Syntax error: $wanted is expected at $here of: ${sql.trim.linesIterator.next()}")
  }

  private def span(from: Int): (Int, Int) = (tokens(from).getStartIndex, tokens(at - 1).getStopIndex + 1)
  private def text(token: Token): String = written(token.getStartIndex, token.getStopIndex + 1)
  private def written(from: Int, until: Int): String = new String(points, from, until - from)
  private def isText(found: String): Boolean = found.length > 1 && (found.startsWith("'") || found.startsWith("\""))
}
