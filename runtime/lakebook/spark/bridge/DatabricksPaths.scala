package lakebook.bridge

import java.io.File

import scala.jdk.CollectionConverters.IteratorHasAsScala

import org.apache.hadoop.conf.Configuration

/** Where Databricks' paths are, as `lakebook.paths` has it in Python.
  *
  * @param folders by canonical beginnings, such as `/dbfs` and `/Volumes/main`; what was mounted gives way to these
  * @param mounts  the file that has what was mounted
  */
class DatabricksPaths(folders: Map[String, File], mounts: Option[File]) {
  /** The file that a path of the scheme `dbfs` is, without the scheme. */
  def ofDbfs(path: String): File = local(path.split("/").find(_.nonEmpty) match {
    case Some("Volumes" | "Workspace" | "dbfs") => path
    case _                                      => s"/dbfs$path"
  })

  /** The file that a path without a scheme is, when it is another one than it looks like: a tree that is there on this
    * machine is left as it is, and so is every file that is there.
    */
  def ofFile(path: String): Option[File] = {
    val names = path.split("/").filter(_.nonEmpty)
    def isThere(depth: Int) = new File(names.take(depth).mkString("/", "/", "")).exists
    names.headOption match {
      case Some("dbfs" | "Workspace") => Option.when(!isThere(1))(local(path))
      case Some("Volumes")            => Option.when(!isThere(2))(local(path))
      case Some("FileStore" | "mnt")  => Option.when(!isThere(2))(local(s"/dbfs$path"))
      case Some(_) if !isThere(names.length) => Some(local(s"/dbfs$path")).filter(_.exists)
      case _                          => None
    }
  }

  private def local(known: String): File = {
    val all = if (known.startsWith("/dbfs/")) mounted ++ folders else folders
    val start = all.keys.filter(one => known == one || known.startsWith(s"$one/")).maxBy(_.length)
    new File(all(start), known.drop(start.length))
  }

  private def mounted: Map[String, File] = mounts.filter(_.exists).fold(Map.empty[String, File]) { file =>
    DatabricksPaths.folders(java.nio.file.Files.readString(file.toPath))
  }
}

object DatabricksPaths {
  /** Hadoop's settings that say where the paths are. */
  val Folders = "lakebook.paths"
  val Mounts = "lakebook.mounts"

  /** The paths of a driver or an executor; none where its settings name none. */
  def apply(settings: Configuration): Option[DatabricksPaths] =
    Option(settings.get(Folders)).map { text =>
      new DatabricksPaths(folders(text), Option(settings.get(Mounts)).map(new File(_)))
    }

  private def folders(json: String): Map[String, File] =
    Json.read(json).fields.asScala.map(entry => entry.getKey -> new File(entry.getValue.asText)).toMap
}
