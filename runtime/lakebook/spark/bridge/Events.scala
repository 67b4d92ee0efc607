package lakebook.bridge

import java.io.{IOException, OutputStream}
import java.nio.charset.StandardCharsets.UTF_8
import java.util.concurrent.{LinkedBlockingQueue, Semaphore}
import java.util.concurrent.atomic.AtomicBoolean

/** What a notebook's side of the driver tells its kernel: JSON objects, one a line, in the order they were emitted.
  *
  * A kernel that does not read (a stopped process) holds up only the threads of its own notebook.
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
    writer.interrupt()
    queue.clear()
    room.release(Events.Everybody)
  }

  private def size(json: String) = math.min(json.length, Events.Capacity)

  private def write(): Unit =
    try while (open.get) {
      val json = queue.take()
      room.release(size(json))
      socket.write((json + "\n").getBytes(UTF_8))
      if (queue.isEmpty) socket.flush()
    } catch {
      case _: IOException | _: InterruptedException => close()
    }
}

object Events {
  /** Characters, of which the driver's memory holds so many for each notebook. */
  private val Capacity = 1 << 22
  /** More than all who wait for room want. */
  private val Everybody = 1 << 30
}
