package lakebook.bridge

import scala.util.Try

import org.apache.spark.ml.evaluation.Evaluator
import org.apache.spark.ml.param.{ParamMap, Params}
import org.apache.spark.ml.tuning.{CrossValidator, CrossValidatorModel, TrainValidationSplit, TrainValidationSplitModel}
import org.apache.spark.ml.{Estimator, PipelineStage}
import org.apache.spark.sql.{DataFrame, Dataset}

/** A `fit` that has been called: what the estimator was then, which its owner may change any time.
  *
  * @param run the id of the run that was active
  * @param call another number for each call of `fit`; one that takes several maps of parameters is as many of these
  */
class FitStart(estimator: Estimator[_], frame: Dataset[_], run: Option[String], call: Int) {
  private val started = System.currentTimeMillis
  private val described = Try {
    val named = new NamedParams(estimator)
    (named.all, FitSearch.of(estimator, named))
  }

  /** @param outcome the model, or what was thrown */
  def ended(outcome: Either[Throwable, AnyRef]): Fit = {
    val about = Map(
      "class" -> estimator.getClass.getName,
      "name" -> NamedParams.simpleName(estimator),
      "uid" -> estimator.uid,
      "run" -> run,
      "call" -> call,
      "started" -> started,
      "ended" -> System.currentTimeMillis,
      "params" -> described.map(_._1).getOrElse(Map.empty),
      "unknown" -> described.failed.map(_.toString).toOption,
      "search" -> outcome.toOption.flatMap(model => described.toOption.flatMap(_._2).map(_.told(model))),
      "failed" -> outcome.isLeft,
    )
    new Fit(about, frame, outcome.toOption.collect {
      case search: CrossValidatorModel       => search.bestModel
      case search: TrainValidationSplitModel => search.bestModel
      case model: PipelineStage              => model
    })
  }
}

/** A `fit` that has ended, for the kernel to log. */
class Fit(about: Map[String, Any], dataset: Dataset[_], made: Option[PipelineStage]) {
  /** A JSON object: `class`, `name` and `uid` of the estimator, its `params` (`unknown` says why they are not known),
    * the `run` that was active, the `call`, `started` and `ended` (milliseconds since 1970), whether it `failed`, and
    * `search` as `FitSearch` has it. What is not there is null.
    */
  def told: String = Json.write(about)

  /** The model, of a search the best one; null when the fit failed. */
  def model: PipelineStage = made.orNull

  /** What `FitMetrics` tells, as JSON. */
  def metrics(milliseconds: Long): String =
    Json.write(new FitMetrics(model, dataset.sparkSession.sparkContext).told(milliseconds))

  /** What `ModelExample` shows of the data that was fitted. */
  def example(most: Int, milliseconds: Long): DataFrame = new ModelExample(model, dataset).rows(most, milliseconds)
}

/** The points that an estimator tries to find the best one. */
class FitSearch(named: NamedParams, evaluator: Evaluator, tried: Params, points: Array[ParamMap], prefix: String) {
  private val metric =
    if (!evaluator.hasParam("metricName")) "metric"
    else evaluator.getOrDefault(evaluator.getParam("metricName")).toString
  private val largerIsBetter = evaluator.isLargerBetter
  private val described = points.toSeq.map(point => (named.of(point), named.of(tried.copy(point))))

  /** `{"metric": name, "best": index, "points": [{"point": {…}, "params": {…}, "value": number}]}`: of each point what
    * was varied, all parameters, and the metric.
    */
  def told(model: AnyRef): Map[String, Any] = {
    val values = model match {
      case search: CrossValidatorModel       => search.avgMetrics.toSeq
      case search: TrainValidationSplitModel => search.validationMetrics.toSeq
    }
    val ranked = values.zipWithIndex
    Map(
      "metric" -> s"$prefix$metric",
      "best" -> (if (largerIsBetter) ranked.maxBy(_._1) else ranked.minBy(_._1))._2,
      "points" -> described.zip(values).map { case ((point, params), value) =>
        Map("point" -> point, "params" -> params, "value" -> PythonValue(value))
      },
    )
  }
}

object FitSearch {
  def of(estimator: Estimator[_], named: NamedParams): Option[FitSearch] = estimator match {
    case one: CrossValidator =>
      Some(new FitSearch(named, one.getEvaluator, one.getEstimator, one.getEstimatorParamMaps, "avg_"))
    case one: TrainValidationSplit =>
      Some(new FitSearch(named, one.getEvaluator, one.getEstimator, one.getEstimatorParamMaps, ""))
    case _ => None
  }
}
