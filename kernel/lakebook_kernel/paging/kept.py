"""The frames behind the tables that a notebook shows: the newest ones, as they were when they were shown."""

from __future__ import annotations

import secrets
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lakebook_kernel.display.frames import is_in_memory, is_sparks, part_of, rows_of, shown_levels
from lakebook_kernel.languages.frames import kind_of
from lakebook_kernel.paging.source import Source, SourceError

#: tables that a notebook keeps
TABLES = 20
#: bytes of a frame of pandas' of which a copy is made at once …
COPIED = 16 * 2**20
#: … and of all frames together that are kept alive though nobody else does
HELD = 2**30
#: rows between the first and the last that are compared to see whether a frame has changed
_SAMPLES = 200

GONE = "The frame of this table is gone: run the cell again to see more than the rows below."
CHANGED = "The frame has changed since it was shown: run the cell again to see it as it is now."


@dataclass(frozen=True)
class ShownFrame:
    """A frame of Spark's that is fetched when somebody asks for more of it; None when it is gone."""

    fetch: Callable[[], Any]


@dataclass
class _Kept:
    """One table."""

    #: the cell that shows it, and which run of it
    cell: tuple[str, str]
    #: gives the frame, None when it is gone
    frame: Callable[[], Any]
    #: what a sample of it looked like, when it may change
    sample: Any = None
    size: int = 0
    source: Source | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


class KeptTables:
    """What browsers ask by handle.

    Args:
        cell: the cell that runs: what it is known by when it is run again, and what this run is known by.
        spark: makes the source of one of Spark's frames.
    """

    def __init__(self, cell: Callable[[], tuple[str, str]], spark: Callable[[Any], Source]) -> None:
        self._cell = cell
        self._spark = spark
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._lock = threading.Lock()
        #: called with the handles of tables that are forgotten
        self.on_forget: Callable[[list[str]], None] = lambda handles: None

    def keep(self, frame: Any) -> str | None:
        """Keep a frame that is shown now. Its handle means it in this kernel alone."""
        if not (is_in_memory(frame) or is_sparks(frame) or isinstance(frame, Source | ShownFrame)):
            return None
        handle = secrets.token_hex(8)
        kept = self._entry(frame)
        with self._lock:
            self._kept[handle] = kept
            forgotten = self._outlived(kept)
            for other in forgotten:
                self._close(self._kept.pop(other))
            self._let_go()
        if forgotten:
            self.on_forget(forgotten)
        return handle

    def handles(self) -> list[str]:
        """Of all tables that are kept."""
        with self._lock:
            return list(self._kept)

    def source(self, handle: str) -> Source:
        """What answers questions about a table. Raises ``SourceError``."""
        with self._lock:
            kept = self._kept.get(handle)
        if kept is None:
            raise SourceError(GONE, gone=True)
        with kept.lock:
            if kept.source is None:
                kept.source = self._opened(kept)
            return kept.source

    def close(self) -> None:
        """Let go of all."""
        with self._lock:
            for kept in self._kept.values():
                self._close(kept)
            self._kept.clear()

    def _entry(self, frame: Any) -> _Kept:
        cell = self._cell()
        if isinstance(frame, Source):
            return _Kept(cell, lambda: frame, source=frame)
        if isinstance(frame, ShownFrame):
            return _Kept(cell, frame.fetch)
        if not is_in_memory(frame):
            return _Kept(cell, lambda: frame)
        size = _size(frame)
        library = kind_of(frame)
        assert library is not None
        if library.library == "polars":
            frame = frame.clone()  # shares the columns, which nothing changes
        if library.library != "pandas":
            return _Kept(cell, lambda: frame, size=size)
        if size <= COPIED:
            copy = frame.copy()
            return _Kept(cell, lambda: copy, size=size)
        return _Kept(cell, lambda: frame, _sample(frame), size)

    def _outlived(self, newest: _Kept) -> list[str]:
        """Tables of earlier runs of the same cell, and the oldest of too many."""
        place, run = newest.cell
        older = [handle for handle, kept in self._kept.items() if kept.cell[0] == place and kept.cell[1] != run]
        left = [handle for handle in self._kept if handle not in older]
        return older + left[: max(0, len(left) - TABLES)]

    def _let_go(self) -> None:
        """Of large frames the newest ones are kept alive; others only as long as the notebook has them."""
        size = 0
        for kept in reversed(self._kept.values()):
            size += kept.size
            if size > HELD and kept.size > COPIED and not isinstance(kept.frame, weakref.ref):
                kept.frame, kept.source = weakref.ref(kept.frame()), None

    def _opened(self, kept: _Kept) -> Source:
        frame = kept.frame()
        if frame is None:
            raise SourceError(GONE, gone=True)
        if is_sparks(frame):
            return self._spark(frame)
        from lakebook_kernel.paging.local import LocalSource

        if kept.sample is not None:
            if _sample(frame) != kept.sample:
                raise SourceError(CHANGED, gone=True)
            frame = frame.copy()  # from here on, all that is asked is of one moment
            if _sample(frame) != kept.sample:
                raise SourceError(CHANGED, gone=True)
            kept.frame = lambda: frame
            kept.sample = None
        return LocalSource(frame)

    def _close(self, kept: _Kept) -> None:
        if kept.source is not None:
            kept.source.close()


def _size(frame: Any) -> int:
    """Bytes of a frame in memory; texts of pandas are counted by their addresses."""
    if hasattr(frame, "nbytes"):
        return int(frame.nbytes)
    if hasattr(frame, "estimated_size"):
        return int(frame.estimated_size())
    return int(frame.memory_usage(index=True, deep=False).sum())


def _sample(frame: Any) -> Any:
    """What is compared to see whether a pandas frame has changed: its form, its first rows and some of the others."""
    import numpy as np

    rows = rows_of(frame)
    chosen = np.unique(
        np.concatenate([np.arange(min(100, rows)), np.linspace(0, max(rows - 1, 0), _SAMPLES, dtype=int)])
    )
    part = part_of(frame, chosen[:rows])
    return (frame.shape, shown_levels(frame), part.columns, part.rows)
