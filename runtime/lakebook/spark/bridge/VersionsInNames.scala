package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: plans

import org.apache.spark.sql.catalyst.analysis.{RelationTimeTravel, UnresolvedRelation}
import org.apache.spark.sql.catalyst.expressions.Literal
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan
import org.apache.spark.sql.catalyst.rules.Rule

import lakebook.bridge.SqlWords

/** `t@v1` and `t@20240101000000000`: a table as it was, where there is none of such a name. Paths of Delta's tables
  * have their versions by Delta itself.
  */
object VersionsInNames extends Rule[LogicalPlan] {
  private val Versioned = "(.+)@(?:v(\\d+)|(\\d{17}))".r
  private val Moment = "(\\d{4})(\\d\\d)(\\d\\d)(\\d\\d)(\\d\\d)(\\d\\d)(\\d{3})".r

  /** The name in back ticks, which Spark's grammar takes. */
  def phrase(words: SqlWords): Option[String] = {
    val from = words.mark
    words.touching(3).collect { case Seq(name, "@", version) if name.matches("`.*`|\\w+") && of(s"t@$version") =>
      val after = words.mark
      words.back(from)
      val table = words.word("a table")
      words.back(after)
      Securable.quoted(Seq(s"$table@$version"))
    }
  }

  private def of(name: String): Boolean = Versioned.matches(name)

  override def apply(plan: LogicalPlan): LogicalPlan = plan.resolveOperators {
    case relation @ UnresolvedRelation(parts, _, _) if of(parts.last) =>
      val Versioned(name, version, moment) = parts.last: @unchecked
      val table = relation.copy(multipartIdentifier = parts.init :+ name)
      RelationTimeTravel(table, Option(moment).map(text => Literal(timestamp(text))), Option(version))
  }

  private def timestamp(digits: String): String = digits match {
    case Moment(year, month, day, hour, minute, second, milli) => s"$year-$month-$day $hour:$minute:$second.$milli"
  }
}
