package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: the catalog of a session

import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan
import org.apache.spark.sql.classic.SparkSession

import lakebook.bridge.SqlWords

/** The statements of Databricks' SQL that Spark and Delta do not know: run here, said in their words, or refused. */
object DatabricksSql {
  /** Other statements are not looked at any further. */
  private val First = ("""(?is)(?:\s++|--[^\n]*+\n|/\*.*?\*/)*+(create|replace|drop|use|desc|describe|show|comment""" +
    """|alter|set|unset|grant|revoke|copy|cache|apply|auto|refresh|fsck|list|sync|undrop|optimize|deny)\b""").r

  /** A statement in Spark's words, or what runs it; None where it is Spark's or Delta's own. */
  def read(session: SparkSession, sql: String): Option[Either[String, LogicalPlan]] =
    First.findPrefixOf(sql).flatMap(_ => statement(session, new SqlWords(sql))).map(Right(_))
      .orElse(Phrases.translated(sql).map(Left(_)))

  private def statement(session: SparkSession, words: SqlWords): Option[Statement] = {
    refuse(words)
    Seq[SqlWords => Option[Statement]](
      CatalogStatements.read, VolumeStatements.read, GovernanceStatements.read(session, _),
      CopyInto.read, DeepClone.read, ClusterByAuto.read, BloomFilter.read, ListFolder.read,
    ).iterator.map { read =>
      words.back(0)
      read(words).map { statement => words.end(); statement }
    }.collectFirst { case Some(found) => found }
  }

  private val Pipelines = "Pipelines are not run here: a query with writeStream, or a job on a schedule, does the same"
  private val Materialized =
    "Materialized views are not here: CREATE VIEW, or CREATE OR REPLACE TABLE … AS SELECT in a job"
  private val Federation = "Lakehouse Federation is not here: spark.read.jdbc reads another database"
  private val Sharing = "Delta Sharing is not here"
  private val Credentials =
    "Storage credentials are not here: set the storage's keys under [spark.conf] in lakebook.toml"
  private val Locations = "External locations are not here: name paths, or map them under [paths] in lakebook.toml"
  private val Procedures = "Procedures are not here: keep the script in a notebook, which %run runs"
  private val Temporary =
    "Temporary tables are not here: CREATE OR REPLACE TEMPORARY VIEW, and CACHE TABLE keeps its rows"
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
    "CREATE CONNECTION" -> Federation,
    "CREATE FOREIGN" -> Federation,
    "CREATE STORAGE" -> Credentials,
    "CREATE EXTERNAL LOCATION" -> Locations,
    "CREATE SHARE" -> Sharing,
    "CREATE RECIPIENT" -> Sharing,
    "CREATE PROVIDER" -> Sharing,
    "SYNC" -> "SYNC is not here: hive_metastore and the catalogs are in one metastore already",
    "SHOW USERS" -> Users,
    "SHOW GROUPS" -> Users,
    "CREATE GROUP" -> Users,
    "ALTER GROUP" -> Users,
    "DROP GROUP" -> Users,
    "DENY" -> "DENY is not here: privileges are noted by GRANT and REVOKE, and not enforced",
    "SHOW CONNECTIONS" -> Federation,
    "CREATE SERVER" -> Federation,
    "REFRESH FOREIGN" -> Federation,
    "SHOW EXTERNAL LOCATIONS" -> Locations,
    "SHOW STORAGE CREDENTIALS" -> Credentials,
    "SHOW CREDENTIALS" -> Credentials,
    "SHOW SHARES" -> Sharing,
    "SHOW RECIPIENTS" -> Sharing,
    "SHOW PROVIDERS" -> Sharing,
    "SHOW ALL IN SHARE" -> Sharing,
    "SHOW POLICIES" -> Phrases.Filters,
    "CREATE POLICY" -> Phrases.Filters,
    "CREATE OR REPLACE POLICY" -> Phrases.Filters,
    "DROP POLICY" -> Phrases.Filters,
    "CREATE PROCEDURE" -> Procedures,
    "CREATE OR REPLACE PROCEDURE" -> Procedures,
    "CREATE OR REPLACE TEMP TABLE" -> Temporary,
    "CREATE OR REPLACE TEMPORARY TABLE" -> Temporary,
    "SET QUERY_TAGS" -> "Tags of queries are not here",
  ).map { case (beginning, reason) => beginning.split(" ").toSeq -> reason }

  private def refuse(words: SqlWords): Unit =
    for ((beginning, reason) <- Missing if words.next(beginning: _*)) throw Refused(s"$reason.")
}
