package org.apache.spark.ml.lakebook // for what Spark keeps to its own package: that a model may have a summary

import org.apache.spark.ml.PipelineModel
import org.apache.spark.ml.param.Params
import org.apache.spark.ml.tuning.{CrossValidatorModel, TrainValidationSplitModel}
import org.apache.spark.ml.util.HasTrainingSummary

/** What models know of their own training. */
object TrainingSummaries {
  /** The models that have a summary, of a model and of those in it, each with its summary. */
  def of(model: AnyRef): Seq[(Params, AnyRef)] = model match {
    case pipeline: PipelineModel           => pipeline.stages.toSeq.flatMap(of)
    case search: CrossValidatorModel       => of(search.bestModel)
    case search: TrainValidationSplitModel => of(search.bestModel)
    case one: Params with HasTrainingSummary[_] if one.hasSummary => Seq(one -> one.summary.asInstanceOf[AnyRef])
    case _                                                        => Nil
  }
}
