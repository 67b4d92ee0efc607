package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: the catalog of a session

import java.security.MessageDigest
import java.util

import scala.jdk.CollectionConverters._

import org.apache.spark.sql.classic.SparkSession
import org.apache.spark.sql.connector.catalog.SupportsNamespaces

import lakebook.bridge.Json

/** What a metastore of Hive's has no place for: a volume, a tag, a grant, an owner.
  *
  * @param kind "volume", "tag", "grant", "owner", or "place" of a catalog's data
  * @param on what it is about: "CATALOG", "SCHEMA", "TABLE", "VOLUME", "COLUMN"
  * @param name of that, within its schema, and of its column; empty for the schema and the catalog themselves
  * @param key the tag's, or who was granted what
  */
case class Record(kind: String, on: String, name: Seq[String], key: String, value: String = "") {
  def same(other: Record): Boolean = (kind, on, name, key) == (other.kind, other.on, other.name, other.key)
}

/** Records are properties of the database in the metastore that has what they are about, so all drivers see them. */
object Records {
  val Prefix = "lakebook."

  /** How many characters the metastore keeps of one. */
  private val Longest = 4000

  /** Those about what is in a database of the metastore, and about itself. */
  def of(session: SparkSession, database: String): Seq[Record] = {
    val catalog = session.sessionState.catalog
    if (!catalog.databaseExists(database)) Nil else in(catalog.getDatabaseMetadata(database).properties)
  }

  /** Those among a database's properties. */
  def in(properties: Map[String, String]): Seq[Record] = properties.toSeq.collect {
    case (key, text) if key.startsWith(Prefix) => read(text)
  }.sortBy(record => (record.kind, record.name.mkString("."), record.key))

  /** Put one in the place of the same one, if there is one. */
  def put(session: SparkSession, database: String, record: Record): Unit =
    change(session, database)(_.filterNot(_.same(record)) :+ record)

  /** Whether there was one. */
  def remove(session: SparkSession, database: String, chosen: Record => Boolean): Boolean = {
    val found = of(session, database).exists(chosen)
    if (found) change(session, database)(_.filterNot(chosen))
    found
  }

  /** A table or view is gone. */
  def forget(session: SparkSession, database: String, table: String): Unit =
    remove(session, database, record => ofTable(record, table))

  def rename(session: SparkSession, database: String, from: String, to: String): Unit =
    if (of(session, database).exists(ofTable(_, from)))
      change(session, database)(_.map { record =>
        if (ofTable(record, from)) record.copy(name = to.toLowerCase +: record.name.tail) else record
      })

  private def ofTable(record: Record, table: String): Boolean =
    record.on != "VOLUME" && record.name.headOption.exists(_.equalsIgnoreCase(table))

  /** The folder that a catalog's schemas are put into, where it was given one. */
  def place(session: SparkSession, catalog: String): Option[String] =
    of(session, LakeCatalogs.database(catalog, LakeCatalogs.Information)).find(_.kind == "place").map(_.value)

  /** The database that keeps what is about a catalog itself; made for the first catalog when it is needed. */
  def ofCatalog(session: SparkSession, catalog: String): String =
    if (LakeCatalogs.isSessions(catalog)) LakeCatalogs.Default
    else {
      val database = LakeCatalogs.database(catalog, LakeCatalogs.Information)
      if (!session.sessionState.catalog.databaseExists(database)) make(session, database)
      database
    }

  /** A schema's metadata: without the records, with the comment that it was given later, which Hive does not change. */
  def described(
      session: SparkSession, database: String, metadata: util.Map[String, String]): util.Map[String, String] = {
    val comment = commentOn(session, database).map(SupportsNamespaces.PROP_COMMENT -> _)
    (metadata.asScala.filterNot(_._1.startsWith(Prefix)) ++ comment).asJava
  }

  /** The comment on a schema that was given after it was made. */
  def commentOn(session: SparkSession, database: String): Option[String] =
    of(session, database).find(record => record.kind == "comment" && record.on == "SCHEMA").map(_.value)

  /** Make a database of the metastore. */
  def make(session: SparkSession, database: String, properties: Map[String, String] = Map.empty): Unit =
    session.sessionState.catalogManager.v2SessionCatalog.asInstanceOf[SupportsNamespaces]
      .createNamespace(Array(database), properties.asJava)

  private def change(session: SparkSession, database: String)(change: Seq[Record] => Seq[Record]): Unit = synchronized {
    val changed = change(of(session, database)).map(record => key(record) -> text(record))
    val catalog = session.sessionState.catalog
    val about = catalog.getDatabaseMetadata(database)
    catalog.alterDatabase(about.copy(properties = about.properties.filterNot(_._1.startsWith(Prefix)) ++ changed))
  }

  private def key(record: Record): String = {
    val about = Json.write(Seq(record.kind, record.on, record.name, record.key))
    val digest = MessageDigest.getInstance("SHA-256").digest(about.getBytes("UTF-8"))
    Prefix + digest.take(12).map(byte => f"$byte%02x").mkString
  }

  private def text(record: Record): String = {
    val all = Json.write(Map(
      "kind" -> record.kind, "on" -> record.on, "name" -> record.name, "key" -> record.key, "value" -> record.value))
    if (all.length > Longest) throw Refused(s"The metastore keeps no more than $Longest characters of a ${record.kind}")
    all
  }

  private def read(text: String): Record = {
    val all = Json.read(text)
    Record(all.path("kind").asText, all.path("on").asText, all.path("name").elements.asScala.map(_.asText).toSeq,
      all.path("key").asText, all.path("value").asText)
  }
}
