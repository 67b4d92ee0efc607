package org.apache.spark.sql.lakebook // beside the statements that are run here

import scala.util.matching.Regex

import lakebook.bridge.SqlWords

/** Phrases of Databricks' SQL that Spark's grammar lacks, said in its words wherever they stand in a statement. */
object Phrases {
  private type Phrase = SqlWords => Option[String]

  /** A statement in Spark's words; None where it has no such phrase. */
  def translated(sql: String): Option[String] = {
    val possible = All.collect { case (where, phrase) if where.findFirstIn(sql).isDefined => phrase }
    if (possible.isEmpty) None else new SqlWords(sql).rewritten(possible)
  }

  val Filters = "Row filters and column masks are not here: make a view of what may be seen"

  /** Each with what a statement has that may have it: others are not read word by word. */
  private val All: Seq[(Regex, Phrase)] = Seq(
    beginning("create\\s+(?:schema|database)") -> left("MANAGED", "LOCATION")(1),
    beginning("analyze\\s+table") -> left("DELTA", "STATISTICS")(1),
    beginning("create|replace") -> left("CLUSTER", "BY", "AUTO")(3), // of a query it would move rows, and change none
    beginning("merge") -> earlierSource,
    beginning("create|alter") -> left("FOREIGN", "KEY", "REFERENCES")(2), // of a column
    beginning("create|alter") -> ForeignKeys.ofTable,
    beginning("create|replace") -> ForeignKeys.ofColumn,
    beginning("create\\s+(?:or\\s+replace\\s+)?function") -> missing("LANGUAGE", "PYTHON")(
      "SQL functions in Python are not here: register a UDF by spark.udf.register, in Python"),
    beginning("create|alter|replace") -> missing("WITH", "ROW", "FILTER")(Filters),
    beginning("alter") -> missing("SET", "ROW", "FILTER")(Filters),
    beginning("alter") -> missing("SET", "MASK")(Filters),
    beginning("alter") -> missing("PREDICTIVE", "OPTIMIZATION")(
      "Predictive optimization is not here: OPTIMIZE and VACUUM in a job"),
    beginning("alter\\s+table") -> missing("SET", "MANAGED")("Tables stay where they are: DEEP CLONE copies one"),
    beginning("msck") -> missing("SYNC", "METADATA")(
      "SYNC METADATA is not here: CREATE TABLE … USING delta reads a table's log"),
    beginning("create") -> missing("WITH", "METRICS", "LANGUAGE")("Metric views are not here: CREATE VIEW … AS SELECT"),
    """(?is)\(\s*desc(?:ribe)?\s+(?:history|detail)\b""".r -> AnswersInQueries.phrase,
    "@(?:v?\\d)".r -> VersionsInNames.phrase,
    "\\?::".r -> PathsInto.tried,
    "\\[\\s*\\*".r -> PathsInto.all,
    ":`".r -> PathsInto.dotted,
  )

  private def beginning(words: String): Regex = s"(?is)\\A(?:\\s++|--[^\\n]*+\\n|/\\*.*?\\*/)*+(?:$words)\\b".r

  /** A phrase of which the first words are left out. */
  private def left(phrase: String*)(out: Int): Phrase = words => Option.when(words.next(phrase: _*)) {
    (0 until out).foreach(_ => words.skip())
    ""
  }

  /** A phrase for which the statement is refused. */
  private def missing(phrase: String*)(reason: String): Phrase = words =>
    if (words.next(phrase: _*)) throw Refused(s"$reason.") else None

  /** `MERGE … USING t VERSION AS OF 3 …`: Spark's grammar takes another version of a table in a query only. */
  private def earlierSource(words: SqlWords): Option[String] = Option.when(words.accept("USING")) {
    val from = words.mark
    words.maybeName().filter(_ => words.acceptAny(Seq("VERSION", "AS", "OF"), Seq("TIMESTAMP", "AS", "OF"))).map { _ =>
      words.skip()
      s"USING (SELECT * FROM ${words.since(from)})"
    }
  }.flatten
}
