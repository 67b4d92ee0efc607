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
  private val Anywhere = """(?is)\(\s*desc(?:ribe)?\s+(?:history|detail)\b""".r

  val injection: ReadFiles.Injection = (
    FunctionIdentifier(Name),
    new ExpressionInfo(getClass.getName, Name),
    arguments => answer(SparkSession.active, arguments.head.eval().toString))

  /** A query with such statements in Spark's words; None where it has none. */
  def translated(sql: String): Option[String] =
    Anywhere.findFirstIn(sql).flatMap(_ => first(new SqlWords(sql))).map(query => translated(query).getOrElse(query))

  private def first(words: SqlWords): Option[String] = {
    var found = Option.empty[String]
    while (found.isEmpty && !words.ended) {
      val open = words.mark
      if (!words.accept("(")) words.skip()
      else {
        val start = words.mark
        if (words.acceptAny(Statements: _*)) {
          words.back(start)
          val text = words.inside().replace("\\", "\\\\").replace("'", "\\'")
          found = Some(words.replaced(open, s"(SELECT * FROM $Name('$text'))"))
        }
      }
    }
    found
  }

  private def answer(session: SparkSession, statement: String): LogicalPlan = {
    val rows = session.sql(statement)
    session.createDataFrame(rows.collectAsList(), rows.schema).asInstanceOf[DataFrame].queryExecution.analyzed
  }
}
