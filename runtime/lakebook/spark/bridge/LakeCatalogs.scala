package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: the catalog that sessions share

import java.util.Locale

import org.apache.spark.sql.catalyst.TableIdentifier
import org.apache.spark.sql.catalyst.catalog.ExternalCatalog
import org.apache.spark.sql.classic.SparkSession
import org.apache.spark.sql.connector.catalog.{CatalogManager, CatalogPlugin, Identifier}

/** The workspace's catalogs, and how the one metastore keeps their schemas: `sales` of `main` as `main__sales`.
  *
  * A catalog exists if its information schema does. `main` is there from the start; `hive_metastore` is another name of
  * the session's own catalog, whose schemas are kept under their own names.
  */
object LakeCatalogs {
  val Session = "spark_catalog"
  val Hive = "hive_metastore"
  val First = "main"
  val Information = "information_schema"
  val Default = "default"

  private val Separator = "__"

  /** Nanoseconds for which it is taken as known which catalogs there are: another driver may make one. */
  private val Fresh = 1000000000L

  @volatile private var base: SparkSession = null
  private var made = Set.empty[String]
  private var asked = 0L
  private var known = false

  /** To be told once by the driver. */
  def of(session: SparkSession): Unit = base = session

  def isSessions(catalog: String): Boolean = catalog.equalsIgnoreCase(Session) || catalog.equalsIgnoreCase(Hive)

  /** Whether there is such a catalog besides the session's own. The metastore is asked for names that may be one. */
  def exists(name: String): Boolean = {
    val plain = lower(name)
    plain == First || (mayBe(plain) && !Builtin(plain) && others.contains(plain))
  }

  def list: Seq[String] = (others + First + Hive).toSeq.sorted

  /** After a catalog was made or dropped. */
  def changed(): Unit = synchronized { known = false }

  /** Why a new catalog cannot be called so, if it cannot. */
  def problem(name: String): Option[String] = Option.when(!mayBe(lower(name)) || Builtin(lower(name)))(
    s"A catalog cannot be called $name: its name has letters, digits and single underscores, and does not end with one")

  /** The metastore's name of a schema. */
  def database(catalog: String, schema: String): String =
    if (isSessions(catalog)) lower(schema) else lower(catalog) + Separator + lower(schema)

  /** Catalog and schema of a database of the metastore. */
  def schemaOf(database: String): (String, String) = database.indexOf(Separator) match {
    case at if at > 0 && exists(database.take(at)) => (database.take(at), database.drop(at + Separator.length))
    case _                                         => (Session, database)
  }

  /** A database as users write it: `main.sales`, or `sales` in the session's own catalog. */
  def written(database: String): String = schemaOf(database) match {
    case (Session, schema) => schema
    case (catalog, schema) => s"$catalog.$schema"
  }

  /** A session's current schema. */
  def written(manager: CatalogManager): String =
    written(database(manager.currentCatalog.name, manager.currentNamespace.lastOption.getOrElse(Default)))

  /** What a table of a plug-in is in the metastore. */
  def stored(catalog: CatalogPlugin, table: Identifier): TableIdentifier = (catalog, table.namespace.lastOption) match {
    case (own: LakeCatalog, Some(schema)) => TableIdentifier(table.name, Some(database(own.name, schema)))
    case (_, schema)                      => TableIdentifier(table.name, schema)
  }

  /** The metastore, in whatever thread. */
  def metastore: ExternalCatalog = base.sharedState.externalCatalog

  private def others: Set[String] = synchronized {
    val now = System.nanoTime()
    if (!known || now - asked > Fresh) {
      made = metastore.listDatabases("*" + Separator + Information).map(_.stripSuffix(Separator + Information)).toSet
      asked = now
      known = true
    }
    made
  }

  private def lower(name: String): String = name.toLowerCase(Locale.ROOT)

  private val Names = "[a-z0-9](?:_?[a-z0-9])*".r

  private def mayBe(name: String): Boolean = Names.matches(name)

  /** What else stands before a dot. */
  private val Builtin = Set(Session, Hive, "system", "session", "builtin", "global_temp", Information, Default,
    "delta", "parquet", "csv", "json", "text", "orc", "avro", "xml", "binaryfile")
}
