package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: where a catalog's tables are

import java.lang.management.ManagementFactory
import java.util

import scala.util.matching.Regex

import org.apache.hadoop.fs.{FileStatus, FileSystem, Path}
import org.apache.spark.lakebook.SharedContext
import org.apache.spark.sql.catalyst.TableIdentifier
import org.apache.spark.sql.classic.SparkSession
import org.apache.spark.sql.connector.catalog.{Identifier, TableCatalog}

import lakebook.bridge.Here

/** The folder of a table that a driver was making when it died: no catalog knows it, and yet no other table of that name
  * could be made. It is kept under another name.
  */
object AbandonedFolder {
  private val began = ManagementFactory.getRuntimeMXBean.getStartTime
  private val Commit: Regex = raw".*/_delta_log/\d+\.json".r

  /** Make room for a table that is to be made.
    *
    * What was written since this driver began may be another one's, which is still at it.
    *
    * @param committed also where the folder has a whole Delta table, which a statement without a query would take over
    */
  def leave(table: Identifier, properties: util.Map[String, String], committed: Boolean): Unit = table.namespace match {
    case Array(schema) if !table.name.contains("/") && !properties.containsKey(TableCatalog.PROP_LOCATION) =>
      val session = SparkSession.active
      val name = TableIdentifier(table.name, Some(schema))
      if (!session.sessionState.catalog.tableExists(name)) {
        val folder = new Path(session.sessionState.catalog.defaultTablePath(name))
        val system = folder.getFileSystem(session.sessionState.newHadoopConf())
        if (system.exists(folder)) leave(session, system, folder, committed)
      }
    case _ =>
  }

  private def leave(session: SparkSession, system: FileSystem, folder: Path, committed: Boolean): Unit = {
    val files = all(system, folder)
    val old = files.nonEmpty && files.forall(_.getModificationTime < began)
    if (old && (committed || !files.exists(file => Commit.matches(file.getPath.toString)))) {
      val aside = folder.suffix(s".abandoned-${System.currentTimeMillis}")
      if (system.rename(folder, aside)) session.sparkContext match {
        case shared: SharedContext =>
          val text = s"A driver that died had begun to make ${folder.getName}: what it left is in $aside"
          Here.notebook.foreach(shared.warn(_, text))
        case _ =>
      }
    }
  }

  private def all(system: FileSystem, folder: Path): Seq[FileStatus] = {
    val found = system.listFiles(folder, true)
    Iterator.continually(found).takeWhile(_.hasNext).map(_.next(): FileStatus).toSeq
  }
}
