package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: the catalog of a session

import org.apache.spark.sql.catalyst.TableIdentifier
import org.apache.spark.sql.classic.SparkSession
import org.apache.spark.sql.connector.catalog.SupportsNamespaces

import lakebook.bridge.SqlWords

/** What can be tagged, commented, granted: with its whole name, that begins with its catalog.
  *
  * @param kind "CATALOG", "SCHEMA", "TABLE", "VOLUME" or "COLUMN"; a view counts as a table
  */
case class Securable(kind: String, name: Seq[String]) {
  /** The database of the metastore that keeps records about it. */
  def database(session: SparkSession): String =
    if (kind == "CATALOG") Records.ofCatalog(session, name.head) else LakeCatalogs.database(name.head, name(1))

  /** Its name within its schema. */
  def inner: Seq[String] = name.drop(2).map(_.toLowerCase)

  def written: String = name.mkString(".")

  def record(kind: String, key: String, value: String = ""): Record = Record(kind, this.kind, inner, key, value)
  def records(session: SparkSession): Seq[Record] =
    Records.of(session, database(session)).filter(record => record.on == kind && record.name == inner)
}

object Securable {
  private val Levels = Map("CATALOG" -> 1, "SCHEMA" -> 2, "TABLE" -> 3, "VOLUME" -> 3, "COLUMN" -> 4)

  /** As statements call them. */
  private val Kinds = Map("CATALOG" -> "CATALOG", "SCHEMA" -> "SCHEMA", "DATABASE" -> "SCHEMA", "TABLE" -> "TABLE",
    "VIEW" -> "TABLE", "VOLUME" -> "VOLUME", "COLUMN" -> "COLUMN")
  private val Elsewhere = Seq(
    "METASTORE", "EXTERNAL", "STORAGE", "CONNECTION", "SHARE", "FUNCTION", "PROCEDURE", "MODEL",
    "SERVICE", "ANY", "ANONYMOUS", "CREDENTIAL", "RECIPIENT", "PROVIDER", "CLEAN", "MATERIALIZED")

  /** The kind that comes next, if one does. */
  def kind(words: SqlWords): Option[String] = {
    def isKind(word: String) = words.next(word) && !Seq(".", "TO", "FROM", "IS", "SET").exists(words.next(word, _))
    Elsewhere.find(isKind).foreach(word => throw Refused(
      s"$word … has no privileges, tags and comments here: catalogs, schemas, tables, views and volumes have"))
    Kinds.collectFirst { case (word, kind) if words.accept(word) => kind }
  }

  /** A kind and a name, completed by the current catalog and schema; a table where no kind is said. */
  def read(session: SparkSession, words: SqlWords): Securable = {
    val found = kind(words).getOrElse("TABLE")
    named(session, found, words.name(s"the name of a ${found.toLowerCase}"))
  }

  def named(session: SparkSession, kind: String, parts: Seq[String]): Securable = {
    val manager = session.sessionState.catalogManager
    val current = manager.currentCatalog.name +: manager.currentNamespace.toSeq
    val levels = Levels(kind)
    val least = if (kind == "COLUMN") 2 else 1
    if (parts.length > levels || parts.length < least)
      throw Refused(s"${parts.mkString(".")} is no name of a ${kind.toLowerCase}")
    Securable(kind, current.take(levels - parts.length) ++ parts)
  }

  /** Whether it is there; else the statement is refused. */
  def check(session: SparkSession, what: Securable): Unit = {
    val catalog = what.name.head
    val state = session.sessionState
    if (!LakeCatalogs.isSessions(catalog) && !LakeCatalogs.exists(catalog))
      throw Refused(s"There is no catalog $catalog${CatalogStatements.those}")
    lazy val plugin = state.catalogManager.catalog(catalog).asInstanceOf[SupportsNamespaces]
    lazy val schema = plugin.namespaceExists(Array(what.name(1)))
    lazy val inner = what.name.drop(2)
    if (what.kind != "CATALOG" && !schema) throw Refused(s"There is no schema ${what.name.take(2).mkString(".")}")
    what.kind match {
      case "TABLE" | "COLUMN" =>
        if (!state.catalog.tableExists(TableIdentifier(inner.head, Some(what.database(session)))))
          throw Refused(s"There is no table or view ${what.name.take(3).mkString(".")}")
        def columns = session.table(quoted(what.name.take(3))).columns
        if (what.kind == "COLUMN" && !columns.exists(_.equalsIgnoreCase(inner(1))))
          throw Refused(s"The table ${what.name.take(3).mkString(".")} has no column ${inner(1)}")
      case "VOLUME" => Volume.of(session, what)
      case _        =>
    }
  }

  def quoted(name: Seq[String]): String = name.map(part => "`" + part.replace("`", "``") + "`").mkString(".")
}
