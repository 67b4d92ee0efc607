package lakebook.bridge

import java.io.{OutputStream, PrintStream}
import java.nio.charset.CodingErrorAction
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.{ByteBuffer, CharBuffer}

/** What a notebook's code prints in the driver, sent to its kernel in batches, stdout and stderr in their order.
  *
  * @param emit takes an event as JSON; may wait while the kernel is far behind, which holds up this notebook only
  */
class NotebookOutput(emit: String => Unit) {
  /** Nothing once it is closed: threads of Spark's pools inherit this object, and live longer than the notebook. */
  private var sink = emit
  private val pending = new java.lang.StringBuilder
  private var name = "stdout"
  private var closed = false

  val out: PrintStream = stream("stdout")
  val err: PrintStream = stream("stderr")

  private val sender = new Thread(() => sendOften(), "lakebook output")
  sender.setDaemon(true)
  sender.start()

  /** From now on the calling thread, and threads that it starts, print into this notebook. */
  def attach(): Unit = NotebookOutput.route.set(this)

  /** Send what has been printed so far. */
  def flush(): Unit = synchronized(send())

  /** What is printed later is dropped. */
  def close(): Unit = synchronized {
    send()
    closed = true
    sink = _ => ()
    notifyAll()
  }

  private def write(stream: String, text: CharBuffer): Unit = synchronized {
    if (!closed && text.hasRemaining) {
      if (name != stream) send()
      name = stream
      pending.append(text)
      if (pending.length > NotebookOutput.Large) send() else notifyAll()
    }
  }

  private def send(): Unit = if (pending.length > 0) {
    val event = Json.event("stream", "name" -> name, "text" -> pending.toString)
    pending.setLength(0)
    sink(event)
  }

  private def sendOften(): Unit = {
    def wanted(): Boolean = synchronized {
      while (pending.length == 0 && !closed) wait()
      !closed
    }
    while (wanted()) {
      Thread.sleep(NotebookOutput.Interval)
      flush()
    }
  }

  private def stream(name: String): PrintStream = new PrintStream(new Decoded(write(name, _)), false, UTF_8)
}

object NotebookOutput {
  /** Milliseconds that text waits for more. */
  private val Interval = 20L
  /** Characters that are sent without waiting. */
  private val Large = 1 << 16

  private val route = new InheritableThreadLocal[NotebookOutput]

  /** The notebook that the calling thread prints into. */
  def current: Option[NotebookOutput] = Option(route.get)

  /** Make `System.out` and `System.err` go to the notebook of the thread that prints; of no notebook's thread, where
    * they went before. Later calls do nothing.
    */
  def install(): Unit = synchronized {
    if (!System.out.isInstanceOf[RoutedStream]) {
      System.setOut(new RoutedStream(System.out, _.out))
      System.setErr(new RoutedStream(System.err, _.err))
    }
  }
}

/** Bytes as text, a character whose bytes come apart included. */
private class Decoded(write: CharBuffer => Unit) extends OutputStream {
  private val decoder = UTF_8.newDecoder()
    .onMalformedInput(CodingErrorAction.REPLACE)
    .onUnmappableCharacter(CodingErrorAction.REPLACE)
  private var rest = Array.emptyByteArray

  override def write(byte: Int): Unit = write(Array(byte.toByte), 0, 1)

  override def write(bytes: Array[Byte], offset: Int, length: Int): Unit = {
    val in = ByteBuffer.allocate(rest.length + length).put(rest).put(bytes, offset, length).flip()
    val text = CharBuffer.allocate(in.remaining)
    decoder.reset().decode(in, text, false)
    rest = Array.ofDim[Byte](in.remaining)
    in.get(rest)
    write(text.flip())
  }
}
