package org.apache.spark.sql.lakebook // beside the phrases of statements

import lakebook.bridge.SqlWords

/** Foreign keys that name no columns of the table they refer to, and so mean its primary key: Spark's parser fails on
  * them. `references` is no keyword, and elsewhere a name.
  */
object ForeignKeys {
  /** `FOREIGN KEY (a, b) REFERENCES t` */
  def ofTable(words: SqlWords): Option[String] = {
    val from = words.mark
    if (!words.accept("FOREIGN", "KEY") || !words.next("(")) None
    else {
      words.list(words.word("a column"))
      referred(words, from)
    }
  }

  /** `a BIGINT REFERENCES t`, of a column that `CREATE TABLE` defines. */
  def ofColumn(words: SqlWords): Option[String] = {
    val from = words.mark
    if (!words.next("REFERENCES") || !definesColumn(words, from)) None
    else {
      words.back(from)
      referred(words, from)
    }
  }

  private def referred(words: SqlWords, from: Int): Option[String] =
    Option.when(words.accept("REFERENCES") && words.maybeName().nonEmpty && !words.next("("))(
      s"${words.since(from)} (`primary key`)")

  /** Whether the word at a place goes on with a column of `CREATE TABLE t (…)`, and is no name itself. */
  private def definesColumn(words: SqlWords, place: Int): Boolean = {
    words.back(0)
    words.accept("CREATE")
    words.acceptAny(Seq("OR", "REPLACE"), Seq("REPLACE"))
    words.accept("EXTERNAL")
    words.accept("TABLE") && {
      words.accept("IF", "NOT", "EXISTS")
      words.maybeName()
      words.accept("(") && reaches(words, place)
    }
  }

  /** Goes on to a place in the same parentheses; whether it is there, and a name came before. */
  private def reaches(words: SqlWords, place: Int): Boolean = {
    var named = false
    while (words.mark < place && !words.next(")")) {
      if (words.acceptAny(Seq(","), Seq("<"), Seq("CONSTRAINT"))) named = false
      else {
        if (words.accept("(")) words.inside() else words.skip()
        named = true
      }
    }
    named && words.mark == place
  }
}
