"""``lakebook jobs run`` and ``repair``: begin, and stay until the end."""

from __future__ import annotations

import argparse
import getpass

from lakebook.cli import INTERRUPTED, CommandError
from lakebook.config import Workspace
from lakebook.jobs.commands.engine import engine, who_leads
from lakebook.jobs.commands.follow import Progress
from lakebook.jobs.commands.found import find_job, opened
from lakebook.jobs.model import Result
from lakebook.jobs.store import Repair, Store


def run(options: argparse.Namespace) -> int:
    """Run a job now. Returns 0 if it succeeds, 1 if not, 130 if Ctrl-C ended it."""
    workspace, store = opened()
    with store.write() as rows:
        job = find_job(rows, options.job)
        made = rows.runs.create(
            job.job_id, parameters=_pairs(options.parameters), only=_keys(options.only), creator=getpass.getuser()
        )
    print(f"Run {made.run_id} of {made.run_name}", flush=True)
    return _stay(workspace, store, made.run_id, wait=not options.no_wait)


def repair(options: argparse.Namespace) -> int:
    """Run again what failed in a run. Returns as ``run`` does."""
    workspace, store = opened()
    keys = _keys(options.tasks)
    with store.write() as rows:
        run = rows.runs.get(options.run)
        latest = next((entry["id"] for entry in reversed(run.repairs) if entry["id"]), None)
        wanted = Repair(
            rerun_tasks=keys or (),
            rerun_all_failed_tasks=keys is None,
            latest_repair_id=latest,
            job_parameters=_pairs(options.parameters),
        )
        rows.repairs.create(run.run_id, wanted)
    print(f"Run {run.run_id} of {run.run_name} is repaired", flush=True)
    return _stay(workspace, store, run.run_id, wait=not options.no_wait)


def _stay(workspace: Workspace, store: Store, run_id: int, wait: bool) -> int:
    if not wait:
        if who_leads(store) is None:
            print("No scheduler runs, so the run waits. Start one with: lakebook scheduler")
        return 0
    with engine(workspace, store) as leads:
        progress = Progress(workspace, store, run_id, leads)
        try:
            ended = progress.follow()
        except KeyboardInterrupt:
            print("\nCanceling the run; press Ctrl-C again to leave it to itself", flush=True)
            with store.write() as rows:
                rows.runs.cancel(run_id)
            progress.follow()
            return INTERRUPTED
    return 0 if ended.result in (Result.SUCCESS, Result.SUCCESS_WITH_FAILURES, Result.DISABLED) else 1


def _keys(given: str | None) -> list[str] | None:
    return [key.strip() for key in given.split(",") if key.strip()] if given is not None else None


def _pairs(given: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    for name, equals, _ in pairs:
        if not equals or not name:
            raise CommandError(f"-p {name}: expected NAME=VALUE.")
    return {name: value for name, _, value in pairs}
