package lakebook.bridge

import java.io.PrintWriter
import java.net.{BindException, InetAddress, ServerSocket}
import java.nio.channels.FileChannel
import java.nio.file.{Files, Path}
import java.nio.file.StandardOpenOption.{CREATE, WRITE}

import scala.collection.mutable

import org.apache.derby.drda.NetworkServerControl
import org.apache.spark.internal.Logging

/** The catalog's database: one Derby database in the workspace, which only one process may open.
  *
  * The driver that holds the lock opens it and serves it on loopback, with a password, to the workspace's other
  * drivers. When it ends, however that comes about, the lock passes to one of them, which goes on serving at the same
  * port.
  */
class Metastore(state: Path) extends Logging {
  private val lockFile = Metastore.open(state.resolve("metastore.lock"))
  private val about = state.resolve("metastore.json")
  private var address = Metastore.Address(0, Notebook.newSecret())

  /** Spark's settings that lead to the database. */
  def join(): Map[String, String] = {
    val serving = await()
    if (serving) serve() else takeOverLater()
    val place = if (serving) "jdbc:derby:metastore_db" else s"jdbc:derby://127.0.0.1:${address.port}/metastore_db"
    val driver = if (serving) "iapi.jdbc.AutoloadedDriver" else "client.ClientAutoloadedDriver"
    Map(
      "spark.hadoop.javax.jdo.option.ConnectionURL" -> s"$place;create=true",
      "spark.hadoop.javax.jdo.option.ConnectionDriverName" -> s"org.apache.derby.$driver",
      "spark.hadoop.javax.jdo.option.ConnectionUserName" -> Metastore.User,
      "spark.hadoop.javax.jdo.option.ConnectionPassword" -> address.password,
    ) ++ Metastore.MakesTables
  }

  /** The tables of the database are made: others may come. */
  def ready(): Unit =
    if (!Files.exists(about))
      OwnerOnly.write(about, Json.write(Map("port" -> address.port, "password" -> address.password)))

  /** Until this driver may open the database, or another one serves it: which of the two. */
  private def await(): Boolean = {
    val end = System.nanoTime() + Metastore.Patience * 1000000000L
    while (System.nanoTime() < end) {
      if (lockFile.tryLock() != null) {
        Files.deleteIfExists(about)
        return true
      }
      if (Files.exists(about)) {
        val found = Json.read(Files.readString(about))
        address = Metastore.Address(found.path("port").asInt, found.path("password").asText)
        return false
      }
      Thread.sleep(50)
    }
    throw new IllegalStateException(
      s"another driver of this workspace holds $state/metastore.lock, but does not serve the catalog")
  }

  private def serve(): Unit = {
    if (address.port == 0) address = address.copy(port = Metastore.bind(0))
    else awaitPort()
    System.setProperty("derby.system.home", state.toString)
    System.setProperty("derby.stream.error.file", state.resolve("derby.log").toString)
    System.setProperty("derby.connection.requireAuthentication", "true")
    System.setProperty("derby.authentication.provider", "BUILTIN")
    System.setProperty(s"derby.user.${Metastore.User}", address.password)
    new NetworkServerControl(InetAddress.getLoopbackAddress, address.port, Metastore.User, address.password)
      .start(new PrintWriter(System.err, true))
  }

  /** A killed driver's lock is free a moment before its port is. */
  private def awaitPort(): Unit = {
    val end = System.nanoTime() + Metastore.Patience * 1000000000L
    def free: Boolean =
      try { Metastore.bind(address.port); true }
      catch { case _: BindException => false }
    while (!free && System.nanoTime() < end) Thread.sleep(20)
  }

  private def takeOverLater(): Unit = {
    val inherit: Runnable = () => {
      lockFile.lock()
      logInfo("serving the catalog from now on")
      serve()
    }
    val heir = new Thread(inherit, "lakebook metastore")
    heir.setDaemon(true)
    heir.start()
  }
}

object Metastore {
  private case class Address(port: Int, password: String)
  private val User = "lakebook"

  /** Seconds to wait for the driver that started a moment earlier. */
  private val Patience = 90

  /** Channels that stay open: a lock ends when nothing refers to its channel any more. */
  private val kept = mutable.Buffer.empty[FileChannel]

  private def open(file: Path): FileChannel = synchronized {
    kept += FileChannel.open(file, CREATE, WRITE)
    kept.last
  }

  /** Settings for a Postgres database that the workspace names. */
  def remote(url: String): Map[String, String] = Map(
    "spark.hadoop.javax.jdo.option.ConnectionURL" -> url,
    "spark.hadoop.javax.jdo.option.ConnectionDriverName" -> "org.postgresql.Driver",
  ) ++ MakesTables

  private val MakesTables = Map(
    "spark.hadoop.datanucleus.schema.autoCreateAll" -> "true",
    "spark.hadoop.hive.metastore.schema.verification" -> "false",
  )

  /** Hold a port on loopback for a moment; 0 asks for a free one. */
  private def bind(port: Int): Int = {
    val socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress)
    try socket.getLocalPort
    finally socket.close()
  }
}
