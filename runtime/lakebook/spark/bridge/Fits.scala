package lakebook.bridge

import java.lang.invoke.{MethodHandle, MethodHandles, MethodType}
import java.util.concurrent.atomic.AtomicInteger

import scala.collection.mutable
import scala.util.Try

import org.apache.spark.SparkContext
import org.apache.spark.ml.Estimator
import org.apache.spark.ml.param.{ParamMap, ParamPair}
import org.apache.spark.sql.Dataset

/** What the code of a notebook's cells fits by Spark ML, noted for the kernel while that is wanted.
  *
  * Whatever is fitted within a `fit`, such as a pipeline's stages and a search's points, is a part of it. What is only
  * a preparation of data (`org.apache.spark.ml.feature`) is not noted when it stands alone: MLflow does not either.
  */
class Fits(context: SparkContext, questions: Questions) {
  @volatile private var wanted = false
  private val noted = mutable.ListBuffer[Fit]()
  private val calls = new AtomicInteger

  /** Whether fits that begin from now on are noted; when not, none is held any more. */
  def want(wanted: Boolean): Unit = {
    this.wanted = wanted
    if (!wanted) take()
  }

  def count: Int = synchronized(noted.length)

  /** What has ended since this was called last, in that order. */
  def take(): Array[Fit] = synchronized {
    val taken = noted.toArray
    noted.clear()
    taken
  }

  /** What a cell calls in the place of a method called `fit` whose first argument is a frame: the same, but noted. */
  def noticed(method: MethodHandle): MethodHandle = {
    val arguments = method.`type`.parameterCount
    MethodHandles.insertArguments(Fits.Around, 0, this, method.asFixedArity)
      .asCollector(classOf[Array[AnyRef]], arguments).asType(method.`type`)
  }

  private[bridge] def around(method: MethodHandle, arguments: Array[AnyRef]): AnyRef = {
    def fitted(): AnyRef = method.invokeWithArguments(arguments: _*)
    arguments match {
      case Array(estimator: Estimator[_], frame: Dataset[_], extra @ _*) if isNoted(estimator) =>
        noting(started(estimator, frame, extra))(fitted())
      case _ => fitted()
    }
  }

  private def isNoted(estimator: Estimator[_]): Boolean =
    wanted && context.getLocalProperty(Here.Fit) == null &&
      !estimator.getClass.getName.startsWith("org.apache.spark.ml.feature.")

  /** One of each map of parameters where there are several. */
  private def started(estimator: Estimator[_], frame: Dataset[_], extra: Seq[AnyRef]): Seq[FitStart] = {
    val run = questions.ask("active_run", Map.empty).toOption.filter(_.has("run_id")).map(_.path("run_id").asText)
    val call = calls.incrementAndGet()
    val maps = extra match {
      case Seq(map: ParamMap)         => Seq(map)
      case Seq(maps: collection.Seq[_]) => maps.collect { case map: ParamMap => map }.toSeq
      case Seq(first: ParamPair[_], others: collection.Seq[_]) =>
        Seq(new ParamMap().put((first +: others.collect { case pair: ParamPair[_] => pair }.toSeq): _*))
      case _ => Nil
    }
    if (maps.isEmpty) Seq(new FitStart(estimator, frame, run, call))
    else maps.map(map => new FitStart(Try(estimator.copy(map)).getOrElse(estimator), frame, run, call))
  }

  private def noting(starts: Seq[FitStart])(fitted: => AnyRef): AnyRef = {
    context.setLocalProperty(Here.Fit, "true") // the threads that the fit starts have it too
    val result =
      try fitted
      catch {
        case failure: Throwable =>
          note(starts.take(1).map(_.ended(Left(failure))))
          throw failure
      } finally context.setLocalProperty(Here.Fit, null)
    note(starts.zip(Fits.models(result)).map { case (start, model) => start.ended(Right(model)) })
    result
  }

  private def note(fits: Seq[Fit]): Unit = synchronized(if (wanted) noted ++= fits)
}

private object Fits {
  private val Around: MethodHandle = MethodHandles.lookup().findVirtual(classOf[Fits], "around",
    MethodType.methodType(classOf[AnyRef], classOf[MethodHandle], classOf[Array[AnyRef]]))

  def models(result: AnyRef): Seq[AnyRef] = result match {
    case several: collection.Seq[_] => several.toSeq.asInstanceOf[Seq[AnyRef]]
    case one                        => Seq(one)
  }
}
