package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: the query behind an execution

import scala.util.control.NonFatal

import org.apache.hadoop.fs.Path
import org.apache.spark.internal.Logging
import org.apache.spark.sql.catalyst.TableIdentifier
import org.apache.spark.sql.catalyst.analysis.ResolvedIdentifier
import org.apache.spark.sql.catalyst.plans.logical.{LogicalPlan, V2CreateTablePlan}
import org.apache.spark.sql.classic.SparkSession
import org.apache.spark.sql.delta.{CommittedTransaction, OptimisticTransaction, TransactionExecutionObserver}
import org.apache.spark.sql.delta.NoOpTransactionExecutionObserver
import org.apache.spark.sql.delta.actions.{Action, CommitInfo, FileAction, Metadata}
import org.apache.spark.sql.delta.commands.{CloneTableCommand, CreateDeltaTableCommand, RestoreTableCommand}
import org.apache.spark.sql.delta.util.DeltaCommitFileProvider
import org.apache.spark.sql.execution.SQLExecution

/** Tells of the commits to Delta tables in this JVM, each on the thread that made it.
  *
  * A commit counts that gave a table other rows or columns, or made it: not what OPTIMIZE, VACUUM or a change of
  * properties commits.
  */
object TablesWritten extends Logging {
  /** Delta asks an observer of the current thread whenever a transaction starts; the one of threads that have set none
    * is replaced.
    */
  def tell(listener: TableWrite => Unit): Unit = {
    val observer = new Starting(listener)
    val setter = TransactionExecutionObserver.getClass.getMethods.find(_.getName.endsWith(Setter)).get
    setter.invoke(TransactionExecutionObserver, ThreadLocal.withInitial[TransactionExecutionObserver](() => observer))
  }

  private val Setter = "_setter_$threadObserver_$eq"

  private class Starting(listener: TableWrite => Unit) extends TransactionExecutionObserver {
    override def startingTransaction(start: => OptimisticTransaction): OptimisticTransaction = {
      val started = new Started(listener)
      started.transaction = TransactionExecutionObserver.withObserver(started)(start)
      started.transaction
    }

    override def createChild(): TransactionExecutionObserver = NoOpTransactionExecutionObserver // those change no rows
    override def preparingCommit[T](prepare: => T): T = prepare
    override def beginDoCommit(): Unit = ()
    override def beginBackfill(): Unit = ()
    override def beginPostCommit(): Unit = ()
    override def transactionCommitted(): Unit = ()
    override def transactionAborted(): Unit = ()
  }

  private class Started(listener: TableWrite => Unit) extends Starting(listener) {
    var transaction: OptimisticTransaction = null

    /** The commit stands, whatever becomes of this. */
    override def transactionCommitted(): Unit =
      try transaction.getCommitted.filter(changes).foreach(committed => listener(write(transaction, committed)))
      catch { case NonFatal(problem) => logWarning("a commit to a table is not known", problem) }
  }

  private def changes(committed: CommittedTransaction): Boolean =
    committed.committedActions.isEmpty || // of CLONE, RESTORE and CONVERT, which say none
      committed.readSnapshot.version < 0 ||
      committed.committedActions.exists {
        case file: FileAction   => file.dataChange
        case metadata: Metadata => columns(metadata) != columns(committed.readSnapshot.metadata)
        case _                  => false
      }

  private def columns(metadata: Metadata) = metadata.schema.map(column => column.name -> column.dataType)

  private def write(transaction: OptimisticTransaction, committed: CommittedTransaction): TableWrite = {
    val session = SparkSession.active
    val command = running(session)
    val name = transaction.catalogTable.map(_.identifier).orElse(command.flatMap(created))
    val table = TableVersion.of(committed.deltaLog, name, transaction.snapshot)
      .copy(version = committed.committedVersion, id = transaction.metadata.id)
    val operation = Option(transaction.getCommitInfo).map(_.operation).orElse(recorded(committed)).getOrElse("")
    val sources = TablesRead.within(transaction) ++ command.flatMap(copied) ++ TablesStreamed.inBatch(session)
    TableWrite(table, operation, sources.distinctBy(_.rows))
  }

  /** The command that the current thread runs. */
  private def running(session: SparkSession): Option[LogicalPlan] =
    for {
      id <- Option(session.sparkContext.getLocalProperty(SQLExecution.EXECUTION_ID_KEY))
      query <- Option(SQLExecution.getQueryExecution(id.toLong))
    } yield query.analyzed

  /** The name of a table that a command makes: it is in the catalog only after the commit. */
  private def created(command: LogicalPlan): Option[TableIdentifier] = command match {
    case create: V2CreateTablePlan if !new Path(create.tableName.name).isAbsolute =>
      create.name match {
        case ResolvedIdentifier(catalog, table) => Some(LakeCatalogs.stored(catalog, table))
        case _ => Some(TableIdentifier(create.tableName.name, create.tableName.namespace.lastOption))
      }
    case create: CreateDeltaTableCommand if !create.tableByPath => Some(create.table.identifier)
    case _                                                      => None
  }

  /** What a command takes over without a query. */
  private def copied(command: LogicalPlan): Option[TableVersion] = command match {
    case create: CreateDeltaTableCommand => create.query.flatMap(copied)
    case clone: CloneTableCommand =>
      val source = clone.sourceTable
      val table = source.catalogTable.map(_.identifier)
      source.snapshot.map(snapshot => TableVersion.of(snapshot.deltaLog, table, snapshot))
    case RestoreTableCommand(table) =>
      Some(TableVersion.of(table.deltaLog, table.catalogTable.map(_.identifier), table.initialSnapshot))
    case _ => None
  }

  /** The operation as the log has it. */
  private def recorded(committed: CommittedTransaction): Option[String] = {
    val file = DeltaCommitFileProvider(committed.postCommitSnapshot).deltaFile(committed.committedVersion)
    val lines = committed.deltaLog.store.readAsIterator(file, committed.deltaLog.newDeltaHadoopConf())
    try lines.map(Action.fromJson).collectFirst { case info: CommitInfo => info.operation }
    finally lines.close()
  }
}
