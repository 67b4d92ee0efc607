"""One run, one step further, in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lakebook.jobs.engine import notices
from lakebook.jobs.engine.leader import Leadership
from lakebook.jobs.engine.plan import Plan, Planner
from lakebook.jobs.engine.starting import Start, Starter
from lakebook.jobs.model import Job, Kind, Result, State
from lakebook.jobs.store import Transaction
from lakebook.jobs.store.repairs import closed
from lakebook.jobs.store.rows import Run, TaskRun

_log = logging.getLogger(__name__)


class _Changed(Exception):
    """A row is no more what the plan was made for; the next look makes another one."""


class Advance:
    """Brings runs forward.

    Args:
        leadership: under which everything is written.
        state: the workspace's state.
    """

    def __init__(self, leadership: Leadership, state: Path) -> None:
        self._leadership = leadership
        self._state = state

    def advance(
        self, run: Run, tasks: Sequence[TaskRun], children: Mapping[int, Run], now: int
    ) -> tuple[list[int], int | None]:
        """Plan the next step of a run that is RUNNING or TERMINATING, and write it.

        Returns:
            The task runs for which a process is to be started now, and when to look again.
        """
        job = Job.read(run.settings, run.only_tasks)
        plan = Planner(run, job, tasks, children, now).plan()
        if plan.is_empty:
            return [], plan.wake
        starter = Starter(run, job, tasks, self._state, now)
        starts = [starter.prepare(task) for task in plan.starts]
        try:
            with self._leadership.write() as rows:
                self._write(rows, run, job, plan, starts, starter)
        except _Changed:
            return [], now
        return [start.task.task_run_id for start in starts if start.values["state"] is State.PENDING], plan.wake

    def give_up(self, run: Run, tasks: Sequence[TaskRun], problem: Exception) -> None:
        """End a run about which the scheduler cannot decide, so that the others go on."""
        _log.error("Run %s cannot go on", run.run_id, exc_info=problem)
        message = f"The scheduler cannot go on with this run: {type(problem).__name__}: {problem}"
        open_tasks = [task for task in tasks if not task.state.is_ended]
        with self._leadership.write() as rows:
            for task in open_tasks:
                ended = {"state": State.INTERNAL_ERROR, "result": Result.FAILED, "message": message}
                rows.tasks.change(task, **ended, end_time=rows.now, owner=None)
            values = {"state": State.INTERNAL_ERROR, "result": Result.FAILED, "message": message}
            rows.runs.change(run.run_id, **values, end_time=rows.now, repairs=closed(run, values, rows.now))
            for notice in notices.of_run(run.settings, run, Result.FAILED, message):
                rows.outbox.put(run.run_id, notice.kind, notice.payload)

    def _write(
        self, rows: Transaction, run: Run, job: Job, plan: Plan, starts: Sequence[Start], starter: Starter
    ) -> None:
        for task, values in plan.changes:
            if not rows.tasks.change(task, **values):
                raise _Changed
        rows.tasks.add(plan.attempts)
        for start in starts:
            if not starter.write(rows, start):
                raise _Changed
            plan.notices += notices.of_task_start(job.tasks[start.task.task_key], start.task)
        for child in plan.cancel:
            rows.runs.cancel(child)
        if plan.run:
            repairs = closed(run, plan.run, rows.now) if "end_time" in plan.run else run.repairs
            rows.runs.change(run.run_id, **plan.run, repairs=repairs)
        for notice in plan.notices:
            rows.outbox.put(run.run_id, notice.kind, notice.payload)


def running_children(runs: Sequence[Run], tasks: Sequence[TaskRun]) -> list[int]:
    """Task runs that have not ended and may wait for a run of their own."""
    kinds = {run.run_id: _run_job_tasks(run.settings) for run in runs}
    return [task.task_run_id for task in tasks if not task.state.is_ended and task.task_key in kinds[task.run_id]]


def _run_job_tasks(settings: Mapping[str, Any]) -> set[str]:
    found = set()
    for task in settings.get("tasks") or ():
        nested = (task.get(Kind.FOR_EACH) or {}).get("task") or {}
        if task.get(Kind.RUN_JOB) or nested.get(Kind.RUN_JOB):
            found.add(task["task_key"])
    return found
