"""What a command names: the workspace's store, and a job in it."""

from __future__ import annotations

import difflib

from lakebook.cli import CommandError
from lakebook.config import Workspace, find_workspace
from lakebook.jobs.store import Job, Store, Transaction, open_store

_BEGIN = "Write one into databricks.yml, then: lakebook jobs deploy"


def opened() -> tuple[Workspace, Store]:
    """The workspace of the current folder, and its store."""
    workspace = find_workspace()
    return workspace, open_store(workspace)


def find_job(rows: Transaction, wanted: str) -> Job:
    """A job by its number, its key or its name. Raises ``CommandError`` when that is not one job."""
    known = rows.jobs.page()
    if wanted.isdecimal() and (numbered := [job for job in known if job.job_id == int(wanted)]):
        return numbered[0]
    found = rows.jobs.named(wanted)
    if len(found) == 1:
        return found[0]
    if found:
        each = ", ".join(f"{job.job_id} ({place_of(job)})" for job in found)
        raise CommandError(f"There are {len(found)} jobs {wanted}: name one by its number, {each}.")
    if not known:
        raise CommandError(f"There are no jobs in this workspace yet. {_BEGIN}")
    names = [name for job in known for name in (job.key, job.name) if name]
    near = difflib.get_close_matches(wanted, names, n=1)
    hint = (
        f"did you mean {near[0]}?"
        if near
        else f"there are {', '.join(sorted({job.key or job.name for job in known}))}."
    )
    raise CommandError(f"There is no job {wanted}; {hint}")


def place_of(job: Job) -> str:
    """Where a job comes from: ``bundle`` or ``bundle, target``."""
    return ", ".join(part for part in (job.bundle, job.target) if part) or "no bundle"


def nothing_there() -> str:
    """What is said where there are no jobs."""
    return f"There are no jobs in this workspace yet. {_BEGIN}"
