"""The signs of life of a process that runs a task."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import AbstractContextManager

from lakebook.jobs.beside import beside
from lakebook.jobs.model import State
from lakebook.jobs.store import Store, StoreError
from lakebook.jobs.store.tasks import HEARTBEAT
from lakebook.jobs.worker.fence import Fence


class Heartbeat:
    """Gives signs of life on a thread of its own, and ends the task when its row says so.

    The scheduler sends SIGTERM itself to a process that it can reach; the row reaches all others.
    """

    def __init__(self, store: Store, task_run_id: int, owner: str, fence: Fence) -> None:
        self._store = store
        self._task_run_id = task_run_id
        self._owner = owner
        self._fence = fence

    def beating(self) -> AbstractContextManager[object]:
        """Within it they are given."""
        return beside(self._beat, "heartbeat")

    def _beat(self, over: threading.Event) -> None:
        while not over.wait(HEARTBEAT / 1000):
            began = self._fence.clock()
            try:
                with self._store.write() as rows:
                    state = rows.tasks.heartbeat(self._task_run_id, self._owner)
            except StoreError as problem:  # it may be back before the scheduler takes this process for dead
                print(f"lakebook: no sign of life could be given: {problem}", file=sys.stderr)
                continue
            if state is not State.RUNNING:
                os.kill(os.getpid(), signal.SIGTERM)
                return
            self._fence.renew(began)
