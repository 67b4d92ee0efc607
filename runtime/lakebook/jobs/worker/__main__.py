"""Claims the task run, runs it, and says how it ended."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from types import FrameType

from lakebook.config import ConfigError, find_workspace
from lakebook.jobs.executors.base import LOG, OWNER
from lakebook.jobs.model import Result
from lakebook.jobs.references import ReferenceProblem
from lakebook.jobs.store import Store, StoreError, claim
from lakebook.jobs.worker.assignment import Assignment
from lakebook.jobs.worker.fence import CUT_OFF, Fence
from lakebook.jobs.worker.heartbeat import Heartbeat
from lakebook.jobs.worker.outcome import CANCELED, Outcome, TaskError
from lakebook.jobs.worker.patience import until_it_works
from lakebook.jobs.worker.perform import perform
from lakebook.run import RunError


class Terminated(BaseException):
    """The task is to end: SIGTERM has come."""


def main(arguments: list[str]) -> int:
    """Run a task run; returns the exit code, which nobody needs: how it ended is in its row."""
    url, number = arguments
    owner = os.environ.get(OWNER, "")
    signal.signal(signal.SIGTERM, _terminate)
    log = os.environ.get(LOG)
    if log and not _write_to(log):
        return 1
    try:
        store = Store(url)
        # who has an SQLite file is on this machine, and sees this process
        fence = Fence(owner, needed=store.url.get_backend_name() != "sqlite")
        task = claim(store, int(number), owner)
        if task is None:
            print(f"Task run {number} is not for this process, which ends.", file=sys.stderr)
            return 1
        with fence.watching():
            with Heartbeat(store, task.task_run_id, owner, fence).beating():
                outcome = _run(store, task.task_run_id, owner, fence)
            if fence.is_cut_off and outcome.result is Result.CANCELED:
                outcome = replace(outcome, message=CUT_OFF)
            _finish(store, task.task_run_id, owner, outcome, fence)
    except StoreError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def _write_to(log: str) -> bool:
    """Write standard output and standard error, also those of kernels, to a file; says whether it can be written."""
    try:
        descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    except OSError as problem:
        print(f"{log} cannot be written: {problem.strerror}.", file=sys.stderr)
        return False
    for output in (sys.stdout, sys.stderr):
        output.flush()
        os.dup2(descriptor, output.fileno())
    os.close(descriptor)
    return True


def _run(store: Store, task_run_id: int, owner: str, fence: Fence) -> Outcome:
    try:
        try:
            return perform(Assignment.of(store, task_run_id, owner, find_workspace(), fence))
        except (ConfigError, ReferenceProblem, RunError, TaskError) as problem:
            print(f"lakebook: {problem}", file=sys.stderr)
            return Outcome.failed(str(problem))
        finally:
            _ignore()  # it has ended anyhow, and what came of it is kept
    except Terminated:
        return CANCELED


def _finish(store: Store, task_run_id: int, owner: str, outcome: Outcome, fence: Fence) -> None:
    """Write how the task has ended."""

    def finish() -> None:
        with store.write() as rows:
            rows.tasks.finish(task_run_id, owner, outcome.result, outcome.message, outcome.output)

    until_it_works(fence, "how the task has ended cannot be written", finish)


def _terminate(_number: int, _frame: FrameType | None) -> None:
    _ignore()  # a second one is not to disturb the end
    raise Terminated


def _ignore() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
