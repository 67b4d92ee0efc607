package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: the catalog of a session

import org.apache.spark.sql.Row
import org.apache.spark.sql.classic.SparkSession

import lakebook.bridge.SqlWords

case class SetTags(what: Securable, tags: Seq[(String, String)]) extends Statement() {
  override def answer(session: SparkSession): Seq[Row] = {
    Securable.check(session, what)
    for ((tag, value) <- tags) Records.put(session, what.database(session), what.record("tag", tag, value))
    none
  }
}

case class UnsetTags(what: Securable, tags: Seq[String]) extends Statement() {
  override def answer(session: SparkSession): Seq[Row] = {
    Securable.check(session, what)
    tags.foreach(tag => Records.remove(session, what.database(session), _.same(what.record("tag", tag))))
    none
  }
}

case class SetOwner(what: Securable, owner: String) extends Statement() {
  override def answer(session: SparkSession): Seq[Row] = {
    Securable.check(session, what)
    Records.put(session, what.database(session), what.record("owner", "", owner))
    none
  }
}

/** A comment on what Spark's own statement does not comment. */
case class Comment(what: Securable, text: Option[String]) extends Statement() {
  override def answer(session: SparkSession): Seq[Row] = {
    Securable.check(session, what)
    what.kind match {
      case "VOLUME" =>
        Records.put(session, what.database(session), Volume.record(Volume.of(session, what).copy(comment = text)))
      case "COLUMN" =>
        val literal = "'" + text.getOrElse("").replace("\\", "\\\\").replace("'", "\\'") + "'"
        val (table, column) = (Securable.quoted(what.name.take(3)), Securable.quoted(what.name.drop(3)))
        session.sql(s"ALTER TABLE $table ALTER COLUMN $column COMMENT $literal")
      case _ =>
        val comment = what.record("comment", "")
        text match {
          case Some(words) => Records.put(session, what.database(session), comment.copy(value = words))
          case None if what.kind == "SCHEMA" => Records.put(session, what.database(session), comment)
          case None        => Records.remove(session, what.database(session), _.same(comment))
        }
    }
    none
  }
}

/** Privileges are kept and shown; nobody is kept from anything by them, and the answer says so. */
case class Grant(what: Securable, privileges: Seq[String], principal: String) extends Statement("note") {
  override def answer(session: SparkSession): Seq[Row] = {
    Securable.check(session, what)
    for (privilege <- privileges)
      Records.put(session, what.database(session), what.record("grant", s"$privilege\n$principal"))
    Seq(Row(Grants.Note))
  }
}

case class Revoke(what: Securable, privileges: Seq[String], principal: String) extends Statement("note") {
  override def answer(session: SparkSession): Seq[Row] = {
    Securable.check(session, what)
    def revoked(record: Record): Boolean =
      record.kind == "grant" && record.on == what.kind && record.name == what.inner && {
        val (privilege, grantee) = Grants.read(record)
        grantee == principal && (privileges.contains(privilege) || privileges.contains(Grants.All))
      }
    Records.remove(session, what.database(session), revoked)
    Seq(Row(Grants.Note))
  }
}

case class ShowGrants(what: Securable, principal: Option[String])
    extends Statement("Principal", "ActionType", "ObjectType", "ObjectKey") {
  /** What is granted on a catalog holds for its schemas, and so on: Databricks shows that too. */
  override def answer(session: SparkSession): Seq[Row] = {
    Securable.check(session, what)
    val above = Seq("CATALOG" -> 1, "SCHEMA" -> 2).collect {
      case (kind, levels) if levels < what.name.length => Securable(kind, what.name.take(levels))
    }
    for {
      place <- above :+ what
      record <- place.records(session) if record.kind == "grant"
      (privilege, grantee) = Grants.read(record) if principal.forall(_ == grantee)
    } yield Row(grantee, privilege, place.kind, place.written)
  }
}

object Grants {
  val Note = "Noted, shown by SHOW GRANTS, and not enforced here."
  val All = "ALL PRIVILEGES"

  /** The privilege, and to whom. */
  def read(record: Record): (String, String) = {
    val Array(privilege, grantee) = record.key.split("\n", 2)
    (privilege, grantee)
  }
}

/** Reads the statements about tags, comments, owners and privileges that Spark's grammar lacks. */
object GovernanceStatements {
  def read(session: SparkSession, words: SqlWords): Option[Statement] =
    if (words.accept("GRANT")) Some(grant(session, words))
    else if (words.accept("REVOKE")) Some(revoke(session, words))
    else if (words.accept("SHOW", "GRANTS") || words.accept("SHOW", "GRANT")) {
      val principal = Option.when(!words.next("ON"))(words.word("a principal"))
      words.expect("ON")
      Some(ShowGrants(Securable.read(session, words), principal))
    } else if (words.accept("COMMENT", "ON")) comment(session, words)
    else if (words.accept("SET", "TAG", "ON")) {
      val what = Securable.read(session, words)
      Some(SetTags(what, Seq(words.pair())))
    } else if (words.accept("UNSET", "TAG", "ON")) {
      val what = Securable.read(session, words)
      Some(UnsetTags(what, Seq(words.name("a tag").mkString("."))))
    } else if (words.accept("ALTER")) alter(session, words)
    else None

  private def grant(session: SparkSession, words: SqlWords): Statement = {
    val all = privileges(words)
    words.expect("ON")
    val what = Securable.read(session, words)
    words.expect("TO")
    Grant(what, all, words.word("a principal"))
  }

  private def revoke(session: SparkSession, words: SqlWords): Statement = {
    val all = privileges(words)
    words.expect("ON")
    val what = Securable.read(session, words)
    words.expect("FROM")
    Revoke(what, all, words.word("a principal"))
  }

  private def privileges(words: SqlWords): Seq[String] = {
    val parts = Seq.newBuilder[String]
    while (!words.next("ON") && !words.next(",")) parts += words.word("a privilege").toUpperCase
    val privilege = parts.result().mkString(" ")
    if (privilege.isEmpty) words.fail("a privilege")
    val one = if (privilege == "ALL") Grants.All else privilege
    if (words.accept(",")) one +: privileges(words) else Seq(one)
  }

  private def comment(session: SparkSession, words: SqlWords): Option[Statement] = {
    val sparks = words.next("TABLE") || words.next("VIEW") || words.next("NAMESPACE")
    if (sparks) None
    else {
      val what = Securable.read(session, words)
      words.expect("IS")
      Some(Comment(what, if (words.accept("NULL")) None else Some(words.string("a comment"))))
    }
  }

  /** `ALTER … SET TAGS`, `UNSET TAGS` and `OWNER TO`; all else that is altered is Spark's. */
  private def alter(session: SparkSession, words: SqlWords): Option[Statement] =
    if (!Seq("CATALOG", "SCHEMA", "DATABASE", "TABLE", "VIEW", "VOLUME").exists(words.next(_))) None
    else {
      val kind = Securable.kind(words).get
      val name = words.name(s"the name of a ${kind.toLowerCase}")
      val column =
        Option.when(words.acceptAny(Seq("ALTER", "COLUMN"), Seq("CHANGE", "COLUMN")))(words.name("a column"))
      lazy val what = column.fold(Securable.named(session, kind, name))(inner =>
        Securable("COLUMN", Securable.named(session, kind, name).name :+ inner.mkString(".")))
      if (words.accept("SET", "TAGS")) Some(SetTags(what, words.list(words.pair())))
      else if (words.accept("UNSET", "TAGS")) Some(UnsetTags(what, words.list(words.name("a tag").mkString("."))))
      else if (column.isEmpty && (words.accept("OWNER", "TO") || words.accept("SET", "OWNER", "TO")))
        Some(SetOwner(what, words.word("a principal")))
      else if (kind == "CATALOG") words.fail("SET TAGS, UNSET TAGS or OWNER TO")
      else None
    }
}
