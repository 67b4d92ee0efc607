package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: a column made of an expression

import org.apache.spark.sql.{Column, Dataset}
import org.apache.spark.sql.catalyst.expressions.Literal
import org.apache.spark.sql.classic.{Dataset => ClassicDataset, ExpressionUtils}

object Literals {
  /** The values of a frame's one row, in the types of its columns. */
  def of(frame: Dataset[_]): Array[Column] = {
    val query = frame.asInstanceOf[ClassicDataset[_]].queryExecution
    val row = query.executedPlan.executeCollect().head
    query.analyzed.output.zipWithIndex.map { case (column, at) =>
      ExpressionUtils.column(Literal(if (row.isNullAt(at)) null else row.get(at, column.dataType), column.dataType))
    }.toArray
  }
}
