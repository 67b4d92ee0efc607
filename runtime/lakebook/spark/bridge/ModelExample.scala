package lakebook.bridge

import scala.util.control.NonFatal

import org.apache.spark.ml.PipelineStage
import org.apache.spark.sql.types.StructType
import org.apache.spark.sql.{DataFrame, Dataset}

/** What a fitted model of Spark ML reads, shown by the first rows of a frame that has it. */
class ModelExample(model: PipelineStage, frame: Dataset[_]) {
  /** The columns without which the model does not work; none where that cannot be told. */
  private lazy val columns: Seq[String] = {
    val schema = frame.schema
    val names = schema.fieldNames.toSeq
    if (names.length > ModelExample.Widest || names.distinct != names || !takes(schema)) Nil
    else names.filterNot(name => takes(StructType(schema.filterNot(_.name == name))))
  }

  /** The first rows of these columns, as a frame that has them in memory; null where they cannot be told in time. */
  def rows(most: Int, milliseconds: Long): DataFrame =
    if (columns.isEmpty) null
    else {
      val whole = frame.toDF()
      val some = whole.select(columns.map(name => whole.col(s"`${name.replace("`", "``")}`")): _*).limit(most)
      TimeLimit(frame.sparkSession.sparkContext, milliseconds)(some.collectAsList())
        .map(frame.sparkSession.createDataFrame(_, some.schema)).orNull
    }

  private def takes(schema: StructType): Boolean =
    try {
      model.transformSchema(schema)
      true
    } catch { case NonFatal(_) => false } // stages say so by exceptions of all kinds
}

private object ModelExample {
  /** Each column costs a question; so many are a table to be assembled, no model's input. */
  val Widest = 1000
}

/** What is logged by a cell's `logModel`: the kernel fetches it. */
class ModelToLog(val model: PipelineStage, sample: Option[ModelExample]) {
  /** As `ModelExample.rows` gives it; null without one. */
  def example(most: Int, milliseconds: Long): DataFrame = sample.map(_.rows(most, milliseconds)).orNull
}
