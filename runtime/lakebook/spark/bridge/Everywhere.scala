package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: plans

import org.apache.spark.sql.catalyst.expressions.SubqueryExpression
import org.apache.spark.sql.catalyst.plans.logical.{LogicalPlan, SingleStatement, SubqueryAlias, UnresolvedWith}
import org.apache.spark.sql.execution.command.ExplainCommand

/** A rule for a statement that was just read: for each of its plans, with those of subqueries, of what `WITH` names and
  * of scripts, where Spark's own walk does not come before it resolves them.
  */
object Everywhere {
  def apply(plan: LogicalPlan)(rule: LogicalPlan => LogicalPlan): LogicalPlan = plan.transformUp {
    case explain: ExplainCommand    => explain.copy(logicalPlan = Everywhere(explain.logicalPlan)(rule))
    case statement: SingleStatement => statement.copy(parsedPlan = Everywhere(statement.parsedPlan)(rule))
    case one                        => rule(within(one)(rule))
  }

  private def within(plan: LogicalPlan)(rule: LogicalPlan => LogicalPlan): LogicalPlan = {
    val named = plan match {
      case whole: UnresolvedWith => whole.copy(cteRelations = whole.cteRelations.map { case (name, named, depth) =>
        (name, Everywhere(named)(rule).asInstanceOf[SubqueryAlias], depth)
      })
      case other => other
    }
    named.transformExpressionsUp { case inner: SubqueryExpression => inner.withNewPlan(Everywhere(inner.plan)(rule)) }
  }
}
