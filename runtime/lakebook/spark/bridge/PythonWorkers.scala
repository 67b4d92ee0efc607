package org.apache.spark.lakebook // for what Spark keeps to its own package: what starts the processes of Python functions

import scala.collection.mutable

import org.apache.spark.SparkEnv
import org.apache.spark.api.python.PythonWorkerFactory

/** Spark has a process for each session that starts those in which its Python functions run, and keeps it for ever. */
private object PythonWorkers {
  private val Session = "SPARK_JOB_ARTIFACT_UUID"
  private val field = classOf[SparkEnv].getDeclaredField("pythonWorkers")
  field.setAccessible(true)

  /** End those of a session in this JVM. */
  def end(session: String): Unit = {
    val environment = SparkEnv.get
    val own = environment.synchronized {
      val all = field.get(environment).asInstanceOf[mutable.Map[Product, PythonWorkerFactory]]
      val own = all.filter { case (key, _) => key.productIterator.exists(startedFor(session)) }.toMap
      all --= own.keys
      own.values
    }
    own.foreach(_.stop())
  }

  private def startedFor(session: String)(part: Any): Boolean = part match {
    case variables: Map[_, _] => variables.exists(_ == (Session -> session))
    case _                    => false
  }
}
