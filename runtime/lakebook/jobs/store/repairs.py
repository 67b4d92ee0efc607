"""Repairs: tasks of a run that has ended run again, as part of that run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from lakebook.jobs.model import Job, Result, State
from lakebook.jobs.store.ids import take_ids
from lakebook.jobs.store.jobs import Jobs
from lakebook.jobs.store.rows import Run, TaskRun
from lakebook.jobs.store.runs import Runs
from lakebook.jobs.store.tasks import Tasks

#: results after which a task has done what it was to do
_DONE = (Result.SUCCESS, Result.EXCLUDED, Result.DISABLED)


class RepairError(Exception):
    """A run cannot be repaired as asked; the message says why."""


@dataclass(frozen=True)
class Repair:
    """What to run again: fields of Databricks' ``jobs/runs/repair``."""

    rerun_tasks: Collection[str] = ()
    rerun_all_failed_tasks: bool = False
    #: also those that depend on ``rerun_tasks``, even if they succeeded
    rerun_dependent_tasks: bool = False
    #: wanted from the second repair of a run on, so that nobody repairs what somebody else just did
    latest_repair_id: int | None = None
    #: job parameters that differ from the run's
    job_parameters: Mapping[str, str] | None = None
    #: as in ``Run.task_parameters``
    task_parameters: Mapping[str, Any] | None = None


class Repairs:
    """Repairs within a transaction."""

    def __init__(self, connection: Connection, now: int) -> None:
        self._connection = connection
        self._now = now
        self._tasks = Tasks(connection, now)

    def create(self, run_id: int, repair: Repair) -> int:
        """Begin a repair; the scheduler does the rest. The job's settings as they are now count.

        Returns:
            The number of the repair.

        Raises:
            NotFound: there is no such run.
            RepairError: it has not ended, ``latest_repair_id`` is not its latest, or there is nothing to run again.
        """
        run = Runs(self._connection, self._now).get(run_id)
        _check(run, repair)
        settings, root = self._current(run)
        job = Job.read(settings, run.only_tasks)
        latest = _latest(self._tasks.of_run(run_id))
        keys = _keys(job, latest, repair)
        if not keys:
            raise RepairError(f"All tasks of run {run_id} have succeeded; say which ones to run again.")
        task_run_ids = self._tasks.add(
            [
                {"run_id": run_id, "task_key": key, "attempt": _next(latest.get(key)), "state": State.BLOCKED}
                for key in job.tasks
                if key in keys
            ]
        )
        (number,) = take_ids(self._connection, 1)
        entry = {"id": number, "start_time": self._now, "task_run_ids": list(task_run_ids)}
        Runs(self._connection, self._now).change(
            run_id,
            state=State.QUEUED,
            result=None,
            message=None,
            end_time=None,
            cancel_requested=False,
            settings=settings,
            root=root,
            parameters={**run.parameters, **(repair.job_parameters or {})},
            task_parameters={**run.task_parameters, **(repair.task_parameters or {})},
            repairs=[*_history(run), entry],
        )
        return number

    def _current(self, run: Run) -> tuple[dict[str, Any], str]:
        if run.job_id is None:
            return run.settings, run.root
        job = Jobs(self._connection, self._now).get(run.job_id)
        return (run.settings, run.root) if job.deleted else (job.settings, job.root)


def closed(run: Run, ended: Mapping[str, Any], now: int) -> list[dict[str, Any]]:
    """A run's repairs, the last of which ends with the run."""
    if not run.repairs:
        return run.repairs
    end = {"end_time": now, "state": ended["state"], "result": ended["result"]}
    return [*run.repairs[:-1], {**run.repairs[-1], **end}]


def _check(run: Run, repair: Repair) -> None:
    if run.end_time is None:
        raise RepairError(f"Run {run.run_id} has not ended; a run can be repaired when it has.")
    if run.state is State.SKIPPED:
        raise RepairError(f"Run {run.run_id} was skipped, so there is nothing to repair; run the job again.")
    if repair.rerun_tasks and repair.rerun_all_failed_tasks:
        raise RepairError("rerun_tasks and rerun_all_failed_tasks exclude each other.")
    latest = next((entry["id"] for entry in reversed(run.repairs) if entry["id"]), None)
    if (repair.latest_repair_id or None) != latest:
        raise RepairError(
            f"latest_repair_id is {repair.latest_repair_id}, but the latest repair of run {run.run_id} is {latest}: "
            "look at the run again before you repair it."
        )


def _keys(job: Job, latest: Mapping[str, TaskRun], repair: Repair) -> set[str]:
    """Which tasks run again: besides those asked for, whatever below them has not run for want of them."""
    if repair.rerun_all_failed_tasks:
        asked = {key for key, task in latest.items() if key in job.tasks and task.result not in _DONE}
    else:
        asked = set(repair.rerun_tasks)
    if unknown := sorted(asked - set(job.tasks)):
        raise RepairError(f"The run has no task {unknown[0]}; it has {', '.join(job.tasks)}.")
    asked |= set(job.tasks) - set(latest)
    below = _below(job, asked)
    if not repair.rerun_dependent_tasks:
        below = {key for key in below if key not in latest or latest[key].result is not Result.SUCCESS}
    return asked | below


def _below(job: Job, keys: Iterable[str]) -> set[str]:
    """All tasks that depend on these, directly or not."""
    found: set[str] = set()
    border = set(keys)
    while border:
        border = {
            key
            for key, task in job.tasks.items()
            if key not in found and any(one.task_key in border for one in task.depends_on)
        }
        found |= border
    return found


def _latest(tasks: Iterable[TaskRun]) -> dict[str, TaskRun]:
    """The last attempt of each task; iterations are not tasks."""
    return {task.task_key: task for task in tasks if task.iteration is None}


def _next(task: TaskRun | None) -> int:
    return task.attempt + 1 if task else 0


def _history(run: Run) -> list[dict[str, Any]]:
    """The repairs so far, behind the original run, whose end would be forgotten otherwise."""
    if run.repairs:
        return run.repairs
    original: dict[str, Any] = {"id": None, "start_time": run.start_time, "task_run_ids": []}
    return [{**original, "end_time": run.end_time, "state": run.state, "result": run.result}]
