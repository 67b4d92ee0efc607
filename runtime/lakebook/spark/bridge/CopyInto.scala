package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: plans, and Delta's transactions

import scala.collection.mutable

import org.apache.hadoop.fs.{FileStatus, GlobFilter, Path}
import org.apache.spark.sql.{Row, SaveMode}
import org.apache.spark.sql.catalyst.analysis.UnresolvedRelation
import org.apache.spark.sql.catalyst.expressions.{Attribute, AttributeReference}
import org.apache.spark.sql.classic.{DataFrame, Dataset, SparkSession}
import org.apache.spark.sql.delta.{DeltaLog, DeltaOperations, DeltaOptions}
import org.apache.spark.sql.delta.actions.{AddFile, SetTransaction}
import org.apache.spark.sql.delta.commands.WriteIntoDelta
import org.apache.spark.sql.functions.col
import org.apache.spark.sql.types.{LongType, StructType}

import lakebook.bridge.SqlWords

/** `COPY INTO`: files are loaded into a Delta table once each. Which were is in the table's log, in the commit that
  * loaded them: as the transactions that streams leave there.
  *
  * @param select what is selected of the files, from `CopyInto.Source`; all of them where there is none
  */
case class CopyInto(
    table: Seq[String], columns: Seq[String], path: String, select: Option[String], format: String, files: Seq[String],
    pattern: Option[String], options: Map[String, String], copy: Map[String, String]) extends Statement() {
  override val output: Seq[Attribute] = Seq("num_affected_rows", "num_inserted_rows", "num_skipped_corrupt_files")
    .map(AttributeReference(_, LongType)())

  override def answer(session: SparkSession): Seq[Row] = {
    val target = DeltaNamed(session, table).getOrElse(
      throw Refused(s"COPY INTO loads into Delta tables, and ${table.mkString(".")} is none"))
    val log = DeltaLog.forTable(session, target.path)
    val rows = log.withNewTransaction(target.catalogTable, None) { transaction =>
      val known = if (is(copy, "force")) Set.empty[String] else transaction.snapshot.transactions.keySet
      val fresh = found(session).filterNot(file => known(CopyInto.mark(file)))
      if (fresh.isEmpty) 0L
      else {
        fresh.foreach(file => transaction.txnVersion(CopyInto.mark(file))) // another loading the same one at once fails
        val schema = transaction.metadata.schema
        val data = shaped(read(session, fresh), schema.fieldNames.toSeq, schema)
        val grows = is(copy, "mergeSchema") || schema.isEmpty
        val options = new DeltaOptions(Map("mergeSchema" -> grows.toString), session.sessionState.conf)
        val parts = transaction.metadata.partitionColumns
        val write = WriteIntoDelta(
          log, SaveMode.Append, options, parts, Map.empty, data, target.catalogTable, None, false)
        val made = write.writeAndReturnCommitData(transaction, session)
        val marks = fresh.map(file => SetTransaction(CopyInto.mark(file), 0L, Some(System.currentTimeMillis)))
        transaction.commit(made.actions ++ marks, DeltaOperations.Write(SaveMode.Append), made.stringTags)
        made.actions.collect { case file: AddFile => file.numLogicalRecords.getOrElse(0L) }.sum
      }
    }
    if (rows > 0) {
      val changed = session.table(Securable.quoted(table)).queryExecution.analyzed
      session.sharedState.cacheManager.recacheByPlan(session, changed)
    }
    Seq(Row(rows, rows, 0L))
  }

  /** The files that are meant, in order. Those whose names begin with a dot or an underscore are no data. */
  private def found(session: SparkSession): Seq[FileStatus] = {
    val root = new Path(path)
    val system = root.getFileSystem(session.sessionState.newHadoopConf())
    val starts = if (files.isEmpty) Seq(root) else files.map(new Path(root, _))
    val matched = starts.flatMap(start => Option(system.globStatus(start)).toSeq.flatten)
    if (matched.isEmpty) throw Refused(s"There is no file $path")
    val glob = pattern.map(new GlobFilter(_))
    val all = mutable.ArrayBuffer[FileStatus]()
    def visit(file: FileStatus, below: Boolean): Unit = {
      val hidden = below && Seq(".", "_").exists(file.getPath.getName.startsWith(_))
      if (!hidden)
        if (file.isDirectory) system.listStatus(file.getPath).foreach(visit(_, below = true))
        else if (glob.forall(_.accept(file.getPath))) all += file
    }
    matched.foreach(visit(_, below = false))
    all.sortBy(_.getPath.toString).toSeq
  }

  private def read(session: SparkSession, fresh: Seq[FileStatus]): DataFrame = {
    val reader = session.read.format(format).options(options - "mergeSchema" ++ merge)
    val frame = reader.load(fresh.map(_.getPath.toString): _*).asInstanceOf[DataFrame]
    select.fold(frame) { query =>
      val source = frame.queryExecution.analyzed
      val plan = session.sessionState.sqlParser.parsePlan(query).transformUp {
        case UnresolvedRelation(Seq(CopyInto.Source), _, _) => source
      }
      Dataset.ofRows(session, plan)
    }
  }

  private def merge: Map[String, String] = options.get("mergeSchema").map("mergeSchema" -> _).toMap

  /** Columns by name, with the types of the table's; or in the order that was said. */
  private def shaped(frame: DataFrame, names: Seq[String], schema: StructType): DataFrame = {
    val renamed =
      if (columns.isEmpty) frame
      else if (columns == CopyInto.ByPosition)
        frame.toDF(names.take(frame.columns.length) ++ frame.columns.drop(names.length): _*)
      else if (columns.length != frame.columns.length)
        throw Refused(s"COPY INTO names ${columns.length} columns, and the files have ${frame.columns.length}")
      else frame.toDF(columns: _*)
    val extra = renamed.columns.filterNot(name => names.exists(_.equalsIgnoreCase(name)))
    if (extra.nonEmpty && names.nonEmpty && !is(copy, "mergeSchema"))
      throw Refused(s"The files have ${extra.mkString(", ")}, which the table ${table.mkString(".")} has not: " +
        "COPY_OPTIONS ('mergeSchema' = 'true') adds new columns")
    renamed.select(renamed.columns.toSeq.map { name =>
      val quoted = col(Securable.quoted(Seq(name)))
      schema.find(_.name.equalsIgnoreCase(name)).fold(quoted)(field => quoted.cast(field.dataType).as(field.name))
    }: _*).asInstanceOf[DataFrame]
  }

  private def is(all: Map[String, String], option: String): Boolean =
    all.exists { case (key, value) => key.equalsIgnoreCase(option) && value.equalsIgnoreCase("true") }
}

object CopyInto {
  val Source = "__copied_files"
  val ByPosition = Seq("by position", "")

  /** Under which the log knows that a file was loaded. */
  private def mark(file: FileStatus): String = s"copy into: ${file.getPath}"

  def read(words: SqlWords): Option[Statement] = Option.when(words.accept("COPY", "INTO")) {
    val table = words.name("a table")
    val columns =
      if (words.accept("BY", "POSITION")) ByPosition
      else if (words.next("(")) words.list(words.word("a column"))
      else Nil
    words.expect("FROM")
    val (path, select) = source(words)
    words.expect("FILEFORMAT")
    words.expect("=")
    val format = words.word("a format").toLowerCase
    if (words.next("VALIDATE")) throw Refused("COPY INTO … VALIDATE is not here: load into a table of its own to try")
    var (files, pattern) = (Seq.empty[String], Option.empty[String])
    var (options, copy) = (Map.empty[String, String], Map.empty[String, String])
    while (!words.ended)
      if (words.accept("FILES")) { words.expect("="); files = words.list(words.string("a file")) }
      else if (words.accept("PATTERN")) { words.expect("="); pattern = Some(words.string("a pattern")) }
      else if (words.accept("FORMAT_OPTIONS")) options = words.list(words.pair()).toMap
      else if (words.accept("COPY_OPTIONS")) copy = words.list(words.pair()).toMap
      else words.fail("FILES, PATTERN, FORMAT_OPTIONS or COPY_OPTIONS")
    CopyInto(table, columns, path, select, format, files, pattern, options, copy)
  }

  /** A path, or `(SELECT … FROM path)`. */
  private def source(words: SqlWords): (String, Option[String]) = {
    val found =
      if (!words.accept("(")) (words.string("a path"), None)
      else {
        val query = words.inside()
        val inner = new SqlWords(query)
        while (!inner.ended && !inner.next("FROM")) inner.skip()
        inner.expect("FROM")
        val from = inner.mark
        val path = inner.string("a path")
        (path, Some(inner.replaced(from, s"`$Source`")))
      }
    if (words.next("WITH"))
      throw Refused("COPY INTO … WITH (…) is not here: set the storage's keys under [spark.conf] in lakebook.toml")
    found
  }
}
