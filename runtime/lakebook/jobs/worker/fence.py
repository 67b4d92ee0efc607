"""Ends a process whose task the scheduler may give to another one, since it has not heard of it for too long."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import psutil

from lakebook.jobs import processes
from lakebook.jobs.beside import beside
from lakebook.jobs.executors.base import OWNER
from lakebook.jobs.store.tasks import GIVE_UP

#: seconds since the last sign of life after which the task is told to end, and after which what is left is killed
TELL, KILL = GIVE_UP / 1000 - 40, GIVE_UP / 1000 - 20
#: seconds between two looks
_PAUSE = 1.0
#: what is told of a task that ended so
CUT_OFF = f"Its process could not reach the database of jobs for {TELL:.0f} s, and ended before another one takes over."


def since_boot() -> float:
    """Seconds by a clock that goes on while the machine sleeps, which ``time.monotonic`` does not."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def end_this_process() -> None:
    """Ask it to end, as the scheduler does."""
    os.kill(os.getpid(), signal.SIGTERM)


def kill_all(owner: str) -> None:
    """Kill all that has a token in its environment, such as a kernel, and then this process."""
    for process in processes.with_environment(OWNER, owner):
        if process.pid != os.getpid():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
    os.kill(os.getpid(), signal.SIGKILL)


class Fence:
    """Sees to it that a process that is cut off from the database ends before its task can be another one's.

    It looks on a thread of its own: the one that gives the signs of life may hang, waiting for an answer.

    Args:
        owner: the token of the process.
        needed: whether the scheduler may be on another machine, and so not see the process.
        clock: in seconds.
        tell: asks this process to end.
        kill: ends it, and all that has the token.
    """

    def __init__(
        self,
        owner: str,
        *,
        needed: bool = True,
        clock: Callable[[], float] = since_boot,
        tell: Callable[[], None] = end_this_process,
        kill: Callable[[str], None] = kill_all,
    ) -> None:
        self._owner = owner
        self.needed = needed
        self.clock = clock
        self._tell = tell
        self._kill = kill
        self._renewed = clock()
        #: whether the process was told to end
        self.is_cut_off = False

    def watching(self) -> AbstractContextManager[object]:
        """Within it the fence looks, on a thread of its own, if it is needed."""
        return beside(self._watch, "fence") if self.needed else contextlib.nullcontext()

    def renew(self, since: float) -> None:
        """A sign of life was written.

        Args:
            since: when that was begun: whoever reads it cannot have seen it before.
        """
        self._renewed = since

    def look(self) -> None:
        """Do what it is time for."""
        silent = self.clock() - self._renewed
        if silent <= TELL:
            return
        if not self.is_cut_off:
            self.is_cut_off = True
            print(f"lakebook: {CUT_OFF}", file=sys.stderr, flush=True)
            self._tell()
        if silent > KILL:
            self._kill(self._owner)

    def _watch(self, over: threading.Event) -> None:
        while not over.wait(_PAUSE):
            self.look()
