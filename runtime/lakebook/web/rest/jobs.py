"""``jobs/create``, ``get``, ``list``, ``update``, ``reset`` and ``delete``."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lakebook.jobs.definitions import check_settings
from lakebook.jobs.store import Job, Transaction
from lakebook.web.rest import access, shapes
from lakebook.web.rest.asked import Asked
from lakebook.web.rest.errors import invalid, missing
from lakebook.web.rest.merge import merged, without
from lakebook.web.rest.pages import offset_of, split

#: jobs on a page, and tasks of a job
_MOST = 100
_USUAL = 20


def create(asked: Asked) -> dict[str, Any]:
    """A new job, of no bundle."""
    access.checked(asked.fields)
    settings = {"name": "Untitled", **asked.fields.values}
    settings.pop(access.FIELD, None)
    root = asked.workspace.root
    check_settings(settings, root)
    with asked.store.write() as rows:
        return {"job_id": rows.jobs.create(settings, str(root), getpass.getuser()).job_id}


def get(asked: Asked) -> dict[str, Any]:
    """A job, a hundred tasks at a time."""
    number, offset = asked.fields.number_of("job_id"), offset_of(asked.fields)
    with asked.store.read() as rows:
        job = there(rows, number)
    shown = shapes.job(job)
    if asked.is_paged:
        tasks = shown["settings"].get("tasks") or []
        page, neighbours = split(tasks[offset : offset + _MOST + 1], offset, _MOST)
        shown["settings"] = {**shown["settings"], "tasks": page}
        shown |= {name: value for name, value in neighbours.items() if name == "next_page_token"}
    return shown


def list_jobs(asked: Asked) -> dict[str, Any]:
    """Jobs, the newest first."""
    fields = asked.fields
    limit = fields.integer("limit", _USUAL, 1, _MOST) or _USUAL
    offset, name, expand = offset_of(fields), fields.text("name"), fields.boolean("expand_tasks")
    with asked.store.read() as rows:
        found = rows.jobs.page(limit + 1, offset, name)
    page, neighbours = split(found, offset, limit)
    return {"jobs": [_listed(job, expand) for job in page], **neighbours}


def update(asked: Asked) -> dict[str, Any]:
    """Change some of a job's settings."""
    number = asked.fields.number_of("job_id")
    given = asked.fields.mapping("new_settings") or {}
    gone = asked.fields.texts("fields_to_remove") or []
    _change(asked, number, given, lambda old: merged(without(old, gone), given))
    return {}


def reset(asked: Asked) -> dict[str, Any]:
    """Give a job other settings."""
    number, given = asked.fields.number_of("job_id"), asked.fields.mapping("new_settings")
    if given is None:
        raise invalid("new_settings is missing.")
    _change(asked, number, given, lambda _: {"name": "Untitled", **given})
    return {}


def delete(asked: Asked) -> dict[str, Any]:
    """Delete a job; its runs stay."""
    number = asked.fields.number_of("job_id")
    with asked.store.write() as rows:
        rows.jobs.delete(there(rows, number).job_id)
    return {}


def _change(
    asked: Asked, job_id: int, given: Mapping[str, Any], new: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    """Give a job settings made of its old ones. They are checked, which takes long, before others have to wait."""
    while True:
        with asked.store.read() as rows:
            seen = there(rows, job_id)
        settings = new(seen.settings)
        check_settings(settings, Path(seen.root))
        with asked.store.write() as rows:
            job = there(rows, job_id)
            if (job.settings, job.root) != (seen.settings, seen.root):
                continue  # somebody was quicker
            rows.jobs.reset(job_id, settings)
            paces = [given.get(field) or {} for field in shapes.STARTERS]
            if job.paused and any(pace.get("pause_status") == "UNPAUSED" for pace in paces):
                rows.jobs.resume(job_id)
            return


def there(rows: Transaction, job_id: int) -> Job:
    """A job that was not deleted."""
    job = rows.jobs.get(job_id)
    if job.deleted:
        raise missing(f"Job {job_id}, {job.name}, was deleted.")
    return job


def _listed(job: Job, expand: bool) -> dict[str, Any]:
    shown = shapes.job(job)
    tasks = shown["settings"].pop("tasks", None) or []
    if expand:
        shown["settings"]["tasks"] = tasks[:_MOST]
        shown["has_more"] = len(tasks) > _MOST
    return shown
