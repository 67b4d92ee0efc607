package lakebook.bridge

import java.util.{Collections, Map => JMap, WeakHashMap}
import java.util.concurrent.ConcurrentHashMap

import org.apache.spark.sql.{Dataset, SparkSession, SparkSessionExtensions}
import org.apache.spark.sql.catalyst.analysis.UnresolvedRelation
import org.apache.spark.sql.catalyst.plans.logical.{LogicalPlan, SubqueryAlias}
import org.apache.spark.sql.catalyst.rules.Rule
import org.apache.spark.sql.catalyst.util.quoteIdentifier
import org.apache.spark.sql.classic
import org.apache.spark.sql.lakebook.Bounded

/** Frames that SQL sees by a name that no table and no view has, by session. Their names are variables' names, of which
  * two may differ in case alone.
  *
  * Nothing is registered in the catalog, so nothing changes under those who built on a frame when its name moves on.
  */
object SharedFrames {
  private val bySession: JMap[SparkSession, JMap[String, classic.Dataset[_]]] =
    Collections.synchronizedMap(new WeakHashMap())

  def put(session: SparkSession, name: String, frame: Dataset[_]): Unit =
    bySession.computeIfAbsent(session, _ => new ConcurrentHashMap()).put(name, frame.asInstanceOf[classic.Dataset[_]])

  def remove(session: SparkSession, name: String): Unit =
    Option(bySession.get(session)).foreach(_.remove(name))

  def get(session: SparkSession, name: String): Option[classic.Dataset[_]] =
    Option(bySession.get(session)).flatMap(frames => Option(frames.get(name)))

  def clear(session: SparkSession): Unit = bySession.remove(session)
}

/** For `spark.sql.extensions`: an unresolved relation that is nothing else is the shared frame of that name; and frames
  * that are brought into memory have a bound.
  */
class SharedFramesExtension extends (SparkSessionExtensions => Unit) {
  override def apply(extensions: SparkSessionExtensions): Unit = {
    extensions.injectResolutionRule(new ResolveSharedFrames(_))
    extensions.injectPlannerStrategy(_ => Bounded.Strategy)
  }
}

class ResolveSharedFrames(session: SparkSession) extends Rule[LogicalPlan] {
  override def apply(plan: LogicalPlan): LogicalPlan = plan.resolveOperatorsUp {
    case relation @ UnresolvedRelation(Seq(name), _, false) =>
      SharedFrames.get(session, name) match {
        case Some(frame) if !session.catalog.tableExists(quoteIdentifier(name)) =>
          SubqueryAlias(name, frame.queryExecution.analyzed)
        case _ => relation
      }
  }
}
