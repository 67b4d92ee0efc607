package lakebook.bridge

import scala.collection.mutable

import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan
import org.apache.spark.sql.classic.{Dataset, SparkSession}
import org.apache.spark.sql.execution.CacheManager
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
    if (!ofAnother(frame)) {
      super.uncacheQuery(frame, cascade, blocking)
      synchronized(entries.filterInPlace(entry => lookupCachedData(entry.session, entry.plan).isDefined))
    }

  def release(notebook: String): Unit = {
    val own = synchronized {
      val (own, others) = entries.partition(_.notebook == notebook)
      entries.clear()
      entries ++= others
      own.toList
    }
    own.foreach(entry => uncacheQuery(entry.session, entry.plan, cascade = false, blocking = false))
  }

  private def noting(session: SparkSession, plan: LogicalPlan)(cache: => Unit): Unit = {
    val known = lookupCachedData(session, plan).isDefined
    cache
    if (!known) Here.notebook.foreach(id => synchronized { entries += Entry(id, session, plan) })
  }

  private def ofAnother(frame: Dataset[_]): Boolean = (lookupCachedData(frame), Here.notebook) match {
    case (Some(cached), Some(id)) =>
      synchronized(entries.toList).exists { entry =>
        entry.notebook != id && lookupCachedData(entry.session, entry.plan).exists(_ eq cached)
      }
    case _ => false
  }
}

object SharedCache {
  /** Spark has no setting for the class of its cache. */
  def install(session: SparkSession): SharedCache = {
    val cache = new SharedCache
    val field = session.sharedState.getClass.getDeclaredField("cacheManager")
    field.setAccessible(true)
    field.set(session.sharedState, cache)
    cache
  }
}
