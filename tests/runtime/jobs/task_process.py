"""A worker for tests: claims its task run, writes what it does to a file, and behaves as the task's settings say."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from lakebook.jobs import processes
from lakebook.jobs.executors import OWNER
from lakebook.jobs.model import Result
from lakebook.jobs.store import Store, TaskRun, claim


def main(url: str, task_run_id: str) -> None:
    store = Store(url)
    owner = os.environ[OWNER]
    task = claim(store, int(task_run_id), owner)
    if task is None:
        return
    with store.read() as rows:
        run = rows.runs.get(task.run_id)
    settings = next(one for one in run.settings["tasks"] if one["task_key"] == task.task_key)
    body: dict[str, Any] = settings["notebook_task"]["base_parameters"]
    record = Path(run.root) / "record"
    if body.get("deaf"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    note(record, f"{task.task_key} begins")
    behave(task, body, record)
    deadline = time.monotonic() + body.get("seconds", 0)
    while time.monotonic() < deadline:
        with store.write() as rows:
            rows.tasks.heartbeat(task.task_run_id, owner)
        time.sleep(0.05)
    note(record, f"{task.task_key} ends")
    with store.write() as rows:
        rows.tasks.finish(task.task_run_id, owner, Result.SUCCESS)


def behave(task: TaskRun, body: dict[str, Any], record: Path) -> None:
    kernel = record.with_name("kernel")
    if body.get("dies") and task.attempt == 0:
        # what it started, in a session of its own as a kernel is, outlives it
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
        kernel.write_text(str(child.pid))
        os.kill(os.getpid(), signal.SIGKILL)
    if body.get("dies"):
        pid = int(kernel.read_text())
        note(record, f"kernel {'is gone' if processes.started(pid) is None else 'lives'}")


def note(record: Path, line: str) -> None:
    descriptor = os.open(record, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
    os.write(descriptor, f"{line}\n".encode())
    os.close(descriptor)


if __name__ == "__main__":
    main(*sys.argv[1:])
