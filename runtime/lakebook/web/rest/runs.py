"""``jobs/runs/get``, ``list``, ``cancel``, ``cancel-all`` and ``delete``."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import count, islice
from typing import Any

from lakebook.jobs.commands.engine import who_leads
from lakebook.jobs.files import run_folder
from lakebook.jobs.model import State
from lakebook.jobs.store import NotFound, Run, Transaction
from lakebook.web.rest import shapes
from lakebook.web.rest.asked import Asked
from lakebook.web.rest.errors import ApiError, invalid
from lakebook.web.rest.pages import offset_of, split
from lakebook.web.rest.states import NO_SCHEDULER

#: tasks or iterations on a page
_MOST_TASKS = 100
#: runs on a page
_MOST, _USUAL = 25, 20
#: runs that are looked at together
_BATCH = 500


def get(asked: Asked) -> dict[str, Any]:
    """A run, or a task run as if it were one; a hundred tasks or iterations at a time."""
    fields = asked.fields
    number, history, offset = fields.number_of("run_id"), fields.boolean("include_history"), offset_of(fields)
    fields.boolean("include_resolved_values")
    found = shapes.look(asked.pages, asked.store, number)
    shown = found.as_task_run() if found.task else found.as_run(history)
    if who_leads(asked.store) is None and found.run.end_time is None:
        shown["state"]["state_message"] = NO_SCHEDULER
    if history:
        shown["repair_history"] = shapes.history(found.run)
    name = "iterations" if "iterations" in shown else "tasks"
    if asked.is_paged:
        page, neighbours = split(shown[name][offset : offset + _MOST_TASKS + 1], offset, _MOST_TASKS)
        shown[name] = page
        shown |= {key: value for key, value in neighbours.items() if key == "next_page_token"}
    return shown


def list_runs(asked: Asked) -> dict[str, Any]:
    """Runs, the newest first."""
    fields = asked.fields
    active, completed = fields.boolean("active_only"), fields.boolean("completed_only")
    if active and completed:
        raise invalid("active_only and completed_only exclude each other.")
    limit = fields.integer("limit", _USUAL, 0, _MOST) or _MOST
    offset, expand, kind = offset_of(fields), fields.boolean("expand_tasks"), fields.text("run_type")
    which: dict[str, Any] = {
        "job_id": fields.integer("job_id"),
        "active": True if active else False if completed else None,
        "since": fields.integer("start_time_from"),
        "until": fields.integer("start_time_to"),
    }
    with asked.store.read() as rows:
        if kind is None:
            found = rows.runs.page(**which, limit=limit + 1, offset=offset)
        else:
            found = list(islice(_of_type(rows, kind, which), offset, offset + limit + 1))
        # a run's commit is known by its tasks
        tasks = rows.tasks.of_runs([run.run_id for run in found if expand or run.settings.get("git_source")])
    page, neighbours = split(found, offset, limit)
    shown = [shapes.Found(asked.pages, run, [task for task in tasks if task.run_id == run.run_id]) for run in page]
    return {"runs": [one.as_listed(_MOST_TASKS if expand else None) for one in shown], **neighbours}


def _of_type(rows: Transaction, kind: str, which: dict[str, Any]) -> Iterator[Run]:
    for offset in count(step=_BATCH):
        batch = rows.runs.page(**which, limit=_BATCH, offset=offset)
        yield from (run for run in batch if shapes.run_type(run) == kind)
        if len(batch) < _BATCH:
            return


def cancel(asked: Asked) -> dict[str, Any]:
    """Ask for the end of a run, or of one task run."""
    number = asked.fields.number_of("run_id")
    with asked.store.write() as rows:
        try:
            rows.runs.cancel(number)
        except NotFound:
            rows.tasks.cancel(number)
    return {}


def cancel_all(asked: Asked) -> dict[str, Any]:
    """Ask for the end of all runs of a job, or of all that wait in a queue."""
    job_id, queued = asked.fields.integer("job_id"), asked.fields.boolean("all_queued_runs")
    if job_id is None and not queued:
        raise invalid("job_id is missing.")
    with asked.store.write() as rows:
        if job_id is not None and not queued:
            rows.runs.cancel_all(job_id)
            return {}
        for run in rows.runs.active():
            if run.state is State.QUEUED and job_id in (None, run.job_id):
                rows.runs.cancel(run.run_id)
    return {}


def delete(asked: Asked) -> dict[str, Any]:
    """Forget a run that has ended, with its files."""
    number = asked.fields.number_of("run_id")
    with asked.store.write() as rows:
        run = rows.runs.get(number)
        if run.end_time is None:
            raise ApiError("INVALID_STATE", f"Run {number} has not ended; cancel it before you delete it.")
        rows.retention.forget([number])
    # only now: until then somebody may repair the run; and others need not wait for so long
    if (folder := run_folder(asked.workspace.state, number)).exists():
        shutil.rmtree(folder)
    return {}
