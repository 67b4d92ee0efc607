package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: the catalog of a session

import org.apache.spark.sql.{SparkSession, SparkSessionExtensions}
import org.apache.spark.sql.catalyst.{FunctionIdentifier, TableIdentifier}
import org.apache.spark.sql.catalyst.expressions.Expression
import org.apache.spark.sql.catalyst.parser.{ParameterContext, ParserInterface}
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan
import org.apache.spark.sql.classic
import org.apache.spark.sql.types.{DataType, StructType}

/** Reads what Databricks' SQL has and neither Spark's nor Delta's grammar does, and leaves all else to them. */
class LakebookParser(session: => classic.SparkSession, next: ParserInterface) extends ParserInterface {
  override def parsePlan(sql: String): LogicalPlan = read(sql, next.parsePlan)
  override def parsePlanWithParameters(sql: String, parameters: ParameterContext): LogicalPlan =
    read(sql, next.parsePlanWithParameters(_, parameters))
  override def parseMultipartIdentifier(sql: String): Seq[String] = {
    CatalogsByName.install(session)
    whole(next.parseMultipartIdentifier(Phrases.translated(sql).getOrElse(sql)))
  }

  /** Delta's builder takes names apart by this, and then by the other; Spark's own of three parts are refused. */
  override def parseTableIdentifier(sql: String): TableIdentifier =
    if (!LakebookParser.asked(LakebookParser.Builder)) next.parseTableIdentifier(sql)
    else parseMultipartIdentifier(sql) match {
      case Seq(catalog, schema, table) => TableIdentifier(table, Some(schema), Some(catalog))
      case _                           => next.parseTableIdentifier(sql)
    }

  /** Delta takes a name without its catalog for one of the session's own, whatever the current catalog is. */
  private def whole(name: Seq[String]): Seq[String] = {
    val manager = session.sessionState.catalogManager
    manager.currentCatalog match {
      case current: LakeCatalog if name.length < 3 && LakebookParser.asked(LakebookParser.Delta) =>
        (current.name +: manager.currentNamespace.toSeq).take(3 - name.length) ++ name
      case _ => name
    }
  }

  private def read(sql: String, otherwise: String => LogicalPlan): LogicalPlan = {
    CatalogsByName.install(session)
    DatabricksSql.read(session, sql) match {
      case Some(Right(statement)) => statement
      case translated =>
        val plan = otherwise(translated.flatMap(_.left.toOption).getOrElse(sql))
        Keys.noted(ReplaceRows.found(understood(plan)))
    }
  }

  private def understood(plan: LogicalPlan): LogicalPlan =
    PathsInto.found(new FunctionsOfCatalogs(session).found(new MissingFunctions(session).checked(plan)))

  override def parseQuery(sql: String): LogicalPlan =
    understood(next.parseQuery(Phrases.translated(sql).getOrElse(sql)))
  override def parseExpression(sql: String): Expression = {
    val expression = next.parseExpression(Phrases.translated(sql).getOrElse(sql))
    PathsInto.found(new FunctionsOfCatalogs(session).found(new MissingFunctions(session).checked(expression)))
  }
  override def parseFunctionIdentifier(sql: String): FunctionIdentifier = next.parseFunctionIdentifier(sql)
  override def parseRoutineParam(sql: String): StructType = next.parseRoutineParam(sql)
  override def parseTableSchema(sql: String): StructType = next.parseTableSchema(sql)
  override def parseDataType(sql: String): DataType = next.parseDataType(sql)
}

private object LakebookParser {
  val Builder = "io.delta.tables.DeltaTableBuilder"
  val Delta = "io.delta.tables.DeltaTable"

  /** Whether a class of Delta's or Spark's asks. */
  def asked(name: String): Boolean = StackWalker.getInstance.walk(_.limit(12).anyMatch(_.getClassName.startsWith(name)))
}

/** For `spark.sql.extensions`, after Delta's. */
class DatabricksExtension extends (SparkSessionExtensions => Unit) {
  override def apply(extensions: SparkSessionExtensions): Unit = {
    extensions.injectTableFunction(ReadFiles.injection)
    extensions.injectTableFunction(AnswersInQueries.injection)
    Seq(PathsInto.Resolved, VersionsInNames).foreach(rule => extensions.injectResolutionRule(_ => rule))
    extensions.injectResolutionRule(new WithinResolution(_))
    extensions.injectParser((session: SparkSession, next) =>
      new LakebookParser(session.asInstanceOf[classic.SparkSession], next))
  }
}
