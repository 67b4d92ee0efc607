"""Jobs and runs in all states, as rows alone: nothing has to run for a page to be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import update

from lakebook.jobs.graph import Ended, decide
from lakebook.jobs.model import Job, Result, State
from lakebook.jobs.store import Store
from lakebook.jobs.store.schema import runs, task_runs

MINUTE = 60_000
ENDED = (State.TERMINATED, State.INTERNAL_ERROR, State.SKIPPED)


def notebook(key: str, *needs: str | Mapping[str, str]) -> dict[str, Any]:
    """Settings of a task."""
    after = [{"task_key": need} if isinstance(need, str) else dict(need) for need in needs]
    return {"task_key": key, "notebook_task": {"notebook_path": f"notebooks/{key}"}, "depends_on": after}


def condition(key: str, *needs: str) -> dict[str, Any]:
    """Settings of a task."""
    body = {"left": "{{tasks.fit.values.rmse}}", "op": "LESS_THAN", "right": "40"}
    return {"task_key": key, "condition_task": body, "depends_on": [{"task_key": need} for need in needs]}


FLIGHTS: dict[str, Any] = {
    "name": "Flights: delays, daily",
    "parameters": [{"name": "day", "default": "2013-01-01"}, {"name": "airport", "default": "JFK"}],
    "schedule": {"quartz_cron_expression": "0 30 6 ? * MON-FRI", "timezone_id": "Europe/Berlin"},
    "tasks": [
        notebook("ingest"),
        notebook("weather"),
        notebook("features", "ingest", "weather"),
        notebook("fit", "features"),
        notebook("report", "features"),
        condition("is_better", "fit"),
        notebook("register", {"task_key": "is_better", "outcome": "true"}),
        notebook("tell", {"task_key": "is_better", "outcome": "false"}),
        notebook("score", "register", "report"),
        notebook("archive", "ingest"),
    ],
}


class Sample:
    """Writes jobs and runs."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.folder = folder

    def job(self, settings: Mapping[str, Any]) -> int:
        with self.store.write() as rows:
            return rows.jobs.create(settings, str(self.folder), "ada").job_id

    def run(
        self, job_id: int, state: State, result: Result | None = None, ago: int = 0, lasts: int = 5, **values: Any
    ) -> int:
        """A run that began ``ago`` minutes ago."""
        with self.store.write() as rows:
            run_id = rows.runs.create(job_id, creator="ada").run_id
            began = rows.now - ago * MINUTE
            end = began + lasts * MINUTE if state in ENDED else None
            times = {"start_time": began, "execution_start": began + 400, "end_time": end}
            columns = {"state": state, "result": result, **times, **values}
            rows.connection.execute(update(runs).where(runs.c.run_id == run_id).values(columns))
        return run_id

    def task(
        self,
        run_id: int,
        key: str,
        state: State,
        result: Result | None = None,
        start: float | None = None,
        lasts: float = 1,
        **values: Any,
    ) -> int:
        """A task of a run that began ``start`` minutes after it."""
        with self.store.write() as rows:
            run = rows.runs.get(run_id)
            (task,) = [one for one in rows.tasks.of_run(run_id) if one.task_key == key]
            began = None if start is None else run.start_time + round(start * MINUTE)
            end = (began or run.start_time) + round(lasts * MINUTE) if state in ENDED else None
            columns = {"state": state, "result": result, "start_time": began, "end_time": end, **values}
            mine = task_runs.c.task_run_id == task.task_run_id
            rows.connection.execute(update(task_runs).where(mine).values(columns))
        return task.task_run_id


def fill(store: Store, folder: Path) -> tuple[int, int]:
    """Some jobs with their runs; returns a job, and a run of it that is under way."""
    sample = Sample(store, folder)
    for name, expression in (("Exchange rates", "0 0/15 * * * ?"), ("Month's end: close the books", "0 0 2 L * ?")):
        schedule = {"quartz_cron_expression": expression, "timezone_id": "America/New_York"}
        job_id = sample.job({"name": name, "tasks": [notebook("load")], "schedule": schedule})
        for ago in range(5, 0, -1):
            sample.run(job_id, State.TERMINATED, Result.SUCCESS if ago != 3 else Result.TIMEDOUT, ago * 15)
    paused = {"interval": 2, "unit": "HOURS"}
    sample.job(
        {"name": "Bikes", "tasks": [notebook("load")], "trigger": {"periodic": paused, "pause_status": "PAUSED"}}
    )
    sample.job({"name": "Backfill", "tasks": [notebook("load")]})
    flights = sample.job(FLIGHTS)
    ends = (
        Result.SUCCESS,
        Result.FAILED,
        Result.SUCCESS,
        Result.CANCELED,
        Result.SUCCESS_WITH_FAILURES,
        Result.SUCCESS,
    )
    for number, result in enumerate(ends):
        sample.run(flights, State.TERMINATED, result, (len(ends) - number) * 1440, 7)
    run = sample.run(flights, State.RUNNING, ago=6)
    good = (State.TERMINATED, Result.SUCCESS)
    sample.task(run, "ingest", *good, 0.1, 1.4)
    sample.task(run, "weather", *good, 0.1, 0.6)
    sample.task(run, "features", *good, 1.6, 1.1)
    sample.task(run, "fit", *good, 2.8, 2.1)
    sample.task(run, "report", State.RUNNING, None, 2.8)
    sample.task(run, "is_better", *good, 5, 0.01, output={"outcome": "true", "left": "37.2", "right": "40"})
    sample.task(run, "register", State.RUNNING, None, 5.1)
    found = {"is_better": Ended(Result.SUCCESS, "true")}
    tell = decide(Job.read(FLIGHTS).tasks, found, ["tell"])["tell"]  # says what a scheduler would
    sample.task(run, "tell", State.TERMINATED, tell.result, None, 5, message=tell.message)
    sample.task(
        run,
        "archive",
        State.INTERNAL_ERROR,
        Result.FAILED,
        1.6,
        0.4,
        message="Cell 3 failed: FileNotFoundError: /Volumes/main/raw/2013",
    )
    return flights, run
