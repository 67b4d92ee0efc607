package lakebook.bridge

import java.net.InetAddress

import py4j.{ClientServer, GatewayServer}

/** A py4j server of one kernel's own. Its connections' threads descend from the thread that makes it, and inherit. */
class Gateway(entryPoint: AnyRef, val secret: String) {
  private val server = new ClientServer.ClientServerBuilder(entryPoint)
    .authToken(secret)
    .javaPort(0)
    .javaAddress(InetAddress.getLoopbackAddress)
    .build()
  server.startServer()

  def port: Int = server.getJavaServer.asInstanceOf[GatewayServer].getListeningPort

  def close(): Unit = server.shutdown()
}
