package lakebook.bridge

import java.io.{BufferedOutputStream, IOException, OutputStream}
import java.nio.charset.StandardCharsets.UTF_8
import java.util.concurrent.{LinkedBlockingQueue, Semaphore}
import java.util.concurrent.atomic.AtomicBoolean

/** What a notebook's side of the driver tells its kernel: JSON objects, one a line, in the order they were emitted.
  *
  * A kernel that does not read (a stopped process) holds up only the threads of its own notebook.
  *
  * @param socket the lifeline's stream, which ends with this: a kernel waits for no event that will never come
  */
class Events(socket: OutputStream, name: String) {
  private val queue = new LinkedBlockingQueue[String]
  /** For so many characters the queue has room. */
  private val room = new Semaphore(Events.Capacity)
  private val open = new AtomicBoolean(true)
  private val writer = new Thread(() => write(), s"lakebook events of $name")
  writer.setDaemon(true)
  writer.start()

  /** Waits when the kernel is far behind. */
  def emit(json: String): Unit = if (open.get) {
    room.acquire(size(json))
    queue.put(json)
  }

  /** Never waits: for threads that serve all notebooks. The event is lost when the kernel is far behind. */
  def offer(json: String): Unit = if (open.get && room.tryAcquire(size(json))) queue.put(json)

  def close(): Unit = if (open.compareAndSet(true, false)) {
    try socket.close() // which also ends a write that waits for the kernel
    finally {
      writer.interrupt()
      queue.clear()
      room.release(Events.Everybody)
    }
  }

  private def size(json: String) = math.min(json.length, Events.Capacity)

  private def write(): Unit =
    try {
      val out = new BufferedOutputStream(socket)
      while (open.get) {
        val json = queue.take()
        room.release(size(json))
        out.write((json + "\n").getBytes(UTF_8))
        if (queue.isEmpty) out.flush()
      }
    } catch {
      case _: IOException | _: InterruptedException => // the kernel has gone, or this was closed
    } finally close()
}

object Events {
  /** Characters, of which the driver's memory holds so many for each notebook. */
  private val Capacity = 1 << 22
  /** More than all who wait for room want. */
  private val Everybody = 1 << 30
}
