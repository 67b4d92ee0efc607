"""Old runs: their files are removed, then their rows, so that no file is ever without a row that leads to it."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from lakebook.jobs.engine.leader import Leadership
from lakebook.jobs.files import run_folder
from lakebook.jobs.store import Store

_log = logging.getLogger(__name__)

#: seconds between two looks
_PAUSE = 3600.0
#: runs that are removed in one transaction
_BATCH = 100


class Retention:
    """Removes runs that ended longer ago than they are kept.

    Args:
        leadership: under which rows are removed.
        store: where they are.
        state: the workspace's state.
        keep: seconds.
        monotonic: the clock for when to look.
    """

    def __init__(
        self,
        leadership: Leadership,
        store: Store,
        state: Path,
        keep: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._leadership = leadership
        self._store = store
        self._state = state
        self._keep = keep
        self._monotonic = monotonic
        self._next = 0.0

    def clean(self) -> None:
        """Remove some, if it is time; more the next time, if there are more."""
        if self._monotonic() < self._next:
            return
        with self._store.read() as rows:
            old = rows.retention.ended_before(rows.now - round(self._keep * 1000), _BATCH)
        for run_id in old:
            self._remove(run_folder(self._state, run_id))
        if old:
            with self._leadership.write() as rows:
                rows.retention.forget(old)
        if len(old) < _BATCH:
            self._next = self._monotonic() + _PAUSE

    def _remove(self, folder: Path) -> None:
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            return
        except OSError as problem:
            _log.warning("%s cannot be removed: %s", folder, problem.strerror)
