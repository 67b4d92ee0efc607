"""Schedulers and tasks as real processes, which are killed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lakebook.config import Workspace, find_workspace
from lakebook.jobs.model import Result, State
from lakebook.jobs.store import Run, Store, TaskRun, open_store
from runtime.jobs.harness import notebook
from runtime.jobs.scheduler_process import scheduler

SCRIPT = Path(__file__).with_name("scheduler_process.py")


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    (tmp_path / "lakebook.toml").touch()
    return find_workspace(tmp_path)


@pytest.fixture
def store(place: Workspace) -> Iterator[Store]:
    store = open_store(place)
    yield store
    store.close()


@pytest.fixture
def schedulers(place: Workspace) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts schedulers, each in a process of its own."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        log = (place.root / "scheduler.log").open("ab")
        started.append(subprocess.Popen([sys.executable, str(SCRIPT), str(place.root)], stdout=log, stderr=log))
        log.close()
        return started[-1]

    yield start
    for one in started:
        one.terminate()
        one.wait()


@contextlib.contextmanager
def scheduling(place: Workspace, store: Store, grace: float = 1.0) -> Iterator[None]:
    """A scheduler in a thread."""
    stop = threading.Event()
    thread = threading.Thread(target=scheduler(place, store, grace).run, args=[stop])
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def start(store: Store, place: Workspace, *tasks: dict[str, Any]) -> int:
    with store.write() as rows:
        return rows.runs.submit({"name": "job", "tasks": list(tasks)}, str(place.root)).run_id


def task(key: str, *needs: str, seconds: float = 0, retries: int = 0, **behaviour: bool) -> dict[str, Any]:
    settings = notebook(key, *needs, max_retries=retries)
    settings["notebook_task"]["base_parameters"] = {"seconds": seconds, **behaviour}
    return settings


def wait_until(holds: Callable[[], Any]) -> None:
    """The test's own time limit ends what never holds."""
    while not holds():
        time.sleep(0.05)


def end_of(store: Store, run_id: int) -> Run:
    def run() -> Run:
        with store.read() as rows:
            return rows.runs.get(run_id)

    wait_until(lambda: run().end_time)
    return run()


def tasks_of(store: Store, run_id: int) -> list[TaskRun]:
    with store.read() as rows:
        return rows.tasks.of_run(run_id)


def record(place: Workspace) -> list[str]:
    file = place.root / "record"
    return file.read_text().splitlines() if file.exists() else []


def test_when_the_leader_is_killed_the_one_that_waits_goes_on_and_nothing_runs_twice(
    place: Workspace, store: Store, schedulers: Callable[[], subprocess.Popen[bytes]]
) -> None:
    first = schedulers()
    run_id = start(store, place, task("a", seconds=1), task("b", "a", seconds=1), task("c", "b"))
    wait_until(lambda: "a begins" in record(place))
    schedulers()
    wait_until(lambda: "waits to take over" in (place.root / "scheduler.log").read_text())
    os.kill(first.pid, signal.SIGKILL)
    assert end_of(store, run_id).result is Result.SUCCESS
    assert record(place) == ["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]


def test_a_task_goes_on_without_a_scheduler_and_the_next_one_finds_what_it_did(
    place: Workspace, store: Store, schedulers: Callable[[], subprocess.Popen[bytes]]
) -> None:
    first = schedulers()
    run_id = start(store, place, task("a", seconds=0.5), task("b", "a"))
    wait_until(lambda: "a begins" in record(place))
    os.kill(first.pid, signal.SIGKILL)
    wait_until(lambda: "a ends" in record(place))
    wait_until(lambda: tasks_of(store, run_id)[0].result is Result.SUCCESS)
    schedulers()
    assert end_of(store, run_id).result is Result.SUCCESS
    assert record(place) == ["a begins", "a ends", "b begins", "b ends"]


def test_what_a_killed_task_left_behind_is_ended_before_its_next_attempt(place: Workspace, store: Store) -> None:
    with scheduling(place, store):
        run_id = start(store, place, task("a", retries=1, dies=True))
        assert end_of(store, run_id).result is Result.SUCCESS
    assert record(place) == ["a begins", "a begins", "kernel is gone", "a ends"]
    first, _ = tasks_of(store, run_id)
    assert first.state is State.INTERNAL_ERROR
    assert "was killed" in (first.message or "")


def test_a_cancelled_task_that_does_not_listen_is_killed(place: Workspace, store: Store) -> None:
    with scheduling(place, store, grace=0.3):
        run_id = start(store, place, task("a", seconds=600, deaf=True))
        wait_until(lambda: "a begins" in record(place))
        with store.write() as rows:
            rows.runs.cancel(run_id)
        assert end_of(store, run_id).result is Result.CANCELED
    assert tasks_of(store, run_id)[0].result is Result.CANCELED
    assert record(place) == ["a begins"]


def test_the_log_has_what_the_process_wrote(place: Workspace, store: Store) -> None:
    with scheduling(place, store):
        run_id = start(store, place, notebook("a"))  # without base_parameters, of which the process complains
        assert end_of(store, run_id).result is Result.FAILED
    log = place.state / "jobs" / "runs" / str(run_id) / "a.0.log"
    assert "base_parameters" in log.read_text()
