"""A process that is cut off from the database ends before the scheduler gives its task to another one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from lakebook.jobs import processes
from lakebook.jobs.executors import OWNER
from lakebook.jobs.model import Result, State
from lakebook.jobs.store import StoreError, TaskRun
from lakebook.jobs.store.tasks import GIVE_UP, Tasks
from lakebook.jobs.worker import __main__ as worker
from lakebook.jobs.worker import fence as fences
from lakebook.jobs.worker import heartbeat, patience
from lakebook.jobs.worker.fence import CUT_OFF, Fence
from lakebook.jobs.worker.outcome import Outcome
from lakebook.jobs.worker.perform import _registered
from runtime.jobs.live import Live, notebook_task


class World:
    """A clock that is set, and what a fence has done by it."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.done: list[str] = []
        self.fence = Fence("token", clock=lambda: self.seconds, tell=partial(self.did, "told"), kill=self.did)

    def did(self, what: str) -> None:
        self.done.append(what)

    def after(self, seconds: float) -> list[str]:
        """What it has done when so much time has passed."""
        self.seconds += seconds
        self.fence.look()
        return self.done


@pytest.fixture
def world() -> World:
    return World()


def test_without_a_sign_of_life_it_tells_the_task_to_end_once_and_kills_what_is_left(world: World) -> None:
    assert world.after(80) == []
    assert world.after(1) == ["told"]
    assert world.after(19) == ["told"]
    assert world.after(1) == ["told", "token"]
    assert world.seconds - 1000 < GIVE_UP / 1000, "another one may have begun"


def test_each_sign_of_life_counts_from_when_it_was_begun(world: World) -> None:
    world.fence.renew(world.seconds + 50)
    assert world.after(130) == []
    assert world.after(1) == ["told"]


def test_a_machine_that_slept_kills_at_once(world: World) -> None:
    assert world.after(3600) == ["told", "token"]


@pytest.fixture
def handler() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


Run = Callable[..., TaskRun]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, world: World, handler: None) -> Run:
    """Lets this process run a task with a fence, one that takes long while 81 seconds pass; tells how it ended."""
    live = Live(tmp_path)
    run_id = live.start(notebook_task("load", "load.py", register={"model": "delays"}))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(OWNER, "token")
    monkeypatch.setattr(heartbeat, "HEARTBEAT", 10)
    monkeypatch.setattr(fences, "_PAUSE", 0.01)
    monkeypatch.setattr(patience, "_PAUSE", 0.01)
    world.fence._tell = fences.end_this_process
    monkeypatch.setattr(worker, "Fence", lambda _owner, needed: world.fence)
    with live.store.write() as rows:
        rows.tasks.change(live.task(run_id, "load"), state=State.PENDING, owner="token", process={"pid": os.getpid()})

    def take_long(_assignment: object) -> Outcome:
        world.seconds += 81
        time.sleep(60)
        return Outcome(Result.SUCCESS)

    def run(perform: Callable[[object], Outcome] = take_long) -> TaskRun:
        monkeypatch.setattr(worker, "perform", perform)
        worker.main([str(live.store.url), str(live.task(run_id, "load").task_run_id)])
        return live.task(run_id, "load")

    return run


def test_a_task_whose_signs_of_life_fail_ends_and_says_why_if_it_can(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise StoreError("The database of jobs cannot be used.")

    monkeypatch.setattr(Tasks, "heartbeat", fail)
    task = run()
    assert (task.state, task.result, task.message) == (State.INTERNAL_ERROR, Result.FAILED, CUT_OFF)


def test_a_process_whose_sign_of_life_hangs_is_killed(run: Run, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answer = threading.Event(), threading.Event()

    def hang(*_: object) -> State:
        asked.set()
        while not world.fence.is_cut_off:
            time.sleep(0.01)
        world.seconds += 21
        answer.wait(60)
        return State.RUNNING

    def take_long(_assignment: object) -> Outcome:
        assert asked.wait(20)
        world.seconds += 81
        time.sleep(60)
        return Outcome(Result.SUCCESS)

    def kill(owner: str) -> None:
        world.did(owner)
        answer.set()

    world.fence._kill = kill
    monkeypatch.setattr(Tasks, "heartbeat", hang)
    run(take_long)
    assert answer.is_set()
    assert "token" in world.done


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], bool]], list[int]]:
    """Lets the end of a task not be written as long as something holds; gives the attempts, which grow in number."""
    finish = Tasks.finish

    def away(while_: Callable[[], bool]) -> list[int]:
        attempts: list[int] = []

        def fail(self: Tasks, task_run_id: int, *outcome: Any) -> bool:
            attempts.append(task_run_id)
            if while_():
                raise StoreError("The database of jobs cannot be used.")
            return finish(self, task_run_id, *outcome)

        monkeypatch.setattr(Tasks, "finish", fail)
        return attempts

    return away


def test_what_came_of_a_task_is_written_when_the_database_is_back(
    run: Run, away: Callable[..., list[int]], capfd: pytest.CaptureFixture[str]
) -> None:
    attempts = away(lambda: len(attempts) < 3)
    task = run(lambda _: Outcome(Result.SUCCESS, "Whole.", {"rows": []}))
    assert (task.state, task.result, task.message, task.output) == (
        State.TERMINATED,
        Result.SUCCESS,
        "Whole.",
        {"rows": []},
    )
    assert len(attempts) == 3
    told = "lakebook: how the task has ended cannot be written yet: The database of jobs cannot be used.\n"
    assert capfd.readouterr().err == told


def test_register_waits_for_the_database_too(
    run: Run, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    attempts: list[int] = []
    get = Tasks.get

    def fail(self: Tasks, task_run_id: int) -> TaskRun:
        attempts.append(task_run_id)
        if len(attempts) < 3:
            raise StoreError("The database of jobs cannot be used.")
        return get(self, task_run_id)

    def perform(assignment: Any) -> Outcome:
        monkeypatch.setattr(Tasks, "get", fail)
        return _registered(assignment, Outcome(Result.SUCCESS, None, {"rows": []}))

    task = run(perform)
    assert (task.result, task.output) == (Result.FAILED, {"rows": []})
    assert task.message == "The task logged no model, so there is nothing to register."
    assert len(attempts) == 4  # the last one is the test's own
    assert "what the task has logged cannot be looked up yet: The database" in capfd.readouterr().err


def test_it_is_tried_until_the_process_is_killed(run: Run, world: World, away: Callable[..., list[int]]) -> None:
    def is_away() -> bool:
        world.seconds += 1
        return "token" not in world.done

    attempts = away(is_away)
    run(lambda _: Outcome(Result.SUCCESS))
    assert world.done[0] == "token"
    assert len(attempts) > 100


def test_without_a_fence_it_is_tried_once(run: Run, world: World, away: Callable[..., list[int]]) -> None:
    world.fence.needed = False
    attempts = away(lambda: len(attempts) < 3)
    assert run(lambda _: Outcome(Result.SUCCESS)).state is State.RUNNING
    assert len(attempts) == 1


def test_what_is_killed_is_all_that_has_the_token(tmp_path: Path) -> None:
    script = """
    import subprocess, sys
    from lakebook.jobs.worker.fence import kill_all
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    child = subprocess.Popen(sleep, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    print(child.pid, flush=True)
    kill_all("of this test")
    """
    command = [sys.executable, "-c", "\n".join(line.strip() for line in script.splitlines())]
    done = subprocess.run(
        command, env={**os.environ, OWNER: "of this test"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL
    deadline = time.monotonic() + 20  # a busy machine takes a moment to end what is killed
    while processes.started(int(done.stdout)) is not None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
