"""Which file a path in a notebook means that names another notebook."""

from __future__ import annotations

from pathlib import Path

from lakebook.config import Workspace
from lakebook.databricks import formats
from lakebook.paths import Paths


class NoNotebook(ValueError):
    """A path names no notebook; the message says where it was looked for."""


def notebook_file(path: str, folder: Path, workspace: Workspace) -> Path:
    """The file of a notebook that another one names, as Databricks writes it: without the suffix, or with it.

    Args:
        path: relative to the folder, or from the workspace's root: ``/etl/load`` and ``/Workspace/etl/load``.
        folder: of the notebook that names it.
        workspace: in which the two are.

    Raises:
        NoNotebook: there is none.
    """
    if not path.strip():
        raise NoNotebook("The path of a notebook is wanted, and this is empty.")
    starts = [folder / path]
    if path.startswith("/"):
        known = Paths(workspace).local(path)
        starts = [known] if known else [workspace.root / path.lstrip("/"), Path(path)]
    for start in starts:
        if found := _notebook_at(start):
            return found.resolve()
    raise NoNotebook(
        f"There is no notebook {path}: {starts[0]} is no file, neither as it is nor with {', '.join(_SUFFIXES)}."
    )


#: in which order a name without a suffix is tried
_SUFFIXES = tuple(suffix for suffix in formats.SUFFIXES if suffix != formats.ARCHIVE)


def _notebook_at(start: Path) -> Path | None:
    if start.is_file() and start.suffix.lower() in _SUFFIXES:
        return start
    if formats.file_of(start).is_file() and formats.file_of(start) != start:  # one in an archive
        return start
    if not start.parent.is_dir() or not start.name:
        return None
    beside = {file.name: file for file in start.parent.iterdir()}
    for suffix in _SUFFIXES:
        for name in (start.name + suffix, start.name + suffix.upper()):  # R's is written both ways
            if name in beside and beside[name].is_file():
                return beside[name]
    return None
