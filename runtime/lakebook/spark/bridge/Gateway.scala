package lakebook.bridge

import java.io.{BufferedReader, BufferedWriter}
import java.net.InetAddress
import java.util.{List => JavaList}

import org.apache.spark.sql.lakebook.AddedFiles
import py4j.commands.{CallCommand, Command, ConstructorCommand}
import py4j.{ClientServer, GatewayConnection, GatewayServer, ReturnObject}

/** A py4j server of one kernel's own. Its connections' threads descend from the thread that makes it, and inherit. */
class Gateway(entryPoint: Notebook, val secret: String) {
  Gateway.install()
  private val server = new ClientServer.ClientServerBuilder(entryPoint)
    .authToken(secret)
    .javaPort(0)
    .javaAddress(InetAddress.getLoopbackAddress)
    .build()
  server.startServer()

  def port: Int = server.getJavaServer.asInstanceOf[GatewayServer].getListeningPort

  def close(): Unit = server.shutdown()
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
