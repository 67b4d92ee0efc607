package lakebook.bridge

import java.io.{BufferedReader, ByteArrayOutputStream, InputStreamReader, PrintWriter}
import java.net.{InetAddress, Socket}
import java.nio.file.{Files, Path}

/** Does once what a first notebook does, so that the class-data archive made at the JVM's end has the classes for it.
  * Its one argument is an empty folder.
  */
object Training {
  def main(arguments: Array[String]): Unit = {
    val state = Path.of(arguments.head).toAbsolutePath
    val classes = Files.createDirectories(state.resolve("classes"))
    val settings = Map("state" -> state.toString, "metastore" -> null, "spark" -> Map(
      "spark.master" -> "local[2]",
      "spark.app.name" -> "lakebook training",
      "spark.ui.enabled" -> "false",
      "spark.log.level" -> "WARN",
      "spark.driver.host" -> "127.0.0.1",
      "spark.driver.bindAddress" -> "127.0.0.1",
      "spark.authenticate" -> "true",
      "spark.scheduler.mode" -> "FAIR",
      "spark.sql.extensions" -> "io.delta.sql.DeltaSparkSessionExtension,lakebook.bridge.SharedFramesExtension",
      "spark.sql.catalog.spark_catalog" -> "org.apache.spark.sql.delta.catalog.DeltaCatalog",
      "spark.sql.catalogImplementation" -> "hive",
      "spark.sql.warehouse.dir" -> state.resolve("warehouse").toString,
      "spark.sql.shuffle.partitions" -> "2",
      "spark.databricks.delta.snapshotPartitions" -> "2",
      "spark.hadoop.fs.file.impl" -> "lakebook.bridge.NotebookFileSystem",
      "spark.repl.class.outputDir" -> classes.toString))
    val driver = Main.start(Json.read(Json.write(settings)))
    val secret = Notebook.newSecret()
    val door = new Door(driver, secret, Map.empty, () => ())
    door.open()
    listTables(driver, state)
    val notebook = driver.attach(state.toString, "training", new Events(new ByteArrayOutputStream, "training"))
    notebook.beginCell("1")
    inSql(notebook)
    inScala(notebook)
    notebook.endCell("1")
    fromOutside(door.port, secret, state.toString)
    notebook.close()
    driver.context.stop()
    System.exit(0)
  }

  private def listTables(driver: Driver, state: Path): Unit = {
    val list = new TableList(driver.base.sharedState.externalCatalog, state.resolve("tables.json"))
    driver.context.addSparkListener(list)
    list.refresh()
  }

  private def inSql(notebook: Notebook): Unit = {
    val session = notebook.session
    session.range(1000).selectExpr("id", "id % 7 AS day", "CAST(id AS STRING) AS text").write.format("delta").saveAsTable("numbers")
    session.sql("CREATE TABLE days AS SELECT day, count(*) AS times FROM numbers GROUP BY day")
    session.sql("MERGE INTO days USING (SELECT 1 AS day) AS it ON days.day = it.day WHEN MATCHED THEN UPDATE SET times = 0")
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
