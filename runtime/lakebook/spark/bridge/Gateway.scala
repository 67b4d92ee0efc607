package lakebook.bridge

import java.io.{BufferedReader, BufferedWriter}
import java.net.{InetAddress, Socket}
import java.util.concurrent.TimeUnit
import java.util.{List => JavaList}
import javax.net.{ServerSocketFactory, SocketFactory}

import org.apache.spark.sql.lakebook.AddedFiles
import py4j.commands.{CallCommand, Command, ConstructorCommand}
import py4j.{CallbackClient, ClientServer, GatewayConnection, GatewayServer, JavaServer}
import py4j.{Py4JJavaServer, Py4JPythonClientPerThread, PythonClient, ReturnObject}

/** A py4j server of one kernel's own. Its connections' threads descend from the thread that makes it, and inherit. */
class Gateway(entryPoint: Notebook, val secret: String) {
  Gateway.install()
  private val server = new NotebookServer(entryPoint, secret)

  def port: Int = server.getJavaServer.asInstanceOf[GatewayServer].getListeningPort

  def close(): Unit = server.close()
}

private object Gateway {
  private val ours = Map[Class[_ <: Command], Class[_ <: Command]](
    classOf[CallCommand] -> classOf[NotebookCall], classOf[ConstructorCommand] -> classOf[NotebookConstruction])

  /** py4j has one list of commands for all gateways of a JVM. */
  private lazy val installed: Unit =
    GatewayConnection.getBaseCommands.replaceAll(command => ours.getOrElse(command, command))

  def install(): Unit = installed
}

/** A call of a method: what it starts has its notebook's files, and it does not end the driver. */
class NotebookCall extends CallCommand {
  override def execute(name: String, in: BufferedReader, out: BufferedWriter): Unit =
    AddedFiles.within(gateway.getEntryPoint.asInstanceOf[Notebook].session)(super.execute(name, in, out))

  override protected def invokeMethod(method: String, target: String, arguments: JavaList[AnyRef]): ReturnObject =
    if (ends(method, target)) super.invokeMethod("exit", NotebookCall.Refused, arguments)
    else super.invokeMethod(method, target, arguments)

  private def ends(method: String, target: String): Boolean = method match {
    case "exit" | "halt" => NotebookCall.Ending(target) || gateway.getObject(target).isInstanceOf[Runtime]
    case _               => false
  }
}

private object NotebookCall {
  /** As py4j names the classes whose static methods are called. */
  val Ending = Set("z:java.lang.System", "z:scala.sys.package")
  val Refused = "z:lakebook.bridge.ExitRefused"
}

/** The same for the making of an object: PySpark's RDDs are made so. */
class NotebookConstruction extends ConstructorCommand {
  override def execute(name: String, in: BufferedReader, out: BufferedWriter): Unit =
    AddedFiles.within(gateway.getEntryPoint.asInstanceOf[Notebook].session)(super.execute(name, in, out))
}

/** Listens as soon as it is made, on a free port of this machine alone. */
private class NotebookServer(entryPoint: Notebook, secret: String)
    extends ClientServer(
      0,
      InetAddress.getLoopbackAddress,
      GatewayServer.DEFAULT_PYTHON_PORT,
      InetAddress.getLoopbackAddress,
      GatewayServer.DEFAULT_CONNECT_TIMEOUT,
      GatewayServer.DEFAULT_READ_TIMEOUT,
      ServerSocketFactory.getDefault,
      SocketFactory.getDefault,
      entryPoint) {
  @volatile private var isClosing = false

  def close(): Unit = {
    isClosing = true
    shutdown()
  }

  // what a server of py4j's is made of, with the secret, which only its builder could give it

  override protected def createPythonClient(): Py4JPythonClientPerThread =
    new PythonClient(
      null,
      null,
      pythonPort,
      pythonAddress,
      CallbackClient.DEFAULT_MIN_CONNECTION_TIME,
      TimeUnit.SECONDS,
      socketFactory,
      null,
      enableMemoryManagement,
      readTimeout,
      secret)

  override protected def createJavaServer(entryPoint: AnyRef, client: Py4JPythonClientPerThread): Py4JJavaServer =
    new JavaServer(entryPoint, javaPort, connectTimeout, readTimeout, null, client, secret) {

      /** py4j forgets a connection that comes while it shuts down, and leaves it open: whoever made it would wait. */
      override protected def processSocket(socket: Socket): Unit = {
        super.processSocket(socket)
        if (isClosing) socket.close()
      }
    }
}
