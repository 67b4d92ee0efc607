package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: the catalog of a session

import org.apache.spark.sql.Row
import org.apache.spark.sql.catalyst.analysis._
import org.apache.spark.sql.catalyst.expressions.{Attribute, AttributeReference, Expression}
import org.apache.spark.sql.catalyst.plans.logical._
import org.apache.spark.sql.classic
import org.apache.spark.sql.classic.Dataset
import org.apache.spark.sql.types.StringType

/** SQL functions of the workspace's catalogs, `main.sales.f`: Spark has them in the session's own catalog only, where
  * they are kept as `main__sales.f`. They are called by their whole names.
  */
class FunctionsOfCatalogs(session: classic.SparkSession) {
  private def state = session.sessionState

  /** Whether this is what a new function does: there Spark takes names of two parts only. */
  private val isBody = LakebookParser.asked("org.apache.spark.sql.execution.command.CreateSQLFunctionCommand")

  def found(plan: LogicalPlan): LogicalPlan = Everywhere(plan) {
    case create @ CreateUserDefinedFunction(name: UnresolvedIdentifier, _, _, _, _, _, _, _, _, _, _, _, _) =>
      create.copy(child = name.copy(nameParts = kept(name.nameParts)))
    case drop @ DropFunction(name: UnresolvedIdentifier, _) =>
      drop.copy(child = name.copy(nameParts = kept(name.nameParts)))
    case describe @ DescribeFunction(name: UnresolvedFunctionName, _) if !isSparks(name.multipartIdentifier) =>
      val found = name.copy(multipartIdentifier = kept(name.multipartIdentifier))
      AsWritten(describe.copy(child = found), Seq(AttributeReference("function_desc", StringType, nullable = false)()))
    case show @ ShowFunctions(Schema(found), _, _, _, _) =>
      AsWritten(show.copy(namespace = UnresolvedNamespace(found)), show.output)
    case table @ UnresolvedTableValuedFunction(Called(found), _, _) => table.copy(name = found)
    case other => other.mapExpressions(found)
  }

  def found(expression: Expression): Expression = expression.transform {
    case call @ UnresolvedFunction(Called(found), _, _, _, _, _, _) => call.copy(nameParts = found)
  }

  private def current: Seq[String] =
    state.catalogManager.currentCatalog.name +: state.catalogManager.currentNamespace.toSeq

  /** Where the session's catalog keeps a function of this name. */
  private def kept(name: Seq[String]): Seq[String] = (current.take(3 - name.length) ++ name) match {
    case Seq(catalog, schema, function) if LakeCatalogs.exists(catalog) =>
      Seq(LakeCatalogs.Session, LakeCatalogs.database(catalog, schema), function)
    case Seq(catalog, schema, function) if catalog.equalsIgnoreCase(LakeCatalogs.Hive) =>
      Seq(LakeCatalogs.Session, schema, function)
    case _ => name
  }

  /** The same of a function that is called by its whole name: what a shorter one means, a view's text does not tell. */
  private object Called {
    def unapply(name: Seq[String]): Option[Seq[String]] = Option.when(name.length == 3)(kept(name)).filter(_ != name)
      .map(found => if (isBody) inBody(name, found) else found)

    private def inBody(name: Seq[String], found: Seq[String]): Seq[String] =
      if (!LakeCatalogs.exists(current.head)) found.tail
      else throw Refused(s"A function that calls ${name.mkString(".")} is made in the session's own catalog only: " +
        s"USE CATALOG ${LakeCatalogs.Session} first, and name both in whole.")
  }

  private def isSparks(name: Seq[String]): Boolean = name.length == 1 && {
    val own = state.catalog
    own.lookupBuiltinOrTempFunction(name.head).isDefined || own.lookupBuiltinOrTempTableFunction(name.head).isDefined
  }

  /** Where the session's catalog keeps a schema. */
  private object Schema {
    def unapply(namespace: LogicalPlan): Option[Seq[String]] = (namespace match {
      case UnresolvedNamespace(name, _) if name.nonEmpty => current.take(2 - name.length) ++ name
      case CurrentNamespace                              => current
      case _                                             => Nil
    }) match {
      case Seq(catalog, schema) if LakeCatalogs.exists(catalog) =>
        Some(Seq(LakeCatalogs.Session, LakeCatalogs.database(catalog, schema)))
      case _ => None
    }
  }
}

/** A statement's answer, in which what the metastore keeps has the names that users write. */
case class AsWritten(statement: LogicalPlan, override val output: Seq[Attribute]) extends Statement() {
  override def answer(session: classic.SparkSession): Seq[Row] =
    Dataset.ofRows(session, statement).collect().toSeq.map(row => Row(row.toSeq.map {
      case text: String => AsWritten.Kept.replaceAllIn(text, found =>
        java.util.regex.Matcher.quoteReplacement(LakeCatalogs.written(found.group(1))))
      case other => other
    }: _*))
}

object AsWritten {
  private val Kept = s"${LakeCatalogs.Session}\\.(\\w+__\\w+)".r
}
