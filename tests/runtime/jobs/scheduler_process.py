"""A scheduler for tests, in a process of its own, whose task runs are those of ``task_process``."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from lakebook.config import Workspace, find_workspace
from lakebook.jobs.engine.scheduler import Scheduler
from lakebook.jobs.executors.local import LocalExecutor
from lakebook.jobs.store import Store, TaskRun, open_store

TASK = Path(__file__).with_name("task_process.py")


class ScriptExecutor(LocalExecutor):
    """Starts ``task_process`` instead of the worker."""

    def command(self, task: TaskRun) -> Sequence[str]:
        *_, url, number = super().command(task)
        return [sys.executable, str(TASK), url, number]


def scheduler(workspace: Workspace, store: Store, grace: float = 1.0) -> Scheduler:
    return Scheduler(workspace, store, ScriptExecutor(store.url, workspace.root, workspace.state, grace))


def main(folder: str) -> None:
    logging.basicConfig(level=logging.INFO)
    workspace = find_workspace(Path(folder))
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    scheduler(workspace, open_store(workspace)).run(stop)


if __name__ == "__main__":
    main(*sys.argv[1:])
