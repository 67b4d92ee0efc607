"""The jobs that run meanwhile."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.faults import programs, tables
from lakebook.config import Workspace, find_workspace
from lakebook.jobs.store import Store, open_store

#: seconds between two due times of the job whose tasks have processes, a divisor of 60
EVERY = 30
#: seconds between two due times of each of as many other jobs, one of which is due every second
TICK = 10
_NEEDS = {"load": (), "left": ("load",), "right": ("load",), "score": ("left", "right")}
_WRITERS = ("merge", "append")


@dataclass(frozen=True)
class Note:
    """A line that a task wrote."""

    what: str
    run_id: int
    task_key: str
    task_run_id: int


@dataclass(frozen=True)
class Flow:
    """A workspace with jobs whose tasks have processes, and others that are often due and need none."""

    workspace: Workspace
    store: Store
    flow: int
    ticks: tuple[int, ...]
    #: the job whose tasks write tables with Spark, when somebody asks for it
    writers: int | None = None
    #: seconds between two due times of ``flow``
    every: int = EVERY

    @property
    def due(self) -> dict[int, int]:
        """The jobs that are due, each with the seconds between two due times."""
        return {self.flow: self.every, **dict.fromkeys(self.ticks, TICK)}

    @property
    def with_processes(self) -> tuple[int, ...]:
        return (self.flow,) if self.writers is None else (self.flow, self.writers)

    @property
    def jobs(self) -> tuple[int, ...]:
        return (*self.with_processes, *self.ticks)

    def start(self) -> list[int]:
        """Runs that somebody asked for."""
        with self.store.write() as rows:
            return [rows.runs.create(job_id).run_id for job_id in self.with_processes]

    def write(self) -> list[int]:
        """A run that writes tables, unless one is still at it."""
        with self.store.write() as rows:
            if self.writers is None or any(run.job_id == self.writers for run in rows.runs.active()):
                return []
            return [rows.runs.create(self.writers).run_id]

    def pause(self) -> None:
        with self.store.write() as rows:
            for job_id in self.due:
                rows.jobs.pause(job_id)

    def notes(self) -> list[Note]:
        """What the tasks wrote, in its order."""
        file = self.workspace.root / programs.RECORD
        return [Note(*json.loads(line)) for line in file.read_text().splitlines()] if file.exists() else []


def make(folder: Path, *, spark: bool = False, every: int = EVERY) -> Flow:
    """Make the workspace and its jobs in an empty folder; with ``spark`` also the one that writes tables."""
    (folder / "lakebook.toml").touch()
    programs.write(folder, spark=spark)
    workspace = find_workspace(folder)
    if spark:
        tables.make(workspace)
    store = open_store(workspace)
    with store.write() as rows:

        def job(name: str, tasks: list[dict[str, Any]], due: str | None = None) -> int:
            return rows.jobs.create(_settings(name, tasks, due), str(folder)).job_id

        flow = job("flow", [_task(key) for key in _NEEDS], "0" if every == 60 else f"0/{every}")
        ticks = tuple(job(f"tick {number}", [_condition()], f"{number}/{TICK}") for number in range(TICK))
        writers = job("writers", [_writer(key) for key in _WRITERS]) if spark else None
    return Flow(workspace, store, flow, ticks, writers, every)


def _settings(name: str, tasks: list[dict[str, Any]], due: str | None) -> dict[str, Any]:
    """What a job is; ``due`` are seconds as Quartz writes them."""
    schedule = {"quartz_cron_expression": f"{due} * * * * ?", "timezone_id": "UTC"}
    return {
        "name": name,
        "tasks": tasks,
        **({"schedule": schedule} if due else {}),
        "max_concurrent_runs": 2,
        "queue": {"enabled": True},
        "lakebook": {"missed": "all"},
    }


def _task(key: str) -> dict[str, Any]:
    words = ["{{job.run_id}}", key, "{{task.run_id}}"]
    return {
        "task_key": key,
        "spark_python_task": {"python_file": "task.py", "parameters": words},
        "depends_on": [{"task_key": need} for need in _NEEDS[key]],
        "max_retries": -1,
    }


def _writer(key: str) -> dict[str, Any]:
    parameters = {"run": "{{job.run_id}}", "task_run": "{{task.run_id}}"}
    return {
        "task_key": key,
        "notebook_task": {"notebook_path": key, "base_parameters": parameters},
        "max_retries": -1,
    }


def _condition() -> dict[str, Any]:
    return {"task_key": "check", "condition_task": {"op": "GREATER_THAN", "left": "2", "right": "1"}}
