package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: its cache of results

import java.util.concurrent.{ConcurrentHashMap, ConcurrentLinkedQueue}

import scala.jdk.CollectionConverters._
import scala.util.control.NonFatal

import com.google.common.cache.{Cache, CacheBuilder}
import org.apache.spark.internal.Logging
import org.apache.spark.sql.{Dataset, SparkSessionExtensions}
import org.apache.spark.sql.catalyst.{QueryPlanningTracker, TableIdentifier}
import org.apache.spark.sql.catalyst.plans.logical.{LogicalPlan, Subquery, V2WriteCommand}
import org.apache.spark.sql.catalyst.rules.Rule
import org.apache.spark.sql.classic.{Dataset => ClassicDataset}
import org.apache.spark.sql.delta.{OptimisticTransaction, SnapshotDescriptor}
import org.apache.spark.sql.delta.catalog.DeltaTableV2
import org.apache.spark.sql.delta.commands.cdc.CDCReader.DeltaCDFRelation
import org.apache.spark.sql.delta.files.TahoeLogFileIndex
import org.apache.spark.sql.delta.stats.PreparedDeltaFileIndex
import org.apache.spark.sql.execution.{CacheManager, FileSourceScanExec, QueryExecution, SparkPlan}
import org.apache.spark.sql.execution.adaptive.AdaptiveSparkPlanHelper
import org.apache.spark.sql.execution.columnar.{CachedRDDBuilder, InMemoryRelation, InMemoryTableScanExec}
import org.apache.spark.sql.execution.datasources.{FileIndex, HadoopFsRelation, LogicalRelation}
import org.apache.spark.sql.execution.datasources.v2.DataSourceV2Relation

import lakebook.bridge.Here

/** The Delta tables that a query reads, each at the version that it really reads.
  *
  * Delta chooses that version when the query is optimized, once for all its scans of a table. Of what it answers from a
  * table's statistics nothing is left in the plan afterwards. So the plan is looked at just before Delta's rule and
  * just after it. Reads of Delta's own, of its log or of the files that a MERGE rewrites, go by other indexes and are
  * not seen.
  */
object TablesRead extends Logging with AdaptiveSparkPlanHelper {
  private case class Scan(index: TahoeLogFileIndex, table: Option[TableIdentifier])

  private def weak[Key <: AnyRef, Value <: AnyRef]: Cache[Key, Value] =
    CacheBuilder.newBuilder().weakKeys().build().asInstanceOf[Cache[Key, Value]]

  /** What a query scans, while Delta's rule is at work on it. */
  private val scans = weak[QueryPlanningTracker, Seq[Scan]]
  private val tables = weak[QueryPlanningTracker, Seq[TableVersion]]
  private val transactions = weak[OptimisticTransaction, ConcurrentLinkedQueue[TableVersion]]
  private val caches = weak[CachedRDDBuilder, Seq[TableVersion]]
  private val becameRdds = new ConcurrentHashMap[String, ConcurrentLinkedQueue[TableVersion]]
  /** By place, what was read when a result was cached last; of so many tables. */
  private val cachedLast: Cache[String, TableVersion] =
    CacheBuilder.newBuilder().maximumSize(10000).build().asInstanceOf[Cache[String, TableVersion]]

  /** What a query reads; nothing where it has not been optimized. */
  def of(query: QueryExecution): Seq[TableVersion] = Option(tables.getIfPresent(query.tracker)).getOrElse(Nil)

  /** What the queries read that were run within a transaction. */
  def within(transaction: OptimisticTransaction): Seq[TableVersion] =
    Option(transactions.getIfPresent(transaction)).fold(Seq.empty[TableVersion])(_.asScala.toSeq)

  /** What is read by a notebook's queries that became RDDs since this was asked last: of those, which run as jobs
    * alone, Spark does not tell.
    */
  def byRdds(notebook: String): Seq[TableVersion] =
    Option(becameRdds.remove(notebook)).fold(Seq.empty[TableVersion])(_.asScala.toSeq)

  /** What a frame would read now; cached results are as old as they are. A table that cannot be read is left out:
    * whoever collects the frame is told.
    */
  def now(frame: Dataset[_]): Seq[TableVersion] = {
    val query = frame.asInstanceOf[ClassicDataset[_]].queryExecution
    val plan = query.sparkSession.sharedState.cacheManager.useCachedData(query.analyzed)
    (relations(plan).flatMap(newest) ++ beside(plan)).distinctBy(_.rows)
  }

  private def newest(scan: Scan): Option[TableVersion] =
    try Some(version(scan, scan.index.getSnapshot))
    catch {
      case NonFatal(problem) =>
        logDebug("a frame's table cannot be read", problem)
        None
    }

  private def before(plan: LogicalPlan): Unit =
    for (planning <- QueryPlanningTracker.get if reads(plan)) scans.put(planning, relations(plan))

  private def after(plan: LogicalPlan): Unit =
    for (planning <- QueryPlanningTracker.get if reads(plan)) {
      val scanned = Option(scans.asMap.remove(planning)).getOrElse(Nil)
      val found = (scanned.map(scan => version(scan, snapshot(scan.index, plan))) ++ beside(plan)).distinctBy(_.rows)
      if (found.nonEmpty) {
        tables.put(planning, found)
        OptimisticTransaction.getActive().foreach(keep(_, found))
        planner match {
          case Some(Rdds)   => Here.notebook.foreach(keep(_, found))
          case Some(Caches) => found.foreach(table => cachedLast.put(table.location, table))
          case _            =>
        }
      }
    }

  private def keep(transaction: OptimisticTransaction, found: Seq[TableVersion]): Unit =
    transactions.get(transaction, () => new ConcurrentLinkedQueue[TableVersion]).addAll(found.asJava)

  private def keep(notebook: String, found: Seq[TableVersion]): Unit =
    becameRdds.computeIfAbsent(notebook, _ => new ConcurrentLinkedQueue).addAll(found.asJava)

  /** Whether this is the plan of what will read: a subquery is looked at with the whole, and what is written to a Delta
    * table is planned anew within the transaction.
    */
  private def reads(plan: LogicalPlan): Boolean = plan match {
    case _: Subquery           => false
    case write: V2WriteCommand => !write.table.exists(isDelta)
    case _                     => true
  }

  private def isDelta(relation: LogicalPlan): Boolean = relation match {
    case relation: DataSourceV2Relation => relation.table.isInstanceOf[DeltaTableV2]
    case _                              => false
  }

  /** Who has the current thread plan a query without running it, if Spark tells nothing of that one later. */
  private def planner: Option[String] = {
    val found = StackWalker.getInstance.walk(_.map[String](frame => frame.getClassName match {
      case Rdds if frame.getMethodName == "toRdd" => Rdds
      case Caches                                 => Caches
      case _                                      => null
    }).filter(_ != null).findFirst)
    Option(found.orElse(null))
  }

  private val Rdds = classOf[QueryExecution].getName
  private val Caches = classOf[CacheManager].getName

  private def relations(plan: LogicalPlan): Seq[Scan] = plan.collectWithSubqueries {
    case relation: LogicalRelation => relation -> location(relation)
  }.collect { case (relation, Some(index: TahoeLogFileIndex)) =>
    Scan(index, index.catalogTableOpt.orElse(relation.catalogTable).map(_.identifier))
  }

  private def location(relation: LogicalRelation): Option[FileIndex] = relation.relation match {
    case files: HadoopFsRelation => Some(files.location)
    case _                       => None
  }

  private def version(scan: Scan, snapshot: SnapshotDescriptor): TableVersion =
    TableVersion.of(scan.index.deltaLog, scan.table, snapshot)

  /** What Delta has chosen: a version that was asked for, that of the scan which it prepared, else, if the table's
    * statistics were enough, the one it has just looked up. It does not choose for what goes to a sink of Spark's newer
    * kind until that reads.
    */
  private def snapshot(index: TahoeLogFileIndex, plan: LogicalPlan): SnapshotDescriptor = {
    val log = index.deltaLog
    def prepared = plan.collectWithSubqueries { case relation: LogicalRelation => location(relation) }.collectFirst {
      case Some(found: PreparedDeltaFileIndex) if found.versionScanned.isEmpty && found.deltaLog.isSameLogAs(log) =>
        found
    }
    def changed = OptimisticTransaction.getActive().filter(_.deltaLog.isSameLogAs(log)).map(_.snapshot)
    if (index.isTimeTravelQuery) index.snapshotAtAnalysis
    else if (plan.isInstanceOf[V2WriteCommand]) index.getSnapshot
    else prepared.orElse(changed).getOrElse(log.unsafeVolatileSnapshot)
  }

  /** What a plan reads without a scan: cached results, and the changes between two versions. */
  private def beside(plan: LogicalPlan): Seq[TableVersion] = plan.collectWithSubqueries {
    case cached: InMemoryRelation  => ofCache(cached.cacheBuilder)
    case relation: LogicalRelation => ofChanges(relation)
  }.flatten

  private def ofChanges(relation: LogicalRelation): Seq[TableVersion] = relation.relation match {
    case changes: DeltaCDFRelation =>
      val log = changes.snapshotWithSchemaMode.snapshot.deltaLog
      val newest = TableVersion.of(log, changes.catalogTableOpt.map(_.identifier), log.unsafeVolatileSnapshot)
      Seq(changes.endingVersion.fold(newest)(last => newest.copy(version = last)))
    case _ => Nil
  }

  /** What a cached result was computed from, at the versions that were read then: of its scans, and where a table's
    * statistics were enough, as noted when it was planned.
    */
  private def ofCache(cache: CachedRDDBuilder): Seq[TableVersion] = caches.get(cache, () => {
    val scanned = collectWithSubqueries(cache.cachedPlan)(ofScans).flatten
    val answered = relations(cache.logicalPlan)
      .map(scan => version(scan, scan.index.snapshotAtAnalysis))
      .filterNot(table => scanned.exists(_.location == table.location))
      .map(table => Option(cachedLast.getIfPresent(table.location)).getOrElse(table))
    (scanned ++ answered ++ beside(cache.logicalPlan)).distinctBy(_.rows)
  })

  private val ofScans: PartialFunction[SparkPlan, Seq[TableVersion]] = {
    case scan: FileSourceScanExec =>
      scan.relation.location match {
        case found: PreparedDeltaFileIndex => Seq(TableVersion.of(found.deltaLog, scan.tableIdentifier, found))
        case _                             => Nil
      }
    case scan: InMemoryTableScanExec => ofCache(scan.relation.cacheBuilder)
  }

  /** A rule that looks at plans and changes none; a query never fails for it. */
  private class Look(look: LogicalPlan => Unit) extends Rule[LogicalPlan] {
    override def apply(plan: LogicalPlan): LogicalPlan = {
      try look(plan)
      catch { case NonFatal(problem) => logWarning("which tables a query reads is not known", problem) }
      plan
    }
  }

  private[lakebook] val lookBefore: Rule[LogicalPlan] = new Look(before)
  private[lakebook] val lookAfter: Rule[LogicalPlan] = new Look(after)
}

/** For `spark.sql.extensions`, to stand before Delta's. */
class LookBeforeDelta extends (SparkSessionExtensions => Unit) {
  override def apply(extensions: SparkSessionExtensions): Unit = extensions.injectPreCBORule(_ => TablesRead.lookBefore)
}

/** For `spark.sql.extensions`, to stand after Delta's. */
class LookAfterDelta extends (SparkSessionExtensions => Unit) {
  override def apply(extensions: SparkSessionExtensions): Unit = extensions.injectPreCBORule(_ => TablesRead.lookAfter)
}
