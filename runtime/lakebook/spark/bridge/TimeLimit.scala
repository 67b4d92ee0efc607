package lakebook.bridge

import java.util.concurrent.atomic.{AtomicBoolean, AtomicInteger}
import java.util.concurrent.{Executors, TimeUnit}

import scala.util.control.NonFatal

import org.apache.spark.SparkContext
import org.apache.spark.lakebook.SharedContext

/** Work for Spark that is given up when it takes too long, for what is good to have and not asked for. */
object TimeLimit {
  /** Milliseconds until it is cancelled again: a job may only be about to start. */
  private val Again = 200L

  private val numbers = new AtomicInteger
  private lazy val clock = Executors.newSingleThreadScheduledExecutor { work =>
    val thread = new Thread(work, "lakebook time limits")
    thread.setDaemon(true)
    thread
  }

  /** What `work` gives; None when its jobs, started on this thread, were cancelled after so many milliseconds. */
  def apply[T](context: SparkContext, milliseconds: Long)(work: => T): Option[T] = {
    val (tag, over) = (s"${SharedContext.TagPrefix}limit-${numbers.incrementAndGet()}", new AtomicBoolean)
    val cancel: Runnable = () => {
      over.set(true)
      context.cancelJobsWithTag(tag, "it took too long")
    }
    context.addJobTag(tag)
    val alarm = clock.scheduleWithFixedDelay(cancel, milliseconds, Again, TimeUnit.MILLISECONDS)
    try Some(work)
    catch { case NonFatal(_) if over.get => None }
    finally {
      alarm.cancel(false)
      context.removeJobTag(tag)
    }
  }
}
