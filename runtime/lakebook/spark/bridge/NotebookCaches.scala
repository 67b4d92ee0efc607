package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: which cached results a query uses

import java.util.concurrent.ConcurrentHashMap

import scala.jdk.CollectionConverters._
import scala.util.control.NonFatal

import org.apache.hadoop.fs.{FileSystem, Path}
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan
import org.apache.spark.sql.classic.{Catalog, Dataset, SparkSession}
import org.apache.spark.sql.execution.{CacheManager, CachedData}
import org.apache.spark.sql.execution.datasources.v2.{BaseCacheTableExec, UncacheTableExec}
import org.apache.spark.sql.internal.SharedState
import org.apache.spark.storage.StorageLevel

import lakebook.bridge.Here

/** Spark's cache of query results, of which each notebook has one of its own: what another keeps, maybe of files that
  * have changed since, is not what this one reads. A change of a table reaches all of them.
  */
class NotebookCaches extends CacheManager {
  private case class Owned(session: SparkSession, cache: CacheManager)
  private val caches = new ConcurrentHashMap[String, Owned]
  private val nobodys = new CacheManager

  def enter(notebook: String, session: SparkSession): Unit = caches.put(notebook, Owned(session, new CacheManager))

  def release(notebook: String): Unit = Option(caches.remove(notebook)).foreach(_.cache.clearCache())

  private def own: CacheManager = Here.notebook.flatMap(id => Option(caches.get(id))).fold(nobodys)(_.cache)

  /** Each is changed in its notebook's session: what it keeps is planned anew there. Where that fails, as for a file
    * that has gone, it is no longer cached; that is nobody else's error.
    */
  private def everywhere(session: SparkSession)(change: (CacheManager, SparkSession) => Unit): Unit = {
    change(nobodys, session)
    for ((notebook, owned) <- caches.asScala)
      try owned.session.withActive(change(owned.cache, owned.session))
      catch {
        case NonFatal(problem) if !Here.notebook.contains(notebook) =>
          logWarning(s"what $notebook had cached is no longer cached", problem)
      }
  }

  override def clearCache(): Unit = own.clearCache()
  override def isEmpty: Boolean = own.isEmpty
  override def numCachedEntries: Int = own.numCachedEntries

  override def cacheQuery(frame: Dataset[_], name: Option[String], level: StorageLevel): Unit =
    own.cacheQuery(frame, name, level)
  override def cacheQuery(session: SparkSession, plan: LogicalPlan, name: Option[String], level: StorageLevel): Unit =
    own.cacheQuery(session, plan, name, level)

  override def lookupCachedData(frame: Dataset[_]): Option[CachedData] = own.lookupCachedData(frame)
  override def lookupCachedData(session: SparkSession, plan: LogicalPlan): Option[CachedData] =
    own.lookupCachedData(session, plan)
  override def lookupCachedTable(name: Seq[String], same: (String, String) => Boolean): Option[LogicalPlan] =
    own.lookupCachedTable(name, same)
  override private[sql] def useCachedData(plan: LogicalPlan, fits: CachedData => Boolean): LogicalPlan =
    own.useCachedData(plan, fits)

  /** What `unpersist()` calls. */
  override def uncacheQuery(frame: Dataset[_], cascade: Boolean, blocking: Boolean): Unit =
    own.uncacheQuery(frame, cascade, blocking)

  /** Called for `UNCACHE TABLE`; but also when a table changes, which concerns everybody. */
  override def uncacheQuery(session: SparkSession, plan: LogicalPlan, cascade: Boolean, blocking: Boolean): Unit =
    if (NotebookCaches.asked) own.uncacheQuery(session, plan, cascade, blocking)
    else everywhere(session)(_.uncacheQuery(_, plan, cascade, blocking))

  /** The same by name, and when a temporary view changes: another notebook's view of that name is not meant. */
  override def uncacheTableOrView(session: SparkSession, name: Seq[String], cascade: Boolean, blocking: Boolean): Unit =
    if (name.size == 1 || NotebookCaches.asked) own.uncacheTableOrView(session, name, cascade, blocking)
    else everywhere(session)(_.uncacheTableOrView(_, name, cascade, blocking))

  override def recacheByPlan(session: SparkSession, plan: LogicalPlan): Unit =
    everywhere(session)(_.recacheByPlan(_, plan))
  override def recacheTableOrView(session: SparkSession, name: Seq[String], includeTimeTravel: Boolean): Unit =
    everywhere(session)(_.recacheTableOrView(_, name, includeTimeTravel))
  override def recacheByPath(session: SparkSession, path: Path, files: FileSystem): Unit =
    everywhere(session)(_.recacheByPath(_, path, files))
}

object NotebookCaches {
  /** The classes that uncache a table because a notebook asks for it, or because it could not be cached. */
  private val Askers =
    Set[Class[_]](classOf[UncacheTableExec], classOf[BaseCacheTableExec], classOf[Catalog]).map(_.getName)

  private def asked: Boolean = StackWalker.getInstance.walk(_.anyMatch(frame => Askers(frame.getClassName)))

  /** Spark has no setting for the class of its cache. */
  def install(session: SparkSession): NotebookCaches = {
    val caches = new NotebookCaches
    val field = classOf[SharedState].getDeclaredField("cacheManager")
    field.setAccessible(true)
    field.set(session.sharedState, caches)
    caches
  }
}
