"""When what has come of a run is written to its document: soon, but not so often that nothing else can be done."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from lakebook.lab.execution.runs import Run

_log = logging.getLogger(__name__)
#: seconds: what comes together is written together; a document is saved between two writes
_SOON, _BETWEEN = 0.02, 0.25
#: the part of the time that writes may take
_SHARE = 0.1


class Writer:
    """Writes runs to their documents.

    Args:
        is_open: whether the document of a run is in memory.
        reopen: has it brought back, and the run written then.
    """

    def __init__(self, is_open: Callable[[Run], bool], reopen: Callable[[Run], None]) -> None:
        self._is_open = is_open
        self._reopen = reopen
        self._due: dict[str, asyncio.TimerHandle] = {}
        #: not before these times, by run
        self._next: dict[str, float] = {}

    def note(self, run: Run) -> None:
        """Something has come that is to be written."""
        if run.identifier not in self._due:
            delay = max(_SOON, self._next.get(run.identifier, 0) - time.monotonic())
            self._due[run.identifier] = asyncio.get_running_loop().call_later(delay, self.write, run)

    def write(self, run: Run) -> None:
        """Write it now."""
        if due := self._due.pop(run.identifier, None):
            due.cancel()
        if run.is_replaced:
            return
        if not self._is_open(run):
            self._reopen(run)
            return
        began = time.monotonic()
        try:
            run.show()
        except Exception:  # the kernel goes on, whatever is wrong with this cell's place
            _log.exception("What cell %s of %s shows could not be written", run.cell, run.notebook.path)
        ended = time.monotonic()
        if run.state.is_over:
            self._next.pop(run.identifier, None)
        else:
            self._next[run.identifier] = ended + max(_BETWEEN, (ended - began) / _SHARE)
