package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: expressions

import org.apache.spark.sql.catalyst.analysis.{UnresolvedException, UnresolvedExtractValue}
import org.apache.spark.sql.catalyst.expressions._
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan
import org.apache.spark.sql.catalyst.rules.Rule
import org.apache.spark.sql.types.{DataType, NullType, StringType, VariantType}

import lakebook.bridge.SqlWords

/** `column:path`, which Spark has for variants, into JSON that is text too: `raw:store.fruit[*].weight`. And `a?::INT`.
  *
  * Spark's grammar knows neither `[*]` nor `?::`. They are said to it as paths with a name that nobody has, and
  * found again.
  */
object PathsInto {
  private val Mark = "\uE000"
  private val MarkedStar = s"['$Mark']"

  /** `a?::INT`, where the question mark is no parameter. After a text the name would be one. */
  def tried(words: SqlWords): Option[String] =
    if (isOperand(words.before)) Option.when(words.accept("?", "::"))(s":`$Mark`::")
    else words.touching(3).collect { case Seq(text, "?", "::") if isText(text) => s"($text):`$Mark`::" }

  private def isOperand(word: Option[String]): Boolean =
    word.exists(text => text.matches("(?s).*[\\w`)\\]]") && !isText(text))
  private def isText(word: String): Boolean = word.matches("(?s)['\"].*")

  /** `[*]` */
  def all(words: SqlWords): Option[String] = Option.when(words.accept("[", "*", "]"))(MarkedStar)

  /** `` raw:`a.b` ``: of a name in back ticks Spark would make two. */
  def dotted(words: SqlWords): Option[String] =
    Option.when(isOperand(words.before))(words.touching(2)).flatten.collect {
      case Seq(":", name) if name.matches("`[^`']*[.\\[][^`']*`") => s":['${name.substring(1, name.length - 1)}']"
    }

  /** Takes paths before Spark does, who would have them all lead into variants. */
  def found(expression: Expression): Expression = expression.transformDown {
    case cast @ Cast(Alias(SemiStructuredExtract(child, path), Mark), _, _, _) if path == s"$$.$Mark" =>
      cast.copy(child = child, evalMode = EvalMode.TRY)
    case Alias(found: SemiStructuredExtract, Mark) => Alias(found, lastName(found.field))()
    case SemiStructuredExtract(child, path) => PathInto(child, path.replace(MarkedStar, "[*]"))
    case UnresolvedExtractValue(_, Literal(value, _)) if value != null && value.toString == Mark =>
      throw Refused("[*] belongs to a path into JSON, after a colon: column:items[*].price.")
  }

  /** As Spark calls what a path ends with: `[*]` is no name. */
  private def lastName(path: String): String =
    path.replace(MarkedStar, "").split("[.\\[\\]'$]").filterNot(_.matches("\\d*")).lastOption.getOrElse("[*]")

  def found(plan: LogicalPlan): LogicalPlan = Everywhere(plan)(_.mapExpressions(found))

  /** Says what a path is when it is known into what it leads. */
  object Resolved extends Rule[LogicalPlan] {
    override def apply(plan: LogicalPlan): LogicalPlan = plan.resolveExpressions {
      case PathInto(child, path) if child.resolved => child.dataType match {
        case VariantType if path.contains("[*]") =>
          throw Refused(
            s"${child.sql} is a VARIANT, into which no path has [*]: variant_explode gives an array's values.")
        case VariantType              => SemiStructuredExtract(child, path)
        case _: StringType | NullType => JsonPath.extract(Cast(child, StringType), path)
        case other                    =>
          throw Refused(s"A path leads into JSON, a STRING or a VARIANT, and ${child.sql} is ${other.sql}.")
      }
    }
  }
}

/** `child:path`, until it is known what the child is. */
case class PathInto(child: Expression, path: String) extends UnaryExpression with Unevaluable {
  override lazy val resolved: Boolean = false
  override def dataType: DataType = throw new UnresolvedException("dataType")
  override protected def withNewChildInternal(newChild: Expression): PathInto = copy(child = newChild)
}
