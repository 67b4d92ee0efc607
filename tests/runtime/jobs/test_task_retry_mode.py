"""Tasks of continuous jobs that fail: tried again beside others that run, or a new run takes the place of theirs."""

from __future__ import annotations

from collections.abc import Callable

from lakebook.jobs.model import Result, State
from lakebook.jobs.store import Repair, TaskRun
from runtime.jobs.harness import Bench, notebook

Make = Callable[..., Bench]

ON_FAILURE = {"task_retry_mode": "ON_FAILURE"}


def stream(bench: Bench, task: TaskRun) -> None:
    """The body of a task that goes on and on."""
    with bench.store.write() as rows:
        rows.tasks.heartbeat(task.task_run_id, task.owner or "")


def retry_after(bench: Bench, run_id: int, key: str) -> float:
    """Let a task fail, and then the time pass until its next attempt; returns the seconds."""
    bench.step(4)
    task = bench.task(run_id, key)
    assert task.state is State.WAITING_FOR_RETRY
    assert task.retry_at is not None
    seconds = (task.retry_at - bench.store.time) / 1000
    for _ in range(round(seconds / 5)):  # with signs of life in between
        bench.pass_time(5)
        bench.world.work()
    return seconds


def test_a_task_is_tried_again_beside_another_that_runs_and_waits_longer_each_time(make_bench: Make) -> None:
    bench = make_bench(bad=Result.FAILED, good=lambda task: stream(bench, task))
    job_id = bench.job(notebook("bad"), notebook("good"), continuous=ON_FAILURE)
    bench.step(2)
    (run,) = bench.runs(job_id)
    assert [retry_after(bench, run.run_id, "bad") for _ in range(3)] == [10, 20, 40]
    bench.step(6)
    (run,) = bench.runs(job_id)
    assert (run.state, run.result) == (State.TERMINATED, Result.FAILED)
    assert run.message == "Task bad failed after 3 retries. A new run takes the place of this one."
    assert bench.results(run.run_id) == {"bad": Result.FAILED, "good": Result.CANCELED}
    bench.pass_time(10)
    bench.step(2)
    assert len(bench.runs(job_id)) == 2


def test_a_task_alone_is_tried_again_as_often(make_bench: Make) -> None:
    bench = make_bench(bad=lambda task: Result.SUCCESS if task.attempt == 3 else Result.FAILED)
    job_id = bench.job(notebook("bad"), continuous=ON_FAILURE)
    bench.step(2)
    (run,) = bench.runs(job_id)
    for _ in range(3):
        retry_after(bench, run.run_id, "bad")
    assert bench.finish(run.run_id).result is Result.SUCCESS


def test_without_another_that_runs_its_first_attempt_a_new_run_begins(make_bench: Make) -> None:
    bench = make_bench(bad=lambda task: Result.FAILED if task.run_id in ended else None)
    ended: set[int] = set()
    job_id = bench.job(notebook("bad"), notebook("good"), continuous=ON_FAILURE)
    bench.step(2)
    (run,) = bench.runs(job_id)
    bench.step(4)
    ended.add(run.run_id)
    assert bench.finish(run.run_id).message == (
        "Task bad failed, and no other one runs its first attempt. A new run takes the place of this one."
    )
    assert bench.results(run.run_id) == {"bad": Result.FAILED, "good": Result.SUCCESS}


def test_a_task_that_waits_for_its_retry_does_so_only_while_another_runs(make_bench: Make) -> None:
    bench = make_bench(bad=Result.FAILED, good=lambda _task: Result.SUCCESS if ends else None)
    ends: list[bool] = []
    job_id = bench.job(notebook("bad"), notebook("good"), continuous=ON_FAILURE)
    bench.step(2)
    (run,) = bench.runs(job_id)
    bench.step(4)
    assert bench.task(run.run_id, "bad").state is State.WAITING_FOR_RETRY
    ends.append(True)
    assert bench.finish(run.run_id).result is Result.FAILED
    assert [task.result for task in bench.tasks(run.run_id) if task.task_key == "bad"] == [
        Result.FAILED,
        Result.CANCELED,
    ]


def test_with_never_no_task_is_tried_again_and_the_others_go_on(make_bench: Make) -> None:
    bench = make_bench(bad=Result.FAILED, good=lambda task: stream(bench, task))
    job_id = bench.job(notebook("bad", max_retries=5), notebook("good"), continuous={"task_retry_mode": "NEVER"})
    bench.step(6)
    (run,) = bench.runs(job_id)
    assert bench.states(run.run_id) == {"bad": State.TERMINATED, "good": State.RUNNING}
    assert len(bench.tasks(run.run_id)) == 2


def test_a_repair_is_not_ended_by_what_failed_before_it(make_bench: Make) -> None:
    bench = make_bench(bad=Result.FAILED, good=lambda task: stream(bench, task))
    job_id = bench.job(notebook("bad"), notebook("good"), continuous={**ON_FAILURE, "pause_status": "PAUSED"})
    run_id = bench.start(job_id)
    for _ in range(3):
        retry_after(bench, run_id, "bad")
    assert bench.finish(run_id).result is Result.FAILED
    with bench.store.write() as rows:
        rows.repairs.create(run_id, Repair(rerun_tasks=["good"]))
    bench.step(4)
    assert bench.task(run_id, "good").state is State.RUNNING
