package lakebook.bridge

import java.io.{BufferedReader, IOException, InputStreamReader}
import java.net.{InetAddress, ServerSocket, Socket}
import java.nio.charset.StandardCharsets.UTF_8
import java.security.MessageDigest

import scala.util.control.NonFatal

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.internal.Logging
import org.apache.spark.lakebook.Pages

/** The driver's control socket on loopback. A client says one line of JSON and gets one; the connection of an attached
  * kernel then stays open and is its lifeline: when it ends, however that comes about, so does the notebook. Whoever
  * holds the driver keeps it from ending for want of notebooks, for as long as his connection is open. All else is
  * asked and answered: the driver's state and settings, where Spark's pages are, and that a cell's jobs be cancelled.
  *
  * `stop` is called, once, when a client asks for the driver's end.
  */
class Door(driver: Driver, secret: String, about: Map[String, Any], stop: () => Unit) extends Logging {
  private val pages = new Pages(driver.context, driver.base, secret)
  private val server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress)

  def port: Int = server.getLocalPort

  def open(): Unit = thread("lakebook door") {
    while (true)
      try letIn(server.accept())
      catch {
        case problem: Throwable => // such as too many open files: it may be over soon, and others use the driver
          Thread.sleep(Door.Pause)
          logError("a client could not be let in", problem)
      }
  }

  private def letIn(client: Socket): Unit =
    try thread("lakebook client")(answer(client))
    catch {
      case problem: Throwable =>
        client.close()
        throw problem
    }

  private def answer(client: Socket): Unit =
    try {
      client.setTcpNoDelay(true)
      client.setSoTimeout(Door.Patience)
      val lines = new BufferedReader(new InputStreamReader(client.getInputStream, UTF_8))
      val request = Json.read(Option(lines.readLine()).getOrElse("null"))
      if (!allowed(request.path("secret").asText)) reply(client, "ok" -> false, "error" -> "the secret is wrong")
      else request.path("command").asText match {
        case "attach" => attach(client, lines, request)
        case "hold" =>
          driver.hold {
            reply(client, "ok" -> true)
            client.setSoTimeout(0)
            while (lines.readLine() != null) {}
          }
        case "status" =>
          val names = driver.attached.map(notebook =>
            Map("name" -> notebook.name, "folder" -> notebook.folder, "running" -> notebook.inCell))
          val heap = Map("used" -> Door.used, "most" -> Runtime.getRuntime.maxMemory)
          reply(client, Seq("ok" -> true, "notebooks" -> names, "idle" -> driver.idle, "heap" -> heap) ++ about: _*)
        case "settings" => reply(client, "ok" -> true, "settings" -> driver.context.shownSettings)
        case "pages" => reply(client, "ok" -> true, "port" -> pages.port)
        case "cancel" =>
          val (notebook, cell) = (request.path("notebook").asText, request.path("cell").asText)
          reply(client, "ok" -> true, "cancelled" -> driver.cancel(notebook, cell))
        case "stop" =>
          reply(client, "ok" -> true)
          stop()
        case other => reply(client, "ok" -> false, "error" -> s"there is no command '$other'")
      }
    } catch {
      case problem: IOException => logInfo(s"a client left: ${problem.getMessage}")
    } finally client.close()

  private def attach(client: Socket, lines: BufferedReader, request: JsonNode): Unit = {
    val name = request.path("name").asText
    val events = new Events(client.getOutputStream, name)
    val notebook =
      try Some(driver.attach(request.path("folder").asText, name, request.path("rows").asInt, events))
      catch {
        case NonFatal(problem) =>
          logError(s"attaching $name", problem)
          reply(client, "ok" -> false, "error" -> problem.toString)
          events.close()
          None
      }
    for (notebook <- notebook)
      try {
        reply(client, "ok" -> true, "id" -> notebook.id, "port" -> notebook.port, "secret" -> notebook.secret)
        client.setSoTimeout(0)
        // a process that the kernel forked may hold the connection open beyond the kernel's end
        if (request.hasNonNull("pid"))
          ProcessHandle.of(request.path("pid").asLong).ifPresent(_.onExit().thenRun(() => client.close()))
        while (lines.readLine() != null) {}
      } finally notebook.close()
  }

  private def allowed(word: String): Boolean = MessageDigest.isEqual(word.getBytes(UTF_8), secret.getBytes(UTF_8))

  private def reply(client: Socket, fields: (String, Any)*): Unit = {
    client.getOutputStream.write((Json.write(fields.toMap) + "\n").getBytes(UTF_8))
    client.getOutputStream.flush()
  }

  private def thread(name: String)(work: => Unit): Unit = {
    val made = new Thread(() => work, name)
    made.setDaemon(true)
    made.start()
  }
}

object Door {
  /** Bytes of the heap. */
  private def used: Long = Runtime.getRuntime.totalMemory - Runtime.getRuntime.freeMemory

  /** How long a client may take to say what it wants; milliseconds. */
  private val Patience = 10000

  /** How long after a failure nobody is let in; milliseconds. */
  private val Pause = 500L
}
