package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: the query behind an execution

import java.util.UUID
import java.util.concurrent.{ConcurrentHashMap, CountDownLatch, TimeUnit}

import scala.collection.mutable

import org.apache.spark.internal.Logging
import org.apache.spark.lakebook.SharedContext
import org.apache.spark.scheduler.{SparkListener, SparkListenerEvent, SparkListenerJobStart}
import org.apache.spark.sql.execution.ui.{SparkListenerSQLExecutionEnd, SparkListenerSQLExecutionStart}
import org.apache.spark.sql.streaming.StreamingQueryListener.{QueryProgressEvent, QueryStartedEvent,
  QueryTerminatedEvent}

import lakebook.bridge.{FirstAndLast, Here, Json, Notebook}

/** The Delta tables that each notebook has read and written, in any language, with their versions.
  *
  * Commits are told as they are made; that a query has ended comes along Spark's listener bus, later. The bus serves
  * this by a thread of its own, which no other listener keeps waiting.
  */
class TablesUsed(context: SharedContext) extends SparkListener with Logging {
  private class Used {
    val read = new FirstAndLast[(Long, TableVersion)]
    val written = new FirstAndLast[TableWrite]
  }

  private val notebooks = new ConcurrentHashMap[String, Used]
  /** Which notebook runs what, known to the bus's thread alone. */
  private val executions = mutable.Map.empty[Long, String]
  private val streams = mutable.Map.empty[UUID, String]

  context.listenerBus.addToQueue(this, TablesUsed.Queue)
  TablesWritten.tell(write => Here.notebook.foreach(wrote(_, write)))

  def enter(notebook: String): Unit = notebooks.put(notebook, new Used)

  def forget(notebook: String): Unit = {
    notebooks.remove(notebook)
    TablesRead.byRdds(notebook)
  }

  /** What a notebook has used since this was asked last, in order: `{"read": [table…], "written": [{table…,
    * "operation", "from": [table…]}]}`.
    */
  def take(notebook: String): String = {
    settle()
    val nothing = (Seq.empty[TableVersion], Seq.empty[TableWrite])
    val (read, written) = Option(notebooks.get(notebook)).fold(nothing) { used =>
      used.synchronized((used.read.take().sortBy(_._1).map(_._2), used.written.take()))
    }
    Json.write(Map("read" -> read.map(_.json), "written" -> written.map(_.json)))
  }

  /** Wait until all is known of what was executed before. */
  private def settle(): Unit = if (!context.isStopped) {
    val marker = new TablesUsed.Marker
    context.listenerBus.post(marker)
    if (!marker.passed.await(TablesUsed.Patience, TimeUnit.MILLISECONDS))
      logWarning("Spark is behind with its events: which tables were read last will be known later")
  }

  /** @param time milliseconds: commits and ends of queries are told by different ways */
  private def read(notebook: String, tables: Seq[TableVersion], time: Long): Unit =
    for (used <- Option(notebooks.get(notebook)) if tables.nonEmpty)
      used.synchronized(tables.foreach(table => used.read.add(table.rows, time -> table)))

  private def wrote(notebook: String, write: TableWrite): Unit = {
    read(notebook, write.sources, System.currentTimeMillis)
    for (used <- Option(notebooks.get(notebook))) used.synchronized(used.written.add(write.table.rows, write))
  }

  override def onOtherEvent(event: SparkListenerEvent): Unit = event match {
    case started: SparkListenerSQLExecutionStart => owner(started.jobTags).foreach(executions(started.executionId) = _)
    case ended: SparkListenerSQLExecutionEnd =>
      for (notebook <- executions.remove(ended.executionId) if ended.executionFailure.isEmpty)
        read(notebook, TablesRead.of(ended.qe), ended.time)
    case started: QueryStartedEvent => owner(started.jobTags).foreach(streams(started.runId) = _)
    case done: QueryProgressEvent =>
      for (notebook <- streams.get(done.progress.runId))
        read(notebook, TablesStreamed.of(done.progress), System.currentTimeMillis)
    case ended: QueryTerminatedEvent => streams.remove(ended.runId)
    case marker: TablesUsed.Marker   => marker.passed.countDown()
    case _                           =>
  }

  override def onJobStart(start: SparkListenerJobStart): Unit =
    for {
      properties <- Option(start.properties)
      notebook <- Option(properties.getProperty(Here.Notebook))
      if properties.getProperty(Here.Table) == null
    }
      read(notebook, TablesRead.byRdds(notebook), start.time)

  /** Whose code runs what has these tags: to look at a table that is shown is no use of it. */
  private def owner(tags: Iterable[String]): Option[String] =
    if (tags.exists(_ == Notebook.Table)) None else tags.flatMap(Notebook.tagged).headOption
}

private object TablesUsed {
  val Queue = "lakebook-tables"

  /** How long who asks may wait for events that are on their way; milliseconds. */
  val Patience = 2000L

  /** Comes by when all events before it have. */
  class Marker extends SparkListenerEvent {
    val passed = new CountDownLatch(1)
    override protected[spark] def logEvent: Boolean = false
  }
}
