package lakebook.bridge

import java.nio.file.Path
import java.util.concurrent.{Executors, TimeUnit}

import scala.util.control.NonFatal

import org.apache.spark.internal.Logging
import org.apache.spark.sql.catalyst.catalog.{CatalogTable, ExternalCatalogEvent, ExternalCatalogEventListener}
import org.apache.spark.sql.lakebook.{LakeCatalogs, UnopenedCatalog}

/** Keeps a file of the catalog's tables, which can be read without a driver.
  *
  * A cell's changes are in it when the cell has ended, and those of a long cell soon after they were made.
  */
class TableList(state: UnopenedCatalog, file: Path) extends ExternalCatalogEventListener with Logging {
  private val writer = Executors.newSingleThreadScheduledExecutor { work =>
    val thread = new Thread(work, "lakebook tables")
    thread.setDaemon(true)
    thread
  }
  private val writing = new Object
  private var scheduled = false
  private var listening = false
  private var changed = false

  override def onEvent(event: ExternalCatalogEvent): Unit = synchronized {
    changed = true
    if (!scheduled) {
      scheduled = true
      writer.schedule((() => settleAsScheduled()): Runnable, TableList.Soon, TimeUnit.MILLISECONDS)
    }
  }

  private def settleAsScheduled(): Unit = {
    synchronized { scheduled = false } // first: what changes while this writes is written later
    settle()
  }

  /** Write what has changed. Until the catalog is opened, by whoever needs it, nothing has. */
  def settle(): Unit = if (state.opened) writing.synchronized(if (due()) write())

  private def due(): Boolean = synchronized {
    if (!listening) {
      state.catalog.addListener(this)
      listening = true
      changed = true
    }
    val due = changed
    changed = false
    due
  }

  private def write(): Unit =
    try OwnerOnly.write(file, Json.write(Map("tables" -> tables)))
    catch {
      case NonFatal(problem) =>
        synchronized { changed = true } // the next cell's end tries again
        logWarning(s"$file is not up to date", problem)
    }

  private def tables: Seq[Map[String, Any]] = {
    val catalog = state.catalog
    for {
      schema <- catalog.listDatabases()
      table <- catalog.getTablesByName(schema, catalog.listTables(schema))
    } yield Map(
      "schema" -> LakeCatalogs.written(schema),
      "name" -> table.identifier.table,
      "location" -> table.storage.locationUri.map(TableList.place).orNull,
      "provider" -> provider(table),
    )
  }

  private def provider(table: CatalogTable): String =
    table.provider.getOrElse(table.tableType.name).toLowerCase
}

object TableList {
  /** Milliseconds. */
  private val Soon = 200L

  private def place(uri: java.net.URI): String =
    if (uri.getScheme == null || uri.getScheme == "file") uri.getPath else uri.toString
}
