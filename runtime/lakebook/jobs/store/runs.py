"""Runs."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, func, select, update

from lakebook.jobs.model import Job as JobSettings
from lakebook.jobs.model import State, TriggerType, defaults
from lakebook.jobs.store.ids import take_ids
from lakebook.jobs.store.inserting import insert_if_new
from lakebook.jobs.store.jobs import Jobs
from lakebook.jobs.store.rows import Job, NotFound, Run
from lakebook.jobs.store.rows import run as as_run
from lakebook.jobs.store.schema import runs, task_runs
from lakebook.jobs.store.tasks import Tasks

#: characters of an idempotency token, as Databricks has it
LONGEST_TOKEN = 64


class RunError(Exception):
    """A run cannot be made as asked; the message says why."""


class Runs:
    """Runs within a transaction."""

    def __init__(self, connection: Connection, now: int) -> None:
        self._connection = connection
        self._now = now

    def create(
        self,
        job_id: int,
        trigger: TriggerType = TriggerType.ONE_TIME,
        *,
        due_time: int | None = None,
        trigger_info: Mapping[str, Any] | None = None,
        parameters: Mapping[str, str] | None = None,
        task_parameters: Mapping[str, Any] | None = None,
        only: Sequence[str] | None = None,
        idempotency_token: str | None = None,
        parent_task_run: int | None = None,
        creator: str | None = None,
    ) -> Run:
        """A run of a job, and its task runs. It is QUEUED; the scheduler starts it, or skips it if there are too many.

        Args:
            job_id: the job.
            trigger: what starts it.
            due_time: when a schedule wanted it.
            trigger_info: see ``Run``.
            parameters: job parameters that differ from their defaults.
            task_parameters: see ``Run.task_parameters``.
            only: keys of the tasks to run; None for all.
            idempotency_token: if a run was made with the same one, that run is returned.
            parent_task_run: the ``run_job_task`` that waits for it.
            creator: who asked for it.

        Raises:
            NotFound: there is no such job.
            RunError: there are no such parameters or tasks, or the token is too long.
        """
        if (known := self._with_token(idempotency_token)) is not None:
            return known
        jobs = Jobs(self._connection, self._now)
        job = jobs.get(job_id)
        if job.deleted:
            raise NotFound(f"Job {job_id}, {job.name}, was deleted.")
        _check(job.name, job.settings, parameters or {}, only)
        return self._insert(
            job.settings,
            only,
            idempotency_token,
            **_of_job(job, jobs.take_numbers({job_id: 1})[job_id][0]),
            trigger=trigger,
            due_time=due_time,
            trigger_info=dict(trigger_info) if trigger_info else None,
            parameters={**defaults(job.settings), **(parameters or {})},
            task_parameters=dict(task_parameters or {}),
            parent_task_run=parent_task_run,
            creator=creator,
        )

    def create_due(self, due_times: Sequence[tuple[Job, int]]) -> None:
        """Runs of jobs that their schedules want, as ``create`` makes them, but many with few statements.

        A due time that has led to a run already, as when the clock was set back, leads to none.

        Args:
            due_times: those of each job in their order.
        """
        led = self._at_due_times(due_times)
        new = [(job, due_time) for job, due_time in due_times if (job.job_id, due_time) not in led]
        if not new:
            return
        numbers = Jobs(self._connection, self._now).take_numbers(Counter(job.job_id for job, _ in new))
        number_of = {job_id: iter(taken) for job_id, taken in numbers.items()}
        rows, tasks = [], {}
        for run_id, (job, due_time) in zip(take_ids(self._connection, len(new)), new, strict=True):
            row = self._row(
                run_id,
                job.settings,
                **_of_job(job, next(number_of[job.job_id])),
                trigger=TriggerType.PERIODIC,
                due_time=due_time,
                parameters=defaults(job.settings),
                creator=job.creator,
            )
            rows.append(row)
            tasks[run_id] = list(JobSettings.read(job.settings).tasks)
        self._connection.execute(runs.insert(), rows)
        Tasks(self._connection, self._now).add_first(tasks)

    def submit(
        self,
        settings: Mapping[str, Any],
        root: str,
        *,
        idempotency_token: str | None = None,
        creator: str | None = None,
    ) -> Run:
        """A one-time run of settings that no job has: Databricks' ``jobs/runs/submit``."""
        if (known := self._with_token(idempotency_token)) is not None:
            return known
        return self._insert(
            settings,
            None,
            idempotency_token,
            run_name=settings.get("run_name") or settings.get("name") or "Untitled",
            number_in_job=1,
            trigger=TriggerType.ONE_TIME,
            root=root,
            parameters=defaults(settings),
            creator=creator,
        )

    def get(self, run_id: int) -> Run:
        """A run. Raises ``NotFound``."""
        row = self._connection.execute(select(runs).where(runs.c.run_id == run_id)).first()
        if row is None:
            raise NotFound(f"There is no run {run_id}.")
        return as_run(row)

    def page(
        self,
        job_id: int | None = None,
        *,
        active: bool | None = None,
        since: int | None = None,
        until: int | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Run]:
        """Runs, the newest first.

        Args:
            job_id: of this job only.
            active: True for those that have not ended, False for those that have, None for both.
            since: those asked for at this time or later.
            until: those asked for at this time or earlier.
            limit: how many; None for all.
            offset: how many to leave out first.
        """
        statement = select(runs)
        if job_id is not None:
            statement = statement.where(runs.c.job_id == job_id)
        if active is not None:
            statement = statement.where(runs.c.end_time.is_(None) if active else runs.c.end_time.is_not(None))
        if since is not None:
            statement = statement.where(runs.c.start_time >= since)
        if until is not None:
            statement = statement.where(runs.c.start_time <= until)
        newest = (runs.c.start_time.desc(), runs.c.run_id.desc())
        return self._all(statement.order_by(*newest).limit(limit).offset(offset))

    def active(self) -> list[Run]:
        """Runs that have not ended, in the order in which they were asked for."""
        return self._all(select(runs).where(runs.c.end_time.is_(None)).order_by(runs.c.run_id))

    def children(self, task_run_ids: Collection[int]) -> dict[int, Run]:
        """The runs that tasks of the kind ``run_job_task`` started, by these tasks."""
        found = self._all(select(runs).where(runs.c.parent_task_run.in_(task_run_ids))) if task_run_ids else []
        return {run.parent_task_run: run for run in found if run.parent_task_run is not None}

    def begin(self, run_ids: Collection[int]) -> list[int]:
        """Let runs leave the queue; returns those that nobody has asked to cancel meanwhile, which do."""
        queued = runs.c.run_id.in_(run_ids) & (runs.c.state == State.QUEUED) & ~runs.c.cancel_requested
        times = {"execution_start": func.coalesce(runs.c.execution_start, self._now), "admitted_time": self._now}
        statement = update(runs).where(queued).values(state=State.RUNNING, message=None, **times)
        return sorted(self._connection.scalars(statement.returning(runs.c.run_id)))

    def cancel(self, run_id: int) -> None:
        """Ask for a run's end; nothing happens if it has ended. Raises ``NotFound``."""
        self.get(run_id)
        self._cancel(runs.c.run_id == run_id)

    def cancel_all(self, job_id: int) -> None:
        """Ask for the end of all runs of a job. Raises ``NotFound``."""
        Jobs(self._connection, self._now).get(job_id)
        self._cancel(runs.c.job_id == job_id)

    def change(self, run_id: int, **values: Any) -> None:
        """Change columns of a run: for the scheduler."""
        self._connection.execute(update(runs).where(runs.c.run_id == run_id).values(**values))

    def set_mlflow_run(self, run_id: int, mlflow_run: str) -> str:
        """Note the MLflow run of a run, unless there is one; returns the one that counts."""
        unset = (runs.c.run_id == run_id) & runs.c.mlflow_run.is_(None)
        self._connection.execute(update(runs).where(unset).values(mlflow_run=mlflow_run))
        return self.get(run_id).mlflow_run or mlflow_run

    def of_task_run(self, task_run_id: int) -> Run:
        """The run to which a task run belongs. Raises ``NotFound``."""
        joined = select(runs).join(task_runs, task_runs.c.run_id == runs.c.run_id)
        row = self._connection.execute(joined.where(task_runs.c.task_run_id == task_run_id)).first()
        if row is None:
            raise NotFound(f"There is no task run {task_run_id}.")
        return as_run(row)

    def _insert(self, settings: Mapping[str, Any], only: Sequence[str] | None, token: str | None, **values: Any) -> Run:
        (run_id,) = take_ids(self._connection, 1)
        row = self._row(run_id, settings, only, token, **values)
        if not insert_if_new(self._connection, runs, runs.c.idempotency_token, row):
            # with Postgres, another process may have been quicker
            return self._all(select(runs).where(runs.c.idempotency_token == token))[0]
        job = JobSettings.read(settings, only)
        Tasks(self._connection, self._now).add_first({run_id: list(job.tasks)})
        return self.get(run_id)

    def _row(
        self,
        run_id: int,
        settings: Mapping[str, Any],
        only: Sequence[str] | None = None,
        token: str | None = None,
        **values: Any,
    ) -> dict[str, Any]:
        return {
            "run_id": run_id,
            "settings": dict(settings),
            "only_tasks": list(only) if only is not None else None,
            "state": State.QUEUED,
            "start_time": self._now,
            "idempotency_token": token,
            "task_parameters": {},
            "repairs": [],
            **values,
        }

    def _at_due_times(self, due_times: Sequence[tuple[Job, int]]) -> set[tuple[int, int]]:
        """Those of some due times that have led to a run, each with its job's number."""
        if not due_times:
            return set()
        jobs, times = {job.job_id for job, _ in due_times}, [due_time for _, due_time in due_times]
        mine = runs.c.job_id.in_(jobs) & runs.c.due_time.between(min(times), max(times))
        led = self._connection.execute(select(runs.c.job_id, runs.c.due_time).where(mine))
        return {(row.job_id, row.due_time) for row in led}

    def _with_token(self, token: str | None) -> Run | None:
        if not token:
            return None
        if len(token) > LONGEST_TOKEN:
            raise RunError(f"The idempotency token has {len(token)} characters; there may be {LONGEST_TOKEN}.")
        found = self._all(select(runs).where(runs.c.idempotency_token == token))
        return found[0] if found else None

    def _cancel(self, condition: Any) -> None:
        self._connection.execute(update(runs).where(condition, runs.c.end_time.is_(None)).values(cancel_requested=True))

    def _all(self, statement: Select[Any]) -> list[Run]:
        return [as_run(row) for row in self._connection.execute(statement)]


def _of_job(job: Job, number: int) -> dict[str, Any]:
    """What a run has of its job; ``number`` is its own there."""
    return {"job_id": job.job_id, "run_name": job.name, "number_in_job": number, "root": job.root}


def _check(name: str, settings: Mapping[str, Any], parameters: Mapping[str, str], only: Sequence[str] | None) -> None:
    for given, known, what in (
        (parameters, defaults(settings), "parameter"),
        (only or (), [task["task_key"] for task in settings.get("tasks") or ()], "task"),
    ):
        for one in given:
            if one not in known:
                near = difflib.get_close_matches(one, known, n=1)
                hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(known) or 'none'}"
                raise RunError(f"Job {name} has no {what} {one}; {hint}")
