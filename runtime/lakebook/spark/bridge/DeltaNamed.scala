package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: the catalogs of a session

import org.apache.spark.sql.classic.SparkSession
import org.apache.spark.sql.connector.catalog.{CatalogManager, LookupCatalog, TableCatalog}
import org.apache.spark.sql.delta.catalog.DeltaTableV2

object DeltaNamed {
  /** The table of a name; None where it is another one than Delta's. */
  def apply(session: SparkSession, table: Seq[String]): Option[DeltaTableV2] = {
    val names = new LookupCatalog {
      override protected val catalogManager: CatalogManager = session.sessionState.catalogManager
    }
    val names.CatalogAndIdentifier(catalog, name) = table: @unchecked
    catalog.asInstanceOf[TableCatalog].loadTable(name) match {
      case found: DeltaTableV2 => Some(found)
      case _                   => None
    }
  }
}
