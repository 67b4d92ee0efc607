package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: the streams that run

import java.util.UUID

import org.apache.spark.sql.classic.SparkSession
import org.apache.spark.sql.delta.sources.{DeltaSource, DeltaSourceOffset}
import org.apache.spark.sql.delta.util.JsonUtils
import org.apache.spark.sql.execution.streaming.runtime.StreamExecution
import org.apache.spark.sql.streaming.{SourceProgress, StreamingQueryProgress}

/** The Delta tables that streams read. A stream reads a table's files as they come, so the version is the last one of
  * which it has read some.
  */
object TablesStreamed {
  /** What the stream reads in whose batch the current thread is; nothing on other threads. */
  def inBatch(session: SparkSession): Seq[TableVersion] =
    for {
      id <- Option(session.sparkContext.getLocalProperty(StreamExecution.QUERY_ID_KEY)).toSeq
      stream <- Option(session.sharedState.activeStreamingQueries.get(UUID.fromString(id))).toSeq
      table <- sources(stream) ++ Option(stream.lastExecution).toSeq.flatMap(TablesRead.of(_))
    } yield table

  private def sources(stream: StreamExecution): Seq[TableVersion] =
    stream.availableOffsets.toSeq.collect { case (source: DeltaSource, end) =>
      TableVersion.of(source.deltaLog, source.catalogTableOpt.map(_.identifier), source.snapshotAtSourceInit)
        .copy(version = version(offset(end.json)))
    }

  /** What a stream has read in its last batch. */
  def of(progress: StreamingQueryProgress): Seq[TableVersion] =
    progress.sources.toSeq.filter(source => source.endOffset != null && source.endOffset != source.startOffset)
      .flatMap(of)

  private def of(source: SourceProgress): Option[TableVersion] =
    for (found <- Described.findFirstMatchIn(source.description)) yield {
      val end = offset(source.endOffset)
      TableVersion("", found.group(1), version(end), end.reservoirId)
    }

  /** How Delta describes its sources. */
  private val Described = """^DeltaSource\[(.*)\]$""".r

  private def offset(json: String): DeltaSourceOffset = JsonUtils.fromJson[DeltaSourceOffset](json)

  /** Before a version's first file, all of the version before has been read. */
  private def version(end: DeltaSourceOffset): Long =
    if (end.index < 0 && !end.isInitialSnapshot) end.reservoirVersion - 1 else end.reservoirVersion
}
