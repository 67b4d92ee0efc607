package lakebook.bridge

/** The cell that an interpreter runs, and how it is stopped. */
private class Running(loader: StoppableLoader) {
  private var thread: Thread = null
  private var inCode = false
  private var stopping = false

  /** Run a cell on the calling thread. What fails after an interrupt counts as interrupted, whatever it was. */
  def cell(body: => Map[String, Any]): Map[String, Any] = {
    synchronized {
      thread = Thread.currentThread
      stopping = false
    }
    try {
      val result = body
      if (synchronized(stopping) && result("status") == "error") Map("status" -> "interrupted") else result
    } finally synchronized { thread = null }
  }

  /** Run a cell's own code: only here it is broken off. The compiler must not be, since it writes files. */
  def stoppably(body: => Unit): Unit = {
    synchronized {
      if (stopping) throw new Stopped
      inCode = true
    }
    try body
    finally synchronized {
      inCode = false
      loader.disarm()
      Thread.interrupted()
    }
  }

  def interrupt(): Unit = synchronized {
    if (thread != null) {
      stopping = true
      if (inCode) {
        loader.arm(thread)
        thread.interrupt()
      }
    }
  }
}
