"""``jobs/runs/get-output`` and ``jobs/runs/export``: what came of a task run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lakebook.jobs.files import log_file, notebook_file
from lakebook.jobs.model import Kind
from lakebook.jobs.store import TaskRun
from lakebook.web import rendered
from lakebook.web.rest import shapes
from lakebook.web.rest.asked import Asked
from lakebook.web.rest.errors import invalid, missing

#: bytes or characters that an answer has of an exit value, and of a log
_MOST = 5 * 1024 * 1024


def get_output(asked: Asked) -> dict[str, Any]:
    """What a task run has put out, so far."""
    found, task = _task(asked, "The output")
    output = task.output or {}
    answer: dict[str, Any] = {"metadata": found.as_task_run()}
    settings = answer["metadata"]["tasks"][0]
    if settings.get(Kind.NOTEBOOK):
        answer["notebook_output"] = _notebook_output(output.get("exit_value"))
    if settings.get(Kind.RUN_JOB) and (child := _child(asked, task)):
        answer["run_job_output"] = {"run_id": child}
    if task.state.is_ended and task.message:
        answer["error"] = output.get("error") or task.message
    if trace := output.get("error_trace"):
        answer["error_trace"] = trace
    return {**answer, **_logs(log_file(asked.workspace.state, task))}


def export(asked: Asked) -> dict[str, Any]:
    """The executed notebook of a task run as HTML."""
    views = asked.fields.text("views_to_export") or "CODE"
    if views not in ("CODE", "ALL"):
        raise invalid(f"views_to_export is {views}; there are CODE and ALL.")
    _, task = _task(asked, "The notebook")
    file = notebook_file(asked.workspace.state, task)
    if not file.is_file():
        raise missing(f"Task run {task.task_run_id} has no notebook (yet).")
    return {"views": [{"type": "NOTEBOOK", "name": task.task_key, "content": rendered.page(file, task.task_key)}]}


def _task(asked: Asked, what: str) -> tuple[shapes.Found, TaskRun]:
    """The task run that is asked for, also by the number of a run that has only one task."""
    number = asked.fields.number_of("run_id")
    found = shapes.look(asked.pages, asked.store, number)
    if found.task:
        return found, found.task
    keys = {task.task_key for task in found.tasks}
    if len(keys) != 1:
        raise invalid(
            f"Run {number} has {len(keys)} tasks. {what} is that of a task: give the run_id of one, from runs/get."
        )
    latest = [task for task in found.tasks if task.iteration is None][-1]
    return shapes.Found(found.pages, found.run, found.tasks, latest), latest


def _notebook_output(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    text = str(value)
    return {"result": text[:_MOST], "truncated": len(text) > _MOST}


def _logs(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as log:
            start = log.read(_MOST + 1)
    except FileNotFoundError:
        return {}
    return {"logs": start[:_MOST].decode(errors="replace"), "logs_truncated": len(start) > _MOST}


def _child(asked: Asked, task: TaskRun) -> int | None:
    with asked.store.read() as rows:
        child = rows.runs.children([task.task_run_id]).get(task.task_run_id)
    return child.run_id if child else None
