"""A run of a cell: what was asked for, how far it is, and what its cell shows of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from lakebook.lab.execution import documents
from lakebook.lab.execution.documents import SharedNotebook
from lakebook.lab.execution.outputs import Outputs

#: what JupyterLab shows as ``[*]``; it has no other sign for a cell that waits
RUNNING, IDLE = "running", "idle"
_TIMES = "execution"
#: a cell with this tag may fail, and those after it run all the same
_MAY_FAIL = "raises-exception"


class State(StrEnum):
    """How far a run is, or how it ended."""

    WAITING = "waiting"
    RUNNING = "running"
    OK = "ok"
    ERROR = "error"
    #: it did not run, or its kernel or server ended before it did
    ABORTED = "aborted"

    @property
    def is_over(self) -> bool:
        """Whether nothing more is expected of it."""
        return self not in (State.WAITING, State.RUNNING)


@dataclass(eq=False)
class Run:
    """One run of one cell."""

    identifier: str
    notebook: SharedNotebook
    cell: str
    #: as whoever ran it saw it
    source: str
    #: the name of whoever ran it
    user: str
    #: whether its times are kept in the cell's metadata
    is_timed: bool = False
    state: State = State.WAITING
    #: whether the cell shows a later run
    is_replaced: bool = False
    #: whether the cell shows how it has ended
    is_shown: bool = False
    #: the content of the kernel's reply
    reply: dict[str, Any] = field(default_factory=dict)
    outputs: Outputs = field(default_factory=Outputs)
    _times: dict[str, str] = field(default_factory=dict)
    _version: int = -1

    @property
    def may_fail(self) -> bool:
        """Whether others run although it fails."""
        cell = self.notebook.cell(self.cell)
        return cell is not None and _MAY_FAIL in (cell["metadata"].get("tags") or ())

    def schedule(self) -> None:
        """Show that it is to run, in place of what an earlier run has shown."""
        with self.notebook.changing():
            if (cell := self.notebook.cell(self.cell)) is not None:
                shared = documents.outputs(cell)
                del shared[0 : len(shared)]
                _set(cell, "execution_count", None)
                _set(cell, "execution_state", RUNNING)
                if _TIMES in cell["metadata"]:
                    del cell["metadata"][_TIMES]

    def note_time(self, name: str, date: datetime | str | None) -> None:
        """Keep when something happened, by the name that JupyterLab has for it."""
        if self.is_timed and not self.is_shown:
            when = date or datetime.now(UTC)
            self._times[name] = when if isinstance(when, str) else when.isoformat().replace("+00:00", "Z")

    def show(self) -> None:
        """Let the cell show what has come so far."""
        is_moved = self._version != self.notebook.version
        self._version = self.notebook.version
        cell = self.notebook.cell(self.cell)
        if self.is_replaced or cell is None:
            return
        shared = documents.outputs(cell)
        if self.is_shown and not self.outputs.are_those_of(shared):
            return  # since it ended, somebody has cleared the cell, or the file was changed
        with self.notebook.changing():
            self.outputs.write(shared, is_moved)
            if not self.is_shown:
                self._show_state(cell)
        self.is_shown = self.state.is_over

    def _show_state(self, cell: Any) -> None:
        if self._times and cell["metadata"].get(_TIMES) != self._times:
            cell["metadata"][_TIMES] = dict(self._times)
        if not self.state.is_over:
            _set(cell, "execution_state", RUNNING)
        else:
            # in one change: JupyterLab takes a cell that has a number for one that does not run
            _set(cell, "execution_count", self.reply.get("execution_count"))
            _set(cell, "execution_state", IDLE)


def _set(cell: Any, name: str, value: Any) -> None:
    if cell.get(name) != value:
        cell[name] = value
