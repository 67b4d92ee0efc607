package org.apache.spark.sql.lakebook // for what Delta and Spark keep to Spark's packages

import scala.collection.immutable.ListMap

import org.apache.spark.sql.catalyst.TableIdentifier
import org.apache.spark.sql.delta.{DeltaLog, SnapshotDescriptor}

/** A Delta table as it was at one version.
  *
  * @param name "schema.table", or "catalog.schema.table", where it was asked for by its name, else empty
  * @param location as Hadoop writes paths, "file:/x" for a folder of this machine
  * @param id Delta's, another one when a table was dropped and made anew
  */
case class TableVersion(name: String, location: String, version: Long, id: String) {
  /** What makes it the same rows, however it was called. */
  def rows: (String, Long, String) = (location, version, id)

  def json: Map[String, Any] = ListMap("name" -> name, "location" -> location, "version" -> version, "table_id" -> id)
}

object TableVersion {
  def of(log: DeltaLog, table: Option[TableIdentifier], snapshot: SnapshotDescriptor): TableVersion = {
    val name = table.fold("") { found =>
      s"${LakeCatalogs.written(found.database.getOrElse(LakeCatalogs.Default))}.${found.table}"
    }
    TableVersion(name, log.dataPath.toString, snapshot.version, snapshot.metadata.id)
  }
}

/** A commit that changed rows or columns of a table: the version it made, and what the same query read. */
case class TableWrite(table: TableVersion, operation: String, sources: Seq[TableVersion]) {
  def json: Map[String, Any] = table.json ++ ListMap("operation" -> operation, "from" -> sources.map(_.json))
}
