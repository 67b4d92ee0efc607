package lakebook.bridge

import scala.collection.immutable.ListMap

import org.apache.spark.ml.Pipeline
import org.apache.spark.ml.param.{Param, ParamMap, Params}
import org.apache.spark.ml.tuning.{CrossValidator, TrainValidationSplit}

/** The parameters of an estimator under the names that MLflow's autologging of `pyspark.ml` gives them.
  *
  * A parameter of a part (a pipeline's stage, a search's evaluator, …) begins with the part's name, which is its class'
  * simple name, with a number where there are several of a class. Values are as `PythonValue` gives them.
  */
class NamedParams(whole: Params) {
  private val names: Map[String, String] = {
    val parts = within(whole).distinctBy(_.uid)
    val alike = parts.groupBy(NamedParams.simpleName)
    parts.map { part =>
      val (name, same) = (NamedParams.simpleName(part), alike(NamedParams.simpleName(part)))
      part.uid -> (if (same.length > 1) s"${name}_${same.indexOf(part) + 1}" else name)
    }.toMap
  }

  def all: ListMap[String, Any] = of(whole, "")

  /** The parameters of one of its parts, as if that stood alone. */
  def of(part: Params): ListMap[String, Any] = of(part, "")

  /** The parameters of a search's point. */
  def of(point: ParamMap): ListMap[String, Any] = ListMap(point.toSeq.map { pair =>
    s"${names.getOrElse(pair.param.parent, pair.param.parent)}.${pair.param.name}" -> valueOf(pair.value)
  }.sortBy(_._1): _*)

  private def of(part: Params, prefix: String): ListMap[String, Any] =
    ListMap(NamedParams.defined(part).flatMap { case (param, value) => of(part, param, value, prefix) }: _*)

  private def of(part: Params, param: Param[_], value: Any, prefix: String): Seq[(String, Any)] = {
    val own = s"$prefix${param.name}" -> valueOf(value)
    (part, param.name, value) match {
      case (pipeline: Pipeline, "stages", _)  => own +: pipeline.getStages.toSeq.flatMap(nested)
      case (NamedParams.Search(), "estimator", _)         => Seq(own) // each run of the search's points has its params
      case (NamedParams.Search(), "estimatorParamMaps", _) => Nil
      case (_, _, inner: Params)              => own +: nested(inner).toSeq
      case _                                  => Seq(own)
    }
  }

  private def nested(part: Params): ListMap[String, Any] = of(part, s"${nameOf(part)}.")

  private def valueOf(value: Any): Any = value match {
    case part: Params     => nameOf(part)
    case values: Array[_] => values.toSeq.map(valueOf)
    case other            => PythonValue(other)
  }

  private def nameOf(part: Params): String = names.getOrElse(part.uid, NamedParams.simpleName(part))

  private def within(part: Params): Seq[Params] = part +: (part match {
    case pipeline: Pipeline if pipeline.isDefined(pipeline.stages) => pipeline.getStages.toSeq.flatMap(within)
    case other => NamedParams.defined(other).collect { case (_, inner: Params) => inner }.flatMap(within)
  })
}

object NamedParams {
  def simpleName(part: Params): String = part.getClass.getName.split("[.$]").filter(_.nonEmpty).last

  private def defined(part: Params): Seq[(Param[_], Any)] =
    part.params.toSeq.filter(part.isDefined).map(param => param -> part.getOrDefault(param))

  /** An estimator that tries several points. */
  private object Search {
    def unapply(part: Params): Boolean = part.isInstanceOf[CrossValidator] || part.isInstanceOf[TrainValidationSplit]
  }
}
