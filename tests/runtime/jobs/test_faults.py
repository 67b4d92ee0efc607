"""Whatever is killed, no run is lost and nothing runs twice at once: a short trial of ``benchmarks.faults``, and that it
would tell."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest
from benchmarks.faults import accounting, trial
from benchmarks.faults.flow import EVERY, Flow, make
from benchmarks.faults.killing import DAEMON, KINDS, SPARK_KINDS, drivers, left, victims

from lakebook.jobs.model import Result, State, TriggerType
from lakebook.spark.driver import CONNECTION
from lakebook.spark.launch import MAIN, settings_file
from lakebook.spark.workers import WORKSPACE

TIMES = 10


@pytest.mark.timeout(600)
def test_schedulers_workers_and_kernels_may_be_killed_at_any_moment(tmp_path: Path) -> None:
    tried = trial.tried(tmp_path, TIMES, seed=20)
    print(tried.text())
    assert tried.failures == []
    assert tried.killed.total() == TIMES
    assert set(tried.killed) == set(KINDS)


@pytest.mark.spark
@pytest.mark.timeout(1800)
def test_drivers_may_be_killed_too_and_tables_are_whole(tmp_path: Path) -> None:
    tried = trial.tried(tmp_path, TIMES, seed=89, spark=True)
    print(tried.text())
    assert tried.failures == []
    assert tried.killed.total() == TIMES
    assert set(tried.killed) == set(SPARK_KINDS)


def test_a_trial_gives_up_when_there_is_nothing_to_kill() -> None:
    tries = iter([False, True])
    assert trial.killed_in_time(lambda: next(tries), Random(0), patience=60)
    assert not trial.killed_in_time(lambda: False, Random(0), patience=0)


def test_drivers_and_what_they_leave_are_found(flow: Flow) -> None:
    settings = str(settings_file(flow.workspace.state / CONNECTION))
    driver = [sys.executable, "-c", "import time; time.sleep(600)", MAIN, settings]
    daemon = [sys.executable, "-c", "import time; time.sleep(600)", DAEMON]
    other = [sys.executable, "-c", "import time; time.sleep(600)", MAIN, "/elsewhere/driver.conf"]
    environment = {**os.environ, WORKSPACE: str(flow.workspace.root)}
    with ExitStack() as stack:
        started = []
        for command, variables in ((driver, environment), (daemon, environment), (other, os.environ)):
            started.append(stack.enter_context(subprocess.Popen(command, env=variables)))
            stack.callback(started[-1].kill)
        found = [[process.pid for process in victims(kind, flow)] for kind in ("driver", "daemon")]
        assert sorted(left(flow.workspace)) == sorted([" ".join(driver), " ".join(daemon)])
        assert found == [[started[0].pid], [started[1].pid]]
        started[0].kill()
        started[0].wait()
        assert drivers(flow.workspace) == []
        assert left(flow.workspace) == [" ".join(daemon)]


# -- the accounting notices -------------------------------------------------------------------------------------------


@pytest.fixture
def flow(tmp_path: Path) -> Flow:
    """All as it must be: each job has run for its due times, and the tasks have told so."""
    made = make(tmp_path)
    with made.store.write() as rows:
        for job_id, seconds in ((made.flow, EVERY), *((tick, 10) for tick in made.ticks)):
            for number in (1, 2, 3):
                run = rows.runs.create(job_id, TriggerType.PERIODIC, due_time=number * seconds * 1000)
                rows.runs.change(run.run_id, state=State.TERMINATED, result=Result.SUCCESS, end_time=1)
        run_ids = [run.run_id for run in rows.runs.page(made.flow)]
        for run_id in run_ids:
            for task in rows.tasks.of_run(run_id):
                rows.tasks.change(task, state=State.TERMINATED, result=Result.SUCCESS, end_time=1)
    for run_id in run_ids:
        with made.store.read() as rows:
            tasks = rows.tasks.of_run(run_id)
        for task in tasks:
            write(made, "begins", run_id, task.task_key, task.task_run_id)
            write(made, "ends", run_id, task.task_key, task.task_run_id)
    return made


def write(flow: Flow, what: str, run_id: int, key: str, task_run_id: int) -> None:
    with (flow.workspace.root / "record.jsonl").open("a") as file:
        file.write(f'["{what}", {run_id}, "{key}", {task_run_id}]\n')


def test_all_as_it_must_be(flow: Flow) -> None:
    assert accounting.failures(flow, []) == []


def test_a_lost_run(flow: Flow) -> None:
    assert accounting.failures(flow, [10**9]) == [f"run {10**9} is lost"]


def test_a_due_time_that_was_left_out(flow: Flow) -> None:
    with flow.store.write() as rows:
        middle = rows.runs.page(flow.ticks[0])[1]
        rows.runs.change(middle.run_id, due_time=None)
    assert accounting.failures(flow, []) == ["tick 0 was not run for its due time 20000"]


def test_a_run_that_failed_and_one_that_goes_on(flow: Flow) -> None:
    with flow.store.write() as rows:
        one, two, _ = rows.runs.page(flow.flow)
        rows.runs.change(one.run_id, result=Result.FAILED, message="So it was.")
        rows.runs.change(two.run_id, state=State.RUNNING, result=None, end_time=None)
    assert set(accounting.failures(flow, [])) == {
        f"run {one.run_id} of flow is TERMINATED FAILED: So it was.",
        f"run {two.run_id} of flow is RUNNING None: None",
    }


def test_a_task_that_was_done_twice(flow: Flow) -> None:
    with flow.store.read() as rows:
        task = rows.tasks.of_run(rows.runs.page(flow.flow)[0].run_id)[0]
    write(flow, "doubled", task.run_id, task.task_key, task.task_run_id)
    write(flow, "begins", task.run_id, task.task_key, task.task_run_id)
    assert accounting.failures(flow, []) == [
        f"task {task.task_key} of run {task.run_id} ran twice at once",
        f"task run {task.task_run_id} was begun 2 times",
    ]


def test_a_task_that_says_it_succeeded_before_it_did(flow: Flow) -> None:
    record = flow.workspace.root / "record.jsonl"
    *kept, last = record.read_text().splitlines(keepends=True)
    record.write_text("".join(kept))
    assert "ends" in last
    (failure,) = accounting.failures(flow, [])
    assert failure.endswith("is said to have succeeded, and has not ended its work")
