package org.apache.spark.lakebook // for what Spark keeps to its own package: the pools of its scheduler

import scala.jdk.CollectionConverters._

import org.apache.spark.scheduler.{Pool, SchedulingMode, TaskScheduler}

/** A fair share of the processors for each notebook, and within it one for each of its jobs: else a stream's batch
  * would keep the notebook's cells waiting.
  */
private class Pools(scheduler: TaskScheduler) {
  private def root = scheduler.rootPool

  /** Those of a file that `spark.scheduler.allocation.file` names. */
  private val configured = children(root).map(_.name).toSet - "default"

  /** The pool in which a notebook's jobs run when it asks for `wanted`, which may be null. */
  def of(notebook: String, wanted: String): String =
    if (root == null || wanted != null && (configured(wanted) || wanted.startsWith(s"$notebook/"))) wanted
    else {
      val own = child(root, notebook)
      if (wanted == null || wanted == notebook) notebook else child(own, s"$notebook/$wanted").name
    }

  def remove(notebook: String): Unit = children(root).filter(_.name == notebook).foreach(root.removeSchedulable)

  private def child(parent: Pool, name: String): Pool = synchronized {
    children(parent).find(_.name == name).getOrElse {
      val made = new Pool(name, SchedulingMode.FAIR, initMinShare = 0, initWeight = 1)
      parent.addSchedulable(made)
      made
    }
  }

  private def children(parent: Pool): Iterable[Pool] =
    if (parent == null) Nil else parent.schedulableQueue.asScala.collect { case pool: Pool => pool }
}
