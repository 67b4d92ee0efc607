"""``lakebook jobs cancel|pause|resume``."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from lakebook.jobs.commands.found import find_job, opened
from lakebook.jobs.store import Job, Transaction


def cancel(options: argparse.Namespace) -> int:
    """Ask for the end of a run."""
    _, store = opened()
    with store.write() as rows:
        run = rows.runs.get(options.run)
        if run.end_time is not None:
            print(f"Run {run.run_id} has ended already: {run.result or run.state}")
            return 0
        rows.runs.cancel(run.run_id)
    print(
        f"Run {run.run_id} of {run.run_name} ends as soon as its tasks have; look with: lakebook jobs show {run.run_id}"
    )
    return 0


def pause(options: argparse.Namespace) -> int:
    """Let a job's schedule or trigger rest."""
    job = _changed(options, lambda rows, job: rows.jobs.pause(job.job_id))
    print(f"{job.name} does not start by itself any more, until: lakebook jobs resume {job.key or job.job_id}")
    return 0


def resume(options: argparse.Namespace) -> int:
    """End ``pause``."""
    job = _changed(options, lambda rows, job: rows.jobs.resume(job.job_id))
    print(f"{job.name} starts by itself again, as its settings say")
    return 0


def _changed(options: argparse.Namespace, change: Callable[[Transaction, Job], None]) -> Job:
    """The job that a command names, changed."""
    _, store = opened()
    with store.write() as rows:
        job = find_job(rows, options.job)
        change(rows, job)
    return job
