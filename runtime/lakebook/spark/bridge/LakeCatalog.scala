package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: views as its own catalog has them

import java.util

import scala.jdk.CollectionConverters._

import org.apache.spark.sql.catalyst.TableIdentifier
import org.apache.spark.sql.catalyst.analysis.{NoSuchTableException, NoSuchViewException, ViewAlreadyExistsException}
import org.apache.spark.sql.catalyst.catalog.{CatalogTable, CatalogTableType, SessionCatalog}
import org.apache.spark.sql.classic.SparkSession
import org.apache.spark.sql.connector.catalog._
import org.apache.spark.sql.connector.expressions.Transform
import org.apache.spark.sql.types.StructType
import org.apache.spark.sql.util.CaseInsensitiveStringMap

/** A catalog of the workspace, by Spark's interfaces: the session's own under other names. See `LakeCatalogs`. */
class LakeCatalog(override val name: String)
    extends RelationCatalog with StagingTableCatalog with SupportsNamespaces {
  private type Base = StagingTableCatalog with SupportsNamespaces
  private type Properties = util.Map[String, String]

  override def initialize(name: String, options: CaseInsensitiveStringMap): Unit = ()
  override def defaultNamespace: Array[String] = Array(LakeCatalogs.Default)
  override def capabilities: util.Set[TableCatalogCapability] = base.capabilities

  private def session: SparkSession = SparkSession.active
  private def base: Base = session.sessionState.catalogManager.v2SessionCatalog.asInstanceOf[Base]
  private def views: SessionCatalog = session.sessionState.catalog

  /** Where a namespace is kept. The default schema of the first catalog is made when it is first needed. */
  private def in(namespace: Array[String]): Array[String] =
    if (namespace.length != 1) namespace
    else {
      val kept = Array(LakeCatalogs.database(name, namespace.head))
      val first = name == LakeCatalogs.First && namespace.head.equalsIgnoreCase(LakeCatalogs.Default)
      if (first && !base.namespaceExists(kept))
        base.createNamespace(kept, util.Map.of())
      kept
    }

  /** A path, as of ``delta.`/x` ``, is no name. */
  private def in(table: Identifier): Identifier =
    if (table.name.contains("/")) table else Identifier.of(in(table.namespace), table.name)

  private def v1(table: Identifier): TableIdentifier = TableIdentifier(table.name, in(table.namespace).headOption)

  private def isInformation(namespace: Array[String]): Boolean =
    namespace.length == 1 && namespace.head.equalsIgnoreCase(LakeCatalogs.Information)

  // tables

  override def loadRelation(table: Identifier): Relation =
    if (isInformation(table.namespace)) InformationSchema.table(session, name, table)
    else base.loadTable(in(table)) match {
      case plain: V1Table if plain.catalogTable.tableType == CatalogTableType.VIEW =>
        LakeCatalog.view(plain.catalogTable)
      case other => readable(other)
    }

  override def loadTable(table: Identifier): Table = loadRelation(table) match {
    case found: Table => found
    case _            => throw new NoSuchTableException(table)
  }
  override def loadTable(table: Identifier, version: String): Table = base.loadTable(in(table), version)
  override def loadTable(table: Identifier, timestamp: Long): Table = base.loadTable(in(table), timestamp)
  override def loadChangelog(
      table: Identifier, context: ChangelogContext, options: CaseInsensitiveStringMap): Changelog =
    base.loadChangelog(in(table), context, options)

  /** Spark reads and writes another catalog's files itself if they need no partitions of its own catalog's. */
  private def readable(table: Table): Table = table match {
    case plain: V1Table => V1Table(plain.catalogTable.copy(tracksPartitionsInCatalog = false))
    case other          => other
  }

  override def tableExists(table: Identifier): Boolean =
    if (isInformation(table.namespace)) InformationSchema.has(table.name)
    else base.tableExists(in(table)) && !viewExists(table)
  override def invalidateTable(table: Identifier): Unit = base.invalidateTable(in(table))
  override def listTables(namespace: Array[String]): Array[Identifier] =
    if (isInformation(namespace)) InformationSchema.names.map(Identifier.of(namespace, _)).toArray
    else {
      val without = listViews(namespace).map(_.name).toSet
      views.externalCatalog.listTables(in(namespace).head).filterNot(without).map(Identifier.of(namespace, _)).toArray
    }

  override def createTable(
      table: Identifier, columns: Array[Column], parts: Array[Transform], properties: Properties): Table =
    readable(base.createTable(in(table), columns, parts, properties))
  override def createTableLike(table: Identifier, info: TableInfo, source: Table): Table =
    readable(base.createTableLike(in(table), info, source))
  override def alterTable(table: Identifier, changes: TableChange*): Table =
    readable(base.alterTable(in(table), changes: _*))
  override def dropTable(table: Identifier): Boolean = base.dropTable(in(table))
  override def purgeTable(table: Identifier): Boolean = dropTable(table)
  override def renameTable(from: Identifier, to: Identifier): Unit = base.renameTable(in(from), in(beside(from, to)))

  private def beside(from: Identifier, to: Identifier): Identifier = to.namespace match {
    case Array()                                           => Identifier.of(from.namespace, to.name)
    case Array(catalog, schema) if catalog.equalsIgnoreCase(name) => Identifier.of(Array(schema), to.name)
    case _                                                 => to
  }

  override def stageCreate(
      table: Identifier, columns: Array[Column], parts: Array[Transform], properties: Properties): StagedTable =
    base.stageCreate(in(table), columns, parts, properties)
  override def stageReplace(
      table: Identifier, columns: Array[Column], parts: Array[Transform], properties: Properties): StagedTable =
    base.stageReplace(in(table), columns, parts, properties)
  override def stageCreateOrReplace(
      table: Identifier, columns: Array[Column], parts: Array[Transform], properties: Properties): StagedTable =
    base.stageCreateOrReplace(in(table), columns, parts, properties)
  override def stageCreate(
      table: Identifier, schema: StructType, parts: Array[Transform], properties: Properties): StagedTable =
    base.stageCreate(in(table), schema, parts, properties)
  override def stageReplace(
      table: Identifier, schema: StructType, parts: Array[Transform], properties: Properties): StagedTable =
    base.stageReplace(in(table), schema, parts, properties)
  override def stageCreateOrReplace(
      table: Identifier, schema: StructType, parts: Array[Transform], properties: Properties): StagedTable =
    base.stageCreateOrReplace(in(table), schema, parts, properties)

  // views

  override def loadView(view: Identifier): View = loadRelation(view) match {
    case found: View => found
    case _           => throw new NoSuchViewException(view)
  }
  override def viewExists(view: Identifier): Boolean =
    !isInformation(view.namespace) && view.namespace.length == 1 && views.tableExists(v1(view)) &&
      views.getTableRawMetadata(v1(view)).tableType == CatalogTableType.VIEW
  override def listViews(namespace: Array[String]): Array[Identifier] =
    if (isInformation(namespace)) Array.empty
    else views.externalCatalog.listViews(in(namespace).head, "*").map(Identifier.of(namespace, _)).toArray
  override def createView(view: Identifier, made: View): View = {
    if (views.tableExists(v1(view))) throw new ViewAlreadyExistsException(view)
    views.createTable(kept(view, made), false)
    made
  }
  override def replaceView(view: Identifier, made: View): View = {
    if (!viewExists(view)) throw new NoSuchViewException(view)
    views.alterTable(kept(view, made))
    made
  }
  override def dropView(view: Identifier): Boolean = viewExists(view) && {
    views.dropTable(v1(view), ignoreIfNotExists = true, purge = false)
    Records.forget(session, in(view.namespace).head, view.name)
    true
  }
  override def renameView(from: Identifier, to: Identifier): Unit = {
    views.renameTable(v1(from), v1(beside(from, to)))
    Records.rename(session, in(from.namespace).head, from.name, to.name)
  }

  private def kept(view: Identifier, made: View): CatalogTable =
    V1Table.toCatalogTable(this, view, made).copy(identifier = v1(view).copy(catalog = Some(LakeCatalogs.Session)))

  // schemas

  override def listNamespaces(): Array[Array[String]] = {
    val kept = views.externalCatalog.listDatabases(LakeCatalogs.database(name, "*"))
    val own = kept.map(LakeCatalogs.schemaOf).collect { case (`name`, schema) => schema }
    val first = if (name == LakeCatalogs.First) Seq(LakeCatalogs.Default) else Nil
    (own ++ first :+ LakeCatalogs.Information).distinct.sorted.map(Array(_)).toArray
  }
  override def listNamespaces(namespace: Array[String]): Array[Array[String]] =
    if (namespace.isEmpty) listNamespaces() else Array.empty
  override def namespaceExists(namespace: Array[String]): Boolean =
    isInformation(namespace) || namespace.length == 1 && base.namespaceExists(in(namespace))
  override def loadNamespaceMetadata(namespace: Array[String]): Properties =
    if (isInformation(namespace)) util.Map.of(SupportsNamespaces.PROP_COMMENT, "What this catalog has, as tables")
    else Records.described(session, in(namespace).head, base.loadNamespaceMetadata(in(namespace)))
  override def createNamespace(namespace: Array[String], properties: Properties): Unit = {
    val given = properties.asScala
    val placed = given.contains(SupportsNamespaces.PROP_LOCATION)
    val root = if (placed) None else Records.place(session, name)
    val place = root.map(folder => SupportsNamespaces.PROP_LOCATION -> s"$folder/${namespace.last}")
    base.createNamespace(in(namespace), (given ++ place).asJava)
  }
  override def alterNamespace(namespace: Array[String], changes: NamespaceChange*): Unit =
    base.alterNamespace(in(namespace), changes: _*)
  override def dropNamespace(namespace: Array[String], cascade: Boolean): Boolean =
    base.dropNamespace(in(namespace), cascade)
}

private object LakeCatalog {
  /** A view of Spark's own catalog, as its plug-ins have them. */
  def view(table: CatalogTable): View = {
    val properties = table.properties.filterNot(_._1.startsWith(CatalogTable.VIEW_PREFIX))
    val made = new View.Builder()
      .withSchema(table.schema)
      .withProperties(properties.asJava)
      .withQueryText(table.viewText.getOrElse(""))
      .withCurrentCatalog(table.viewCatalogAndNamespace.headOption.orNull)
      .withCurrentNamespace(table.viewCatalogAndNamespace.drop(1).toArray)
      .withSqlConfigs(table.viewSQLConfigs.asJava)
      .withSchemaMode(table.viewSchemaMode.toString)
      .withQueryColumnNames(table.viewQueryColumnNames.toArray)
      .withOwner(table.owner)
    table.comment.foreach(made.withComment)
    made.build()
  }
}
