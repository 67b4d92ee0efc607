"""The processes of task runs: started, found dead, ended, and known to be gone."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Collection, Sequence
from typing import Any

from lakebook.jobs.engine.leader import Leadership
from lakebook.jobs.executors.base import Executor, StartError
from lakebook.jobs.model import Result, State
from lakebook.jobs.store.rows import TaskRun
from lakebook.jobs.store.tasks import EXPIRY, GIVE_UP

_log = logging.getLogger(__name__)

#: seconds without a sign of life after which a process counts as hanging
_SILENCE = EXPIRY / 1000
#: seconds until a process has claimed its task run; a container's image may be fetched in between
_START = 600.0
#: seconds after which a process that ended its task run is helped to end
_LINGER = 10.0
#: seconds after which a process that cannot be reached and gives no sign of life is given up
_GIVE_UP = GIVE_UP / 1000


class Workers:
    """Looks after processes.

    Silence is measured by this process's own clock, since when it first saw what is still there.

    Args:
        leadership: under which everything is written.
        executor: where the processes are.
        monotonic: the clock.
    """

    def __init__(
        self, leadership: Leadership, executor: Executor, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._leadership = leadership
        self._executor = executor
        self._monotonic = monotonic
        #: by task run: its last sign of life (or None), and when that was first seen
        self._seen: dict[tuple[int, State], tuple[int | None, float]] = {}
        self._living: list[dict[str, Any]] = []

    @property
    def has_living(self) -> bool:
        """Whether any process was there at the last look."""
        return bool(self._living)

    def some_died(self) -> bool:
        """Whether a process that was there at the last look is gone; asks no database."""
        return any(not self._executor.alive(process) for process in self._living)

    def look_after(self, tasks: Sequence[TaskRun]) -> None:
        """Look at all task runs that have a process."""
        gone: list[TaskRun] = []
        living = []
        for task in tasks:
            if task.process is None:
                continue
            if not self._executor.alive(task.process) or self._is_given_up(task.process, task):
                gone.append(task)
            else:
                living.append(task.process)
                self._end_if_wanted(task)
        self._living = living
        if gone:
            with self._leadership.write() as rows:
                for task in gone:
                    if not rows.tasks.change(task, **_of_dead(task, rows.now)):
                        _log.debug("Task run %s ended just now by itself", task.task_run_id)
        known = {task.task_run_id for task in tasks}
        self._seen = {key: seen for key, seen in self._seen.items() if key[0] in known}

    def start_again(self, tasks: Sequence[TaskRun]) -> list[TaskRun]:
        """Give a new token to those for which no process is known, or one from before the machine was started anew.

        One that lives all the same can claim nothing then.
        """
        unknown = [task for task in tasks if task.state is State.PENDING and self._is_unknown(task.process)]
        if not unknown:
            return []
        with self._leadership.write() as rows:
            renewed = [
                task for task in unknown if rows.tasks.change(task, owner=secrets.token_urlsafe(24), process=None)
            ]
            return [rows.tasks.get(task.task_run_id) for task in renewed]

    def _is_unknown(self, process: dict[str, Any] | None) -> bool:
        return process is None or self._executor.restarted(process)

    def start(self, tasks: Collection[TaskRun]) -> None:
        """Start a process for each, and note it: from then on it may claim its task run."""
        for task in tasks:
            try:
                process = self._executor.start(task)
            except StartError as problem:
                with self._leadership.write() as rows:
                    rows.tasks.change(task, **_failed(str(problem), rows.now), start_time=rows.now)
                continue
            try:
                with self._leadership.write() as rows:
                    noted = rows.tasks.change(task, process=process)
            except Exception:
                self._executor.end(process)
                raise
            if noted:
                self._living.append(process)
            else:
                self._executor.end(process)

    def _end_if_wanted(self, task: TaskRun) -> None:
        process = task.process or {}
        if task.state is State.TERMINATING:
            self._executor.end(process)
        elif task.state.is_ended:
            if self._silent_for(task) > _LINGER:
                self._executor.end(process)
        elif self._silent_for(task) > (_START if task.state is State.PENDING else _SILENCE):
            message = "Its process gave no sign of life, and was ended."
            with self._leadership.write() as rows:
                rows.tasks.change(task, state=State.TERMINATING, result=Result.FAILED, message=message)

    def _is_given_up(self, process: dict[str, Any], task: TaskRun) -> bool:
        """Whether it counts as gone, although nobody can see its end."""
        if self._executor.reaches(process) or not (task.state.is_ended or task.state is State.TERMINATING):
            return False
        if task.state.is_ended and task.expires is None:
            return True  # its owner ended it, which is the last thing that a process does, or nobody ever claimed it
        return self._silent_for(task) > _GIVE_UP

    def _silent_for(self, task: TaskRun) -> float:
        """Seconds since the last sign of life."""
        now, key = self._monotonic(), (task.task_run_id, task.state)
        if key not in self._seen or self._seen[key][0] != task.expires:
            self._seen[key] = (task.expires, now)
        return now - self._seen[key][1]


def _of_dead(task: TaskRun, now: int) -> dict[str, Any]:
    """What is to be written of a task run of which nothing lives."""
    if task.state.is_ended:
        return {"process": None}
    if task.state is State.TERMINATING:
        state = State.INTERNAL_ERROR if task.result is Result.FAILED else State.TERMINATED
        return {"state": state, "end_time": now, "owner": None, "expires": None, "process": None}
    if task.state is State.PENDING:
        message = "Its process ended before it began; its log may say why."
    else:
        message = "Its process was killed, or ended without a word; its log may say why."
    return {**_failed(message, now), "process": None}


def _failed(message: str, now: int) -> dict[str, Any]:
    ended = {"state": State.INTERNAL_ERROR, "result": Result.FAILED, "message": message, "end_time": now}
    return {**ended, "owner": None, "expires": None}
