"""Beside a scheduler: keeps the Spark drivers that runs and tasks have of their own, and ends them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager

import psutil

from lakebook.config import Workspace
from lakebook.jobs.beside import beside
from lakebook.jobs.drivers import name_of_own, user_of
from lakebook.jobs.model import Job, Kind, Result, Task
from lakebook.jobs.store import NotFound, Run, Store, StoreError, TaskRun
from lakebook.spark.connection import held
from lakebook.spark.driver import CONNECTION, Driver, discard
from lakebook.spark.errors import DriverError
from lakebook.spark.own import home_of, names_of

_log = logging.getLogger(__name__)

#: seconds between two looks
_PAUSE = 0.5
#: how task runs end after which there may be another attempt
_UNSUCCESSFUL = (Result.FAILED, Result.TIMEDOUT)


class OwnDrivers:
    """Holds each driver as long as a task of its run may still use it: else it would end between two tasks.

    When none may, it is ended. If no scheduler is there to do that, it ends by itself a minute after its last kernel.
    Any scheduler of this machine can do this, whether or not it leads: the rows alone say what is needed.

    Args:
        workspace: whose drivers.
        store: where the runs are.
    """

    def __init__(self, workspace: Workspace, store: Store) -> None:
        self._state = workspace.state
        self._store = store
        #: by the names of drivers: what ends the holding of one
        self._held: dict[str, _Hold] = {}
        self._told = ""

    def run(self, stop: threading.Event) -> None:
        """Go on until told to stop; then look once more, and let go."""
        while not stop.wait(_PAUSE):
            self.look()
        self.look()
        for hold in self._held.values():
            hold.end()

    def look(self) -> None:
        """Hold what is needed, and end what is not."""
        self._held = {name: hold for name, hold in self._held.items() if hold.goes_on}
        names = names_of(self._state)
        if not names:
            return
        try:
            needed = self._needed(names)
        except StoreError as problem:
            if str(problem) != self._told:
                _log.warning("Whether Spark drivers are still needed is not known: %s", problem)
            self._told = str(problem)
            return
        self._told = ""
        for name in names:
            if name not in needed:
                self._end(name)
            elif name not in self._held and (driver := Driver.read(home_of(self._state, name) / CONNECTION)):
                self._held[name] = _Hold(driver)

    def _end(self, name: str) -> None:
        if hold := self._held.pop(name, None):
            hold.end()
        try:
            discard(home_of(self._state, name))
        except (OSError, psutil.Error) as problem:  # the next look tries again
            _log.warning("The Spark driver %s cannot be ended: %s", name, problem)

    def _needed(self, names: Sequence[str]) -> set[str]:
        with self._store.read() as rows:
            needed = set()
            for name in names:
                kind, number = user_of(name) or ("", 0)
                try:
                    if kind == "task":
                        wanted = not rows.tasks.get(number).state.is_ended
                    else:
                        wanted = is_needed(name, rows.runs.get(number), rows.tasks.of_run(number))
                except NotFound:
                    continue
                if wanted:
                    needed.add(name)
            return needed


def is_needed(name: str, run: Run, tasks: Sequence[TaskRun]) -> bool:
    """Whether a task of the run that uses this driver has not ended, or may be tried again.

    Args:
        name: the driver's.
        run: the run.
        tasks: its task runs, older attempts first.
    """
    if run.end_time is not None:
        return False
    job = Job.read(run.settings, run.only_tasks)
    latest = {task.task_key: task for task in tasks if task.iteration is None}
    for key, task in job.tasks.items():
        settings = task.nested.settings if task.kind is Kind.FOR_EACH else task.settings
        uses = name_of_own(settings, run.settings, run.run_id, 0) == name
        if uses and (key not in latest or not _is_over(latest[key], task)):
            return True
    return False


def _is_over(attempt: TaskRun, task: Task) -> bool:
    if not attempt.state.is_ended:
        return False
    may_retry = task.max_retries < 0 or attempt.retry < task.max_retries
    return attempt.result not in _UNSUCCESSFUL or not may_retry


class _Hold:
    """Holds a driver, on a thread of its own, since one that is busy may be slow to answer."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="hold of a driver", daemon=True)
        self._thread.start()

    @property
    def goes_on(self) -> bool:
        return self._thread.is_alive()

    def end(self) -> None:
        self._over.set()

    def _work(self) -> None:
        try:
            with held(self._driver.port, self._driver.secret):
                while self._driver.alive and not self._over.wait(_PAUSE):
                    pass
        except (OSError, DriverError) as problem:
            _log.debug("A driver cannot be held: %s", problem)


def keeping_drivers(workspace: Workspace, store: Store) -> AbstractContextManager[threading.Thread]:
    """Within it drivers are looked after on a thread; what is not needed has ended when it is left."""
    return beside(OwnDrivers(workspace, store).run, "own drivers")
