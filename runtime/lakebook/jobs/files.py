"""Where the files of a run are: ``.lakebook/jobs/runs/<run_id>/``."""

from __future__ import annotations

from pathlib import Path

from lakebook.jobs.drivers import name_of_task
from lakebook.jobs.store.rows import TaskRun


def run_folder(state: Path, run_id: int) -> Path:
    """The folder of a run, below the workspace's state."""
    return state / "jobs" / "runs" / str(run_id)


def log_file(state: Path, task: TaskRun) -> Path:
    """What a task run's process writes to standard output and standard error."""
    return run_folder(state, task.run_id) / f"{_stem(task)}.log"


def notebook_file(state: Path, task: TaskRun) -> Path:
    """The executed notebook of a task run."""
    return run_folder(state, task.run_id) / f"{_stem(task)}.ipynb"


def driver_log_file(state: Path, task: TaskRun, own: str) -> Path:
    """What a driver writes that a task run uses in place of the workspace's.

    Args:
        state: the workspace's.
        task: the task run.
        own: the driver's name.
    """
    key = _stem(task) if own == name_of_task(task.task_run_id) else own.partition(".")[2]
    return run_folder(state, task.run_id) / (f"{key}.driver.log" if key else "driver.log")


def values_folder(state: Path, run_id: int) -> Path:
    """Task values: what the variable ``LAKEBOOK_TASK_VALUES`` of a task's kernel names."""
    return run_folder(state, run_id) / "values"


def _stem(task: TaskRun) -> str:
    iteration = "" if task.iteration is None else f".{task.iteration}"
    return f"{task.task_key}{iteration}.{task.attempt}"
