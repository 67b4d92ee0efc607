package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: its cache of results

import java.io.File
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.Files
import java.util.concurrent.atomic.AtomicLong

import scala.jdk.CollectionConverters.MapHasAsScala
import scala.util.control.NonFatal

import com.google.common.cache.{Cache, CacheBuilder}
import com.google.common.hash.Hashing
import org.apache.hadoop.fs.FileStatus
import org.apache.spark.internal.Logging
import org.apache.spark.sql.Dataset
import org.apache.spark.sql.catalyst.expressions.{Expression, Literal, PlanExpression, PythonFuncExpression,
  RuntimeReplaceable, UserDefinedExpression, UserDefinedGenerator, VariableReference}
import org.apache.spark.sql.catalyst.expressions.aggregate.{Collect, First, Last, V2Aggregator}
import org.apache.spark.sql.catalyst.expressions.objects.{Invoke, StaticInvoke}
import org.apache.spark.sql.catalyst.plans.logical._
import org.apache.spark.sql.catalyst.trees.TreePattern.CURRENT_LIKE
import org.apache.spark.sql.classic.{Dataset => ClassicDataset, SparkSession}
import org.apache.spark.sql.delta.files.TahoeLogFileIndex
import org.apache.spark.sql.execution.LogicalRDD
import org.apache.spark.sql.execution.columnar.{CachedRDDBuilder, InMemoryRelation}
import org.apache.spark.sql.execution.datasources.{FileIndex, HadoopFsRelation, InMemoryFileIndex, LogicalRelation}

/** The version of what a frame reads: as long as it is the same, a frame collected again would hold the same rows,
  * though perhaps in another order. It is told without computing the frame.
  */
object FrameVersion extends Logging {
  /** Of more files it takes too long to ask each. */
  private val MostFiles = 1000

  private val Expressions = "org.apache.spark.sql.catalyst.expressions."
  private val Objects = Expressions + "objects."

  /** Every cached result has a number of its own. */
  private val numbers: Cache[CachedRDDBuilder, java.lang.Long] = CacheBuilder.newBuilder().weakKeys().build()
  private val lastNumber = new AtomicLong

  /** None where that cannot be told: the frame reads what has no version, or runs code of the user's, or depends on the
    * moment or on chance.
    */
  def of(frame: Dataset[_]): Option[String] = {
    val query = frame.asInstanceOf[ClassicDataset[_]].queryExecution
    val session = query.sparkSession
    try
      read(query.analyzed).map { sources =>
        val whole = (sources ++ cached(session, query.analyzed) ++ settings(session)).mkString("\n")
        Hashing.sha256.hashString(whole, UTF_8).toString
      }
    catch {
      case NonFatal(problem) => // a file is gone, a table unreadable: whoever collects the frame is told
        logDebug("a frame has no version", problem)
        None
    }
  }

  private type Sources = Option[Seq[String]]
  private val NoSources: Sources = Some(Nil)

  private def read(plan: LogicalPlan): Sources =
    if (plan.isStreaming) None
    else
      together(
        plan.expressions.iterator.map(read) ++ Iterator(plan).map(ofItself) ++ plan.children.iterator.map(read))

  private def ofItself(plan: LogicalPlan): Sources = plan match {
    case _: LocalRelation | _: Range | _: OneRowRelation | _: EmptyRelation | _: CommandResult => NoSources
    case _: Project | _: Filter | _: Aggregate | _: Window | _: Expand | _: Generate | _: Sample => NoSources
    case _: Join | _: LateralJoin | _: AsOfJoin | _: Union | _: Intersect | _: Except => NoSources
    case _: Distinct | _: Deduplicate | _: Sort | _: GlobalLimit | _: LocalLimit | _: Offset | _: Tail => NoSources
    case _: SubqueryAlias | _: View | _: WithCTE | _: CTERelationDef | _: CTERelationRef | _: ResolvedHint => NoSources
    case _: RepartitionOperation | _: RebalancePartitions => NoSources
    case checkpoint: LogicalRDD if checkpoint.rdd.isCheckpointed => Some(Seq(s"checkpoint ${checkpoint.rdd.id}"))
    case relation: LogicalRelation =>
      relation.relation match {
        case files: HadoopFsRelation if files.fileFormat.getClass.getName.startsWith("org.apache.spark.sql.") =>
          ofFiles(files.location)
        case _ => None
      }
    case _ => None
  }

  private def ofFiles(index: FileIndex): Sources = index match {
    case delta: TahoeLogFileIndex =>
      val snapshot = delta.getSnapshot
      val written = snapshot.logSegment.lastCommitFileModificationTimestamp // of a table made anew too
      Some(Seq(s"${delta.path} ${snapshot.metadata.id} ${snapshot.version} $written"))
    case listed: InMemoryFileIndex if listed.getClass == classOf[InMemoryFileIndex] =>
      val files = listed.allFiles()
      if (files.length > MostFiles) None else together(files.iterator.map(ofFile))
    case _ => None
  }

  /** A file on this machine, as it is now. What another one keeps is not asked file by file. */
  private def ofFile(listed: FileStatus): Sources = {
    val address = listed.getPath.toUri
    if (address.getScheme != null && address.getScheme != "file") None
    else {
      val about = Files.readAttributes(new File(address.getPath).toPath, "unix:ino,ctime,size,lastModifiedTime").asScala
      Some(Seq(s"$address ${about.toSeq.sortBy(_._1).mkString(" ")}"))
    }
  }

  private def read(expression: Expression): Sources = expression match {
    case _: UserDefinedExpression | _: PythonFuncExpression | _: UserDefinedGenerator | _: V2Aggregator[_, _] => None
    case _: VariableReference => None
    case subquery: PlanExpression[_] =>
      subquery.plan match {
        case plan: LogicalPlan => together(Iterator(plan).map(read) ++ subquery.children.iterator.map(read))
        case _                 => None
      }
    case replaced: RuntimeReplaceable => read(replaced.replacement)
    case call: StaticInvoke if isSparks(call.staticObject) => together(call.children.iterator.map(read))
    case call @ Invoke(Literal(target: AnyRef, _), _, _, _, _, _, _, _) if isSparks(target.getClass) =>
      together(call.children.iterator.map(read))
    case own if isSparks(own.getClass) && !own.getClass.getName.startsWith(Objects) && lasts(own) =>
      together(own.children.iterator.map(read))
    case _ => None
  }

  private def isSparks(kind: Class[_]): Boolean = kind.getName.startsWith("org.apache.spark.sql.catalyst.")

  /** Whether an expression is the same whenever its inputs are, but for their order. */
  private def lasts(expression: Expression): Boolean = expression match {
    case _: First | _: Last | _: Collect[_] => true
    case _ =>
      (expression.deterministic || !expression.children.forall(_.deterministic)) &&
        !expression.containsPattern(CURRENT_LIKE)
  }

  /** Cached results that stand for parts of the plan: they may be older than what those read. */
  private def cached(session: SparkSession, plan: LogicalPlan): Seq[String] =
    session.sharedState.cacheManager.useCachedData(plan).collectWithSubqueries {
      case relation: InMemoryRelation =>
        s"cached ${numbers.get(relation.cacheBuilder, () => lastNumber.incrementAndGet())}"
    }

  /** The time zone, the rules for overflows and whatever else may change results. */
  private def settings(session: SparkSession): Seq[String] =
    session.sessionState.conf.getAllConfs.toSeq.sorted.map { case (name, value) => s"$name $value" }

  /** All of them, if each is known. */
  private def together(parts: Iterator[Sources]): Sources = {
    val all = Seq.newBuilder[String]
    while (parts.hasNext) parts.next() match {
      case Some(sources) => all ++= sources
      case None          => return None
    }
    Some(all.result())
  }
}
