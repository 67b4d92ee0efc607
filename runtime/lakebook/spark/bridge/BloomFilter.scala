package org.apache.spark.sql.lakebook // beside the statements that are run here

import org.apache.spark.sql.Row
import org.apache.spark.sql.classic.SparkSession

import lakebook.bridge.SqlWords

/** `CREATE BLOOMFILTER INDEX`, and `DROP`: it makes queries quicker and changes no answer, so none is made. */
case class BloomFilter(table: Seq[String]) extends Statement("note") {
  override def answer(session: SparkSession): Seq[Row] = {
    Securable.check(session, Securable.named(session, "TABLE", table))
    Seq(Row("A bloom filter index changes no answer, and there is none here: OPTIMIZE … ZORDER BY, or CLUSTER BY, " +
      "lets files be skipped."))
  }
}

object BloomFilter {
  def read(words: SqlWords): Option[Statement] = Option.when(
    words.acceptAny(Seq("CREATE", "BLOOMFILTER", "INDEX", "ON"), Seq("DROP", "BLOOMFILTER", "INDEX", "ON"))) {
    words.accept("TABLE")
    val table = words.name("a table")
    words.accept("FOR", "COLUMNS")
    while (words.accept("(")) {
      words.inside()
      words.accept("OPTIONS")
    }
    BloomFilter(table)
  }
}
