package lakebook.bridge

import java.nio.file.Path
import java.util.concurrent.{Executors, ScheduledFuture, TimeUnit}

import scala.util.control.NonFatal

import org.apache.spark.internal.Logging
import org.apache.spark.scheduler.{SparkListener, SparkListenerEvent}
import org.apache.spark.sql.catalyst.catalog.{CatalogTable, ExternalCatalog, ExternalCatalogEvent}

/** Keeps a file of the catalog's tables, which can be read without a driver. */
class TableList(catalog: () => ExternalCatalog, file: Path) extends SparkListener with Logging {
  private val writer = Executors.newSingleThreadScheduledExecutor { work =>
    val thread = new Thread(work, "lakebook tables")
    thread.setDaemon(true)
    thread
  }
  private var pending: Option[ScheduledFuture[_]] = None

  override def onOtherEvent(event: SparkListenerEvent): Unit = event match {
    case _: ExternalCatalogEvent => refresh()
    case _                       =>
  }

  def refresh(): Unit = synchronized {
    pending.foreach(_.cancel(false))
    pending = Some(writer.schedule((() => write()): Runnable, TableList.Debounce, TimeUnit.MILLISECONDS))
  }

  private def write(): Unit =
    try OwnerOnly.write(file, Json.write(Map("tables" -> tables)))
    catch { case NonFatal(problem) => logWarning(s"$file is not up to date", problem) }

  private def tables: Seq[Map[String, Any]] = {
    val catalog = this.catalog()
    for {
      schema <- catalog.listDatabases()
      table <- catalog.getTablesByName(schema, catalog.listTables(schema))
    } yield Map(
      "schema" -> schema,
      "name" -> table.identifier.table,
      "location" -> table.storage.locationUri.map(TableList.place).orNull,
      "provider" -> provider(table),
    )
  }

  private def provider(table: CatalogTable): String =
    table.provider.getOrElse(table.tableType.name).toLowerCase
}

object TableList {
  private val Debounce = 200L

  private def place(uri: java.net.URI): String =
    if (uri.getScheme == null || uri.getScheme == "file") uri.getPath else uri.toString
}
