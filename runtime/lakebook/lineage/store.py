"""Lineage is noted as cells end, and written by a thread of its own: no cell waits for it."""

from __future__ import annotations

import queue
import sys
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from lakebook.config import Workspace
from lakebook.lineage.facts import CellFacts, RunFacts
from lakebook.lineage.rows import Row, Rows
from lakebook.lineage.schema import ALL, LineageTable
from lakebook.tracking.errors import TrackingError
from lakebook.tracking.tables import TableUse

#: seconds that the writer waits for further cells, so that many short ones are one commit
_GATHER = 0.3
#: rows of a table that are kept while it cannot be written to; the oldest go first
_MOST_KEPT = 10_000
#: seconds that a question, or the end of a kernel, waits for what was noted
PATIENCE = 20.0

#: the ones of this process, which questions wait for
_open: weakref.WeakSet[Lineage] = weakref.WeakSet()


@dataclass(frozen=True)
class _Note:
    cell: CellFacts
    use: TableUse
    runs: tuple[RunFacts, ...]


class _Models:
    """The registry may have changed."""


@dataclass(frozen=True)
class _Flush:
    done: threading.Event = field(default_factory=threading.Event)


class Lineage:
    """Where the cells of this process are noted. Thread-safe.

    What cannot be written, on a full disk or in a table that is broken, is told once, kept and tried again with the
    next note; nothing else suffers.

    Args:
        workspace: whose tables they are.
        warn: called with one sentence when writing has failed, on the writer's thread.
    """

    def __init__(self, workspace: Workspace, warn: Callable[[str], None] | None = None) -> None:
        self.workspace = workspace
        self._warn = warn or _on_stderr
        self._queue: queue.SimpleQueue[_Note | _Models | _Flush] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._rows = Rows()
        self._unwritten: dict[LineageTable, list[Row]] = {}
        #: made with the first rows of any: a question in SQL finds all of them
        self._to_make = set(ALL)
        self._warned = False
        _open.add(self)

    def note(self, cell: CellFacts, use: TableUse, runs: Sequence[RunFacts] = ()) -> None:
        """A cell has ended: what it read and wrote, and the runs that ended in it, each told once. Returns at once."""
        self._put(_Note(cell, use, tuple(runs)))

    def models_changed(self) -> None:
        """A model was registered or removed: the table of models is brought up to date. Returns at once."""
        self._put(_Models())

    def flush(self, timeout: float = PATIENCE) -> bool:
        """Wait until what was noted is written, or cannot be.

        Args:
            timeout: seconds to wait at most.

        Returns:
            Whether all of it is written.
        """
        if self._thread is None or not self._thread.is_alive():
            return not self._unwritten
        flush = _Flush()
        self._queue.put(flush)
        return flush.done.wait(timeout) and not self._unwritten

    def _put(self, item: _Note | _Models) -> None:
        self._queue.put(item)
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._write_all, name="lakebook lineage", daemon=True)
                self._thread.start()

    # --- on the writer's thread

    def _write_all(self) -> None:
        while True:
            items = self._gathered()
            try:
                self._write(items)
            finally:
                for item in items:
                    if isinstance(item, _Flush):
                        item.done.set()

    def _gathered(self) -> list[_Note | _Models | _Flush]:
        """What was noted in a moment; somebody who waits is not kept waiting."""
        items = [self._queue.get()]
        deadline = time.monotonic() + _GATHER
        while not isinstance(items[-1], _Flush):
            try:
                items.append(self._queue.get(timeout=max(0.0, deadline - time.monotonic())))
            except queue.Empty:
                break
        return items

    def _write(self, items: list[_Note | _Models | _Flush]) -> None:
        notes = [item for item in items if isinstance(item, _Note)]
        for note in notes:
            for table, rows in self._rows.of(note.cell, note.use, note.runs).items():
                self._unwritten.setdefault(table, []).extend(rows)
        wanted = set(self._unwritten) | (self._to_make if self._unwritten else set())
        for table in ALL:
            if table in wanted:
                self._append(table)
        if any(note.runs for note in notes) or any(isinstance(item, _Models) for item in items):
            self._refresh_models()

    def _append(self, table: LineageTable) -> None:
        from lakebook.lineage import deltas

        rows = self._unwritten.get(table, [])
        try:
            deltas.append(self.workspace, table, rows)
        except Exception as problem:  # of whatever kind: the writer lives on, and the rows are kept
            del rows[:-_MOST_KEPT]
            self._tell(f"Lineage is not written for now: {_told(problem)}")
        else:
            self._unwritten.pop(table, None)
            self._to_make.discard(table)

    def _refresh_models(self) -> None:
        from lakebook.lineage import models

        try:
            models.refresh(self.workspace)
        except Exception as problem:  # as above; the next question brings it up to date
            self._tell(f"The lineage of models is not written for now: {_told(problem)}")

    def _tell(self, text: str) -> None:
        if not self._warned:
            self._warned = True
            self._warn(text)


def settle(workspace: Workspace) -> None:
    """Wait until what this process has noted in the workspace is written."""
    for lineage in list(_open):
        if lineage.workspace.state == workspace.state:
            lineage.flush()


def _told(problem: Exception) -> str:
    return str(problem) if isinstance(problem, TrackingError) else f"{type(problem).__name__}: {problem}"


def _on_stderr(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
