"""Which notebook cell runs in this process, for whoever records what it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lakebook.tracking.git import Commit


@dataclass(frozen=True)
class RunningCell:
    """The cell that runs in this process, or ran last."""

    #: the notebook's path from the workspace on, or its whole path when it is not in the workspace
    notebook: str
    #: one for each start of a kernel
    session: str
    #: Jupyter's number of this run of the cell
    number: int
    #: the cell's id in the notebook's file; empty where Jupyter did not say it
    cell: str
    language: str
    #: the commit of the notebook's folder; asked when a run wants it
    commit: Callable[[], Commit | None]


_running: RunningCell | None = None


def running_cell() -> RunningCell | None:
    """The cell that runs, or ran last; None in a process that is no kernel of ours."""
    return _running


def set_running_cell(cell: RunningCell | None) -> None:
    """Say which cell runs from now on in this process."""
    global _running
    _running = cell


def notebook_name(root: Path, notebook: Path) -> str:
    """How a notebook is called in tags: by its path from the workspace on, where it is in it."""
    return notebook.relative_to(root).as_posix() if notebook.is_relative_to(root) else notebook.as_posix()
