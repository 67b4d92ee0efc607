package lakebook.bridge

import java.io.{IOException, OutputStream}
import java.nio.charset.StandardCharsets.UTF_8
import java.util.concurrent.LinkedBlockingQueue

/** What a notebook's side of the driver tells its kernel: JSON objects, one a line, in the order they were emitted.
  *
  * A kernel that does not read (a stopped process) holds up only the threads of its own notebook.
  */
class Events(socket: OutputStream, name: String) {
  private val queue = new LinkedBlockingQueue[String](Events.Capacity)
  @volatile private var open = true
  private val writer = new Thread(() => write(), s"lakebook events of $name")
  writer.setDaemon(true)
  writer.start()

  /** Waits when the kernel is far behind. */
  def emit(json: String): Unit = if (open) queue.put(json)

  /** Never waits: for threads that serve all notebooks. The event is lost when the kernel is far behind. */
  def offer(json: String): Unit = if (open) queue.offer(json)

  def close(): Unit = {
    open = false
    writer.interrupt()
    queue.clear() // frees whoever waits in emit
  }

  private def write(): Unit =
    try while (open) {
      socket.write((queue.take() + "\n").getBytes(UTF_8))
      if (queue.isEmpty) socket.flush()
    } catch {
      case _: IOException | _: InterruptedException => close()
    }
}

object Events {
  private val Capacity = 10000
}
