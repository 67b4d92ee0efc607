"""The scheduler: leads or waits to lead, and brings forward all that is due, whenever something has changed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

from lakebook.config import Workspace
from lakebook.jobs.engine.admission import Admission
from lakebook.jobs.engine.advance import Advance, running_children
from lakebook.jobs.engine.firing import Firing
from lakebook.jobs.engine.leader import LEASE, Leadership
from lakebook.jobs.engine.retention import Retention
from lakebook.jobs.engine.watching import Watching
from lakebook.jobs.engine.workers import Workers
from lakebook.jobs.executors.base import Executor
from lakebook.jobs.model import State
from lakebook.jobs.notifications.delivery import delivering
from lakebook.jobs.store import LeaseLost, Store, StoreError
from lakebook.jobs.store.rows import Run, TaskRun

_log = logging.getLogger(__name__)

#: seconds between two looks at whether anything has changed: while tasks run, and while none does
_BUSY, _IDLE = 0.05, 0.2
#: seconds between two looks at a database that cannot say whether it has changed
_BLIND = 0.5
#: seconds after which all is looked at, whether or not anything has changed, and the lease is kept
_LONGEST = LEASE / 3000
#: seconds until another try, when the database cannot be used
_TROUBLE = 2.0


class Scheduler:
    """Runs jobs of a workspace, as one of perhaps several schedulers.

    Args:
        workspace: whose jobs.
        store: where they are.
        executor: where task runs have their processes.
        monotonic: the clock for waiting.
    """

    def __init__(
        self,
        workspace: Workspace,
        store: Store,
        executor: Executor,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._workspace = workspace
        self._store = store
        self._monotonic = monotonic
        self.leadership = Leadership(store, monotonic)
        self._firing = Firing(self.leadership, store)
        self._watching = Watching(self.leadership, store, workspace, monotonic)
        self._admission = Admission(self.leadership)
        self._advance = Advance(self.leadership, workspace.state)
        self._workers = Workers(self.leadership, executor, monotonic)
        self._retention = Retention(self.leadership, store, workspace.state, workspace.jobs.keep, monotonic)

    def run(self, stop: threading.Event) -> None:
        """Lead when possible, until told to stop. Tasks that run then go on, and the next scheduler finds them."""
        with delivering(self._workspace, self._store):
            self._work(stop)
            self._give_up()

    def _work(self, stop: threading.Event) -> None:
        told = ""
        while not stop.is_set():
            try:
                if self._lead_when_possible(stop):
                    self._loop(stop)
            except LeaseLost:
                _log.warning("Another scheduler leads now; this one waits.")
            except StoreError as problem:
                if str(problem) != told:
                    told = str(problem)
                    _log.error("%s Trying again every %.0f seconds.", told, _TROUBLE)
                stop.wait(_TROUBLE)

    def step(self) -> float:
        """One look at everything, as the leader. Returns the seconds after which another one is due at the latest.

        Raises:
            LeaseLost: another scheduler leads.
            StoreError: the database cannot be used.
        """
        next_due = self._firing.fire()
        runs, tasks, watching, now = self._read()
        next_look = self._watching.look(watching)
        self._workers.look_after(tasks)
        self._workers.start(self._workers.start_again(tasks))
        self._admission.admit(runs, now)
        wakes = [next_due, *self._advance_all()]
        self._retention.clean()
        seconds = [max(0, wake - self._store.now()) / 1000 for wake in wakes if wake is not None]
        return min([_LONGEST, *seconds, *([next_look] if next_look is not None else [])])

    def _lead_when_possible(self, stop: threading.Event) -> bool:
        told = False
        while not stop.is_set():
            if self.leadership.acquire():
                _log.info("This scheduler leads.")
                return True
            if not told:
                _log.info("Another scheduler leads (%s); this one waits to take over.", self.leadership.other())
                told = True
            stop.wait(1.0)
        return False

    def _loop(self, stop: threading.Event) -> None:
        watch = self._store.watch()
        try:
            wake = kept = self._monotonic()
            while not stop.is_set():
                now = self._monotonic()
                if watch.changed() or now >= wake or self._workers.some_died():
                    if now >= kept + _LONGEST:
                        with self.leadership.write():
                            kept = now
                    wake = self._monotonic() + self.step()
                if not watch.is_cheap:
                    pause = _BLIND
                else:
                    pause = _BUSY if self._workers.has_living else _IDLE
                stop.wait(max(0.0, min(pause, wake - self._monotonic())))
        finally:
            watch.close()

    def _read(self) -> tuple[Sequence[Run], Sequence[TaskRun], Sequence[int], int]:
        """Runs that have not ended, their task runs and others of which something is left, and what is watched."""
        with self._store.read() as rows:
            runs = rows.runs.active()
            tasks = rows.tasks.of_runs([run.run_id for run in runs])
            known = {task.task_run_id for task in tasks}
            remains = [task for task in rows.tasks.remains() if task.task_run_id not in known]
            return runs, [*tasks, *remains], rows.triggers.watching(), rows.now

    def _advance_all(self) -> list[int | None]:
        with self._store.read() as rows:
            runs = [run for run in rows.runs.active() if run.state is not State.QUEUED]
            tasks = rows.tasks.of_runs([run.run_id for run in runs])
            children = rows.runs.children(running_children(runs, tasks))
            now = rows.now
        by_run: dict[int, list[TaskRun]] = {run.run_id: [] for run in runs}
        for task in tasks:
            by_run[task.run_id].append(task)
        wakes = []
        for run in runs:
            try:
                starting, wake = self._advance.advance(run, by_run[run.run_id], children, now)
            except (LeaseLost, StoreError):
                raise
            except Exception as problem:
                self._advance.give_up(run, by_run[run.run_id], problem)
                continue
            self._start(starting)
            wakes.append(wake)
        return wakes

    def _start(self, task_run_ids: Sequence[int]) -> None:
        if task_run_ids:
            with self._store.read() as rows:
                tasks = [rows.tasks.get(task_run_id) for task_run_id in task_run_ids]
            self._workers.start(tasks)

    def _give_up(self) -> None:
        try:
            self.leadership.give_up()
        except StoreError as problem:
            _log.error("%s", problem)
