package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: the catalog of a session

import org.apache.spark.sql.{Row, SparkSession}
import org.apache.spark.sql.catalyst.analysis.{ResolvedIdentifier, ResolvedTable}
import org.apache.spark.sql.catalyst.plans.logical._
import org.apache.spark.sql.catalyst.rules.Rule
import org.apache.spark.sql.classic
import org.apache.spark.sql.connector.catalog.{CatalogPlugin, Identifier}
import org.apache.spark.sql.delta.catalog.DeltaTableV2

/** What can be said only when tables and columns are found. */
class WithinResolution(session: SparkSession) extends Rule[LogicalPlan] {
  override def apply(plan: LogicalPlan): LogicalPlan = plan.resolveOperatorsUp {
    case create @ CreateTableAsSelect(ResolvedIdentifier(catalog: LakeCatalog, table), _, _, spec, _, _, _)
        if !isDelta(spec) =>
      create.copy(name = own(catalog, table))
    case ReplaceTableAsSelect(ResolvedIdentifier(_: LakeCatalog, table), _, _, spec, _, _, _) if !isDelta(spec) =>
      throw new IllegalArgumentException(
        s"Only Delta tables are replaced in a catalog: drop ${table.name} first, or write it as Delta")
    case AnalyzeTable(ResolvedTable(_, _, _: DeltaTableV2, _), _, _)  => Analyzed()
    case AnalyzeColumn(ResolvedTable(_, _, _: DeltaTableV2, _), _, _) => Analyzed()
    case ShowCreateTable(ResolvedTable(catalog, name, table: DeltaTableV2, _), _, _) =>
      ShowCreateDelta(catalog.name, name, table)
  }

  private def isDelta(spec: TableSpecBase): Boolean = spec.provider.forall(_.equalsIgnoreCase("delta"))

  /** Spark fills a table that is not Delta's in its own catalog only. */
  private def own(catalog: CatalogPlugin, table: Identifier): ResolvedIdentifier = {
    val stored = LakeCatalogs.stored(catalog, table)
    val manager = session.asInstanceOf[classic.SparkSession].sessionState.catalogManager
    ResolvedIdentifier(manager.v2SessionCatalog, Identifier.of(stored.database.toArray, stored.table))
  }
}

/** Delta takes its statistics when it writes. */
case class Analyzed() extends Statement() {
  override def answer(session: classic.SparkSession): Seq[Row] = none
}

/** How a Delta table could be made again, which Delta refuses to say. */
case class ShowCreateDelta(catalog: String, name: Identifier, table: DeltaTableV2) extends Statement("createtab_stmt") {
  override def answer(session: classic.SparkSession): Seq[Row] = {
    val metadata = table.initialSnapshot.metadata
    val columns = metadata.schema.map(field => s"  ${field.toDDL}").mkString("(\n", ",\n", ")")
    val parts = Some(metadata.partitionColumns).filter(_.nonEmpty).map(_.mkString("PARTITIONED BY (", ", ", ")"))
    val comment = Option(metadata.description).map(text => s"COMMENT ${quoted(text)}")
    val place = table.catalogTable.filter(_.tableType.name == "EXTERNAL").flatMap(_.storage.locationUri)
      .map(uri => s"LOCATION ${quoted(uri.toString)}")
    val properties = Option.when(metadata.configuration.nonEmpty)(metadata.configuration.toSeq.sorted
      .map { case (key, value) => s"  ${quoted(key)} = ${quoted(value)}" }.mkString("TBLPROPERTIES (\n", ",\n", ")"))
    val head = s"CREATE TABLE $catalog.${(name.namespace :+ name.name).mkString(".")} $columns"
    Seq(Row((Seq(head, "USING delta") ++ parts ++ comment ++ place ++ properties).mkString("\n")))
  }

  private def quoted(text: String): String = "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
}
