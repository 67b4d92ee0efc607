package org.apache.spark.sql.lakebook // beside the statements that are run here

import org.apache.spark.sql.Row
import org.apache.spark.sql.classic.SparkSession

import lakebook.bridge.SqlWords

/** `ALTER TABLE t CLUSTER BY AUTO`: who would choose the columns is not here, and the answer says so. */
case class ClusterByAuto(table: Seq[String]) extends Statement("note") {
  override def answer(session: SparkSession): Seq[Row] = {
    Securable.check(session, Securable.named(session, "TABLE", table))
    Seq(Row("CLUSTER BY AUTO changes nothing here: nobody chooses the columns. CLUSTER BY (…) names them."))
  }
}

object ClusterByAuto {
  def read(words: SqlWords): Option[Statement] =
    Option.when(words.accept("ALTER", "TABLE"))(words.maybeName()).flatten
      .filter(_ => words.accept("CLUSTER", "BY", "AUTO")).map(ClusterByAuto(_))
}
