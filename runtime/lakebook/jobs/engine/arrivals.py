"""``trigger.file_arrival``: which files are in a folder, and whether new ones have come."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from lakebook.config import Workspace
from lakebook.paths import Paths


class WatchError(Exception):
    """What a trigger names cannot be watched; the message says why."""


@dataclass(frozen=True)
class Listing:
    """What is in a folder, at any depth."""

    #: relative to the folder, in order
    files: tuple[str, ...]
    #: changes when a file is written, too
    signature: tuple[int, int, int]


def folder(workspace: Workspace, root: Path, url: str) -> Path:
    """The local folder that a trigger's ``url`` names.

    Raises:
        WatchError: it is an address of another place than this machine.
    """
    if (local := Paths(workspace).local(url)) is not None:
        return local
    plain = url.removeprefix("file://") if url.startswith("file:///") else url.removeprefix("file:")
    if ":/" in plain:
        raise WatchError(f"trigger.file_arrival.url is {url}; folders of this machine and /Volumes/… can be watched.")
    return root / plain


def listing(place: Path) -> Listing:
    """The files below a folder; none if it is not there (yet)."""
    files: list[str] = []
    newest = size = 0
    for directory, _, names in os.walk(place):
        for name in names:
            file = Path(directory, name)
            try:
                status = file.stat()
            except FileNotFoundError:  # gone since it was listed, or a link to nothing
                continue
            files.append(file.relative_to(place).as_posix())
            newest, size = max(newest, status.st_mtime_ns), size + status.st_size
    return Listing(tuple(sorted(files)), (len(files), newest, size))
