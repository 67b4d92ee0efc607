package lakebook.bridge

import scala.collection.mutable
import scala.jdk.CollectionConverters.ListHasAsScala

import org.antlr.v4.runtime.{CharStreams, Token}
import org.apache.spark.sql.catalyst.analysis.{NamedParameter, UnresolvedRelation}
import org.apache.spark.sql.catalyst.expressions.In
import org.apache.spark.sql.catalyst.parser.{ParseException, SqlBaseLexer}
import org.apache.spark.sql.catalyst.plans.logical.{InsertIntoStatement, LocalLimit, LogicalPlan, Offset,
  UnresolvedWith}
import org.apache.spark.sql.catalyst.trees.TreeNode
import org.apache.spark.sql.classic.SparkSession

/** What can be said of SQL text before it runs, by Spark's own lexer and parser. */
object SqlText {
  /** The statements of a cell as [start, end), in code points as Python counts them; without the semicolons, blank ones
    * left out. A block from `BEGIN` to its `END` is one statement.
    */
  def statements(code: String): Array[Array[Int]] = {
    val found = mutable.ArrayBuffer[Array[Int]]()
    val current = mutable.ArrayBuffer[Token]()
    var open = 0
    def end(): Unit = {
      if (current.nonEmpty) found += Array(current.head.getStartIndex, current.last.getStopIndex + 1)
      current.clear()
      open = 0
    }
    val all = tokens(code)
    for ((token, next) <- all.zipAll(all.drop(1).map(_.getType), null, Token.EOF)) token.getType match {
      case SqlBaseLexer.SEMICOLON if open == 0 => end()
      case kind =>
        if (opens(kind, current, open > 0)) open += 1
        if (kind == SqlBaseLexer.END && open > 0 && !ControlFlow(next)) open -= 1
        current += token
    }
    end()
    found.toArray
  }

  /** All keywords of Spark's SQL. */
  lazy val keywords: Array[String] = {
    val words = 0 to SqlBaseLexer.VOCABULARY.getMaxTokenType map SqlBaseLexer.VOCABULARY.getLiteralName
    val plain = words.filter(_ != null).map(_.stripPrefix("'").stripSuffix("'"))
    plain.filter(_.matches("[A-Z_]+")).sorted.distinct.toArray
  }

  /** `complete`, `incomplete` when more could make it right, or `invalid`. */
  def completeness(code: String): String = {
    val open = tokens(code).exists(token => token.getType == SqlBaseLexer.UNRECOGNIZED && Quotes(token.getText))
    def text(at: Int) = code.offsetByCodePoints(0, at)
    val problems = statements(code).flatMap { case Array(start, end) =>
      problem(code.substring(text(start), text(end)))
    }
    if (open || problems.exists(error => Unfinished.exists(error.getMessage.contains))) "incomplete"
    else if (problems.isEmpty) "complete"
    else "invalid"
  }

  private val Quotes = Set("'", "\"", "`")
  private val Unfinished = Seq("end of input", "UNCLOSED_BRACKETED_COMMENT")

  private def problem(sql: String): Option[ParseException] =
    try { SparkSession.active.sessionState.sqlParser.parsePlan(sql); None }
    catch { case error: ParseException => Some(error) }

  /** The relations that a statement reads, less those that it defines itself: the parts of a name joined by dots.
    * Empty for what cannot be parsed.
    */
  def relations(sql: String): Array[String] = {
    val found = mutable.LinkedHashSet[String]()
    def visit(node: Any, own: Set[String]): Unit = node match {
      case UnresolvedWith(child, definitions, recursive) =>
        val all = definitions.foldLeft(own) { case (known, (name, plan, _)) =>
          visit(plan, if (recursive) known + name.toLowerCase else known)
          known + name.toLowerCase
        }
        visit(child, all)
      case insert: InsertIntoStatement => visit(insert.query, own)
      case relation: UnresolvedRelation =>
        val name = relation.multipartIdentifier
        if (name.length > 1 || !own(name.head.toLowerCase)) found += name.mkString(".")
      case tree: TreeNode[_]        => tree.productIterator.foreach(visit(_, own))
      case several: Iterable[_]     => several.foreach(visit(_, own))
      case Some(inner)              => visit(inner, own)
      case _                        =>
    }
    parse(sql).foreach(visit(_, Set.empty))
    found.toArray
  }

  /** The names of a statement's parameters: `:name`. Empty for what cannot be parsed. */
  def parameters(sql: String): Array[String] = found(sql) { case NamedParameter(name) => name }.distinct.toArray

  /** Parameters that stand in `IN (…)`, each with what is looked for there. */
  def sought(sql: String): Array[Array[String]] =
    found(sql) { case In(value, list) =>
      list.collect { case NamedParameter(name) => Array(name, value.sql) }
    }.flatten.toArray

  /** Parameters that say how many rows, which Spark wants as `INT`. */
  def counts(sql: String): Array[String] = found(sql) {
    case LocalLimit(NamedParameter(name), _) => name
    case Offset(NamedParameter(name), _)     => name
  }.toArray

  private def found[T](sql: String)(what: PartialFunction[Any, T]): Seq[T] = {
    val all = mutable.ArrayBuffer[T]()
    def visit(part: Any): Unit = {
      what.lift(part).foreach(all += _)
      part match {
        case several: Iterable[_] => several.foreach(visit)
        case product: Product     => product.productIterator.foreach(visit)
        case _                    =>
      }
    }
    parse(sql).foreach(visit)
    all.toSeq
  }

  /** After `END` these say what it ends; they are not counted when they begin. */
  private val ControlFlow =
    Set(SqlBaseLexer.IF, SqlBaseLexer.WHILE, SqlBaseLexer.LOOP, SqlBaseLexer.REPEAT, SqlBaseLexer.FOR)

  /** Whether a token opens what an `END` closes. `BEGIN` opens a block as a statement's first word or after its label;
    * inside one, `CASE` counts too.
    */
  private def opens(kind: Int, before: collection.Seq[Token], inside: Boolean): Boolean = kind match {
    case SqlBaseLexer.BEGIN =>
      inside || before.isEmpty || before.length == 2 && before.last.getType == SqlBaseLexer.COLON
    case SqlBaseLexer.CASE => inside && before.last.getType != SqlBaseLexer.END
    case _                 => false
  }

  private[bridge] def tokens(code: String): Seq[Token] = {
    val upperCase = code.codePoints.map(Character.toUpperCase(_)).toArray // the lexer's letters are capitals
    val lexer = new SqlBaseLexer(CharStreams.fromString(new String(upperCase, 0, upperCase.length)))
    lexer.removeErrorListeners()
    lexer.getAllTokens.asScala.toSeq.filter(_.getChannel == Token.DEFAULT_CHANNEL)
  }

  private def parse(sql: String): Option[LogicalPlan] =
    try Some(SparkSession.active.sessionState.sqlParser.parsePlan(sql))
    catch { case _: ParseException => None }
}
