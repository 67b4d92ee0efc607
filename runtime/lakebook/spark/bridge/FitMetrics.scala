package lakebook.bridge

import java.lang.reflect.{InvocationTargetException, Method, Modifier}
import java.util.concurrent.TimeUnit.MILLISECONDS

import scala.collection.mutable
import scala.util.control.NonFatal

import org.apache.spark.SparkContext
import org.apache.spark.ml.lakebook.TrainingSummaries

/** The numbers in the training summaries of a fitted model, under the names that they have there.
  *
  * Many are computed when they are asked for, by jobs over the data that was fitted.
  */
class FitMetrics(model: AnyRef, context: SparkContext) {
  private val metrics = mutable.LinkedHashMap[String, Any]()
  private val histories = mutable.LinkedHashMap[String, Seq[Any]]()
  private val missing = mutable.ListBuffer[String]()

  /** `{"metrics": {name: number}, "histories": {name: [number of each iteration]}, "missing": [name]}`, the last of
    * what could not be computed in so many milliseconds, or at all.
    */
  def told(milliseconds: Long): Map[String, Any] = {
    val end = System.nanoTime() + MILLISECONDS.toNanos(milliseconds)
    val summaries = TrainingSummaries.of(model)
    for (((owner, summary), number) <- summaries.zipWithIndex; member <- FitMetrics.members(summary)) {
      val prefix = if (summaries.length == 1) "" else s"${NamedParams.simpleName(owner)}_${number + 1}."
      ask(summary, member, prefix + member.getName, (end - System.nanoTime()) / 1000000)
    }
    Map("metrics" -> metrics, "histories" -> histories, "missing" -> missing)
  }

  private def ask(summary: AnyRef, member: Method, name: String, milliseconds: Long): Unit =
    try {
      val found = if (milliseconds <= 0) None else TimeLimit(context, milliseconds)(FitMetrics.value(summary, member))
      found match {
        case Some(history: Array[Double]) => histories(name) = history.toSeq.map(PythonValue(_))
        case Some(number)                 => metrics(name) = PythonValue(number)
        case None                         => missing += name
      }
    } catch {
      case _: UnsupportedOperationException => // this model's summary has no such number
      case NonFatal(_)                      => missing += name
    }
}

private object FitMetrics {
  private val History = "objectiveHistory"
  private val Numbers = Set[Class[_]](classOf[Double], classOf[Int], classOf[Long])
  /** What is there and not to be computed. */
  private val AtHand = Set("totalIterations", "numIterations", "numIter", "k", "trainingCost", "logLikelihood", History)

  def members(summary: AnyRef): Seq[Method] =
    summary.getClass.getMethods.toSeq.filter(isNumber).distinctBy(_.getName)
      .sortBy(member => (!AtHand(member.getName), member.getName))

  def value(summary: AnyRef, member: Method): Any = {
    member.setAccessible(true) // public, but maybe of a class that is not
    try member.invoke(summary)
    catch { case failure: InvocationTargetException => throw failure.getCause }
  }

  private def isNumber(member: Method): Boolean =
    member.getParameterCount == 0 && !Modifier.isStatic(member.getModifiers) && !member.getName.contains('$') &&
      member.getDeclaringClass.getName.startsWith("org.apache.spark.ml.") &&
      (Numbers(member.getReturnType) || member.getName == History && member.getReturnType == classOf[Array[Double]])
}
