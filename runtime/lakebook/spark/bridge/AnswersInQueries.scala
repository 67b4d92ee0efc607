package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: plans

import org.apache.spark.sql.catalyst.FunctionIdentifier
import org.apache.spark.sql.catalyst.expressions.{Expression, ExpressionInfo}
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan
import org.apache.spark.sql.classic.{DataFrame, SparkSession}

import lakebook.bridge.SqlWords

/** `SELECT … FROM (DESCRIBE HISTORY t)`: a statement's answer as a table, by a function that Spark's grammar knows. */
object AnswersInQueries {
  private val Name = "lakebook_answer"
  private val Statements =
    for (verb <- Seq("DESCRIBE", "DESC"); what <- Seq("HISTORY", "DETAIL")) yield Seq(verb, what)

  val injection: ReadFiles.Injection = (
    FunctionIdentifier(Name),
    new ExpressionInfo(getClass.getName, Name),
    arguments => answer(SparkSession.active, arguments.head.eval().toString))

  /** `(DESCRIBE HISTORY t)` in Spark's words. */
  def phrase(words: SqlWords): Option[String] = Option.when(words.accept("(")) {
    val start = words.mark
    Option.when(words.acceptAny(Statements: _*)) {
      words.back(start)
      val text = words.inside().replace("\\", "\\\\").replace("'", "\\'")
      s"(SELECT * FROM $Name('$text'))"
    }
  }.flatten

  private def answer(session: SparkSession, statement: String): LogicalPlan = {
    val rows = session.sql(statement)
    session.createDataFrame(rows.collectAsList(), rows.schema).asInstanceOf[DataFrame].queryExecution.analyzed
  }
}
