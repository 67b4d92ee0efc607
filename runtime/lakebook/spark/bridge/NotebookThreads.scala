package lakebook.bridge

import java.util.concurrent.{Executor, ForkJoinPool, ForkJoinWorkerThread}

import scala.concurrent.{BlockContext, CanAwait, ExecutionContextExecutor}

import org.apache.spark.SparkContext
import org.apache.spark.sql.lakebook.AddedFiles

/** The threads behind `ExecutionContext.global` in a notebook's cells: what they print goes to the notebook, and the
  * Spark jobs that they start belong to the cell that made the `Future`.
  */
class NotebookThreads(context: SparkContext) extends Executor with ExecutionContextExecutor {
  private val pool = new ForkJoinPool(
    Runtime.getRuntime.availableProcessors, new NotebookThread(_), (_, failure) => reportFailure(failure), true)

  override def execute(work: Runnable): Unit = {
    val properties = NotebookThreads.Carried.map(name => name -> context.getLocalProperty(name))
    val carried = AddedFiles.carried {
      properties.foreach { case (name, value) => context.setLocalProperty(name, value) }
      work.run()
    }
    pool.execute(() => carried())
  }

  override def reportFailure(failure: Throwable): Unit = failure.printStackTrace()

  /** Threads at work are interrupted. */
  def close(): Unit = pool.shutdownNow()
}

private object NotebookThreads {
  private val Carried = Seq(Here.Notebook, Here.Folder, Here.Cell, Here.Fit, "spark.jobGroup.id",
    "spark.job.description", "spark.job.tags", "spark.scheduler.pool")
}

/** A worker that makes room for another one while it waits in `Await` or `blocking`. */
private class NotebookThread(pool: ForkJoinPool) extends ForkJoinWorkerThread(pool) with BlockContext {
  setContextClassLoader(InterpretedClasses.loader)

  override def blockOn[T](thunk: => T)(implicit permission: CanAwait): T = {
    var result: Option[T] = None
    ForkJoinPool.managedBlock(new ForkJoinPool.ManagedBlocker {
      override def isReleasable: Boolean = result.isDefined
      override def block(): Boolean = {
        result = Some(thunk)
        true
      }
    })
    result.get
  }
}
