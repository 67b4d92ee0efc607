package org.apache.spark.sql.lakebook // beside the statements that are refused

import org.apache.spark.sql.catalyst.FunctionIdentifier
import org.apache.spark.sql.catalyst.analysis.{UnresolvedFunction, UnresolvedTableValuedFunction}
import org.apache.spark.sql.catalyst.expressions.Expression
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan
import org.apache.spark.sql.classic

/** Functions of Databricks that are not here, unless somebody has made one of the name. */
class MissingFunctions(session: classic.SparkSession) {
  def checked(plan: LogicalPlan): LogicalPlan = Everywhere(plan) {
    case table @ UnresolvedTableValuedFunction(Seq(name), _, _) => refuse(name); table
    case other                                                  => other.mapExpressions(checked)
  }

  def checked(expression: Expression): Expression = {
    expression.foreach {
      case call: UnresolvedFunction if call.nameParts.length == 1 => refuse(call.nameParts.head)
      case _                                                      =>
    }
    expression
  }

  private def refuse(name: String): Unit =
    for (reason <- MissingFunctions.reason(name) if !made(name)) throw Refused(s"$name() is not here: $reason.")

  private def made(name: String): Boolean =
    session.sessionState.catalog.functionExists(FunctionIdentifier(name))
}

object MissingFunctions {
  private val Names = Seq(
    ("ai_\\w+|vector_search", "call a model in a UDF of Python's"),
    ("h3_\\w+", "%pip install h3, and call it in a UDF of Python's"),
    ("cloud_files|cloud_files_state|event_log|read_kafka|read_kinesis|read_pubsub|read_pulsar",
      "read the stream by spark.readStream, in Python or Scala"),
    ("remote_query", "spark.read.jdbc reads another database"),
    ("http_request", "call the address in Python"),
    ("is_account_group_member|is_member|current_metastore",
      "there are no groups and no account, compare with current_user()"),
    ("current_version", "version() tells Spark's"),
    ("schema_of_json_agg", "schema_of_json tells the schema of one text"),
    ("(?:try_)?secret|list_secrets", "dbutils.secrets.get reads secrets"),
  ).map { case (names, reason) => names.r -> reason }

  private def reason(name: String): Option[String] =
    Names.collectFirst { case (names, reason) if names.matches(name.toLowerCase) => reason }
}
