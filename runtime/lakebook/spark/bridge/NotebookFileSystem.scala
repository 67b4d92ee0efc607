package lakebook.bridge

import java.io.File
import java.net.URI

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{ChecksumFs, DelegateToFileSystem, FileStatus, LocalFileSystem, Path, RawLocalFileSystem}

/** The local file system, in which a relative path starts in the folder of the notebook that asks, and Databricks'
  * paths are where the workspace has them.
  */
class NotebookFileSystem extends LocalFileSystem(new NotebookRawFileSystem)

class NotebookRawFileSystem extends MappedFileSystem {
  override def getWorkingDirectory: Path = Here.folder match {
    case Some(folder) => new Path(new File(folder).toURI)
    case None         => super.getWorkingDirectory
  }

  override protected def mapped(file: File): Option[File] = paths.flatMap(_.ofFile(file.getPath))
}

/** Files of the scheme `dbfs`. */
class DbfsFileSystem extends LocalFileSystem(new DbfsRawFileSystem) {
  override def getScheme: String = DbfsFileSystem.Scheme
}

object DbfsFileSystem {
  val Scheme = "dbfs"
  val Root: URI = URI.create(s"$Scheme:///")
}

class DbfsRawFileSystem extends MappedFileSystem {
  override def getScheme: String = DbfsFileSystem.Scheme
  override def getUri: URI = DbfsFileSystem.Root
  override def getWorkingDirectory: Path = new Path(DbfsFileSystem.Root)

  override protected def mapped(file: File): Option[File] = paths.map(_.ofDbfs(file.getPath))
}

/** Local files by paths that are others than theirs: what is listed has the path by which it was asked for. */
abstract class MappedFileSystem extends RawLocalFileSystem {
  protected lazy val paths: Option[DatabricksPaths] = DatabricksPaths(getConf)

  /** The file that is meant by one, when that is another. */
  protected def mapped(file: File): Option[File]

  override def pathToFile(path: Path): File = {
    val own = super.pathToFile(path)
    mapped(own).getOrElse(own)
  }

  override def getFileStatus(path: Path): FileStatus = as(path, super.getFileStatus(path))
  override def getFileLinkStatus(path: Path): FileStatus = as(path, super.getFileLinkStatus(path))

  override def listStatus(path: Path): Array[FileStatus] = {
    val listed = super.listStatus(path)
    if (isMapped(path) && pathToFile(path).isFile) Array(getFileStatus(path)) else listed
  }

  private def as(path: Path, found: FileStatus): FileStatus =
    if (!isMapped(path)) found
    else
      new FileStatus(
        found.getLen, found.isDirectory, found.getReplication, found.getBlockSize, found.getModificationTime,
        makeQualified(path))

  private def isMapped(path: Path): Boolean = mapped(super.pathToFile(path)).isDefined
}

/** The same for whoever takes Hadoop's other interface, as Delta's log and Spark's streams do. */
class NotebookFs(uri: URI, settings: Configuration)
    extends ChecksumFs(new RawFs(uri, new NotebookRawFileSystem, settings, "file"))

class DbfsFs(uri: URI, settings: Configuration)
    extends ChecksumFs(new RawFs(uri, new DbfsRawFileSystem, settings, DbfsFileSystem.Scheme))

private class RawFs(uri: URI, files: MappedFileSystem, settings: Configuration, scheme: String)
    extends DelegateToFileSystem(uri, files, settings, scheme, false) {
  override def getUriDefaultPort: Int = -1
  override def isValidName(name: String): Boolean = true
}
