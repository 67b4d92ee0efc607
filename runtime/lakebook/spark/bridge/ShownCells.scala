package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: columns of expressions

import org.apache.spark.sql.{Column, Dataset}
import org.apache.spark.sql.catalyst.expressions.{If, IsNull, Literal, ToPrettyString}
import org.apache.spark.sql.classic.{Dataset => ClassicDataset, ExpressionUtils}
import org.apache.spark.sql.types.StringType

object ShownCells {
  /** A frame's columns as `show()` writes their values, but null for null. */
  def of(frame: Dataset[_]): Seq[Column] =
    frame.asInstanceOf[ClassicDataset[_]].queryExecution.analyzed.output.map { column =>
      ExpressionUtils.column(If(IsNull(column), Literal(null, StringType), ToPrettyString(column)))
    }
}
