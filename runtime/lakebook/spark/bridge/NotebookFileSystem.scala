package lakebook.bridge

import java.io.File

import org.apache.hadoop.fs.{LocalFileSystem, Path, RawLocalFileSystem}

/** The local file system, in which a relative path starts in the folder of the notebook that asks. */
class NotebookFileSystem extends LocalFileSystem(new NotebookRawFileSystem)

class NotebookRawFileSystem extends RawLocalFileSystem {
  override def getWorkingDirectory: Path = Here.folder match {
    case Some(folder) => new Path(new File(folder).toURI)
    case None         => super.getWorkingDirectory
  }
}
