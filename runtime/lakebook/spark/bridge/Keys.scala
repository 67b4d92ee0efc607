package org.apache.spark.sql.lakebook

import org.apache.spark.sql.catalyst.expressions.{ForeignKeyConstraint, PrimaryKeyConstraint, TableConstraint}
import org.apache.spark.sql.catalyst.plans.logical._

/** Primary and foreign keys, which nobody enforces, on Databricks neither: Delta refuses them, so they are noted as
  * properties of their table.
  */
object Keys {
  /** How the properties begin; the constraint's name follows. */
  val Prefix = "lakebook.constraint."

  /** A statement with its keys as properties. */
  def noted(plan: LogicalPlan): LogicalPlan = plan match {
    case create @ CreateTable(_, _, _, spec: UnresolvedTableSpec, _) if spec.constraints.exists(isKey) =>
      create.copy(tableSpec = noted(spec))
    case replace @ ReplaceTable(_, _, _, spec: UnresolvedTableSpec, _) if spec.constraints.exists(isKey) =>
      replace.copy(tableSpec = noted(spec))
    case AddConstraint(table, key) if isKey(key) => SetTableProperties(table, Map(property(key)))
    case other => other
  }

  private def noted(spec: UnresolvedTableSpec): UnresolvedTableSpec = {
    val (keys, others) = spec.constraints.partition(isKey)
    spec.copy(properties = spec.properties ++ keys.map(property), constraints = others)
  }

  private def isKey(constraint: TableConstraint): Boolean = constraint match {
    case _: PrimaryKeyConstraint | _: ForeignKeyConstraint => true
    case _ => false
  }

  private def property(key: TableConstraint): (String, String) = {
    def names(columns: Seq[String]) = columns.mkString("(", ", ", ")")
    val said = key match {
      case primary: PrimaryKeyConstraint => s"PRIMARY KEY ${names(primary.columns)}"
      case foreign: ForeignKeyConstraint =>
        val parent = foreign.parentTableId.mkString(".")
        s"FOREIGN KEY ${names(foreign.childColumns)} REFERENCES $parent ${names(foreign.parentColumns)}"
    }
    (Prefix + key.name, said)
  }
}
