package lakebook.bridge

import java.nio.file.Path
import java.util.concurrent.{Executors, TimeUnit}

import scala.util.control.NonFatal

import org.apache.spark.internal.Logging
import org.apache.spark.sql.catalyst.catalog.{
  CatalogDatabase,
  CatalogTable,
  ExternalCatalogEvent,
  ExternalCatalogEventListener
}
import org.apache.spark.sql.hive.lakebook.WorkspaceState
import org.apache.spark.sql.lakebook.{LakeCatalogs, Records, Volume}

/** Keeps a file of what is in the catalog, which can be read without a driver.
  *
  * A cell's changes are in it when the cell has ended, and those of a long cell soon after they were made.
  */
class TableList(state: WorkspaceState, file: Path) extends ExternalCatalogEventListener with Logging {
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
  def settle(): Unit = if (state.catalogIsOpened) writing.synchronized(if (due()) write())

  private def due(): Boolean = synchronized {
    if (!listening) {
      state.externalCatalog.addListener(this)
      listening = true
      changed = true
    }
    val due = changed
    changed = false
    due
  }

  private def write(): Unit =
    try OwnerOnly.write(file, Json.write(listed))
    catch {
      case NonFatal(problem) =>
        synchronized { changed = true } // the next cell's end tries again
        logWarning(s"$file is not up to date", problem)
    }

  private def listed: Map[String, Any] = {
    val catalog = state.externalCatalog
    val databases = catalog.listDatabases().map(catalog.getDatabase)
    Map(
      "tables" -> databases.flatMap(database => catalog.getTablesByName(database.name, catalog.listTables(database.name)))
        .map(table),
      "schemas" -> databases.map(database =>
        Map("name" -> LakeCatalogs.written(database.name), "comment" -> comment(database))),
      "functions" -> databases.flatMap(database => catalog.listFunctions(database.name, "*").map(name =>
        Map("schema" -> LakeCatalogs.written(database.name), "name" -> name))),
      "volumes" -> databases.flatMap(volumes),
    )
  }

  private def table(table: CatalogTable): Map[String, Any] = Map(
    "schema" -> LakeCatalogs.written(table.database),
    "name" -> table.identifier.table,
    "location" -> table.storage.locationUri.map(TableList.place).orNull,
    "provider" -> provider(table),
    "comment" -> table.comment.getOrElse(""),
    "columns" -> columns(table),
  )

  private def provider(table: CatalogTable): String =
    table.provider.getOrElse(table.tableType.name).toLowerCase

  /** Name, type and comment of each; a Delta table's are in its own log. */
  private def columns(table: CatalogTable): Seq[Seq[String]] =
    if (table.provider.exists(_.equalsIgnoreCase("delta"))) Nil
    else table.schema.map(field => Seq(field.name, field.dataType.sql.toLowerCase, field.getComment().getOrElse("")))

  private def comment(database: CatalogDatabase): String =
    Records.in(database.properties).find(record => record.kind == "comment" && record.on == "SCHEMA")
      .fold(database.description)(_.value)

  private def volumes(database: CatalogDatabase): Seq[Map[String, Any]] =
    Records.in(database.properties).filter(_.kind == "volume").map { record =>
      val volume = Volume.read(record.name, record)
      Map("schema" -> LakeCatalogs.written(database.name), "name" -> record.name.head,
        "comment" -> volume.comment.getOrElse(""))
    }
}

object TableList {
  /** Milliseconds. */
  private val Soon = 200L

  private def place(uri: java.net.URI): String =
    if (uri.getScheme == null || uri.getScheme == "file") uri.getPath else uri.toString
}
