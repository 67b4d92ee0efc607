"""Databricks' paths, and where in the workspace they are."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping
from pathlib import Path

from lakebook import atomic
from lakebook.config import Workspace

#: the file in the workspace's state that has what ``dbutils.fs.mount`` mounted
MOUNTS = "mounts.json"
#: beginnings of paths that stand below ``/dbfs``
_IN_DBFS = ("FileStore", "mnt")
_ROOTS = ("dbfs", "Volumes", "Workspace")


class Paths:
    """Maps ``dbfs:/…``, ``/dbfs/…``, ``/FileStore/…``, ``/mnt/…``, ``/Volumes/…`` and ``/Workspace/…`` to local files.

    A path is known by its canonical form, which begins with ``/dbfs``, ``/Volumes`` or ``/Workspace``. Of the folders
    that ``[paths]`` and mounts give, the one with the longest beginning counts.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        #: by the beginnings of canonical paths; mounts are not among them
        self.folders = {
            "/dbfs": workspace.state / "dbfs",
            "/dbfs/user/hive/warehouse": workspace.warehouse,  # where managed tables are there
            "/Volumes": workspace.state / "volumes",
            "/Workspace": workspace.root,
        }
        self.folders |= self.settings()

    def make(self) -> None:
        """Make the folders that are there from the start on Databricks, where no setting names others."""
        given = self.settings()
        for tree, names in (("/dbfs", ("FileStore", "mnt", "tmp")), ("/Volumes", ())):
            if tree not in given and not all((self.folders[tree] / name).is_dir() for name in names or (".",)):
                self._workspace.make_state()
                for name in names or (".",):
                    (self.folders[tree] / name).mkdir(parents=True, exist_ok=True)

    def local(self, path: str) -> Path | None:
        """The local file of a path; None when it is not one of Databricks'. Whether it exists is not looked at."""
        known = canonical(path)
        if known is None:
            return None
        folders = {**self.mounted(), **self.folders} if known.startswith("/dbfs/") else self.folders
        start = max((one for one in folders if _is_below(known, one)), key=len)
        return folders[start] / known[len(start) :].lstrip("/")

    def name(self, file: Path) -> str | None:
        """The path, such as ``/Workspace/etl``, by which a local file is known in the workspace; None outside of it."""
        if not file.is_relative_to(self._workspace.root):
            return None
        below = file.relative_to(self._workspace.root).as_posix()
        return "/Workspace" if below == "." else f"/Workspace/{below}"

    def settings(self) -> dict[str, Path]:
        """What ``[paths]`` gives, by paths such as ``/dbfs/mnt/raw``."""
        known = {canonical(name): folder for name, folder in self._workspace.paths.items()}
        return {name: folder for name, folder in known.items() if name is not None}

    def mounted(self) -> dict[str, Path]:
        """What was mounted, by mount points such as ``/dbfs/mnt/raw``."""
        return {point: Path(folder) for point, folder in self._read().items()}

    def mount(self, point: str, folder: Path) -> None:
        """Make a local folder be what is at a mount point, for every notebook of the workspace."""
        self._write({**self._read(), point: str(folder)})

    def unmount(self, point: str) -> None:
        """Forget a mount point; what is in the folder stays. Raises ``KeyError``."""
        mounts = self._read()
        del mounts[point]
        self._write(mounts)

    def _read(self) -> dict[str, str]:
        try:
            mounts: dict[str, str] = json.loads((self._workspace.state / MOUNTS).read_text())
        except FileNotFoundError:
            return {}
        return mounts

    def _write(self, mounts: Mapping[str, str]) -> None:
        atomic.write_bytes(self._workspace.make_state() / MOUNTS, json.dumps(mounts, indent=1).encode())


def canonical(path: str) -> str | None:
    """A path of Databricks' by its one form, which begins with ``/dbfs``, ``/Volumes`` or ``/Workspace``; else None.

    ``dbfs:/x`` and ``/dbfs/x`` are the same, so are ``/mnt/x`` and ``/dbfs/mnt/x``, ``file:/Workspace/x`` and
    ``/Workspace/x``. ``..`` leads no further up than the root.
    """
    scheme, colon, rest = path.partition(":")
    if colon and scheme in ("dbfs", "file") and rest.startswith("/"):
        plain = posixpath.normpath("/" + rest.lstrip("/"))
        if scheme == "dbfs" and plain.split("/")[1] not in ("Volumes", "Workspace", "dbfs"):
            return posixpath.join("/dbfs", plain.lstrip("/")).rstrip("/")
    elif path.startswith("/"):
        plain = posixpath.normpath("/" + path.lstrip("/"))
    else:
        return None
    first = plain.split("/")[1]
    if first in _IN_DBFS and scheme != "file":
        return f"/dbfs{plain}"
    return plain if first in _ROOTS else None


def _is_below(path: str, start: str) -> bool:
    return path == start or path.startswith(f"{start}/")
