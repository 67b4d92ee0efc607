package lakebook.bridge

import java.io.{PrintWriter, Writer}

import scala.collection.mutable
import scala.reflect.internal.util.{CodeAction, Position}
import scala.tools.nsc.Settings
import scala.tools.nsc.interpreter.Naming
import scala.tools.nsc.interpreter.shell.ReplReporterImpl

/** What the compiler says of a cell: line from 1 and column from 0 (in code points), where the place is known. */
case class Problem(line: Option[Int], column: Option[Int], message: String)

/** The code was refused. */
class CompileFailed(val problems: Seq[Problem]) extends Exception

object CompileFailed {
  def apply(message: String): CompileFailed = new CompileFailed(Seq(Problem(None, None, message)))
}

/** Keeps the compiler's messages, instead of printing them. */
class Problems(settings: Settings) extends ReplReporterImpl(settings, new PrintWriter(Writer.nullWriter)) {
  val errors: mutable.ListBuffer[Problem] = mutable.ListBuffer()
  val warnings: mutable.ListBuffer[Problem] = mutable.ListBuffer()

  // now: were they first met where the stack ends, no interpreter of the driver could ever use them
  private val _ = Seq(INFO, WARNING, ERROR)

  override def doReport(position: Position, message: String, severity: Severity, actions: List[CodeAction]): Unit = {
    val problem = at(position, Naming.unmangle(message).stripSuffix(" [quickfixable]"))
    if (severity == ERROR) errors += problem
    else if (severity == WARNING && problem.line.isDefined) warnings += problem
  }

  override def printMessage(message: String): Unit = ()

  def clear(): Unit = {
    reset()
    errors.clear()
    warnings.clear()
  }

  private def at(position: Position, message: String): Problem =
    if (!position.isDefined || position.source.file.name != CellCompiler.Label) Problem(None, None, message)
    else {
      val begin = position.source.lineToOffset(position.line - 1)
      val column = Character.codePointCount(position.source.content, begin, position.point - begin)
      Problem(Some(position.line), Some(column), message)
    }
}
