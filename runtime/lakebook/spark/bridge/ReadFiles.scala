package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: plans

import org.apache.spark.sql.catalyst.FunctionIdentifier
import org.apache.spark.sql.catalyst.expressions.{Expression, ExpressionInfo, NamedArgumentExpression}
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan
import org.apache.spark.sql.classic.{DataFrame, SparkSession}

/** `read_files('path', format => 'csv', …)`: files as a table, whose format their names say unless it is said. */
object ReadFiles {
  type Injection = (FunctionIdentifier, ExpressionInfo, Seq[Expression] => LogicalPlan)

  val injection: Injection = (
    FunctionIdentifier("read_files"),
    new ExpressionInfo(getClass.getName, "read_files"),
    arguments => plan(SparkSession.active, arguments))

  /** Formats whose types are guessed from their text unless a schema is given. */
  private val Infer = Set("csv", "xml")
  private val BySuffix = Map("csv" -> "csv", "tsv" -> "csv", "json" -> "json", "jsonl" -> "json", "ndjson" -> "json",
    "parquet" -> "parquet", "avro" -> "avro", "orc" -> "orc", "xml" -> "xml", "txt" -> "text")

  private def plan(session: SparkSession, arguments: Seq[Expression]): LogicalPlan = {
    val named = arguments.collect { case NamedArgumentExpression(name, value) => name.toLowerCase -> text(value) }.toMap
    val path = arguments.collectFirst { case value if !value.isInstanceOf[NamedArgumentExpression] => text(value) }
      .orElse(named.get("path"))
      .getOrElse(throw new IllegalArgumentException("read_files needs a path: read_files('/folder', format => 'csv')"))
    val format = named.get("format").map(_.toLowerCase).getOrElse(guessed(session, path))
    if (named.contains("schemahints"))
      throw new IllegalArgumentException("read_files does not know schemaHints here: give the whole schema => '…'")
    val infers = Infer(format) && !named.contains("schema")
    val inferred = Option.when(infers)("inferSchema" -> "true").toMap
    val options = (named - "path" - "format" - "schema").map {
      case ("infercolumntypes", value) => "inferSchema" -> value
      case other                       => other
    }
    val reader = session.read.format(format).options(inferred ++ options)
    named.get("schema").foreach(reader.schema)
    reader.load(path).asInstanceOf[DataFrame].queryExecution.analyzed
  }

  private def text(value: Expression): String =
    if (!value.foldable) throw new IllegalArgumentException(s"read_files takes constants, and ${value.sql} is none")
    else Option(value.eval()).map(_.toString).getOrElse(throw new IllegalArgumentException("read_files takes no NULL"))

  /** By the first file's name. */
  private def guessed(session: SparkSession, path: String): String = {
    val start = new org.apache.hadoop.fs.Path(path)
    val system = start.getFileSystem(session.sessionState.newHadoopConf())
    val files = Option(system.globStatus(start)).toSeq.flatten
    if (files.isEmpty) throw new IllegalArgumentException(s"There is no file $path")
    val names = files.iterator.flatMap { file =>
      if (!file.isDirectory) Iterator(file.getPath.getName)
      else {
        val inside = system.listFiles(file.getPath, true)
        Iterator.continually(inside).takeWhile(_.hasNext).map(_.next().getPath.getName)
      }
    }
    val plain = names.map(_.toLowerCase.stripSuffix(".gz").stripSuffix(".bz2").stripSuffix(".snappy"))
    plain.flatMap(name => BySuffix.get(name.substring(name.lastIndexOf('.') + 1))).nextOption()
      .getOrElse(throw new IllegalArgumentException(
        s"The format of $path is not known by its names: say it with format => 'csv'"))
  }
}
