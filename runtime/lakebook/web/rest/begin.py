"""``jobs/run-now``, ``jobs/runs/submit`` and ``jobs/runs/repair``: what makes tasks run."""

from __future__ import annotations

import getpass
from typing import Any

from lakebook.jobs.definitions import check_settings
from lakebook.jobs.store import Repair
from lakebook.web.rest import access
from lakebook.web.rest.asked import Asked
from lakebook.web.rest.errors import invalid
from lakebook.web.rest.fields import Fields

#: parameters of tasks by their kind, which a run may have instead of the tasks' own
_TASK_MAPPINGS = ("notebook_params", "python_named_params", "sql_params")
_TASK_LISTS = ("python_params",)
#: how dear or quick a cloud's machines are to be
_WITHOUT_MEANING = ("performance_target", "duration_target")
_RUN = ("job_parameters", *_TASK_MAPPINGS, *_TASK_LISTS, *_WITHOUT_MEANING)

RUN_NOW = ("job_id", "idempotency_token", "only", "queue", *_RUN)
REPAIR = (
    "run_id",
    "latest_repair_id",
    "rerun_tasks",
    "rerun_all_failed_tasks",
    "rerun_dependent_tasks",
    *_RUN,
)
#: of a request to submit, and not of a job's settings
_OF_SUBMIT = ("run_name", "idempotency_token", access.FIELD, *_WITHOUT_MEANING)


def run_now(asked: Asked) -> dict[str, Any]:
    """Run a job."""
    fields = asked.fields
    number, queue = fields.number_of("job_id"), fields.mapping("queue")
    given: dict[str, Any] = {
        "parameters": fields.text_mapping("job_parameters"),
        "task_parameters": _task_parameters(fields),
        "only": fields.texts("only"),
        "idempotency_token": fields.text("idempotency_token"),
    }
    with asked.store.write() as rows:
        run = rows.runs.create(number, creator=getpass.getuser(), **given)
        if queue is not None and run.start_time == rows.now:
            rows.runs.change(run.run_id, settings={**run.settings, "queue": queue})
    return {"run_id": run.run_id, "number_in_job": run.number_in_job}


def submit(asked: Asked) -> dict[str, Any]:
    """Run tasks that are no job's, once."""
    fields = asked.fields
    token = fields.text("idempotency_token")
    access.checked(fields)
    settings = {"name": fields.text("run_name") or "Untitled", **fields.values}
    for name in _OF_SUBMIT:
        settings.pop(name, None)
    if not settings.get("tasks"):
        raise invalid("tasks is missing; a run has at least one task.")
    root = asked.workspace.root
    check_settings(settings, root)
    with asked.store.write() as rows:
        run = rows.runs.submit(settings, str(root), idempotency_token=token, creator=getpass.getuser())
    return {"run_id": run.run_id}


def repair(asked: Asked) -> dict[str, Any]:
    """Run some tasks of a run again."""
    fields = asked.fields
    number = fields.number_of("run_id")
    wanted = Repair(
        rerun_tasks=fields.texts("rerun_tasks") or (),
        rerun_all_failed_tasks=fields.boolean("rerun_all_failed_tasks"),
        rerun_dependent_tasks=fields.boolean("rerun_dependent_tasks"),
        latest_repair_id=fields.integer("latest_repair_id"),
        job_parameters=fields.text_mapping("job_parameters"),
        task_parameters=_task_parameters(fields),
    )
    if not wanted.rerun_tasks and not wanted.rerun_all_failed_tasks:
        raise invalid("rerun_tasks or rerun_all_failed_tasks has to say which tasks to run again.")
    with asked.store.write() as rows:
        return {"repair_id": rows.repairs.create(number, wanted)}


def _task_parameters(fields: Fields) -> dict[str, Any]:
    given: dict[str, Any] = {name: fields.text_mapping(name) for name in _TASK_MAPPINGS}
    given |= {name: fields.texts(name) for name in _TASK_LISTS}
    return {name: value for name, value in given.items() if value is not None}
