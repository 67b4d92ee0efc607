package org.apache.spark.sql.lakebook // beside the catalogs that are kept in the same metastore

import java.util

import org.apache.spark.sql.classic.SparkSession
import org.apache.spark.sql.connector.catalog.{Column, Identifier, StagedTable, Table}
import org.apache.spark.sql.connector.expressions.Transform
import org.apache.spark.sql.delta.catalog.DeltaCatalog

/** The session's own catalog: Delta's, without the schemas of other catalogs, which are kept in the same metastore, and
  * with an information schema.
  */
class SessionsCatalog extends DeltaCatalog {
  private type Properties = util.Map[String, String]

  override def listNamespaces(): Array[Array[String]] =
    super.listNamespaces().filter(schema => LakeCatalogs.schemaOf(schema.head)._1 == LakeCatalogs.Session)

  override def loadTable(table: Identifier): Table = table.namespace match {
    case Array(schema) if schema.equalsIgnoreCase(LakeCatalogs.Information) && InformationSchema.has(table.name) =>
      InformationSchema.table(SparkSession.active, LakeCatalogs.Session, table)
    case Array(catalog, _) => throw Refused(s"There is no catalog $catalog${CatalogStatements.those}")
    case _                 => super.loadTable(table)
  }

  override def loadNamespaceMetadata(schema: Array[String]): util.Map[String, String] =
    Records.described(SparkSession.active, schema.last, super.loadNamespaceMetadata(schema))

  override def dropNamespace(schema: Array[String], cascade: Boolean): Boolean = {
    for (database <- schema.lastOption) Volume.leave(SparkSession.active, database, cascade)
    super.dropNamespace(schema, cascade)
  }

  override def createTable(
      table: Identifier, columns: Array[Column], parts: Array[Transform], properties: Properties): Table = {
    AbandonedFolder.leave(table, properties, committed = false)
    super.createTable(table, columns, parts, properties)
  }

  override def stageCreate(
      table: Identifier, columns: Array[Column], parts: Array[Transform], properties: Properties): StagedTable = {
    AbandonedFolder.leave(table, properties, committed = true)
    super.stageCreate(table, columns, parts, properties)
  }

  override def dropTable(table: Identifier): Boolean = {
    val dropped = super.dropTable(table)
    if (dropped) for (schema <- table.namespace.lastOption) Records.forget(SparkSession.active, schema, table.name)
    dropped
  }

  override def renameTable(from: Identifier, to: Identifier): Unit = {
    super.renameTable(from, to)
    for (schema <- from.namespace.lastOption) Records.rename(SparkSession.active, schema, from.name, to.name)
  }
}
