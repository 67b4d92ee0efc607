"""``dbutils.fs``: files by Databricks' paths."""

from __future__ import annotations

import posixpath
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from lakebook.paths import Paths, canonical
from lakebook_kernel.databricks.places import ExecutionError, Place, Places
from lakebook_kernel.databricks.utility import Utility


class FileInfo(NamedTuple):
    """A file or a folder, whose name and path end in ``/``."""

    path: str
    name: str
    #: bytes; 0 of a folder
    size: int
    #: milliseconds since 1970
    modificationTime: int  # noqa: N815

    def isDir(self) -> bool:  # noqa: N802
        """Whether it is a folder."""
        return self.name.endswith("/")

    def isFile(self) -> bool:  # noqa: N802
        """Whether it is a file."""
        return not self.isDir()


class MountInfo(NamedTuple):
    """A mount point, and the folder that is there."""

    mountPoint: str  # noqa: N815
    source: str
    encryptionType: str = ""  # noqa: N815


class Listing(list[Any]):
    """A list of files or mounts, which a notebook shows as a table."""

    def _repr_html_(self) -> str | None:
        if not self:
            return None
        heads = "".join(f"<th>{escape(name)}</th>" for name in type(self[0])._fields)
        rows = ("".join(f"<td>{escape(str(value))}</td>" for value in entry) for entry in self)
        return f"<table><tr>{heads}</tr>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


class FileSystem(Utility):
    """Files by Databricks' paths: dbfs:/…, /Volumes/…, /Workspace/…, /mnt/… and file:/….

    Args:
        paths: where they are in the workspace, asked for with every call, for its settings may change.
    """

    def __init__(self, paths: Callable[[], Paths]) -> None:
        self._paths = paths

    def ls(self, dir: str) -> list[FileInfo]:  # noqa: A002
        """List what is in a folder; of a file, the file."""
        place = self._there(self._places.to_read(dir))
        if not place.local.is_dir():
            return Listing([_info(place)])
        names = sorted(entry.name for entry in place.local.iterdir())
        return Listing(_info(place.below(name)) for name in names if (place.local / name).exists())

    def cp(self, from_: str, to: str, recurse: bool = False) -> bool:
        """Copy a file, or with recurse a folder and all that is in it.

        A file is copied into a folder that is there; a folder's files are put beside those of one that is there.
        """
        source = self._there(self._places.to_read(from_))
        self._copy(source, self._places.of(to), recurse)
        return True

    def mv(self, from_: str, to: str, recurse: bool = False) -> bool:
        """Move a file, or with recurse a folder and all that is in it."""
        source = self._there(self._places.to_change(from_))
        self._not_a_root(source, "moved")
        target = self._copy(source, self._places.of(to), recurse)
        if target.local.resolve() != source.local.resolve():
            _remove(source.local)
        return True

    def rm(self, dir: str, recurse: bool = False) -> bool:  # noqa: A002
        """Remove a file, or a folder, which must be empty unless recurse is given. False when there is none."""
        place = self._places.to_change(dir)
        if not place.local.exists() and not place.local.is_symlink():
            return False
        self._not_a_root(place, "removed")
        if place.local.is_dir() and not recurse and any(place.local.iterdir()):
            raise ExecutionError(
                f"java.io.IOException: Directory {place.shown} is not empty. dbutils.fs.rm(…, recurse=True) removes it "
                "with all that is in it."
            )
        with _told(place):
            _remove(place.local)
        return True

    def head(self, file: str, maxBytes: int = 65536) -> str:  # noqa: N803
        """Return the beginning of a file, as text in UTF-8."""
        place = self._file(self._places.to_read(file))
        with _told(place), place.local.open("rb") as opened:
            content = opened.read(maxBytes + 1)
        if len(content) > maxBytes:
            print(f"[Truncated to first {maxBytes} bytes]")
        return content[:maxBytes].decode("utf-8", errors="ignore" if len(content) > maxBytes else "replace")

    def put(self, file: str, contents: str, overwrite: bool = False) -> bool:
        """Write a text, in UTF-8, to a file; one that is there is kept unless overwrite is given."""
        place = self._places.of(file)
        if place.local.is_dir() or (place.local.exists() and not overwrite):
            what = "is a directory" if place.local.is_dir() else "already exists; overwrite=True replaces it"
            raise ExecutionError(f"org.apache.hadoop.fs.FileAlreadyExistsException: {place.shown} {what}.")
        content = str(contents).encode()
        with _told(place):
            place.local.parent.mkdir(parents=True, exist_ok=True)
            place.local.write_bytes(content)
        print(f"Wrote {len(content)} bytes.")
        return True

    def mkdirs(self, dir: str) -> bool:  # noqa: A002
        """Make a folder, and those above it that are missing."""
        place = self._places.of(dir)
        if place.local.exists() and not place.local.is_dir():
            raise ExecutionError(f"org.apache.hadoop.fs.FileAlreadyExistsException: {place.shown} is a file.")
        with _told(place):
            place.local.mkdir(parents=True, exist_ok=True)
        return True

    def mount(
        self,
        source: str,
        mountPoint: str,  # noqa: N803
        encryptionType: str = "",  # noqa: N803
        owner: str | None = None,
        extraConfigs: Mapping[str, str] | None = None,  # noqa: N803
    ) -> bool:
        """Make a folder be what is at a mount point, for all notebooks of the workspace.

        A mount point that lakebook.toml maps under [paths] takes any source: its folder stands for that.
        """
        point = self._point(mountPoint)
        paths = self._paths()
        if point in paths.settings():
            print(f"{_plain(point)} is {paths.local(point)}, as lakebook.toml says.")
            return True
        if point in paths.mounted():
            raise ExecutionError(
                f"java.lang.IllegalArgumentException: requirement failed: Directory already mounted: {_plain(point)}"
            )
        return self._mounted(source, point)

    def updateMount(  # noqa: N802
        self,
        source: str,
        mountPoint: str,  # noqa: N803
        encryptionType: str = "",  # noqa: N803
        owner: str | None = None,
        extraConfigs: Mapping[str, str] | None = None,  # noqa: N803
    ) -> bool:
        """As mount, but another folder may be at the mount point already."""
        point = self._point(mountPoint)
        return True if point in self._paths().settings() else self._mounted(source, point)

    def mounts(self) -> list[MountInfo]:
        """List the mount points, those of lakebook.toml too."""
        paths = self._paths()
        below = {point: folder for point, folder in paths.settings().items() if point.startswith("/dbfs/")}
        found = {**paths.mounted(), **below}
        return Listing(MountInfo(_plain(point), f"file:{folder}") for point, folder in sorted(found.items()))

    def refreshMounts(self) -> bool:  # noqa: N802
        """Do nothing: every notebook sees a new mount at once."""
        return True

    def unmount(self, mountPoint: str) -> bool:  # noqa: N803
        """Forget a mount point; what is in the folder stays there."""
        point = self._point(mountPoint)
        if point in self._paths().settings():
            raise ExecutionError(f"{_plain(point)} is mapped in lakebook.toml, under [paths]; take it out there.")
        try:
            self._paths().unmount(point)
        except KeyError:
            raise ExecutionError(
                f"java.lang.IllegalArgumentException: requirement failed: Directory not mounted: {_plain(point)}"
            ) from None
        print(f"{_plain(point)} has been unmounted.")
        return True

    @property
    def _places(self) -> Places:
        return Places(self._paths())

    def _there(self, place: Place) -> Place:
        if place.local.exists():
            return place
        if place.root:  # the whole tree, in which nothing is yet
            place.local.mkdir(parents=True, exist_ok=True)
            return place
        raise ExecutionError(f"java.io.FileNotFoundException: No such file or directory {place.shown}")

    def _file(self, place: Place) -> Place:
        if self._there(place).local.is_dir():
            raise ExecutionError(f"java.io.IOException: {place.shown} is a directory, and a file is wanted.")
        return place

    def _not_a_root(self, place: Place, done: str) -> None:
        points = {self._paths().local(point) for point in self._paths().mounted()}
        if place.root or place.local in points:
            raise ExecutionError(f"{place.shown} is not {done}: it stands for a whole tree. Name what is in it.")

    def _copy(self, source: Place, target: Place, recurse: bool) -> Place:
        """Copy to a place, or below it if that is a folder and the source a file; returns where the copy is."""
        if source.local.is_dir() and not recurse:
            raise ExecutionError(f"java.io.IOException: {source.shown} is a directory; it wants recurse=True.")
        if source.local.is_file() and target.local.is_dir():
            target = target.below(source.local.name)
        if source.local.resolve() == target.local.resolve():
            return target
        if source.local.is_dir() and target.local.resolve().is_relative_to(source.local.resolve()):
            raise ExecutionError(f"java.io.IOException: {target.shown} is inside of {source.shown}.")
        with _told(target):
            target.local.parent.mkdir(parents=True, exist_ok=True)
            if source.local.is_dir():
                shutil.copytree(source.local, target.local, dirs_exist_ok=True)
            else:
                shutil.copyfile(source.local, target.local)
        return target

    def _mounted(self, source: str, point: str) -> bool:
        place = self._places.of(source)
        if not place.local.is_dir():
            raise ExecutionError(f"java.io.FileNotFoundException: No such directory {place.shown}")
        self._paths().mount(point, place.local.resolve())
        return True

    def _point(self, path: str) -> str:
        if not isinstance(path, str) or not path.startswith("/"):
            raise ExecutionError(f"A mount point such as /mnt/raw is wanted, and this is {path!r}.")
        point = canonical(f"dbfs:{path.removeprefix('/dbfs')}")
        if point is None or not point.startswith("/dbfs/"):
            raise ExecutionError(f"A mount point such as /mnt/raw is wanted, and this is {path!r}.")
        return point


@contextmanager
def _told(place: Place) -> Iterator[None]:
    """Within it the operating system's refusals are told with the path as the notebook writes it."""
    try:
        yield
    except shutil.Error as several:  # of the files in a folder
        raise ExecutionError(f"java.io.IOException: {place.shown}: {several.args[0][0][2]}") from None
    except OSError as refused:
        raise ExecutionError(f"java.io.IOException: {place.shown}: {refused.strerror}") from None


def _info(place: Place) -> FileInfo:
    found = place.local.stat()
    end = "/" if place.local.is_dir() else ""
    name = posixpath.basename(place.shown.rstrip("/"))
    path = place.shown.rstrip("/") + end
    return FileInfo(path, name + end, 0 if end else found.st_size, int(found.st_mtime * 1000))


def _plain(point: str) -> str:
    return point.removeprefix("/dbfs")


def _remove(file: Path) -> None:
    if file.is_dir() and not file.is_symlink():
        shutil.rmtree(file)
    else:
        file.unlink()
