package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: a plan's rows as they are

import scala.collection.mutable

import org.apache.spark.rdd.RDD
import org.apache.spark.sql.Dataset
import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.classic.{Dataset => ClassicDataset}
import org.apache.spark.sql.execution.SQLExecution

import lakebook.bridge.Json

/** The rows of a query, some at a time, in one order.
  *
  * The query is planned once: what was sorted or grouped for its first page stays in Spark's shuffle files, until nobody
  * looks at the table any more, and a page computes the partitions that it lies in. Nothing is put into Spark's cache.
  */
class PagedRows(frame: Dataset[_]) {
  private val query = frame.asInstanceOf[ClassicDataset[_]].queryExecution
  private val counts = mutable.Map.empty[Int, Long]

  /** `{"rows": [[…]], "total": …, "more": …}`: cells as `TableHead` has them; null for a total that is not known yet. */
  def page(offset: Long, limit: Int): String = synchronized(executed { rdd =>
    if (offset - known > PagedRows.Far) countAll(rdd)
    val found = mutable.ArrayBuffer.empty[InternalRow]
    var skip = offset
    var part = 0
    while (found.length <= limit && part < rdd.getNumPartitions) {
      if (counts.get(part).exists(_ <= skip)) skip -= counts(part)
      else {
        val slice = PagedRows.slice(rdd, part, skip, limit + 1 - found.length)
        found ++= slice.rows
        if (slice.ended) counts(part) = slice.seen
        skip = math.max(0, skip - slice.seen)
      }
      part += 1
    }
    Json.write(Map(
      "rows" -> ShownCells.texts(query.analyzed.output, found.take(limit).toSeq, query.sparkSession),
      "total" -> (if (counts.size == rdd.getNumPartitions) counts.values.sum else null),
      "more" -> (found.length > limit)
    ))
  })

  def count(): Long = synchronized(executed { rdd =>
    if (counts.size < rdd.getNumPartitions) countAll(rdd)
    counts.values.sum
  })

  private def known: Long = Iterator.from(0).map(counts.get).takeWhile(_.isDefined).flatten.sum

  private def countAll(rdd: RDD[InternalRow]): Unit =
    for ((count, part) <- rdd.sparkContext.runJob(rdd, PagedRows.sizeOf _).zipWithIndex) counts(part) = count

  private def executed[T](work: RDD[InternalRow] => T): T =
    query.sparkSession.withActive(SQLExecution.withNewExecutionId(query, Some("page"))(work(query.toRdd)))
}

private object PagedRows {
  /** Rows that lie before a page and are not counted: beyond, all partitions are counted at once. */
  private val Far = 100000L

  /** Of one partition: some rows, how many were seen up to the last of them, and whether that was its end. */
  class Slice(val rows: Seq[InternalRow], val seen: Long, val ended: Boolean) extends Serializable

  def slice(rdd: RDD[InternalRow], part: Int, skip: Long, limit: Int): Slice = {
    val cut = (found: Iterator[InternalRow]) => {
      var seen = 0L
      while (seen < skip && found.hasNext) { found.next(); seen += 1 }
      val rows = mutable.ArrayBuffer.empty[InternalRow]
      while (rows.length < limit && found.hasNext) { rows += found.next().copy(); seen += 1 }
      new Slice(rows.toSeq, seen, !found.hasNext)
    }
    rdd.sparkContext.runJob(rdd, cut, Seq(part)).head
  }

  def sizeOf(found: Iterator[InternalRow]): Long = {
    var count = 0L
    while (found.hasNext) { found.next(); count += 1 }
    count
  }
}
