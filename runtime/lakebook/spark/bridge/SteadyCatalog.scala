package org.apache.spark.sql.hive.lakebook // for what Spark keeps to its own packages: the metastore, the shared state

import java.lang.reflect.InvocationTargetException
import java.util.concurrent.{Callable, ExecutionException, Executors}

import com.google.common.util.concurrent.Uninterruptibles
import javassist.util.proxy.{MethodHandler, ProxyFactory}
import org.apache.hadoop.conf.Configuration
import org.apache.spark.{SparkConf, SparkContext}
import org.apache.spark.sql.SparkSessionExtensions
import org.apache.spark.sql.catalyst.catalog.{ExternalCatalogWithListener, SessionCatalog}
import org.apache.spark.sql.classic.SparkSession
import org.apache.spark.sql.hive.{HiveExternalCatalog, HiveUtils}
import org.apache.spark.sql.hive.client.HiveClient
import org.apache.spark.sql.internal.SharedState

/** Hive's metastore, with which one thread alone speaks.
  *
  * A cell may be interrupted at any moment, and so is that of a killed kernel. An interrupt that meets a thread within
  * the database closes its connection, which the pool of connections never gets back: when none is left, every notebook
  * waits for ever. One thread is enough, since Spark lets only one at a time into the metastore.
  */
private class SteadyCatalog(context: SparkContext, conf: SparkConf, hadoop: Configuration)
    extends HiveExternalCatalog(conf, hadoop) {
  @volatile private var ready = false

  private val calls = Executors.newSingleThreadExecutor { work =>
    val thread = new Thread(work, "lakebook metastore calls")
    thread.setDaemon(true)
    thread
  }
  private val caller = calls.submit((() => Thread.currentThread): Callable[Thread]).get

  /** Whether somebody has needed it: its database takes seconds to open. */
  def opened: Boolean = ready

  override lazy val client: HiveClient = {
    val made = inOneThread {
      val client = HiveUtils.newClientForMetadata(conf, hadoop)
      client.databaseExists(SessionCatalog.DEFAULT_DATABASE) // opens the database
      client
    }
    ready = true
    val proxy = new ProxyFactory // the JDK's own wraps what these methods throw: Scala declares none of it
    proxy.setInterfaces(Array(classOf[HiveClient]))
    val handler: MethodHandler = (_, method, _, arguments) =>
      inOneThread {
        try method.invoke(made, arguments: _*)
        catch { case failed: InvocationTargetException => throw failed.getTargetException }
      }
    proxy.create(Array.empty, Array.empty, handler).asInstanceOf[HiveClient]
  }

  /** Have it done there, for the caller's notebook. An interrupt takes effect when it is done. */
  private def inOneThread[T](work: => T): T =
    if (Thread.currentThread eq caller) work
    else {
      val properties = context.getLocalProperties
      val session = SparkSession.getActiveSession
      val answer = calls.submit { (() => {
        context.setLocalProperties(properties)
        session.fold(SparkSession.clearActiveSession())(SparkSession.setActiveSession)
        work
      }): Callable[T] }
      try Uninterruptibles.getUninterruptibly(answer)
      catch { case failed: ExecutionException => throw failed.getCause }
    }
}

/** What the sessions of a driver share. */
class WorkspaceState(context: SparkContext) extends SharedState(context, Map.empty) {
  private val steady = new SteadyCatalog(context, conf, hadoopConf)

  /** Whether somebody has needed the catalog: whoever is the first to ask for it opens it. */
  def catalogIsOpened: Boolean = steady.opened

  override lazy val externalCatalog: ExternalCatalogWithListener = {
    val catalog = new ExternalCatalogWithListener(steady)
    catalog.addListener(event => context.listenerBus.post(event))
    catalog
  }
}

object WorkspaceState {
  /** Spark keeps to itself the constructor that takes all parts of a session. */
  private val whole = classOf[SparkSession].getConstructor(
    classOf[SparkContext],
    classOf[Option[_]],
    classOf[Option[_]],
    classOf[SparkSessionExtensions],
    classOf[Map[_, _]],
    classOf[Map[_, _]],
  )

  /** The session from which all others are made. */
  def session(context: SparkContext): SparkSession = {
    val usual = SparkSession.builder().getOrCreate()
    val own = whole.newInstance(context, Some(new WorkspaceState(context)), None, usual.extensions, Map.empty, Map.empty)
    SparkSession.setDefaultSession(own)
    SparkSession.setActiveSession(own)
    own
  }

  def of(session: SparkSession): WorkspaceState = session.sharedState.asInstanceOf[WorkspaceState]
}
