package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: plans

import scala.jdk.CollectionConverters._

import org.apache.spark.sql.Row
import org.apache.spark.sql.catalyst.analysis.{UnresolvedAttribute, UnresolvedRelation}
import org.apache.spark.sql.catalyst.expressions.{Expression, SubqueryExpression}
import org.apache.spark.sql.catalyst.plans.logical._
import org.apache.spark.sql.catalyst.util.CaseInsensitiveMap
import org.apache.spark.sql.classic.{Dataset, SparkSession}
import org.apache.spark.sql.functions.col
import org.apache.spark.sql.types.{StructField, StructType}

/** `INSERT INTO t REPLACE USING (…)` and `REPLACE ON …`: rows that match new ones give way to them, in one commit.
  * Spark reads the statements, and Delta does them, by options of its writer only.
  *
  * @param options of the writer, which `WITH (…)` gives
  * @param keys of `REPLACE USING`
  */
case class ReplaceRows(
    table: Seq[String], options: Map[String, String], byName: Boolean, query: LogicalPlan, keys: Seq[String],
    on: Option[ReplaceRows.On])
    extends Statement() {
  override def answer(session: SparkSession): Seq[Row] = {
    if (DeltaNamed(session, table).isEmpty)
      throw Refused(s"REPLACE USING and REPLACE ON change Delta tables, and $written is none.")
    val name = Securable.quoted(table)
    val rows = Dataset.ofRows(session, query)
    val columns = rows.columns.toSeq
    val targets = (if (byName) named _ else placed _)(rows.schema, session.table(name).schema)
    val shaped = rows.select(columns.zip(targets).map { case (column, target) =>
      col(Securable.quoted(Seq(column))).cast(target.dataType).as(target.name)
    }: _*)
    val replaced = on.fold(Map("replaceUsing" -> keys.mkString(","))) { on =>
      val renamed = columns.zip(targets).map { case (column, target) => column.toLowerCase -> target.name }.toMap
      Map("replaceOn" -> condition(session, on, renamed), "targetAlias" -> on.target)
    }
    val called = on.flatMap(_.source).fold(shaped)(shaped.as)
    called.write.format("delta").mode("overwrite").options(options ++ replaced).saveAsTable(name)
    none
  }

  /** The condition with the names that the query's columns have in the table. */
  private def condition(session: SparkSession, on: ReplaceRows.On, renamed: Map[String, String]): String =
    session.sessionState.sqlParser.parseExpression(on.condition).transform {
      case UnresolvedAttribute(Seq(source, column))
          if on.source.exists(_.equalsIgnoreCase(source)) && renamed.contains(column.toLowerCase) =>
        UnresolvedAttribute(Seq(source, renamed(column.toLowerCase)))
    }.sql

  private def written: String = table.mkString(".")

  /** Whether the table gets the columns that it has not, after its own. */
  private def evolves: Boolean = CaseInsensitiveMap(options).get("mergeSchema").exists(_.equalsIgnoreCase("true"))

  /** The table's columns of the same names as the query's. */
  private def named(columns: StructType, schema: StructType): Seq[StructField] = columns.map(column =>
    schema.find(_.name.equalsIgnoreCase(column.name)).orElse(Option.when(evolves)(column))
      .getOrElse(throw Refused(s"$written has no column ${column.name}.")))

  /** The table's columns in the places of the query's. */
  private def placed(columns: StructType, schema: StructType): Seq[StructField] = {
    val added = if (evolves) columns.drop(schema.length) else Nil
    if (columns.length != schema.length + added.length)
      throw Refused(s"The query has ${columns.length} columns, and $written has ${schema.length}: BY NAME takes some.")
    for (key <- keys; (column, target) <- columns.zip(schema))
      if (column.name.equalsIgnoreCase(key) != target.name.equalsIgnoreCase(key))
        throw Refused(s"REPLACE USING needs $key in one place of the query and of $written: " +
          s"write SELECT … AS $key there, or INSERT INTO $written BY NAME.")
    schema ++ added
  }
}

object ReplaceRows {
  /** `REPLACE ON`, and what the table and the query are called in its condition. */
  case class On(condition: String, target: String, source: Option[String])

  /** Such statements as what runs them, others as they are. */
  def found(plan: LogicalPlan): LogicalPlan = Everywhere(plan) {
    case InsertIntoStatement(UnresolvedRelation(table, given, _), _, _, query, _, _, byName, Some(criteria), evolves) =>
      val source = query match { case SubqueryAlias(name, _) => Some(name.name); case _ => None }
      val options = given.asCaseSensitiveMap.asScala.toMap ++ Option.when(evolves)("mergeSchema" -> "true")
      val (keys, on) = criteria match {
        case InsertReplaceUsing(keys)     => (keys, None)
        case InsertReplaceOn(when, alias) => (Nil, Some(On(condition(when), alias.getOrElse(table.last), source)))
      }
      ReplaceRows(table, options, byName, query, keys, on)
    case whole @ UnresolvedWith(replace: ReplaceRows, _, _) => replace.copy(query = whole.copy(child = replace.query))
    case other                                              => other
  }

  private def condition(when: Expression): String = {
    when.foreach {
      case _: SubqueryExpression => throw Refused("REPLACE ON takes no subquery here: MERGE does.")
      case _: PathInto           => throw Refused("REPLACE ON takes no path into JSON here: the query gives it a name.")
      case _                     =>
    }
    when.sql
  }
}
