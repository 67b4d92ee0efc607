package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: a plan's rows as they are

import scala.collection.mutable

import org.apache.spark.sql.Dataset
import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.catalyst.expressions.{Attribute, BoundReference, ToPrettyString}
import org.apache.spark.sql.catalyst.plans.logical.Aggregate
import org.apache.spark.sql.classic.{Dataset => ClassicDataset, SparkSession}
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
      val found = SQLExecution.withNewExecutionId(query, Some("head")) {
        query.executedPlan.resetMetrics()
        query.executedPlan.executeCollect()
      }
      texts(query.analyzed.output, found.toSeq, session)
    }
  }

  /** The same with the number of all rows. The whole frame is computed, once: a batch of a stream must be. */
  def headAndCount(frame: Dataset[_], rows: Int): (Seq[Seq[String]], Long) = {
    val query = frame.asInstanceOf[ClassicDataset[_]].queryExecution
    val session = query.sparkSession
    session.withActive {
      val parts = SQLExecution.withNewExecutionId(query, Some("headAndCount")) {
        query.toRdd.mapPartitions { found =>
          val head = mutable.ArrayBuffer[InternalRow]()
          var count = 0L
          for (row <- found) {
            if (count < rows) head += row.copy()
            count += 1
          }
          Iterator((head, count))
        }.collect()
      }
      (texts(query.analyzed.output, parts.toSeq.flatMap(_._1).take(rows), session), parts.map(_._2).sum)
    }
  }

  /** Whether a stream's groups go on changing, so that all of them are its result. */
  def isAggregated(frame: Dataset[_]): Boolean =
    frame.asInstanceOf[ClassicDataset[_]].queryExecution.analyzed.exists {
      case group: Aggregate => group.isStreaming
      case _                => false
    }

  private[lakebook] def texts(columns: Seq[Attribute], rows: Seq[InternalRow], session: SparkSession): Seq[Seq[String]] = {
    val zone = Some(session.sessionState.conf.sessionLocalTimeZone)
    val cells = columns.zipWithIndex.map { case (column, at) =>
      ToPrettyString(BoundReference(at, column.dataType, column.nullable), zone)
    }
    rows.map { row =>
      cells.zipWithIndex.map { case (cell, at) => if (row.isNullAt(at)) null else cell.eval(row).toString }
    }
  }
}
