package lakebook.bridge

import scala.collection.mutable

import org.apache.spark.sql.catalyst.plans.logical.{LogicalPlan, View}
import org.apache.spark.sql.classic.{Catalog, Dataset, SparkSession}
import org.apache.spark.sql.execution.{CacheManager, CachedData}
import org.apache.spark.sql.execution.datasources.LogicalRelationWithTable
import org.apache.spark.sql.execution.datasources.v2.{DataSourceV2Relation, UncacheTableExec}
import org.apache.spark.storage.StorageLevel

/** Spark's cache of query results, in which a notebook clears and uncaches what it cached itself and nothing else.
  *
  * A change of a table still drops what anybody cached of it.
  */
class SharedCache extends CacheManager {
  private case class Entry(notebook: String, session: SparkSession, plan: LogicalPlan)
  private val entries = mutable.ArrayBuffer.empty[Entry]

  override def cacheQuery(
      session: SparkSession, plan: LogicalPlan, tableName: Option[String], level: StorageLevel): Unit =
    noting(session, plan)(super.cacheQuery(session, plan, tableName, level))

  override def cacheQuery(frame: Dataset[_], tableName: Option[String], level: StorageLevel): Unit =
    noting(frame.sparkSession, frame.queryExecution.analyzed)(super.cacheQuery(frame, tableName, level))

  override def clearCache(): Unit = Here.notebook match {
    case Some(id) => release(id)
    case None     => super.clearCache()
  }

  /** What `unpersist()` calls. */
  override def uncacheQuery(frame: Dataset[_], cascade: Boolean, blocking: Boolean): Unit =
    if (!ofAnother(lookupCachedData(frame))) {
      super.uncacheQuery(frame, cascade, blocking)
      forgetUncached()
    }

  /** Called for `UNCACHE TABLE`, which does not reach what others made of the table; but also when a table changes, which
    * concerns everybody.
    */
  override def uncacheQuery(session: SparkSession, plan: LogicalPlan, cascade: Boolean, blocking: Boolean): Unit =
    if (Here.notebook.isEmpty || !SharedCache.asked) super.uncacheQuery(session, plan, cascade, blocking)
    else if (!ofAnother(lookupCachedData(session, plan))) {
      super.uncacheQuery(session, plan, cascade = false, blocking)
      forgetUncached()
    }

  /** The same by name, and when a temporary view changes: another notebook's view of that name is not meant. */
  override def uncacheTableOrView(session: SparkSession, name: Seq[String], cascade: Boolean, blocking: Boolean): Unit =
    Here.notebook match {
      case Some(id) if name.size == 1 || SharedCache.asked => release(id, _.plan.exists(named(_, name, session)))
      case _                                               => super.uncacheTableOrView(session, name, cascade, blocking)
    }

  def release(notebook: String): Unit = release(notebook, _ => true)

  private def release(notebook: String, which: Entry => Boolean): Unit = {
    val own = synchronized {
      val (own, others) = entries.partition(entry => entry.notebook == notebook && which(entry))
      entries.clear()
      entries ++= others
      own.toList
    }
    own.foreach(entry => super.uncacheQuery(entry.session, entry.plan, cascade = false, blocking = false))
  }

  private def named(plan: LogicalPlan, name: Seq[String], session: SparkSession): Boolean = {
    val parts = plan match {
      case view: View                               => view.desc.identifier.nameParts
      case LogicalRelationWithTable(_, Some(table)) => table.identifier.nameParts
      case DataSourceV2Relation(_, _, Some(catalog), Some(table), _, _) => catalog.name +: table.namespace.toSeq :+ table.name
      case _                                        => Nil
    }
    parts.size == name.size && parts.zip(name).forall(session.sessionState.conf.resolver.tupled)
  }

  private def noting(session: SparkSession, plan: LogicalPlan)(cache: => Unit): Unit = {
    val known = lookupCachedData(session, plan).isDefined
    cache
    if (!known) Here.notebook.foreach(id => synchronized { entries += Entry(id, session, plan) })
  }

  private def forgetUncached(): Unit =
    synchronized(entries.filterInPlace(entry => lookupCachedData(entry.session, entry.plan).isDefined))

  private def ofAnother(found: Option[CachedData]): Boolean = (found, Here.notebook) match {
    case (Some(cached), Some(id)) =>
      synchronized(entries.toList).exists { entry =>
        entry.notebook != id && lookupCachedData(entry.session, entry.plan).exists(_ eq cached)
      }
    case _ => false
  }
}

object SharedCache {
  /** The classes that uncache a table because a notebook asks for it. */
  private val Askers = Set(classOf[UncacheTableExec].getName, classOf[Catalog].getName)

  private def asked: Boolean = StackWalker.getInstance.walk(_.anyMatch(frame => Askers(frame.getClassName)))

  /** Spark has no setting for the class of its cache. */
  def install(session: SparkSession): SharedCache = {
    val cache = new SharedCache
    val field = session.sharedState.getClass.getDeclaredField("cacheManager")
    field.setAccessible(true)
    field.set(session.sharedState, cache)
    cache
  }
}
