package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: an error without one of its classes

import org.apache.spark.QueryContext
import org.apache.spark.sql.AnalysisException

/** A statement that is wrong, or that cannot be done here. */
object Refused {
  def apply(message: String): AnalysisException =
    new AnalysisException(message, None, None, None, None, Map.empty[String, String], Array.empty[QueryContext])
}
