package lakebook.bridge

import java.io.{BufferedReader, ByteArrayOutputStream, InputStreamReader, PrintWriter}
import java.net.{InetAddress, Socket}
import java.nio.file.{Files, Path}

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.sql.hive.lakebook.WorkspaceState

/** Does once what a first notebook does, so that the class-data archive made at the JVM's end has the classes for it.
  * Its one argument is a file as `Main` takes it, for an empty workspace.
  */
object Training {
  def main(arguments: Array[String]): Unit = {
    val log = System.err // later it may be the training notebook's
    try {
      train(Json.read(Files.readString(Path.of(arguments.head))))
      System.exit(0) // in order: the archive is written at the end
    } catch {
      case problem: Throwable =>
        problem.printStackTrace(log)
        log.println(problem)
        Runtime.getRuntime.halt(1)
    }
  }

  private def train(settings: JsonNode): Unit = {
    val state = settings.path("state").asText
    val driver = Main.start(settings).driver
    val secret = Notebook.newSecret()
    val door = new Door(driver, secret, Map.empty, () => ())
    door.open()
    driver.tables = Some(new TableList(WorkspaceState.of(driver.base), Path.of(settings.path("tables").asText)))
    val notebook = driver.attach(state, "training", rows = 0, new Events(new ByteArrayOutputStream, "training"))
    notebook.beginCell("1")
    inSql(notebook)
    inScala(notebook)
    notebook.endCell("1")
    fromOutside(door.port, secret, state)
    notebook.close()
  }

  private def inSql(notebook: Notebook): Unit = {
    val session = notebook.session
    session.range(1000).selectExpr("id", "id % 7 AS day", "CAST(id AS STRING) AS text")
      .write.format("delta").saveAsTable("numbers")
    session.sql("CREATE TABLE days AS SELECT day, count(*) AS times FROM numbers GROUP BY day")
    session.sql(
      "MERGE INTO days USING (SELECT 1 AS day) AS it ON days.day = it.day WHEN MATCHED THEN UPDATE SET times = 0")
    val joined = session.sql("SELECT numbers.day, max(text) FROM numbers JOIN days USING (day) GROUP BY ALL ORDER BY 1")
    notebook.tableHead(joined, 10)
    notebook.statements("SELECT 1; SELECT 2")
    session.table("numbers").count()
    session.sql("DESCRIBE HISTORY days").collect()
    session.sql("SHOW TABLES").collect()
  }

  private def inScala(notebook: Notebook): Unit = {
    notebook.scala.run("case class Day(day: Long)\nspark.range(3).map(_ + 1).collect().sum")
    notebook.scala.complete("spark.ran", 9)
  }

  /** A kernel's attachment, and a call through its gateway as py4j's Python side writes it. */
  private def fromOutside(door: Int, secret: String, folder: String): Unit = {
    def say(port: Int, lines: String*)(read: BufferedReader => Unit): Unit = {
      val socket = new Socket(InetAddress.getLoopbackAddress, port)
      val in = new BufferedReader(new InputStreamReader(socket.getInputStream))
      val out = new PrintWriter(socket.getOutputStream)
      lines.foreach(line => out.print(line + "\n"))
      out.flush()
      read(in)
      socket.close()
    }
    val request = Map("secret" -> secret, "command" -> "attach", "folder" -> folder, "name" -> "outside")
    say(door, Json.write(request)) { in =>
      val answer = Json.read(in.readLine())
      say(answer.path("port").asInt, "A", answer.path("secret").asText, "c", "t", "session", "e") { in =>
        in.readLine()
        in.readLine()
      }
    }
  }
}
