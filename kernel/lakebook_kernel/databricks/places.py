"""The files that paths of ``dbutils.fs`` mean, and how the files are called again."""

from __future__ import annotations

import posixpath
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lakebook.paths import Paths, canonical
from lakebook_kernel.databricks.errors import DbutilsError

#: storage of clouds, of which nothing is here
_CLOUDS = {
    "s3", "s3a", "s3n", "gs", "abfs", "abfss", "wasb", "wasbs", "adl", "r2", "oss", "cosn", "https", "http", "hdfs",
}  # fmt: skip


class ExecutionError(DbutilsError):
    """A call about files has failed. The message begins with the class of Databricks' own, which notebooks look for."""


@dataclass(frozen=True)
class Place:
    """A file or folder, and how ``dbutils.fs`` writes its path."""

    local: Path
    #: with its scheme: ``dbfs:/…`` or ``file:/…``
    shown: str
    #: one of the beginnings that stand for a whole tree, such as ``dbfs:/``
    root: bool = False

    def below(self, name: str) -> Place:
        """What is in the folder under a name."""
        return Place(self.local / name, posixpath.join(self.shown, name))


class Places:
    """Finds what a path means: ``dbfs:/x`` and ``/x`` are in DBFS, ``file:/x`` is on this machine."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths

    def to_read(self, path: str) -> Place:
        """What there is at a path; a plain one that DBFS has not is a file of this machine, if that is there.

        Spark, too, takes such a path for one of this machine.
        """
        place = self.of(path)
        own = Path(path)
        if ":" not in path and canonical(path) is None and not place.local.exists() and own.exists():
            return Place(own, f"file:{posixpath.normpath(path)}")
        return place

    def to_change(self, path: str) -> Place:
        """As ``to_read``, but of this machine's plain paths only those in a folder for temporary files."""
        place = self.to_read(path)
        explicit = ":" in path
        if place.shown.startswith("file:") and not explicit and canonical(path) is None:
            temporary = {Path(folder).resolve() for folder in ("/tmp", tempfile.gettempdir())}
            if temporary.isdisjoint(place.local.resolve().parents):
                return self.of(path)
        return place

    def of(self, path: str) -> Place:
        """What a path means, whether it is there or not.

        Raises:
            ExecutionError: it is no path, or one of storage that is not here.
        """
        if not isinstance(path, str) or not path:
            raise ExecutionError(f"A path such as dbfs:/tmp/x is wanted, and this is {path!r}.")
        scheme = re.match(r"([A-Za-z][\w+.-]*):", path)
        if scheme and scheme[1].lower() in _CLOUDS:
            raise ExecutionError(
                f"{path} is in storage that dbutils.fs does not reach here. Copy what is needed into a folder, and "
                "name that, or map a path such as /mnt/lake to the folder under [paths] in lakebook.toml."
            )
        if scheme and scheme[1] not in ("dbfs", "file"):
            raise ExecutionError(f'java.io.IOException: No FileSystem for scheme "{scheme[1]}": {path}')
        if not (path[scheme.end() :] if scheme else path).startswith("/"):
            raise ExecutionError(
                f"java.lang.IllegalArgumentException: Relative path in absolute URI: {path}. A path begins with "
                "dbfs:/, file:/ or /."
            )
        known = canonical(path)
        if known is None:
            plain = posixpath.normpath("/" + (path[scheme.end() :] if scheme else path).lstrip("/"))
            if scheme and scheme[1] == "file":
                return Place(Path(plain), f"file:{plain}", root=plain == "/")
            known = canonical(f"dbfs:{plain}")
        assert known is not None
        local = self._paths.local(known)
        assert local is not None
        return Place(local, _shown(known), root=known.count("/") == 1)


def _shown(known: str) -> str:
    if known == "/dbfs" or known.startswith("/dbfs/"):
        return f"dbfs:{known.removeprefix('/dbfs') or '/'}"
    return f"file:{known}" if known.startswith("/Workspace") else f"dbfs:{known}"
