package org.apache.spark.lakebook // for what Spark keeps to its own package: what starts the processes of functions

import scala.collection.mutable
import scala.jdk.CollectionConverters._

import org.apache.spark.SparkEnv
import org.apache.spark.api.python.PythonWorkerFactory

/** Spark has a process for each environment of Python functions that starts those in which they run, and keeps it for
  * ever. `attach.py` gives each notebook's functions an environment of their own.
  */
private object PythonWorkers {
  private val Notebook = "LAKEBOOK_NOTEBOOK"
  private val factories = classOf[SparkEnv].getDeclaredField("pythonWorkers")
  factories.setAccessible(true)
  private val monitor = Class.forName(classOf[PythonWorkerFactory].getName + "$MonitorThread")
  private val monitored = monitor.getField("$outer")

  /** End those of all notebooks that have gone, in this JVM: a task that was still at work when its notebook went may
    * have started another one.
    */
  def end(gone: String => Boolean): Unit = {
    val environment = SparkEnv.get
    val ended = environment.synchronized {
      val all = factories.get(environment).asInstanceOf[mutable.Map[Product, PythonWorkerFactory]]
      val ended = all.filter { case (key, _) => key.productIterator.exists(startedFor(gone)) }.toMap
      all --= ended.keys
      ended.values.toSet
    }
    ended.foreach(_.stop())
    if (ended.nonEmpty) endMonitors(ended)
  }

  /** Spark has a thread for each, which never ends either and inherits the session of the notebook that started it. */
  private def endMonitors(ended: Set[PythonWorkerFactory]): Unit =
    for (thread <- Thread.getAllStackTraces.keySet.asScala)
      if (monitor.isInstance(thread) && ended.exists(_ eq monitored.get(thread))) {
        thread.setUncaughtExceptionHandler((_, _) => ()) // the interrupt is its end
        thread.interrupt()
      }

  private def startedFor(gone: String => Boolean)(part: Any): Boolean = part match {
    case variables: Map[_, _] => variables.exists { case (name, value) => name == Notebook && gone(value.toString) }
    case _                    => false
  }
}
