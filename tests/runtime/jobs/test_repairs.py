"""Repairs: what runs again of a run that has ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lakebook.jobs.model import Result, State
from lakebook.jobs.store import Repair, RepairError
from runtime.jobs.harness import Bench, Worker, condition, loop, notebook

Make = Callable[..., Bench]


def repair(bench: Bench, run_id: int, **how: Any) -> int:
    with bench.store.write() as rows:
        return rows.repairs.create(run_id, Repair(**how))


def test_failed_tasks_and_those_that_waited_for_them_run_again(make_bench: Make) -> None:
    bench = make_bench(b=lambda task: Result.SUCCESS if task.attempt else Result.FAILED)
    run_id = bench.run(notebook("a"), notebook("b", "a"), notebook("c", "b"), notebook("d", "a"))
    assert bench.finish(run_id).result is Result.FAILED
    bench.world.ran.clear()
    number = repair(bench, run_id, rerun_all_failed_tasks=True)
    run = bench.finish(run_id)
    assert run.result is Result.SUCCESS
    assert bench.world.ran == ["b", "c"]
    original, again = run.repairs
    assert (original["id"], original["result"]) == (None, "FAILED")
    assert (again["id"], again["result"]) == (number, "SUCCESS")
    assert again["task_run_ids"] == [bench.task(run_id, key).task_run_id for key in ("b", "c")]


def test_tasks_below_run_again_only_if_asked_for(bench: Bench) -> None:
    run_id = bench.run(notebook("a"), notebook("b", "a"), notebook("c", "b"), notebook("other"))
    bench.finish(run_id)
    bench.world.ran.clear()
    number = repair(bench, run_id, rerun_tasks=["a"])
    bench.finish(run_id)
    assert bench.world.ran == ["a"]
    repair(bench, run_id, rerun_tasks=["a"], rerun_dependent_tasks=True, latest_repair_id=number)
    bench.finish(run_id)
    assert bench.world.ran == ["a", "a", "b", "c"]


def test_a_condition_that_turns_out_otherwise_opens_the_other_branch(bench: Bench) -> None:
    run_id = bench.run(
        condition("if", "{{job.parameters.x}}", "LESS_THAN", "5"),
        notebook("yes", {"task_key": "if", "outcome": "true"}),
        notebook("no", {"task_key": "if", "outcome": "false"}),
        parameters=[{"name": "x", "default": "1"}],
    )
    bench.finish(run_id)
    repair(bench, run_id, rerun_tasks=["if"], rerun_dependent_tasks=True, job_parameters={"x": "9"})
    assert bench.finish(run_id).result is Result.SUCCESS
    assert bench.world.ran == ["yes", "no"]


def test_of_a_loop_only_iterations_that_failed_run_again(make_bench: Make) -> None:
    bench = make_bench(each=lambda task: Result.FAILED if task.input == 2 and not task.attempt else Result.SUCCESS)
    run_id = bench.run(loop("each", "[1, 2, 3]"))
    assert bench.finish(run_id).result is Result.FAILED
    bench.world.ran.clear()
    repair(bench, run_id, rerun_all_failed_tasks=True)
    assert bench.finish(run_id).result is Result.SUCCESS
    assert bench.world.ran == ["each[1]"]


def let_linger(bench: Bench, run_id: int, attempt: str) -> Worker:
    """Let the first process live on, although its task run, of this name, has ended."""
    worker = bench.world.workers[0]
    worker.alive = True
    with bench.store.write() as rows:
        rows.tasks.change(bench.task(run_id, attempt), process={"worker": 0})
    return worker


@pytest.mark.parametrize(
    ("task", "attempt"), [(notebook("a"), "a"), (loop("a", "[1]"), "a[0]")], ids=["task", "iteration"]
)
def test_what_is_repaired_waits_until_nothing_is_left_of_the_attempt_before(
    make_bench: Make, task: dict[str, Any], attempt: str
) -> None:
    bench = make_bench(a=lambda task: Result.SUCCESS if task.attempt else Result.FAILED)
    run_id = bench.run(task)
    bench.finish(run_id)
    worker = let_linger(bench, run_id, attempt)
    repair(bench, run_id, rerun_all_failed_tasks=True)
    for _ in range(5):
        bench.scheduler.step()
    assert bench.task(run_id, attempt).state is State.BLOCKED
    assert bench.world.ran == [attempt]
    worker.alive = False
    assert bench.finish(run_id).result is Result.SUCCESS


def test_a_repaired_loop_starts_those_iterations_of_which_nothing_is_left(make_bench: Make) -> None:
    bench = make_bench(a=lambda task: Result.SUCCESS if task.attempt else Result.FAILED)
    run_id = bench.run(loop("a", "[1, 2]"))
    bench.finish(run_id)
    let_linger(bench, run_id, "a[0]")
    repair(bench, run_id, rerun_all_failed_tasks=True)
    for _ in range(5):
        bench.scheduler.step()
    assert [bench.task(run_id, f"a[{number}]").state for number in range(2)] == [State.BLOCKED, State.PENDING]


def test_a_repaired_task_has_all_its_retries_again(make_bench: Make) -> None:
    bench = make_bench(a=lambda task: Result.SUCCESS if task.attempt == 3 else Result.FAILED)
    run_id = bench.run(notebook("a", max_retries=1))
    bench.finish(run_id)
    repair(bench, run_id, rerun_all_failed_tasks=True)
    assert bench.finish(run_id).result is Result.SUCCESS
    assert [(task.attempt, task.retry) for task in bench.tasks(run_id)] == [(0, 0), (1, 1), (2, 0), (3, 1)]


def test_a_failed_task_that_is_not_repaired_is_not_tried_again_either(make_bench: Make) -> None:
    bench = make_bench(a=lambda _task: None)
    run_id = bench.run(notebook("a", max_retries=9), notebook("b"))
    bench.step(4)
    bench.world.kill("a")
    with bench.store.write() as rows:
        rows.runs.cancel(run_id)
    bench.finish(run_id)
    repair(bench, run_id, rerun_tasks=["b"])
    bench.finish(run_id)
    assert [task.task_key for task in bench.tasks(run_id)] == ["a", "b", "b"]


def test_the_settings_that_the_job_has_now_count(make_bench: Make) -> None:
    bench = make_bench(a=Result.FAILED)
    job_id = bench.job(notebook("a"))
    run_id = bench.start(job_id)
    bench.finish(run_id)
    with bench.store.write() as rows:
        rows.jobs.reset(job_id, {"name": "job", "tasks": [notebook("a", disabled=True), notebook("new")]})
    repair(bench, run_id, rerun_all_failed_tasks=True)
    assert bench.finish(run_id).result is Result.SUCCESS
    assert bench.results(run_id) == {"a": "DISABLED", "new": "SUCCESS"}


def test_a_repair_is_never_skipped_for_other_runs_of_its_job(make_bench: Make) -> None:
    bench = make_bench(a=lambda task: Result.SUCCESS if task.attempt else Result.FAILED)
    job_id = bench.job(notebook("a"))
    run_id = bench.start(job_id)
    bench.finish(run_id)
    bench.start(job_id)
    bench.step()
    repair(bench, run_id, rerun_all_failed_tasks=True)
    assert bench.finish(run_id).result is Result.SUCCESS


def test_a_repair_that_is_cancelled_while_it_waits_has_ended(make_bench: Make) -> None:
    bench = make_bench(a=Result.FAILED)
    job_id = bench.job(notebook("a"))
    run_id = bench.start(job_id)
    bench.finish(run_id)
    bench.start(job_id)
    bench.step()
    repair(bench, run_id, rerun_all_failed_tasks=True)
    with bench.store.write() as rows:
        rows.runs.cancel(run_id)
    again = bench.finish(run_id).repairs[-1]
    assert (again["state"], again["result"], again["end_time"]) == ("TERMINATED", "CANCELED", bench.store.time)


def test_what_cannot_be_repaired_says_why(make_bench: Make) -> None:
    bench = make_bench(bad=Result.FAILED)
    run_id = bench.run(notebook("a"), notebook("bad"))
    with pytest.raises(RepairError, match="has not ended"):
        repair(bench, run_id, rerun_all_failed_tasks=True)
    bench.finish(run_id)
    with pytest.raises(RepairError, match="has no task typo; it has a, bad"):
        repair(bench, run_id, rerun_tasks=["typo"])
    with pytest.raises(RepairError, match="exclude each other"):
        repair(bench, run_id, rerun_tasks=["a"], rerun_all_failed_tasks=True)
    number = repair(bench, run_id, rerun_all_failed_tasks=True)
    bench.finish(run_id)
    with pytest.raises(RepairError, match=f"the latest repair of run {run_id} is {number}"):
        repair(bench, run_id, rerun_all_failed_tasks=True)
    with pytest.raises(RepairError, match="All tasks of run"):
        repair(bench, run_id, latest_repair_id=number)
