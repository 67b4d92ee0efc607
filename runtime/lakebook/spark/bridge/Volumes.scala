package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: the catalog of a session

import java.nio.file.{Files, Path}

import org.apache.commons.io.FileUtils
import org.apache.spark.sql.Row
import org.apache.spark.sql.classic.SparkSession

import lakebook.bridge.{Json, SqlWords}

/** A folder for files, as a schema has it: `/Volumes/<catalog>/<schema>/<name>`.
  *
  * @param kind "MANAGED", or "EXTERNAL", which links to a folder of this machine
  */
case class Volume(name: Seq[String], kind: String, location: String, owner: String, comment: Option[String])

object Volume {
  /** The setting that has the folder of all of them. */
  val Setting = "spark.lakebook.volumes"

  def read(name: Seq[String], record: Record): Volume = {
    val all = Json.read(record.value)
    val comment = Option(all.path("comment").asText("")).filter(_.nonEmpty)
    Volume(name, all.path("kind").asText, all.path("location").asText, all.path("owner").asText, comment)
  }

  def record(volume: Volume): Record = {
    val about = Map("kind" -> volume.kind, "location" -> volume.location, "owner" -> volume.owner,
      "comment" -> volume.comment.getOrElse(""))
    Record("volume", "VOLUME", volume.name.drop(2).map(_.toLowerCase), "", Json.write(about))
  }

  def find(session: SparkSession, what: Securable): Option[Volume] =
    what.records(session).find(_.kind == "volume").map(read(what.name, _))

  def of(session: SparkSession, what: Securable): Volume =
    find(session, what).getOrElse(throw Refused(s"There is no volume ${what.written}"))

  /** Where the files are that `/Volumes/…` means. */
  def folder(session: SparkSession, name: Seq[String]): Path =
    (catalog(name.head) +: name.tail).map(_.toLowerCase)
      .foldLeft(Path.of(session.sparkContext.getConf.get(Setting)))(_.resolve(_))

  private def catalog(name: String): String = if (LakeCatalogs.isSessions(name)) LakeCatalogs.Session else name

  /** Remove what a volume keeps: the files of a managed one, the link to those of an external one. */
  def delete(session: SparkSession, volume: Volume): Unit = {
    val place = folder(session, volume.name)
    if (Files.isSymbolicLink(place)) Files.delete(place) else FileUtils.deleteDirectory(place.toFile)
  }

  /** A schema is dropped, and its volumes with it if they may be. */
  def leave(session: SparkSession, database: String, cascade: Boolean): Unit = {
    val (catalog, schema) = LakeCatalogs.schemaOf(database)
    val volumes = Records.of(session, database).filter(_.kind == "volume").map(record =>
      read(Seq(catalog, schema) ++ record.name, record))
    if (!cascade && volumes.nonEmpty)
      throw Refused(s"The schema ${LakeCatalogs.written(database)} has volumes: DROP SCHEMA … CASCADE drops them too")
    volumes.foreach(delete(session, _))
  }
}

case class CreateVolume(name: Seq[String], ifNotExists: Boolean, place: Option[String], comment: Option[String])
    extends Statement() {
  override def answer(session: SparkSession): Seq[Row] = {
    val what = Securable.named(session, "VOLUME", name)
    Securable.check(session, Securable("SCHEMA", what.name.take(2)))
    what.name.find(part => part.isEmpty || part.startsWith(".") || part.exists("/\\".contains(_)))
      .foreach(part => throw Refused(s"A volume cannot be called $part: it is a folder's name"))
    if (Volume.find(session, what).isDefined) {
      if (!ifNotExists) throw Refused(s"There is a volume ${what.written} already")
    } else {
      val folder = Volume.folder(session, what.name)
      Files.createDirectories(folder.getParent)
      place match {
        case None        => Files.createDirectories(folder)
        case Some(given) => Files.createSymbolicLink(folder, outside(given))
      }
      val kind = if (place.isEmpty) "MANAGED" else "EXTERNAL"
      val location = place.getOrElse(folder.toUri.toString)
      val volume = Volume(what.name, kind, location, System.getProperty("user.name"), comment)
      Records.put(session, what.database(session), Volume.record(volume))
    }
    none
  }

  private def outside(given: String): Path = {
    val plain = given.stripPrefix("file:").replaceFirst("^//", "")
    if (plain.contains(":"))
      throw Refused(s"$given is no folder of this machine: external volumes elsewhere cannot be mounted here")
    val folder = Path.of(plain)
    if (!Files.isDirectory(folder)) throw Refused(s"The external volume's folder $given is not there")
    folder
  }
}

case class DropVolume(name: Seq[String], ifExists: Boolean) extends Statement() {
  override def answer(session: SparkSession): Seq[Row] = {
    val what = Securable.named(session, "VOLUME", name)
    if (!ifExists) Securable.check(session, what)
    for (volume <- Volume.find(session, what)) {
      Volume.delete(session, volume)
      Records.remove(session, what.database(session), record => record.on == "VOLUME" && record.name == what.inner)
    }
    none
  }
}

case class ShowVolumes(in: Option[Seq[String]], pattern: Option[String]) extends Statement("database", "volume_name") {
  override def answer(session: SparkSession): Seq[Row] = {
    val current = session.sessionState.catalogManager.currentNamespace.toSeq
    val what = Securable.named(session, "SCHEMA", in.getOrElse(current))
    Securable.check(session, what)
    val names = Records.of(session, what.database(session)).filter(_.kind == "volume").map(_.name.head)
    val shown = pattern.fold(names)(org.apache.spark.sql.catalyst.util.StringUtils.filterPattern(names, _))
    shown.map(Row(what.name(1), _))
  }
}

case class DescribeVolume(name: Seq[String])
    extends Statement("name", "catalog", "database", "owner", "storageLocation", "volumeType", "comment") {
  override def answer(session: SparkSession): Seq[Row] = {
    val volume = Volume.of(session, Securable.named(session, "VOLUME", name))
    val Seq(catalog, schema, own) = volume.name
    Seq(Row(own, catalog, schema, volume.owner, volume.location, volume.kind, volume.comment.orNull))
  }
}

/** Reads the statements about volumes. */
object VolumeStatements {
  def read(words: SqlWords): Option[Statement] =
    if (words.accept("CREATE", "VOLUME")) Some(create(words, outside = false))
    else if (words.accept("CREATE", "EXTERNAL", "VOLUME")) Some(create(words, outside = true))
    else if (words.accept("DROP", "VOLUME")) {
      val ifExists = words.accept("IF", "EXISTS")
      Some(DropVolume(words.name("a volume"), ifExists))
    } else if (words.accept("SHOW", "VOLUMES")) {
      val schema = Option.when(words.accept("IN") || words.accept("FROM"))(words.name("a schema"))
      words.accept("LIKE")
      Some(ShowVolumes(schema, Option.when(!words.ended)(words.string("a pattern"))))
    } else if (words.acceptAny(Seq("DESCRIBE", "VOLUME"), Seq("DESC", "VOLUME")) && !words.ended)
      Some(DescribeVolume(words.name("a volume")))
    else None

  private def create(words: SqlWords, outside: Boolean): Statement = {
    val ifNotExists = words.accept("IF", "NOT", "EXISTS")
    val name = words.name("a volume")
    var (place, comment) = (Option.empty[String], Option.empty[String])
    while (!words.ended)
      if (outside && words.accept("LOCATION")) place = Some(words.string("a folder"))
      else if (words.accept("COMMENT")) comment = Some(words.string("a comment"))
      else words.fail(if (outside) "LOCATION or COMMENT" else "COMMENT")
    if (outside && place.isEmpty) words.fail("LOCATION")
    CreateVolume(name, ifNotExists, place, comment)
  }
}
