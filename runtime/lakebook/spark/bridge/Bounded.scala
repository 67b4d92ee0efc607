package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: a frame made of a plan

import java.util.UUID
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicLong

import com.google.common.cache.{Cache, CacheBuilder}
import org.apache.spark.rdd.RDD
import org.apache.spark.sql.Dataset
import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.catalyst.expressions.{Attribute, SortOrder, UnsafeRow}
import org.apache.spark.sql.catalyst.plans.logical.{LogicalPlan, UnaryNode}
import org.apache.spark.sql.catalyst.plans.physical.Partitioning
import org.apache.spark.sql.classic.{Dataset => ClassicDataset}
import org.apache.spark.sql.execution.{SparkPlan, SparkStrategy, UnaryExecNode}

/** Frames whose tasks end with `TooLarge` before what they bring to the driver fills its memory. */
object Bounded {
  class TooLarge extends RuntimeException("lakebook: the frame is larger than may be brought into memory")

  /** Of the memory of a JVM, what the rows of one frame may have: they are there twice, as results and on their way. */
  private val Share = 0.4

  private val totals: Cache[UUID, AtomicLong] = CacheBuilder.newBuilder().expireAfterAccess(1, TimeUnit.HOURS).build()

  /** The frame, whose rows may have so many bytes; and no more than the memory has room for. */
  def of(frame: Dataset[_], bytes: Long): Dataset[_] = {
    val query = frame.asInstanceOf[ClassicDataset[_]].queryExecution
    ClassicDataset.ofRows(query.sparkSession, AtMost(bytes, UUID.randomUUID, query.analyzed))
  }

  case class AtMost(bytes: Long, frame: UUID, child: LogicalPlan) extends UnaryNode {
    override def output: Seq[Attribute] = child.output
    override protected def withNewChildInternal(newChild: LogicalPlan): LogicalPlan = copy(child = newChild)
  }

  object Strategy extends SparkStrategy {
    override def apply(plan: LogicalPlan): Seq[SparkPlan] = plan match {
      case AtMost(bytes, frame, child) => Seq(AtMostExec(bytes, frame, planLater(child)))
      case _                           => Nil
    }
  }

  case class AtMostExec(bytes: Long, frame: UUID, child: SparkPlan) extends UnaryExecNode {
    override def output: Seq[Attribute] = child.output
    override def outputOrdering: Seq[SortOrder] = child.outputOrdering
    override def outputPartitioning: Partitioning = child.outputPartitioning
    override protected def withNewChildInternal(newChild: SparkPlan): SparkPlan = copy(child = newChild)

    override protected def doExecute(): RDD[InternalRow] = {
      val (bytes, frame) = (this.bytes, this.frame)
      child.execute().mapPartitionsInternal(weighed(_, bytes, frame))
    }
  }

  /** The tasks of a frame that run in one JVM share its memory, and count together. */
  private def weighed(rows: Iterator[InternalRow], bytes: Long, frame: UUID): Iterator[InternalRow] = {
    val total = totals.get(frame, () => new AtomicLong)
    val most = math.min(bytes.toDouble, Runtime.getRuntime.maxMemory * Share)
    rows.map { row =>
      if (total.addAndGet(size(row)) > most) throw new TooLarge
      row
    }
  }

  private def size(row: InternalRow): Long = row match {
    case row: UnsafeRow => row.getSizeInBytes
    case other          => 8L * other.numFields
  }
}
