package lakebook.bridge

import java.util.concurrent.{CompletableFuture, ConcurrentHashMap, ExecutionException}
import java.util.concurrent.atomic.AtomicInteger

import com.fasterxml.jackson.databind.JsonNode

/** What a notebook's code in this JVM asks of its kernel, from any thread, each of which waits for its own answer.
  *
  * @param emit takes an event for the kernel, as JSON
  */
class Questions(emit: String => Unit) {
  private val asked = new ConcurrentHashMap[Int, Question]
  private val numbers = new AtomicInteger
  @volatile private var closed = false

  /** The answer; on the left, in a sentence, why there is none.
    *
    * @param subject what the kernel fetches while it answers, if anything
    * @throws InterruptedException the thread was interrupted, or the cell that it works for
    */
  def ask(what: String, arguments: Map[String, Any], subject: AnyRef = null): Either[String, JsonNode] = {
    val (number, question) = (numbers.incrementAndGet(), new Question(Here.cell, subject))
    asked.put(number, question)
    try {
      if (closed) question.end(Left(Questions.Closed))
      else emit(event(number, what, arguments, waits = true))
      question.answer()
    } finally asked.remove(number)
  }

  /** Have something done that nobody waits for; the kernel tells the user when it fails. */
  def tell(what: String, arguments: Map[String, Any]): Unit =
    emit(event(numbers.incrementAndGet(), what, arguments, waits = false))

  /** Called by the kernel, with `{"answer": …}` or `{"error": sentence}`; nobody may wait for it any more. */
  def answer(number: Int, json: String): Unit = Option(asked.get(number)).foreach { question =>
    val told = Json.read(json)
    question.end(if (told.has("error")) Left(told.path("error").asText) else Right(told.path("answer")))
  }

  /** What a question is about; null when it is about nothing, or nobody waits for the answer any more. */
  def subject(number: Int): AnyRef = Option(asked.get(number)).map(_.subject).orNull

  /** Let no thread wait that works for a cell. */
  def interrupt(cell: String): Unit =
    asked.values.forEach(question => if (question.cell.contains(cell)) question.interrupt())

  /** Let no thread wait any more, and answer no later question. */
  def close(): Unit = {
    closed = true
    asked.values.forEach(_.end(Left(Questions.Closed)))
  }

  private def event(number: Int, what: String, arguments: Map[String, Any], waits: Boolean): String =
    Json.event("ask", "id" -> number, "what" -> what, "arguments" -> arguments, "waits" -> waits)
}

object Questions {
  /** Not made in the notebook itself, whose `events.emit` holds the notebook. */
  def along(events: Events): Questions = new Questions(events.emit)

  private val Closed = "The notebook that this belongs to has been closed."
}

/** A question, and whoever waits for its answer. */
private class Question(val cell: Option[String], val subject: AnyRef) {
  private val told = new CompletableFuture[Either[String, JsonNode]]

  def answer(): Either[String, JsonNode] =
    try told.get()
    catch { case failure: ExecutionException => throw failure.getCause }

  def end(answer: Either[String, JsonNode]): Unit = told.complete(answer)
  def interrupt(): Unit = told.completeExceptionally(new InterruptedException("the cell was interrupted"))
}
