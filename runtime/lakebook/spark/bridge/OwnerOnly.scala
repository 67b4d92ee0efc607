package lakebook.bridge

import java.nio.file.{Files, Path, StandardCopyOption}
import java.nio.file.attribute.PosixFilePermissions

/** Files that only the workspace's owner may read, replaced at once: whoever reads one finds it whole. */
object OwnerOnly {
  private val mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))

  def write(file: Path, text: String): Unit = {
    val fresh = Files.createTempFile(file.getParent, s".${file.getFileName}-", "", mode)
    Files.writeString(fresh, text)
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING)
  }
}
