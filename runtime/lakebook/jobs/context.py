"""What the dynamic references in a task's settings stand for, from the rows and files of its run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lakebook.jobs.files import values_folder
from lakebook.jobs.model import Kind, Result
from lakebook.jobs.references import NO_INPUT, Context, JobValues, TaskValues, UpstreamValues, resolve
from lakebook.jobs.store.rows import Run, TaskRun


def context(run: Run, task: TaskRun, tasks: Sequence[TaskRun], state: Path) -> Context:
    """What references in a task's settings can name.

    Args:
        run: its run.
        task: the task run that is about to start.
        tasks: all task runs of the run, older attempts first.
        state: the workspace's state, below which task values are.
    """
    job = _job(run)
    settings = {entry["task_key"]: entry for entry in run.settings.get("tasks") or ()}
    ended = {one.task_key: one for one in tasks if one.iteration is None and one.state.is_ended}
    return Context(
        job=job,
        task=TaskValues(task.task_key, task.task_run_id, task.attempt + 1, _notebook(settings[task.task_key])),
        tasks={key: _upstream(one, settings.get(key) or {}, state) for key, one in ended.items()},
        input=NO_INPUT if task.iteration is None else task.input,
    )


def _job(run: Run) -> JobValues:
    info = run.trigger_info or {}
    values: dict[str, Any] = {
        "run_id": run.run_id,
        "start_time": run.start_time,
        "id": run.job_id,
        "name": run.run_name,
        "repair_count": sum(entry["id"] is not None for entry in run.repairs),
        "trigger_type": run.trigger.lower(),
        "trigger_time": run.due_time,
        "file_arrival_location": info.get("file_arrival_location"),
        "updated_tables": info.get("updated_tables") or (),
    }
    parameters = resolve(run.parameters, Context(JobValues(**values)))
    return JobValues(**values, parameters=parameters)


def _upstream(task: TaskRun, settings: Mapping[str, Any], state: Path) -> UpstreamValues:
    rows = (task.output or {}).get("rows")
    return UpstreamValues(
        run_id=task.task_run_id,
        result_state=(task.result or Result.FAILED).lower(),
        execution_count=task.attempt + 1,
        notebook_path=_notebook(settings),
        values=_values(values_folder(state, task.run_id) / f"{task.task_key}.json"),
        rows=rows if settings.get(Kind.SQL) else None,
    )


def _notebook(settings: Mapping[str, Any]) -> str | None:
    if settings.get(Kind.FOR_EACH):
        return _notebook(settings[Kind.FOR_EACH]["task"])
    return (settings.get(Kind.NOTEBOOK) or {}).get("notebook_path")


def _values(file: Path) -> dict[str, Any]:
    try:
        values: dict[str, Any] = json.loads(file.read_text())
    except FileNotFoundError:
        return {}
    return values
