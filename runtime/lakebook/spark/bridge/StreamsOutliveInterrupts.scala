package lakebook.bridge

import org.apache.spark.lakebook.SharedContext
import org.apache.spark.sql.streaming.StreamingQueryListener
import org.apache.spark.sql.streaming.StreamingQueryListener._

/** A stream's thread inherits the tag by which its notebook's cells are interrupted; Spark calls `onQueryStarted` on
  * that thread, so the tag can be taken off there.
  */
class StreamsOutliveInterrupts(context: SharedContext, notebook: String) extends StreamingQueryListener {
  override def onQueryStarted(event: QueryStartedEvent): Unit = context.removeJobTag(SharedContext.tag(notebook))
  override def onQueryProgress(event: QueryProgressEvent): Unit = ()
  override def onQueryTerminated(event: QueryTerminatedEvent): Unit = ()
}
