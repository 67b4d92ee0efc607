package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: the catalog of a session

import scala.util.control.NonFatal

import org.apache.spark.sql.Row
import org.apache.spark.sql.catalyst.expressions.{Attribute, AttributeReference}
import org.apache.spark.sql.classic.SparkSession
import org.apache.spark.sql.types.LongType

import lakebook.bridge.SqlWords

/** `DEEP CLONE`: Delta's shallow clone, whose rows are then written anew into files of its own.
  *
  * @param shallow the statement that makes it
  * @param made whether a table that was not there is made, which goes again if its rows cannot be written
  */
case class DeepClone(target: Seq[String], shallow: String, made: Boolean, unlessThere: Boolean) extends Statement() {
  override val output: Seq[Attribute] = Seq("source_table_size", "source_num_of_files", "num_removed_files",
    "num_copied_files", "removed_files_size", "copied_files_size").map(AttributeReference(_, LongType)())

  override def answer(session: SparkSession): Seq[Row] = {
    val name = Securable.quoted(target)
    if (unlessThere && session.catalog.tableExists(name)) none
    else {
      val about = session.sql(shallow).collect().head
      try session.sql(s"INSERT OVERWRITE TABLE $name SELECT * FROM $name").collect()
      catch {
        case NonFatal(problem) =>
          if (made) session.sql(s"DROP TABLE IF EXISTS $name")
          throw problem
      }
      val (size, files) = (about.getAs[Long]("source_table_size"), about.getAs[Long]("source_num_of_files"))
      val (removed, removedSize) = (about.getAs[Long]("num_removed_files"), about.getAs[Long]("removed_files_size"))
      Seq(Row(size, files, removed, files, removedSize, size))
    }
  }
}

object DeepClone {
  /** `CREATE [OR REPLACE] TABLE [IF NOT EXISTS] t [DEEP] CLONE …`; a shallow one is Delta's own. */
  def read(words: SqlWords): Option[Statement] = {
    val replaces = words.acceptAny(Seq("CREATE", "OR", "REPLACE", "TABLE"), Seq("REPLACE", "TABLE"))
    if (!replaces && !words.accept("CREATE", "TABLE")) None
    else {
      val unlessThere = words.accept("IF", "NOT", "EXISTS")
      for {
        target <- words.maybeName()
        from = words.mark
        if words.acceptAny(Seq("DEEP", "CLONE"), Seq("CLONE"))
      } yield {
        val shallow = words.replaced(from, "SHALLOW CLONE")
        words.rest()
        DeepClone(target, shallow, made = !replaces, unlessThere)
      }
    }
  }
}
