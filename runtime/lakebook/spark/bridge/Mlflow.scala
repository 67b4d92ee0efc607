package lakebook.bridge

import scala.util.control.ControlThrowable

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.ml.Transformer
import org.apache.spark.sql.Dataset

/** MLflow refused what a cell asked of it. The message is a sentence for the user. */
class MlflowException(message: String) extends RuntimeException(message)

/** What can be logged to a run. Values become text as Python writes them, so that runs of all languages compare. */
abstract class RunLog private[bridge] (questions: Questions) {
  /** Which run is meant, as an argument of MLflow's verbs; nothing for the active one. */
  protected def target: Map[String, Any]

  /** A run has a parameter once. */
  def logParam(key: String, value: Any): Unit = log("log_param", "key" -> key, "value" -> PythonValue(value))

  def logParams(params: collection.Map[String, Any]): Unit = log("log_batch", "params" -> records(params))

  def logMetric(key: String, value: Double, step: Long = 0): Unit =
    log("log_metric", "key" -> key, "value" -> value, "step" -> step)

  /** @param metrics numbers of any type */
  def logMetrics(metrics: collection.Map[String, Any], step: Long = 0): Unit =
    log("log_batch", "metrics" -> records(metrics).map(_ + ("step" -> step)))

  def setTag(key: String, value: Any): Unit = log("set_tag", "key" -> key, "value" -> PythonValue(value))

  def setTags(tags: collection.Map[String, Any]): Unit = log("log_batch", "tags" -> records(tags))

  /** Log a file, or all that is in a folder.
    *
    * @param path where it is; a relative one starts in the notebook's folder
    * @param artifactPath the folder among the run's artifacts that it goes to
    */
  def logArtifact(path: String, artifactPath: String = ""): Unit =
    log("log_artifact", Seq("path" -> path) ++ filled("artifact_path", artifactPath): _*)

  /** Log a fitted model of Spark ML in MLflow's spark flavor.
    *
    * @param inputExample a frame with what the model reads: its first rows are kept with the model, and tell its
    *   signature
    * @param registeredModelName makes it a version of that registered model
    */
  def logModel(model: Transformer, name: String = "model", inputExample: Dataset[_] = null,
      registeredModelName: String = ""): Unit = {
    val example = Option(inputExample).map(new ModelExample(model, _))
    val uid = Option(model).map(_.uid).orNull
    val registered = filled("registered_model_name", registeredModelName)
    ask("log_model", Seq("model" -> uid, "name" -> name) ++ registered ++ target, new ModelToLog(model, example))
  }

  protected def log(verb: String, arguments: (String, Any)*): Unit = ask(verb, arguments ++ target, null)

  /** @throws MlflowException the kernel refuses, or cannot answer */
  protected def ask(verb: String, arguments: Seq[(String, Any)], subject: AnyRef = null): JsonNode = {
    arguments.collectFirst { case (name, null) =>
      throw new MlflowException(s"MLflow's $verb got null as its $name.")
    }
    questions.ask(verb, arguments.toMap, subject).fold(sentence => throw new MlflowException(sentence), identity)
  }

  protected def filled(name: String, text: String): Option[(String, String)] =
    if (text == null || text.isEmpty) None else Some(name -> text)

  private def records(values: collection.Map[String, Any]): Seq[Map[String, Any]] =
    values.toSeq.map { case (key, value) => Map("key" -> key, "value" -> PythonValue(value)) }
}

/** A run of MLflow's. What it logs goes to it, whichever run is the active one. */
class Run private[bridge] (val id: String, val experimentId: String, val name: String, questions: Questions)
    extends RunLog(questions) {
  override protected def target: Map[String, Any] = Map("run_id" -> id)

  def getId: String = id

  /** @param status `FINISHED`, `FAILED` or `KILLED` */
  def endRun(status: String = "FINISHED"): Unit = log("end_run", "status" -> status)

  /** End the run of code that failed. Nothing takes the place of `failure`; a thread that is stopped does not wait. */
  private[bridge] def failed(failure: Throwable): Unit =
    try if (Run.isStop(failure)) failUnanswered() else endRun("FAILED")
    catch {
      case _: InterruptedException    => failUnanswered()
      case refused: MlflowException => failure.addSuppressed(refused)
    }

  private def failUnanswered(): Unit = {
    val interrupted = Thread.interrupted() // with which nothing could be emitted
    questions.tell("end_run", target + ("status" -> "FAILED"))
    if (interrupted) Thread.currentThread.interrupt()
  }

  override def toString: String = s"Run($name, $id)"
}

private object Run {
  def isStop(failure: Throwable): Boolean = failure.isInstanceOf[Stopped] || failure.isInstanceOf[InterruptedException]
}

/** `mlflow` in a notebook's cells. The active run is the notebook's, the same in every language and on every thread. */
class Mlflow private[bridge] (questions: Questions) extends RunLog(questions) {
  override protected def target: Map[String, Any] = Map.empty

  /** Start a run, or go on with the one that has the id `runId`, and make it the active one.
    *
    * @param runName MLflow makes one up when there is none
    * @param nested whether it is a part of the run that is active
    */
  def startRun(runName: String = "", nested: Boolean = false, runId: String = "",
      tags: collection.Map[String, Any] = Map.empty): Run = {
    val known = filled("run_name", runName) ++ filled("run_id", runId)
    run(ask("start_run", known.toSeq ++ Seq("nested" -> nested, "tags" -> PythonValue(tags))))
  }

  def activeRun: Option[Run] = Some(ask("active_run", Nil)).filter(_.has("run_id")).map(run)

  /** @param status `FINISHED`, `FAILED` or `KILLED` */
  def endRun(status: String = "FINISHED"): Unit = log("end_run", "status" -> status)

  /** Run `block` within a run, which ends with it: as `FAILED` when it throws. */
  def withRun[T](runName: String = "", nested: Boolean = false)(block: Run => T): T = {
    val run = startRun(runName, nested)
    val result =
      try block(run)
      catch {
        case jump: ControlThrowable if !Run.isStop(jump) => // `return` and the like
          run.endRun()
          throw jump
        case failure: Throwable =>
          run.failed(failure)
          throw failure
      }
    run.endRun()
    result
  }

  /** Make an experiment the one of later runs, in Python cells too; one of a new name is made. */
  def setExperiment(name: String): Unit = log("set_experiment", "name" -> name)

  /** Register a logged model.
    *
    * @param modelUri such as `runs:/<run id>/model`
    * @return the number of the new version
    */
  def registerModel(modelUri: String, name: String): Int =
    ask("register_model", Seq("model_uri" -> modelUri, "name" -> name)).path("version").asInt

  private def run(told: JsonNode): Run =
    new Run(told.path("run_id").asText, told.path("experiment_id").asText, told.path("run_name").asText, questions)
}
