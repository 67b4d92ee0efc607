package lakebook.bridge

import java.util.concurrent.{ExecutionException, FutureTask}

/** A notebook's interpreter, which takes seconds to make: made when it is first asked for, on a thread of its own.
  * Whoever waits for it can be interrupted, and it is whole all the same. When it cannot be made, the next who asks
  * tries anew.
  */
class ScalaStart(notebook: Notebook) {
  @volatile private var ready: Option[ScalaInterpreter] = None
  private var making: Option[FutureTask[ScalaInterpreter]] = None
  private var closed = false

  /** The interpreter when it has been made; asking makes none and does not wait. */
  def made: Option[ScalaInterpreter] = ready

  def get(): ScalaInterpreter = ready.getOrElse {
    val task = synchronized(making.getOrElse(begin()))
    try task.get()
    catch { case failure: ExecutionException => throw failure.getCause }
  }

  /** Free the interpreter, also one that is only being made. */
  def close(): Unit = {
    synchronized { closed = true }
    ready.foreach(_.close())
  }

  private def begin(): FutureTask[ScalaInterpreter] = {
    if (closed) throw new IllegalStateException("the notebook is closed")
    val task = new FutureTask[ScalaInterpreter](() => make())
    val thread = new Thread(task, "lakebook scala")
    thread.setDaemon(true)
    thread.start()
    making = Some(task)
    task
  }

  private def make(): ScalaInterpreter =
    try {
      val interpreter = new ScalaInterpreter(notebook)
      synchronized(if (!closed) ready = Some(interpreter))
      if (ready.isEmpty) interpreter.close()
      interpreter
    } catch {
      case problem: Throwable =>
        synchronized { making = None }
        throw problem
    }
}
