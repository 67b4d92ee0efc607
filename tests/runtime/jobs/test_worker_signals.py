"""The process that runs a task is told to end: before its kernel, after it, and when all is done. Without kernels."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from nbformat.v4 import new_notebook

from lakebook.jobs.executors import OWNER
from lakebook.jobs.model import Result, State
from lakebook.jobs.store import TaskRun
from lakebook.jobs.worker import __main__ as worker
from lakebook.jobs.worker.heartbeat import Heartbeat
from lakebook.jobs.worker.outcome import Outcome
from lakebook.run import Runner
from lakebook.transcript import Transcript
from runtime.jobs.live import Live, notebook_task

Ended = Callable[[Callable[[], Outcome]], TaskRun]


def terminate() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


@pytest.fixture(autouse=True)
def handler() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ended:
    """Lets this process run a task that does as a function says, and tells how it ended."""
    monkeypatch.chdir(tmp_path)
    live = Live(tmp_path)
    run_id = live.start(notebook_task("load", "load.py"))
    monkeypatch.setenv(OWNER, "token")
    with live.store.write() as rows:
        rows.tasks.change(live.task(run_id, "load"), state=State.PENDING, owner="token", process={"pid": os.getpid()})

    def run(body: Callable[[], Outcome]) -> TaskRun:
        monkeypatch.setattr(worker, "perform", lambda _assignment: body())
        worker.main([str(live.store.url), str(live.task(run_id, "load").task_run_id)])
        return live.task(run_id, "load")

    return run


def test_one_that_is_told_to_end_says_so_before_it_does(ended: Ended) -> None:
    def body() -> Outcome:
        terminate()
        return Outcome(Result.SUCCESS)

    task = ended(body)
    assert (task.state, task.result) == (State.INTERNAL_ERROR, Result.FAILED)
    assert task.message == "Its process was ended by a signal from outside."


@pytest.mark.parametrize("told_before", [False, True])
def test_what_has_come_of_a_task_is_kept_when_its_process_is_told_to_end_after_it(
    ended: Ended, monkeypatch: pytest.MonkeyPatch, told_before: bool
) -> None:
    beating = Heartbeat.beating

    @contextmanager
    def told_meanwhile(self: Heartbeat) -> Iterator[None]:
        with beating(self):
            try:
                yield
            finally:
                terminate()

    def body() -> Outcome:
        if told_before:
            terminate()
        return Outcome(Result.SUCCESS)

    monkeypatch.setattr(Heartbeat, "beating", told_meanwhile)
    assert ended(body).result is (Result.FAILED if told_before else Result.SUCCESS)


def test_between_the_kernel_and_the_end_the_process_can_still_be_told(ended: Ended) -> None:
    runner = Runner(new_notebook(), Transcript(0), (), lambda: None)

    async def run() -> None:
        with runner._signals():
            pass

    def body() -> Outcome:
        asyncio.run(run())
        terminate()
        return Outcome(Result.SUCCESS)

    assert ended(body).state is State.INTERNAL_ERROR
