package lakebook.bridge

/** A cell on its way through an interpreter, on the thread that made this, and how it is stopped. */
private class Running(loader: StoppableLoader) {
  private val thread = Thread.currentThread
  private var inCode = false
  private var stopping = false
  private var abandoned = false
  private var over = false

  /** Run the cell. What fails after an interrupt counts as interrupted, whatever it was. */
  def cell(body: => Map[String, Any]): Map[String, Any] =
    try {
      val result = body
      if (synchronized(stopping) && result("status") == "error") Map("status" -> "interrupted") else result
    } finally synchronized { over = true }

  /** Run the cell's own code: only here it is broken off. The compiler goes on, though `Notebook.interruptThread` may
    * make it fail where it writes a file; no later step refers to a step that was not compiled.
    */
  def stoppably(body: => Unit): Unit = {
    synchronized {
      if (stopping) throw new Stopped
      inCode = true
    }
    try body
    finally synchronized {
      inCode = false
      loader.disarm(thread)
      Thread.interrupted()
    }
  }

  /** Change what the interpreter knows, unless it has long gone on without this cell. */
  def keep(change: => Unit): Unit = synchronized {
    if (abandoned) throw new Stopped
    change
  }

  def interrupt(): Unit = synchronized {
    if (!over) {
      stopping = true
      if (inCode) {
        loader.arm(thread)
        thread.interrupt()
      }
    }
  }

  /** Go on without a cell whose code does not stop; false when it has ended or its code does not run. */
  def abandon(): Boolean = synchronized {
    abandoned = !over && inCode
    abandoned
  }
}
