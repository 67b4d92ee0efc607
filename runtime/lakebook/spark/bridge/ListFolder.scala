package org.apache.spark.sql.lakebook // beside the statements that are run here

import java.io.FileNotFoundException

import org.apache.hadoop.fs.{FileStatus, Path}
import org.apache.spark.sql.Row
import org.apache.spark.sql.catalyst.expressions.{Attribute, AttributeReference}
import org.apache.spark.sql.classic.SparkSession
import org.apache.spark.sql.types.{LongType, StringType}

import lakebook.bridge.SqlWords

/** `LIST 'folder' [LIMIT n]`: what is in a folder, by name. */
case class ListFolder(folder: String, limit: Option[Int]) extends Statement() {
  override val output: Seq[Attribute] = Seq("path" -> StringType, "name" -> StringType, "size" -> LongType,
    "modification_time" -> LongType).map { case (name, kind) => AttributeReference(name, kind, nullable = false)() }

  override def answer(session: SparkSession): Seq[Row] = {
    val path = new Path(folder)
    val system = path.getFileSystem(session.sessionState.newHadoopConf())
    val found =
      try system.listStatus(path).toSeq.sortBy(_.getPath.getName)
      catch { case _: FileNotFoundException => throw Refused(s"There is no folder $folder") }
    limit.fold(found)(found.take).map(row)
  }

  private def row(file: FileStatus): Row = {
    val name = if (file.isDirectory) file.getPath.getName + "/" else file.getPath.getName
    val size = if (file.isDirectory) 0L else file.getLen
    Row(s"${folder.stripSuffix("/")}/$name", name, size, file.getModificationTime)
  }
}

object ListFolder {
  /** `LIST JARS` and `LIST FILES` are Spark's own. */
  def read(words: SqlWords): Option[Statement] = Option.when(words.accept("LIST"))(words.maybeString()).flatten.map {
    folder => listed(words, folder)
  }

  private def listed(words: SqlWords, folder: String): Statement = {
    if (words.next("WITH"))
      throw Refused(
        "LIST … WITH (CREDENTIAL …) is not here: set the storage's keys under [spark.conf] in lakebook.toml.")
    val limit = Option.when(words.accept("LIMIT"))(words.word("a number"))
    ListFolder(folder, limit.map(text => text.toIntOption.getOrElse(throw Refused(s"LIMIT $text is no number."))))
  }
}
