package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: the state that sessions share

import org.apache.spark.sql.catalyst.catalog.ExternalCatalogWithListener
import org.apache.spark.sql.classic.SparkSession
import org.apache.spark.sql.internal.SharedState

/** The catalog of a driver, which takes seconds to open: whoever asks for it does that. */
class UnopenedCatalog(session: SparkSession) {
  private val field = classOf[SharedState].getDeclaredField("externalCatalog")
  field.setAccessible(true)

  /** Whether somebody has needed it. */
  def opened: Boolean = field.get(session.sharedState) != null

  def catalog: ExternalCatalogWithListener = session.sharedState.externalCatalog
}
