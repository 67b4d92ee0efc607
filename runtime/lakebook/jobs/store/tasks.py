"""Task runs, and who may change them.

The scheduler writes a token, ``owner``, to a task run before it has a process started for it. Whoever comes with that
token and is first may claim the task run, must show every few seconds that it is alive, and alone may end it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, select, update

from lakebook.jobs.model import Result, State
from lakebook.jobs.store.ids import take_ids
from lakebook.jobs.store.rows import NotFound, TaskRun
from lakebook.jobs.store.rows import task_run as as_task_run
from lakebook.jobs.store.schema import runs, task_runs

#: milliseconds after which an owner that has not been heard of counts as dead
EXPIRY = 15_000
#: milliseconds without a sign of life after which an owner that nobody can see is given up, its task being to end
GIVE_UP = 120_000
#: milliseconds between signs of life
HEARTBEAT = 2_000


class Tasks:
    """Task runs within a transaction."""

    def __init__(self, connection: Connection, now: int) -> None:
        self._connection = connection
        self._now = now

    def get(self, task_run_id: int) -> TaskRun:
        """A task run. Raises ``NotFound``."""
        row = self._connection.execute(select(task_runs).where(task_runs.c.task_run_id == task_run_id)).first()
        if row is None:
            raise NotFound(f"There is no task run {task_run_id}.")
        return as_task_run(row)

    def of_run(self, run_id: int) -> list[TaskRun]:
        """All attempts of all tasks and iterations of a run, in the order in which they were made."""
        return self._all(select(task_runs).where(task_runs.c.run_id == run_id).order_by(task_runs.c.task_run_id))

    def claim(self, task_run_id: int, owner: str) -> TaskRun | None:
        """Become the one who runs it; None if that is somebody else, or it is not to run (any more, or yet).

        Args:
            task_run_id: what to run.
            owner: the token with which the scheduler had this process started.
        """
        mine = (task_runs.c.task_run_id == task_run_id) & (task_runs.c.owner == owner)
        free = (task_runs.c.state == State.PENDING) & task_runs.c.process.is_not(None)
        values = {"state": State.RUNNING, "start_time": self._now, "expires": self._now + EXPIRY}
        if self._connection.execute(update(task_runs).where(mine, free).values(values)).rowcount != 1:
            return None
        return self.get(task_run_id)

    def is_awaited(self, task_run_id: int, owner: str) -> bool:
        """Whether a claim that was refused is worth another try: the scheduler has yet to note the process."""
        task = self.get(task_run_id)
        return task.state is State.PENDING and task.owner == owner

    def heartbeat(self, task_run_id: int, owner: str) -> State | None:
        """A sign of life. Returns RUNNING, TERMINATING if the task is to end now, or None if it is not one's own."""
        mine = (task_runs.c.task_run_id == task_run_id) & (task_runs.c.owner == owner)
        alive = task_runs.c.state.in_([State.RUNNING, State.TERMINATING])
        statement = update(task_runs).where(mine, alive).values(expires=self._now + EXPIRY)
        state = self._connection.scalar(statement.returning(task_runs.c.state))
        return State(state) if state else None

    def set_output(self, task_run_id: int, owner: str, output: dict[str, Any]) -> bool:
        """Write what has come of it so far; says whether it was one's own to write."""
        mine = (task_runs.c.task_run_id == task_run_id) & (task_runs.c.owner == owner)
        return self._connection.execute(update(task_runs).where(mine).values(output=output)).rowcount == 1

    def finish(
        self,
        task_run_id: int,
        owner: str,
        result: Result,
        message: str | None = None,
        output: dict[str, Any] | None = None,
    ) -> bool:
        """End it. What was being cancelled or timed out ends as that, unless it succeeded before it noticed.

        One that was ended although nobody asked for it, as when its machine stops, is an internal error, which is
        tried again like others.

        Returns:
            Whether it was one's own to end.
        """
        task = self.get(task_run_id)
        if task.owner != owner or task.state not in (State.RUNNING, State.TERMINATING):
            return False
        state = State.TERMINATED
        values: dict[str, Any] = {"result": result, "message": message}
        if task.state is State.TERMINATING and result is not Result.SUCCESS:
            values = {}
        elif result is Result.CANCELED and not self._is_cancel_requested(task):
            state, values["result"] = State.INTERNAL_ERROR, Result.FAILED
        if output is not None:
            values["output"] = output
        same = (
            (task_runs.c.task_run_id == task_run_id) & (task_runs.c.owner == owner) & (task_runs.c.state == task.state)
        )
        ended = {"state": state, "end_time": self._now, "owner": None, "expires": None}
        changed = self._connection.execute(update(task_runs).where(same).values(**ended, **values))
        return changed.rowcount == 1

    def cancel(self, task_run_id: int) -> None:
        """Ask for the end of one task run; the rest of its run goes on as ``run_if`` says. Raises ``NotFound``."""
        self.get(task_run_id)
        going = (task_runs.c.task_run_id == task_run_id) & task_runs.c.end_time.is_(None)
        self._connection.execute(update(task_runs).where(going).values(cancel_requested=True))

    def set_mlflow_run(self, task_run_id: int, mlflow_run: str) -> str:
        """Note the MLflow run of a task run, unless there is one; returns the one that counts."""
        unset = (task_runs.c.task_run_id == task_run_id) & task_runs.c.mlflow_run.is_(None)
        self._connection.execute(update(task_runs).where(unset).values(mlflow_run=mlflow_run))
        return self.get(task_run_id).mlflow_run or mlflow_run

    def of_runs(self, run_ids: Collection[int]) -> list[TaskRun]:
        """As ``of_run``, of several runs."""
        mine = task_runs.c.run_id.in_(run_ids)
        return self._all(select(task_runs).where(mine).order_by(task_runs.c.task_run_id)) if run_ids else []

    def remains(self) -> list[TaskRun]:
        """Those that have ended, and of which something may be left."""
        ended = task_runs.c.end_time.is_not(None) & task_runs.c.process.is_not(None)
        return self._all(select(task_runs).where(ended).order_by(task_runs.c.task_run_id))

    def add_first(self, task_keys: Mapping[int, Sequence[str]]) -> None:
        """The first attempts of runs' tasks, of which each run's number has the keys."""
        first = {"attempt": 0, "state": State.BLOCKED}
        self.add([{"run_id": run_id, "task_key": key, **first} for run_id, keys in task_keys.items() for key in keys])

    def add(self, rows: Sequence[dict[str, Any]]) -> range:
        """New task runs; returns their numbers."""
        numbers = take_ids(self._connection, len(rows))
        values = [
            {"retry": 0, "created_time": self._now, **row, "task_run_id": number}
            for number, row in zip(numbers, rows, strict=True)
        ]
        if values:
            self._connection.execute(task_runs.insert(), values)
        return numbers

    def change(self, task: TaskRun, **values: Any) -> bool:
        """Change columns, if state and owner are still as they were seen: for the scheduler."""
        same = (
            (task_runs.c.task_run_id == task.task_run_id)
            & (task_runs.c.state == task.state)
            & task_runs.c.owner.is_not_distinct_from(task.owner)
        )
        return self._connection.execute(update(task_runs).where(same).values(**values)).rowcount == 1

    def _is_cancel_requested(self, task: TaskRun) -> bool:
        of_run = select(runs.c.cancel_requested).where(runs.c.run_id == task.run_id)
        return task.cancel_requested or bool(self._connection.scalar(of_run))

    def _all(self, statement: Select[Any]) -> list[TaskRun]:
        return [as_task_run(row) for row in self._connection.execute(statement)]
