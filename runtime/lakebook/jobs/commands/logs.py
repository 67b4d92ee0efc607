"""``lakebook jobs logs``: what a run's tasks have printed."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from lakebook.cli import CommandError
from lakebook.config import Workspace
from lakebook.jobs.commands.follow import name
from lakebook.jobs.commands.found import opened
from lakebook.jobs.files import log_file
from lakebook.jobs.store import Store, TaskRun

#: seconds between two looks
_PAUSE = 0.3


def logs(options: argparse.Namespace) -> int:
    """Print what there is, and with ``--follow`` what comes until the run ends."""
    workspace, store = opened()
    log = _Logs(workspace, store, options.run, options.task)
    while not log.print_new() and options.follow:
        time.sleep(_PAUSE)
    return 0


class _Logs:
    def __init__(self, workspace: Workspace, store: Store, run_id: int, task: str | None) -> None:
        self._workspace = workspace
        self._store = store
        self._run_id = run_id
        self._task = task
        #: by log file: how many bytes have been printed
        self._printed: dict[Path, int] = {}
        self._latest: Path | None = None

    def print_new(self) -> bool:
        """Print what has come; says whether nothing comes any more."""
        with self._store.read() as rows:
            run = rows.runs.get(self._run_id)
            tasks = rows.tasks.of_run(self._run_id)
        known = sorted({task.task_key for task in tasks})
        if self._task is not None and self._task not in known:
            raise CommandError(f"Run {self._run_id} has no task {self._task}; it has {', '.join(known)}.")
        for task in tasks:
            if self._task in (None, task.task_key):
                self._print(task)
        return run.end_time is not None

    def _print(self, task: TaskRun) -> None:
        log = log_file(self._workspace.state, task)
        try:
            with log.open("rb") as opened_log:
                opened_log.seek(self._printed.get(log, 0))
                new = opened_log.read()
        except FileNotFoundError:
            return
        if not new:
            return
        if self._latest != log and self._task is None:
            print(f"--- {name(task)}", flush=True)
        self._latest = log
        self._printed[log] = self._printed.get(log, 0) + len(new)
        sys.stdout.buffer.write(new)
        sys.stdout.flush()
