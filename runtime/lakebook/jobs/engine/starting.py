"""How a task run starts: by a process, or, of the kinds that need none, by what the scheduler does itself."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lakebook.jobs.context import context
from lakebook.jobs.engine.conditions import ConditionError, holds
from lakebook.jobs.model import Job, Kind, Result, State, Task, TriggerType
from lakebook.jobs.references import ReferenceProblem, as_text, resolve
from lakebook.jobs.store import NotFound, RunError, Transaction
from lakebook.jobs.store.rows import Run, TaskRun

#: inputs of a ``for_each_task``, as many as Databricks takes
MOST_INPUTS = 5000


@dataclass(frozen=True)
class Start:
    """What is to be written for a task run that starts."""

    task: TaskRun
    values: dict[str, Any]
    #: the iterations of a loop
    iterations: list[dict[str, Any]] = field(default_factory=list)
    #: of a ``run_job_task``: its settings, resolved
    job: Mapping[str, Any] | None = None


class _Invalid(ValueError):
    """A task cannot start; the message says why."""


class Starter:
    """Starts the task runs of a run.

    Args:
        run: the run.
        job: its settings.
        tasks: all of its task runs, older attempts first.
        state: the workspace's state.
        now: milliseconds since the epoch.
    """

    def __init__(self, run: Run, job: Job, tasks: Sequence[TaskRun], state: Path, now: int) -> None:
        self._run = run
        self._job = job
        self._tasks = tasks
        self._state = state
        self._now = now

    def prepare(self, task: TaskRun) -> Start:
        """What is to be written, if the row is as it was seen."""
        top = self._job.tasks[task.task_key]
        settings = top if task.iteration is None else top.nested
        prepare: Callable[[TaskRun, Task], Start] | None = {
            Kind.CONDITION: self._condition,
            Kind.FOR_EACH: self._loop,
            Kind.RUN_JOB: self._child,
        }.get(settings.kind)
        if prepare is None:
            return Start(task, {"state": State.PENDING, "owner": secrets.token_urlsafe(24), "retry_at": None})
        try:
            return prepare(task, settings)
        except (_Invalid, ConditionError, ReferenceProblem) as problem:
            return Start(task, self._failed(str(problem)))

    def write(self, rows: Transaction, start: Start) -> bool:
        """Write it; says whether the row was as it was seen."""
        values = start.values
        if start.job is not None:
            values = self._start_child(rows, start.task, start.job) or values
        if start.iterations:
            rows.tasks.add(start.iterations)
        return rows.tasks.change(start.task, **values)

    def _condition(self, task: TaskRun, settings: Task) -> Start:
        body = self._resolved(task, settings.body)
        left, right = as_text(body["left"]), as_text(body["right"])
        outcome = "true" if holds(body["op"], left, right) else "false"
        output = {"outcome": outcome, "left": left, "right": right}
        times = {"start_time": self._now, "end_time": self._now, "retry_at": None}
        return Start(task, {"state": State.TERMINATED, "result": Result.SUCCESS, "output": output, **times})

    def _loop(self, task: TaskRun, settings: Task) -> Start:
        inputs = _inputs(self._resolved(task, settings.body["inputs"]))
        latest = {
            one.iteration: one for one in self._tasks if one.task_key == task.task_key and one.iteration is not None
        }
        iterations = [
            {
                "run_id": task.run_id,
                "task_key": task.task_key,
                "iteration": number,
                "input": value,
                "attempt": latest[number].attempt + 1 if number in latest else 0,
                "state": State.BLOCKED,
            }
            for number, value in enumerate(inputs)
            if number not in latest or latest[number].result is not Result.SUCCESS or latest[number].input != value
        ]
        return Start(task, {**self._running(), "output": {"iterations": len(inputs)}}, iterations)

    def _child(self, task: TaskRun, settings: Task) -> Start:
        return Start(task, self._running(), job=self._resolved(task, settings.body))

    def _start_child(self, rows: Transaction, task: TaskRun, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """Make the child; returns what to write instead if that is impossible."""
        job_id = int(body["job_id"])
        if (cycle := self._cycle(rows, job_id)) is not None:
            return self._failed(cycle)
        try:
            rows.runs.create(
                job_id,
                TriggerType.RUN_JOB_TASK,
                parameters={name: as_text(value) for name, value in (body.get("job_parameters") or {}).items()},
                task_parameters={
                    name: body[name]
                    for name in ("notebook_params", "python_params", "python_named_params", "sql_params")
                    if body.get(name) is not None
                },
                parent_task_run=task.task_run_id,
                creator=self._run.creator,
            )
        except (NotFound, RunError) as problem:
            return self._failed(str(problem))
        return None

    def _cycle(self, rows: Transaction, job_id: int) -> str | None:
        """Why a job must not run for a task of this run: it, or one that waits for it, is that job."""
        run = self._run
        while run.job_id != job_id:
            if run.parent_task_run is None:
                return None
            run = rows.runs.of_task_run(run.parent_task_run)
        return f"Job {job_id} would wait for itself: run {run.run_id} of it waits for this task."

    def _resolved(self, task: TaskRun, value: Any) -> Any:
        return resolve(value, context(self._run, task, self._tasks, self._state))

    def _running(self) -> dict[str, Any]:
        return {"state": State.RUNNING, "start_time": self._now, "retry_at": None}

    def _failed(self, message: str) -> dict[str, Any]:
        times = {"start_time": self._now, "end_time": self._now, "retry_at": None}
        return {"state": State.TERMINATED, "result": Result.FAILED, "message": message, **times}


def _inputs(text: Any) -> list[Any]:
    try:
        inputs = json.loads(text) if isinstance(text, str) else text
    except ValueError:
        inputs = None
    if not isinstance(inputs, list):
        raise _Invalid(f"inputs of a for_each_task are a JSON array, and this is {as_text(text)[:200]!r}.")
    if len(inputs) > MOST_INPUTS:
        raise _Invalid(f"inputs has {len(inputs)} elements; there may be {MOST_INPUTS}.")
    return inputs
