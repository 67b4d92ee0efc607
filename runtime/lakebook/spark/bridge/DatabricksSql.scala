package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: the catalog of a session

import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan
import org.apache.spark.sql.classic.SparkSession

import lakebook.bridge.SqlWords

/** The statements of Databricks' SQL that Spark and Delta do not know: run here, said in their words, or refused. */
object DatabricksSql {
  /** Other statements are not looked at any further. */
  private val First = ("""(?is)(?:\s++|--[^\n]*+\n|/\*.*?\*/)*+(create|replace|drop|use|desc|describe|show|comment""" +
    """|alter|merge|set|unset|grant|revoke|copy|analyze|cache|apply|auto|refresh|fsck|list|sync|undrop|optimize)\b""").r

  /** A statement in Spark's words, or what runs it; None where it is Spark's or Delta's own. */
  def read(session: SparkSession, sql: String): Option[Either[String, LogicalPlan]] =
    AnswersInQueries.translated(sql).map(Left(_)).orElse(First.findPrefixOf(sql).flatMap { _ =>
      val words = new SqlWords(sql)
      refuse(words)
      words.back(0)
      translated(words).map(Left(_)).orElse(Seq[SqlWords => Option[Statement]](
        CatalogStatements.read, VolumeStatements.read, GovernanceStatements.read(session, _),
        CopyInto.read, DeepClone.read,
      ).iterator.map { read =>
        words.back(0)
        read(words).map { statement => words.end(); Right(statement) }
      }.collectFirst { case Some(found) => found })
    })

  private def translated(words: SqlWords): Option[String] =
    if (words.acceptAny(Seq("CREATE", "SCHEMA"), Seq("CREATE", "DATABASE"))) without(words, "MANAGED", "LOCATION")(1)
    else if (words.accept("ANALYZE", "TABLE")) without(words, "COMPUTE", "DELTA", "STATISTICS")(1, skipped = 1)
    else if (words.accept("MERGE")) earlierSource(words)
    else if (words.acceptAny(Seq("CREATE"), Seq("ALTER"))) withReferred(words)
    else None

  /** A foreign key that names no columns means the primary key; Spark's parser fails on it. */
  private def withReferred(words: SqlWords): Option[String] = {
    var found = Option.empty[String]
    while (found.isEmpty && !words.ended) {
      if (!words.accept("REFERENCES")) words.skip()
      else {
        val from = words.mark
        if (words.maybeName().nonEmpty && !words.next("("))
          found = Some(words.replaced(from, s"${words.since(from)} (`primary key`)"))
      }
    }
    found.map(statement => withReferred(new SqlWords(statement)).getOrElse(statement))
  }

  /** `MERGE … USING t VERSION AS OF 3 …`: Spark's grammar takes another version of a table in a query only. */
  private def earlierSource(words: SqlWords): Option[String] = {
    while (!words.ended && !words.next("USING")) words.skip()
    Option.when(words.accept("USING")) {
      val from = words.mark
      words.maybeName().filter(_ => words.acceptAny(Seq("VERSION", "AS", "OF"), Seq("TIMESTAMP", "AS", "OF"))).map { _ =>
        words.skip()
        words.replaced(from, s"(SELECT * FROM ${words.since(from)})")
      }
    }.flatten
  }

  /** The statement without the first words of a phrase that comes somewhere in it; of those some may stay. */
  private def without(words: SqlWords, phrase: String*)(length: Int, skipped: Int = 0): Option[String] = {
    while (!words.ended && !words.next(phrase: _*)) words.skip()
    Option.when(!words.ended) {
      (0 until skipped).foreach(_ => words.skip())
      val from = words.mark
      (0 until length).foreach(_ => words.skip())
      words.replaced(from, "")
    }
  }

  private val Pipelines = "Pipelines are not run here: a query with writeStream, or a job on a schedule, does the same"
  private val Materialized =
    "Materialized views are not here: CREATE VIEW, or CREATE OR REPLACE TABLE … AS SELECT in a job"
  private val Bloom = "Bloom filter indexes are not here: OPTIMIZE … ZORDER BY, or CLUSTER BY, lets files be skipped"
  private val Federation = "Lakehouse Federation is not here: spark.read.jdbc reads another database"
  private val Sharing = "Delta Sharing is not here"
  private val Users = "Users and groups are not here: the workspace is its owner's"

  /** How statements begin that cannot be run here, and why. */
  private val Missing = Seq(
    "APPLY CHANGES" -> Pipelines,
    "AUTO CDC" -> Pipelines,
    "CREATE STREAMING" -> Pipelines,
    "CREATE OR REFRESH" -> Pipelines,
    "CREATE LIVE" -> Pipelines,
    "CREATE TEMPORARY LIVE" -> Pipelines,
    "CREATE FLOW" -> Pipelines,
    "CREATE MATERIALIZED" -> Materialized,
    "CREATE OR REPLACE MATERIALIZED" -> Materialized,
    "REFRESH MATERIALIZED" -> Materialized,
    "REFRESH STREAMING" -> Pipelines,
    "CACHE SELECT" -> "CACHE SELECT fills a disk cache, which is not here: CACHE TABLE keeps a table in memory",
    "FSCK" -> "FSCK REPAIR TABLE is not here: RESTORE TABLE brings back a version whose files are still there",
    "UNDROP" -> "UNDROP is not here: what was dropped is deleted",
    "SHOW TABLES DROPPED" -> "Dropped tables are deleted here, and not shown",
    "CREATE BLOOMFILTER" -> Bloom,
    "DROP BLOOMFILTER" -> Bloom,
    "CREATE CONNECTION" -> Federation,
    "CREATE FOREIGN" -> Federation,
    "CREATE STORAGE" ->
      "Storage credentials are not here: set the storage's keys under [spark.conf] in lakebook.toml",
    "CREATE EXTERNAL LOCATION" ->
      "External locations are not here: name paths, or map them under [paths] in lakebook.toml",
    "CREATE SHARE" -> Sharing,
    "CREATE RECIPIENT" -> Sharing,
    "CREATE PROVIDER" -> Sharing,
    "SYNC" -> "SYNC is not here: hive_metastore and the catalogs are in one metastore already",
    "SHOW USERS" -> Users,
    "SHOW GROUPS" -> Users,
    "CREATE GROUP" -> Users,
    "LIST" -> "LIST is not here: dbutils.fs.ls lists a folder",
  ).map { case (beginning, reason) => beginning.split(" ").toSeq -> reason }

  private def refuse(words: SqlWords): Unit =
    for ((beginning, reason) <- Missing if words.next(beginning: _*)) throw Refused(s"$reason.")
}
