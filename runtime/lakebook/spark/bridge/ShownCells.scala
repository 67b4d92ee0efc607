package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: a plan's rows as they are

import org.apache.spark.sql.Dataset
import org.apache.spark.sql.catalyst.expressions.{BoundReference, ToPrettyString}
import org.apache.spark.sql.classic.{Dataset => ClassicDataset}
import org.apache.spark.sql.execution.SQLExecution

object ShownCells {
  /** The first rows of a frame, each cell as `show()` writes it, but null for null.
    *
    * They are written here, not by the query: a further projection would have to be analyzed and optimized, which takes
    * longer than a small query itself.
    */
  def head(frame: Dataset[_], rows: Int): Seq[Seq[String]] = {
    val query = frame.asInstanceOf[ClassicDataset[_]].limit(rows).queryExecution
    val session = query.sparkSession
    session.withActive {
      val zone = Some(session.sessionState.conf.sessionLocalTimeZone)
      val cells = query.analyzed.output.zipWithIndex.map { case (column, at) =>
        ToPrettyString(BoundReference(at, column.dataType, column.nullable), zone)
      }
      val found = SQLExecution.withNewExecutionId(query, Some("head")) {
        query.executedPlan.resetMetrics()
        query.executedPlan.executeCollect()
      }
      found.toSeq.map(row => cells.zipWithIndex.map { case (cell, at) => if (row.isNullAt(at)) null else cell.eval(row).toString })
    }
  }
}
