package lakebook.bridge

import java.io.{PrintWriter, StringWriter}
import java.lang.reflect.{InvocationTargetException, UndeclaredThrowableException}
import java.util.concurrent.ExecutionException

import scala.annotation.tailrec
import scala.tools.nsc.interpreter.Naming

import org.apache.spark.{SparkException, SparkThrowable}
import org.apache.spark.sql.AnalysisException

/** How a Scala cell's failure is told: in the user's terms, with the line of the cell. */
object CellFailure {
  def of(failure: CompileFailed): Map[String, Any] = {
    val first = failure.problems.headOption
    Map(
      "status" -> "error",
      "ename" -> "CompileError",
      "evalue" -> first.fold("The code cannot be compiled.")(_.message),
      "line" -> first.flatMap(_.line),
      "column" -> first.flatMap(_.column),
      "trace" -> failure.problems.map(told).mkString("\n"),
      "problems" -> failure.problems,
    )
  }

  /** @param lines the packages of the cell's classes */
  def of(failure: Throwable, lines: Set[String]): Map[String, Any] = usersCause(failure) match {
    case exited: NotebookExited => Map("status" -> "exit", "value" -> exited.value)
    case cause                  => of(failure, cause, lines)
  }

  private def of(failure: Throwable, cause: Throwable, lines: Set[String]): Map[String, Any] = {
    val (name, message) = cancelled(cause).orElse(fromTask(cause)).getOrElse(nameOf(cause) -> messageOf(cause))
    Map(
      "status" -> "error",
      "ename" -> name,
      "evalue" -> Naming.unmangle(message),
      "line" -> Iterator.iterate(failure)(_.getCause).takeWhile(_ != null).flatMap(lineIn(_, lines)).toSeq.lastOption,
      "column" -> None,
      "trace" -> trace(failure),
    )
  }

  /** Why a job ended that was cancelled where its progress is shown; `errors.py` knows the words. */
  val Cancelled = "The cell's Spark jobs were cancelled."

  /** What `errors.py` says where it is Python that meets it. */
  private val OutOfMemory =
    "The Spark driver has no more memory for this: bring fewer rows into it, let go of what is cached or held, or " +
      "give it more (spark.memory in lakebook.toml)"
  private def resultTooLarge(most: String) =
    s"The result is larger than the $most that the Spark driver takes from one query: bring fewer rows into it, or " +
      "raise spark.driver.maxResultSize ([spark.conf] in lakebook.toml)"

  def told(problem: Problem): String = problem.line.fold("")(line => s"line $line: ") + problem.message

  private val NotSerializable = "Task not serializable"
  private val TooLarge = """(?s).*is bigger than spark\.driver\.maxResultSize \((.+?)\).*""".r

  /** Spark's errors that only say where the user's code failed. */
  private val Carriers = Set("FAILED_EXECUTE_UDF", "TASK_WRITE_FAILED", "STREAM_FAILED", "EXPRESSION_ENCODING_FAILED",
    "EXPRESSION_DECODING_FAILED", "FOREACH_BATCH_USER_FUNCTION_ERROR", "FOREACH_USER_FUNCTION_ERROR")

  /** The failure that the user's code caused, below those that only carry it. */
  @tailrec private def usersCause(failure: Throwable): Throwable =
    if (failure.getCause != null && carries(failure)) usersCause(failure.getCause) else failure

  private def carries(failure: Throwable): Boolean = failure match {
    case _: ExceptionInInitializerError | _: InvocationTargetException | _: UndeclaredThrowableException |
        _: ExecutionException => true
    case spark: SparkThrowable if spark.getCondition != null => Carriers(spark.getCondition)
    case spark: SparkException                               => spark.getMessage != NotSerializable
    case _                                                   => false
  }

  private val TaskFailure = {
    val (task, failure) = ("""[^(]*\([^(]*\([^)]*\)""", """([\w.$]+)(?:: (.*?))?""")
    val rest = """\n\tat .*|\n\nDriver stacktrace:.*"""
    s"(?s).*most recent failure: Lost task $task: $failure(?:$rest)?".r
  }

  /** What failed in a task, if only Spark's text says so. */
  private def fromTask(failure: Throwable): Option[(String, String)] = failure match {
    case spark: SparkException =>
      Option(spark.getMessage).collect {
        case TaskFailure(name, message) => simple(name) -> Option(message).getOrElse("")
      }
    case _ => None
  }

  private def cancelled(failure: Throwable): Option[(String, String)] =
    Option(failure.getMessage).filter(_.contains(Cancelled)).map(_ => "JobsCancelled" -> Cancelled)

  private def nameOf(failure: Throwable): String = simple(failure.getClass.getName).stripPrefix("Extended")

  private def simple(name: String): String = name.split("[.$]").filter(_.nonEmpty).lastOption.getOrElse(name)

  private def messageOf(failure: Throwable): String = failure match {
    case _: OutOfMemoryError         => OutOfMemory
    case analysis: AnalysisException => analysis.getSimpleMessage
    case spark: SparkException if spark.getMessage == NotSerializable && spark.getCause != null =>
      s"$NotSerializable: ${messageOf(spark.getCause).linesIterator.nextOption().getOrElse("")}"
    case other =>
      Option(other.getMessage).getOrElse("") match {
        case TooLarge(most)                                         => resultTooLarge(most)
        case lost if lost.contains("TaskResultLost (result lost") => OutOfMemory // none was found to fetch it
        case message                                                => message
      }
  }

  private def lineIn(failure: Throwable, lines: Set[String]): Option[Int] = failure.getStackTrace.collectFirst {
    case frame if frame.getFileName == CellCompiler.Label
        && InterpretedClasses.lineOf(frame.getClassName).exists(lines) => frame.getLineNumber
  }

  private def trace(failure: Throwable): String = {
    val text = new StringWriter
    failure.printStackTrace(new PrintWriter(text))
    text.toString
  }
}
