package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: the catalog of a session

import org.apache.spark.sql
import org.apache.spark.sql.Row
import org.apache.spark.sql.catalyst.expressions.{Attribute, AttributeReference}
import org.apache.spark.sql.classic.SparkSession
import org.apache.spark.sql.execution.command.LeafRunnableCommand
import org.apache.spark.sql.types.StringType

import lakebook.bridge.SqlWords

/** A statement that is run here: what it says is in its fields, what it answers in `output`. */
abstract class Statement(columns: String*) extends LeafRunnableCommand {
  override val output: Seq[Attribute] = columns.map(AttributeReference(_, StringType)())
  protected def none: Seq[Row] = Nil

  /** Do what is said. */
  protected def answer(session: SparkSession): Seq[Row]

  override def run(session: sql.SparkSession): Seq[Row] = answer(session.asInstanceOf[SparkSession])
}

case class CreateCatalog(name: String, ifNotExists: Boolean, place: Option[String], comment: Option[String])
    extends Statement() {
  override def answer(session: SparkSession): Seq[Row] = {
    if (LakeCatalogs.exists(name) || LakeCatalogs.isSessions(name)) {
      if (!ifNotExists) throw Refused(s"There is a catalog $name already")
    } else {
      LakeCatalogs.problem(name).foreach(problem => throw Refused(problem))
      val database = LakeCatalogs.database(name, LakeCatalogs.Information)
      Records.make(session, database)
      place.foreach(folder => Records.put(session, database, Record("place", "CATALOG", Nil, "", folder)))
      comment.foreach(text => Records.put(session, database, Record("comment", "CATALOG", Nil, "", text)))
      LakeCatalogs.changed()
      new LakeCatalog(name.toLowerCase).createNamespace(Array(LakeCatalogs.Default), java.util.Map.of())
    }
    none
  }
}

case class DropCatalog(name: String, ifExists: Boolean, cascade: Boolean) extends Statement() {
  override def answer(session: SparkSession): Seq[Row] = {
    val plain = name.toLowerCase
    if (plain == LakeCatalogs.First || LakeCatalogs.isSessions(plain))
      throw Refused(s"The catalog $plain belongs to the workspace: it stays")
    if (!LakeCatalogs.exists(plain)) {
      if (!ifExists) throw Refused(s"There is no catalog $name")
    } else {
      val catalog = new LakeCatalog(plain)
      val schemas = catalog.listNamespaces().map(_.head).filterNot(_ == LakeCatalogs.Information)
      val full = schemas.filter(schema => schema != LakeCatalogs.Default || holdsSomething(session, catalog, schema))
      if (!cascade && full.nonEmpty)
        throw Refused(s"The catalog $name has ${full.mkString(", ")}: DROP CATALOG $name CASCADE drops them too")
      schemas.foreach(schema => catalog.dropNamespace(Array(schema), cascade = true))
      catalog.dropNamespace(Array(LakeCatalogs.Information), cascade = true)
      val manager = session.sessionState.catalogManager
      if (manager.currentCatalog.name == plain) manager.setCurrentCatalog(LakeCatalogs.Session)
      LakeCatalogs.changed()
    }
    none
  }

  private def holdsSomething(session: SparkSession, catalog: LakeCatalog, schema: String): Boolean =
    catalog.listTables(Array(schema)).nonEmpty || catalog.listViews(Array(schema)).nonEmpty ||
      Records.of(session, LakeCatalogs.database(catalog.name, schema)).exists(_.kind == "volume")
}

case class UseCatalog(name: String) extends Statement() {
  override def answer(session: SparkSession): Seq[Row] = {
    val manager = session.sessionState.catalogManager
    if (!manager.isCatalogRegistered(name)) throw Refused(s"There is no catalog $name${CatalogStatements.those}")
    manager.setCurrentCatalog(name)
    none
  }
}

case class DescribeCatalog(name: String) extends Statement("info_name", "info_value") {
  override def answer(session: SparkSession): Seq[Row] = {
    Securable.check(session, Securable("CATALOG", Seq(name.toLowerCase)))
    val own = LakeCatalogs.isSessions(name)
    val records = if (own) Nil else Records.of(session, LakeCatalogs.database(name, LakeCatalogs.Information))
    def said(kind: String) =
      records.find(record => record.kind == kind && record.on == "CATALOG").map(_.value).getOrElse("")
    Seq(
      "Catalog Name" -> name.toLowerCase, "Comment" -> said("comment"), "Owner" -> said("owner"),
      "Catalog Type" -> (if (own) "The session's own catalog" else "Regular"), "Storage Root" -> said("place"),
    ).map { case (label, value) => Row(label, value) }
  }
}

/** Reads the statements about catalogs. */
object CatalogStatements {
  def those: String = s": there are ${(LakeCatalogs.list :+ LakeCatalogs.Session).mkString(", ")}"

  /** None where it is another statement. */
  def read(words: SqlWords): Option[Statement] =
    if (words.accept("CREATE", "CATALOG")) Some(create(words))
    else if (words.accept("DROP", "CATALOG")) {
      val ifExists = words.accept("IF", "EXISTS")
      val name = words.word("a catalog")
      val cascade = words.accept("CASCADE")
      if (!cascade) words.accept("RESTRICT")
      Some(DropCatalog(name, ifExists, cascade))
    } else if (words.acceptAny(Seq("USE", "CATALOG"), Seq("SET", "CATALOG")) && !words.ended)
      Some(UseCatalog(words.word("a catalog")))
    else if (words.acceptAny(Seq("DESCRIBE", "CATALOG"), Seq("DESC", "CATALOG")) && !words.ended) {
      words.accept("EXTENDED")
      Some(DescribeCatalog(words.word("a catalog")))
    } else None

  private def create(words: SqlWords): Statement = {
    val ifNotExists = words.accept("IF", "NOT", "EXISTS")
    val name = words.word("a catalog")
    if (words.next("USING")) throw Refused("CREATE CATALOG … USING SHARE needs Delta Sharing, which is not here")
    var (place, comment) = (Option.empty[String], Option.empty[String])
    while (!words.ended)
      if (words.accept("MANAGED", "LOCATION")) place = Some(words.string("a folder"))
      else if (words.accept("COMMENT")) comment = Some(words.string("a comment"))
      else if (words.accept("DEFAULT", "COLLATION")) words.word("a collation")
      else words.fail("MANAGED LOCATION or COMMENT")
    CreateCatalog(name, ifNotExists, place, comment)
  }
}
