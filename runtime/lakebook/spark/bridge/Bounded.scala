package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: a frame made of a plan

import org.apache.spark.sql.Dataset
import org.apache.spark.sql.catalyst.expressions.Literal
import org.apache.spark.sql.catalyst.plans.logical.LocalLimit
import org.apache.spark.sql.classic.{Dataset => ClassicDataset}

object Bounded {
  /** The frame, with no more than so many rows of each partition. */
  def of(frame: Dataset[_], rows: Int): Dataset[_] = {
    val query = frame.asInstanceOf[ClassicDataset[_]].queryExecution
    ClassicDataset.ofRows(query.sparkSession, LocalLimit(Literal(rows), query.analyzed))
  }
}
