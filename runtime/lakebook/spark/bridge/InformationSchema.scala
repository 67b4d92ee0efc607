package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: the catalog of a session

import java.util

import scala.util.control.NonFatal

import org.apache.spark.internal.Logging
import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.catalyst.analysis.NoSuchTableException
import org.apache.spark.sql.catalyst.catalog.{CatalogTable, CatalogTableType}
import org.apache.spark.sql.classic.SparkSession
import org.apache.spark.sql.connector.catalog.{Identifier, SupportsRead, Table, TableCapability, TableCatalog}
import org.apache.spark.sql.delta.catalog.DeltaTableV2
import org.apache.spark.sql.connector.read.{LocalScan, Scan, ScanBuilder}
import org.apache.spark.sql.types.{DataType, IntegerType, StringType, StructField, StructType, TimestampType}
import org.apache.spark.sql.util.CaseInsensitiveStringMap
import org.apache.spark.unsafe.types.UTF8String

/** `information_schema` of a catalog: what it has, as tables with Databricks' columns. Rows are read when asked for. */
object InformationSchema extends Logging {
  private case class Relation(columns: Seq[(String, DataType)], rows: Of => Seq[Seq[Any]])

  def names: Seq[String] = relations.keys.toSeq.sorted
  def has(name: String): Boolean = relations.contains(name.toLowerCase)

  def table(session: SparkSession, catalog: String, name: Identifier): Table = {
    val relation = relations.getOrElse(name.name.toLowerCase, throw new NoSuchTableException(name))
    new Rows(s"$catalog.${LakeCatalogs.Information}.${name.name}", relation, new Of(session, catalog))
  }

  private def strings(names: String*): Seq[(String, DataType)] = names.map(_ -> StringType)

  private val InTable = strings("table_catalog", "table_schema", "table_name")

  private lazy val relations: Map[String, Relation] = Map(
    "catalogs" -> Relation(strings("catalog_name", "catalog_owner", "comment"), _.catalogs),
    "schemata" -> Relation(strings("catalog_name", "schema_name", "schema_owner", "comment"), _.schemata),
    "tables" -> Relation(
      InTable ++
        strings("table_type", "is_insertable_into", "table_owner", "comment", "data_source_format", "storage_path") ++
        Seq("created" -> TimestampType),
      _.tables),
    "views" -> Relation(InTable ++ strings("view_definition", "table_owner", "comment"), _.views),
    "columns" -> Relation(
      InTable ++ strings("column_name") ++ Seq("ordinal_position" -> IntegerType) ++
        strings("column_default", "is_nullable", "full_data_type", "data_type", "comment"),
      _.columns),
    "volumes" -> Relation(
      strings("volume_catalog", "volume_schema", "volume_name", "volume_type", "volume_owner", "comment",
        "storage_location"),
      _.volumes),
    "catalog_tags" -> Relation(strings("catalog_name", "tag_name", "tag_value"), _.tags("CATALOG")),
    "schema_tags" -> Relation(strings("catalog_name", "schema_name", "tag_name", "tag_value"), _.tags("SCHEMA")),
    "table_tags" -> Relation(
      strings("catalog_name", "schema_name", "table_name", "tag_name", "tag_value"), _.tags("TABLE")),
    "volume_tags" -> Relation(
      strings("catalog_name", "schema_name", "volume_name", "tag_name", "tag_value"), _.tags("VOLUME")),
    "column_tags" -> Relation(
      strings("catalog_name", "schema_name", "table_name", "column_name", "tag_name", "tag_value"), _.tags("COLUMN")),
    "catalog_privileges" -> Relation(strings("grantee", "catalog_name", "privilege_type"), _.grants("CATALOG")),
    "schema_privileges" -> Relation(
      strings("grantee", "catalog_name", "schema_name", "privilege_type"), _.grants("SCHEMA")),
    "table_privileges" -> Relation(
      strings("grantee", "table_catalog", "table_schema", "table_name", "privilege_type"), _.grants("TABLE")),
  )

  /** A type as Databricks calls it: `BIGINT` is `LONG`. */
  private def kind(of: DataType): String = if (of == IntegerType) "INT" else of.typeName.takeWhile(_ != '(').toUpperCase

  /** What one catalog has. */
  private class Of(session: SparkSession, catalog: String) {
    private val kept = session.sessionState.catalog.externalCatalog
    private val own = if (LakeCatalogs.isSessions(catalog)) LakeCatalogs.Session else catalog

    /** Schemas, each with its database. */
    private lazy val schemas: Seq[(String, String)] =
      kept.listDatabases().map(database => LakeCatalogs.schemaOf(database) -> database).collect {
        case ((`own`, schema), database) if schema != LakeCatalogs.Information => schema -> database
      }

    private lazy val all: Seq[(String, CatalogTable)] =
      schemas.flatMap { case (schema, database) =>
        kept.getTablesByName(database, kept.listTables(database)).map(schema -> _)
      }

    def catalogs: Seq[Seq[Any]] = (LakeCatalogs.list :+ LakeCatalogs.Session).map(name => {
      val records =
        if (LakeCatalogs.isSessions(name)) Nil
        else Records.of(session, LakeCatalogs.database(name, LakeCatalogs.Information))
      Seq(name, owner(records, "CATALOG", Nil), records.find(_.kind == "comment").map(_.value).orNull)
    })

    def schemata: Seq[Seq[Any]] = schemas.map { case (schema, database) =>
      val comment = Records.commentOn(session, database).getOrElse(kept.getDatabase(database).description)
      Seq(catalog, schema, owner(Records.of(session, database), "SCHEMA", Nil), comment)
    } :+ Seq(catalog, LakeCatalogs.Information, null, "What this catalog has, as tables")

    def tables: Seq[Seq[Any]] = all.map { case (schema, table) =>
      val kind = if (table.tableType == CatalogTableType.VIEW) "VIEW" else table.tableType.name
      val insertable = if (kind == "VIEW") "NO" else "YES"
      val records = Records.of(session, table.database)
      val owned = Option(owner(records, "TABLE", Seq(table.identifier.table))).getOrElse(table.owner)
      Seq(catalog, schema, table.identifier.table, kind, insertable, owned, comment(schema, table),
        table.provider.map(_.toUpperCase).orNull, table.storage.locationUri.map(_.toString).orNull,
        table.createTime * 1000)
    }

    def views: Seq[Seq[Any]] = all.collect { case (schema, table) if table.tableType == CatalogTableType.VIEW =>
      Seq(catalog, schema, table.identifier.table, table.viewText.orNull, table.owner, table.comment.orNull)
    }

    def columns: Seq[Seq[Any]] = for {
      (schema, table) <- all
      (column, at) <- fields(table).zipWithIndex
    } yield Seq(catalog, schema, table.identifier.table, column.name, at + 1, column.getCurrentDefaultValue().orNull,
      if (column.nullable) "YES" else "NO", column.dataType.sql.toLowerCase, InformationSchema.kind(column.dataType),
      column.getComment().orNull)

    /** Delta keeps its columns and comments itself. One table that cannot be read does not hide the others. */
    private def loaded(table: CatalogTable): Option[Table] =
      try {
        val plugin = session.sessionState.catalogManager.v2SessionCatalog.asInstanceOf[TableCatalog]
        Some(plugin.loadTable(Identifier.of(Array(table.database), table.identifier.table)))
      } catch {
        case NonFatal(problem) =>
          logWarning(s"${table.identifier} cannot be described", problem)
          None
      }

    private def fields(table: CatalogTable): Seq[StructField] =
      if (table.tableType == CatalogTableType.VIEW) table.schema
      else loaded(table).map(_.columns.toSeq).fold(Seq.empty[StructField])(columns =>
        org.apache.spark.sql.connector.catalog.CatalogV2Util.v2ColumnsToStructType(columns.toArray))

    private def comment(schema: String, table: CatalogTable): String =
      if (!table.provider.exists(_.equalsIgnoreCase("delta"))) table.comment.orNull
      else loaded(table).collect { case found: DeltaTableV2 => found.initialSnapshot.metadata.description }.orNull

    private def owner(records: Seq[Record], on: String, name: Seq[String]): String =
      records.find(record => record.kind == "owner" && record.on == on && record.name == name).map(_.value).orNull

    /** Records of a kind, with the names of what they are about. */
    private def about(kind: String, on: String): Seq[(Seq[String], Record)] =
      if (on == "CATALOG") {
        val schema = if (own == LakeCatalogs.Session) LakeCatalogs.Default else LakeCatalogs.Information
        val database = LakeCatalogs.database(own, schema)
        Records.of(session, database).filter(record => record.kind == kind && record.on == on).map(Seq(catalog) -> _)
      } else for {
        (schema, database) <- schemas
        record <- Records.of(session, database) if record.kind == kind && record.on == on
      } yield (Seq(catalog, schema) ++ record.name) -> record

    def volumes: Seq[Seq[Any]] = about("volume", "VOLUME").map { case (name, record) =>
      val volume = Volume.read(name, record)
      name ++ Seq(volume.kind, volume.owner, volume.comment.orNull, volume.location)
    }

    def tags(on: String): Seq[Seq[Any]] =
      about("tag", on).map { case (name, record) => name ++ Seq(record.key, record.value) }

    def grants(on: String): Seq[Seq[Any]] = about("grant", on).map { case (name, record) =>
      val Array(privilege, grantee) = record.key.split("\n", 2)
      (grantee +: name) :+ privilege
    }
  }

  private class Rows(override val name: String, relation: Relation, of: Of) extends Table with SupportsRead {
    override val schema: StructType =
      StructType(relation.columns.map { case (column, kind) => StructField(column, kind) })
    override def capabilities: util.Set[TableCapability] = util.EnumSet.of(TableCapability.BATCH_READ)
    override def newScanBuilder(options: CaseInsensitiveStringMap): ScanBuilder = () => scan

    private def scan: Scan = new LocalScan {
      override def readSchema(): StructType = schema
      override def rows(): Array[InternalRow] = relation.rows(of).map(row => InternalRow.fromSeq(row.map {
        case text: String => UTF8String.fromString(text)
        case other        => other
      })).toArray
    }
  }
}
