"""Runs of jobs: what starts when, retries, timeouts, cancelling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lakebook.jobs.model import Result, State
from lakebook.jobs.store import TaskRun
from runtime.jobs.harness import Bench, condition, loop, notebook

Make = Callable[..., Bench]


def test_tasks_run_after_those_they_depend_on(bench: Bench) -> None:
    run_id = bench.run(notebook("c", "a", "b"), notebook("a"), notebook("b", "a"))
    run = bench.finish(run_id)
    assert (run.state, run.result) == (State.TERMINATED, Result.SUCCESS)
    assert bench.world.ran == ["a", "b", "c"]


def test_a_task_whose_upstream_failed_does_not_start_and_says_why(make_bench: Make) -> None:
    bench = make_bench(a=Result.FAILED)
    run_id = bench.run(notebook("a"), notebook("b", "a"), notebook("cleanup", "a", run_if="ALL_DONE"))
    run = bench.finish(run_id)
    assert run.result is Result.FAILED
    assert run.message == "Task a failed."
    assert bench.results(run_id) == {"a": "FAILED", "b": "UPSTREAM_FAILED", "cleanup": "SUCCESS"}
    assert bench.task(run_id, "b").state is State.SKIPPED
    assert bench.task(run_id, "b").message == "Upstream task a failed."


def test_only_the_tasks_asked_for_run(bench: Bench) -> None:
    job_id = bench.job(notebook("a"), notebook("b", "a"), notebook("c", "b"))
    run_id = bench.start(job_id, only=["b"])
    assert bench.finish(run_id).result is Result.SUCCESS
    assert bench.results(run_id) == {"b": "SUCCESS"}


def test_one_time_runs_need_no_job(bench: Bench) -> None:
    with bench.store.write() as rows:
        run = rows.runs.submit({"run_name": "once", "tasks": [notebook("a")]}, str(bench.folder), idempotency_token="x")
        again = rows.runs.submit(
            {"run_name": "once", "tasks": [notebook("a")]}, str(bench.folder), idempotency_token="x"
        )
    assert again == run
    assert bench.finish(run.run_id).result is Result.SUCCESS


# -- retries ----------------------------------------------------------------------------------------------------------


def succeeds_at(attempt: int) -> Callable[[TaskRun], Result]:
    return lambda task: Result.SUCCESS if task.attempt == attempt else Result.FAILED


def test_a_task_is_tried_again_as_often_as_asked(make_bench: Make) -> None:
    bench = make_bench(a=Result.FAILED)
    run_id = bench.run(notebook("a", max_retries=2))
    assert bench.finish(run_id).result is Result.FAILED
    assert [(task.attempt, task.result) for task in bench.tasks(run_id)] == [
        (0, "FAILED"),
        (1, "FAILED"),
        (2, "FAILED"),
    ]


def test_without_a_limit_a_task_is_tried_until_it_succeeds(make_bench: Make) -> None:
    bench = make_bench(a=succeeds_at(7))
    run_id = bench.run(notebook("a", max_retries=-1), notebook("b", "a"))
    assert bench.finish(run_id).result is Result.SUCCESS
    assert bench.world.ran == ["a"] * 8 + ["b"]


def test_the_interval_between_attempts_counts_from_the_start_of_the_one_before(make_bench: Make) -> None:
    bench = make_bench(a=succeeds_at(1))
    run_id = bench.run(notebook("a", max_retries=1, min_retry_interval_millis=60_000))
    bench.step(6)
    assert bench.task(run_id, "a").state is State.WAITING_FOR_RETRY
    assert bench.scheduler.step() <= 60
    bench.pass_time(59)
    bench.step(3)
    assert bench.world.ran == ["a"]
    bench.pass_time(1)
    assert bench.finish(run_id).result is Result.SUCCESS


# -- processes --------------------------------------------------------------------------------------------------------


def never(_task: TaskRun) -> None:
    """The work of a task that does not end."""


def test_a_task_whose_process_was_killed_is_an_internal_error_and_is_tried_again(make_bench: Make) -> None:
    bench = make_bench(a=lambda task: Result.SUCCESS if task.attempt else None)
    run_id = bench.run(notebook("a", max_retries=1))
    bench.step(3)
    bench.world.kill("a")
    assert bench.finish(run_id).result is Result.SUCCESS
    first = bench.tasks(run_id)[0]
    assert (first.state, first.result) == (State.INTERNAL_ERROR, Result.FAILED)
    assert "was killed" in (first.message or "")


def test_a_task_whose_process_was_told_to_end_by_somebody_else_is_tried_again(make_bench: Make) -> None:
    bench = make_bench(a=lambda task: Result.SUCCESS if task.attempt else Result.CANCELED)
    run_id = bench.run(notebook("a", max_retries=1))
    assert bench.finish(run_id).result is Result.SUCCESS
    assert [task.state for task in bench.tasks(run_id)] == [State.INTERNAL_ERROR, State.TERMINATED]


def test_a_process_that_gives_no_sign_of_life_is_ended(make_bench: Make) -> None:
    bench = make_bench(a=never)
    run_id = bench.run(notebook("a"))
    bench.step(3)
    bench.pass_time(16)
    run = bench.finish(run_id)
    assert run.result is Result.FAILED
    assert bench.task(run_id, "a").message == "Its process gave no sign of life, and was ended."


def test_no_next_attempt_starts_while_something_is_left_of_the_one_before(make_bench: Make) -> None:
    bench = make_bench(a=succeeds_at(1))
    run_id = bench.run(notebook("a", max_retries=1))
    bench.step(2)
    (worker,) = bench.world.workers
    worker.alive = True  # it has ended its row, and lingers
    for _ in range(5):
        bench.scheduler.step()
    assert [task.attempt for task in bench.tasks(run_id)] == [0]
    worker.alive = False
    assert bench.finish(run_id).result is Result.SUCCESS


def leave_unreachable(bench: Bench) -> None:
    """What runs is now on another machine, or of this one before it was started anew."""
    for worker in bench.world.workers:
        worker.reachable = False


def test_a_task_that_had_not_begun_when_the_machine_was_started_anew_is_started_again_at_once(bench: Bench) -> None:
    run_id = bench.run(notebook("a"))
    bench.scheduler.step()
    (before,) = bench.world.workers
    before.reachable, before.restarted, before.alive = False, True, False
    bench.step(3)
    assert bench.world.ran == ["a"]
    assert bench.finish(run_id).result is Result.SUCCESS
    assert [task.attempt for task in bench.tasks(run_id)] == [0]


def test_one_that_lives_all_the_same_does_nothing(bench: Bench) -> None:
    bench.run(notebook("a"))
    bench.scheduler.step()
    (before,) = bench.world.workers
    before.reachable, before.restarted = False, True  # it is another machine's, which has the same name
    bench.step(3)
    assert not before.claimed
    assert bench.world.ran == ["a"]


def test_a_task_that_has_begun_is_waited_for_after_the_machine_was_started_anew(make_bench: Make) -> None:
    bench = make_bench(a=never)
    bench.run(notebook("a"))
    bench.step(3)
    (before,) = bench.world.workers
    before.reachable, before.restarted = False, True
    bench.step(3)
    assert bench.world.ran == ["a"]


def test_a_task_that_ended_by_itself_elsewhere_is_tried_again(make_bench: Make) -> None:
    bench = make_bench(a=succeeds_at(1))
    run_id = bench.run(notebook("a", max_retries=1))
    bench.scheduler.step()
    leave_unreachable(bench)
    assert bench.finish(run_id).result is Result.SUCCESS
    assert bench.world.ran == ["a", "a"]


def test_a_task_that_succeeded_elsewhere_is_not_looked_after_any_more(bench: Bench) -> None:
    run_id = bench.run(notebook("a"), notebook("b", "a"))
    bench.scheduler.step()
    leave_unreachable(bench)
    bench.finish(run_id)
    bench.scheduler.step()
    assert [task.process for task in bench.tasks(run_id)] == [None, None]


def test_a_silent_process_elsewhere_is_given_up_in_the_end_and_its_task_is_tried_again(make_bench: Make) -> None:
    bench = make_bench(a=lambda task: Result.SUCCESS if task.attempt else None)
    run_id = bench.run(notebook("a", max_retries=1))
    bench.step(3)
    leave_unreachable(bench)
    bench.pass_time(16)
    bench.step(2)
    bench.pass_time(119)
    bench.step(3)
    assert bench.states(run_id) == {"a": State.TERMINATING}
    bench.pass_time(2)
    assert bench.finish(run_id).result is Result.SUCCESS


def test_a_process_elsewhere_whose_task_the_scheduler_ended_is_waited_for_first(make_bench: Make) -> None:
    bench = make_bench(a=never)
    run_id = bench.run(notebook("a"))
    bench.step(3)
    leave_unreachable(bench)
    give_up(bench, run_id)
    bench.pass_time(119)
    bench.step(2)
    assert bench.task(run_id, "a").process is not None
    bench.pass_time(121)
    bench.step()
    assert bench.task(run_id, "a").process is None


def give_up(bench: Bench, run_id: int) -> None:
    """Let the scheduler not know how to go on with a run."""
    bench.scheduler._advance.give_up(bench.get(run_id), bench.tasks(run_id), RuntimeError("broken"))


def test_a_process_that_cannot_start_is_an_error_of_its_task(bench: Bench) -> None:
    bench.executor.problem = "There is no memory for it."
    run_id = bench.run(notebook("a"))
    assert bench.finish(run_id).result is Result.FAILED
    assert bench.task(run_id, "a").message == "There is no memory for it."


# -- timeouts and cancelling ------------------------------------------------------------------------------------------


def test_a_task_that_takes_too_long_is_ended(make_bench: Make) -> None:
    bench = make_bench(a=never)
    run_id = bench.run(notebook("a", timeout_seconds=10), notebook("b", "a"))
    bench.step(3)
    assert bench.scheduler.step() <= 10
    bench.pass_time(10)
    run = bench.finish(run_id)
    assert bench.results(run_id) == {"a": "TIMEDOUT", "b": "UPSTREAM_FAILED"}
    assert run.result is Result.FAILED
    assert bench.task(run_id, "a").message == "The task took longer than its timeout of 10 s."


@pytest.mark.parametrize(("retry", "attempts"), [(True, 2), (False, 1)])
def test_whether_a_timeout_is_tried_again_is_said_by_its_own_setting(
    make_bench: Make, retry: bool, attempts: int
) -> None:
    bench = make_bench(a=lambda task: Result.SUCCESS if task.attempt else None)
    run_id = bench.run(notebook("a", timeout_seconds=10, max_retries=3, retry_on_timeout=retry))
    bench.step(3)
    bench.pass_time(10)
    run = bench.finish(run_id)
    assert len(bench.tasks(run_id)) == attempts
    assert run.result is (Result.SUCCESS if retry else Result.TIMEDOUT)


def test_a_run_that_takes_too_long_is_ended(make_bench: Make) -> None:
    bench = make_bench(a=never)
    run_id = bench.run(notebook("a"), notebook("b", "a"), timeout_seconds=5)
    bench.step(3)
    bench.pass_time(5)
    assert bench.finish(run_id).result is Result.TIMEDOUT
    assert bench.results(run_id) == {"a": "TIMEDOUT", "b": "TIMEDOUT"}


def test_cancelling_ends_what_runs_and_what_waits(make_bench: Make) -> None:
    bench = make_bench(a=never)
    run_id = bench.run(notebook("a"), notebook("b", "a", run_if="ALL_DONE"), notebook("done"))
    bench.step(4)
    with bench.store.write() as rows:
        rows.runs.cancel(run_id)
    run = bench.finish(run_id)
    assert (run.state, run.result) == (State.TERMINATED, Result.CANCELED)
    assert bench.results(run_id) == {"a": "CANCELED", "b": "CANCELED", "done": "SUCCESS"}
    assert not [worker for worker in bench.world.workers if worker.alive]


def test_a_cancelled_task_is_not_tried_again_and_its_cleanup_runs(make_bench: Make) -> None:
    bench = make_bench(a=never)
    run_id = bench.run(
        notebook("a", max_retries=5), notebook("b", "a"), notebook("cleanup", "b", run_if="AT_LEAST_ONE_FAILED")
    )
    bench.step(3)
    with bench.store.write() as rows:
        rows.tasks.cancel(bench.task(run_id, "a").task_run_id)
    run = bench.finish(run_id)
    assert bench.results(run_id) == {"a": "CANCELED", "b": "UPSTREAM_CANCELED", "cleanup": "SUCCESS"}
    assert run.result is Result.SUCCESS_WITH_FAILURES


def test_what_succeeds_while_it_is_being_cancelled_has_succeeded(make_bench: Make) -> None:
    bench = make_bench(a=never)
    run_id = bench.run(notebook("a"))
    bench.step(3)
    (worker,) = bench.world.workers
    with bench.store.write() as rows:
        rows.runs.cancel(run_id)
    bench.scheduler.step()
    with bench.store.write() as rows:
        assert rows.tasks.heartbeat(worker.task_run_id, worker.owner) is State.TERMINATING
        assert rows.tasks.finish(worker.task_run_id, worker.owner, Result.SUCCESS)
    worker.alive = False
    assert bench.finish(run_id).result is Result.CANCELED
    assert bench.results(run_id) == {"a": "SUCCESS"}


# -- the queue --------------------------------------------------------------------------------------------------------


def test_a_run_too_many_is_skipped(make_bench: Make) -> None:
    bench = make_bench(a=never)
    job_id = bench.job(notebook("a"))
    first, second = bench.start(job_id), bench.start(job_id)
    bench.step(2)
    assert bench.get(first).state is State.RUNNING
    skipped = bench.get(second)
    assert (skipped.state, skipped.result) == (State.SKIPPED, Result.MAXIMUM_CONCURRENT_RUNS_REACHED)
    assert skipped.message == "The run was skipped: max_concurrent_runs of job job is 1."


def test_with_a_queue_a_run_too_many_waits_for_its_turn(bench: Bench) -> None:
    job_id = bench.job(notebook("a"), queue={"enabled": True}, max_concurrent_runs=2)
    run_ids = [bench.start(job_id) for _ in range(5)]
    bench.scheduler.step()
    assert [bench.get(run_id).state for run_id in run_ids] == ["RUNNING", "RUNNING", "QUEUED", "QUEUED", "QUEUED"]
    assert all(bench.finish(run_id).result is Result.SUCCESS for run_id in run_ids)
    assert [run.number_in_job for run in bench.runs(job_id)] == [1, 2, 3, 4, 5]


def test_a_run_waits_no_longer_than_two_days(make_bench: Make) -> None:
    bench = make_bench(a=never)
    job_id = bench.job(notebook("a"), queue={"enabled": True})
    bench.start(job_id)
    run_id = bench.start(job_id)
    bench.step(2)
    bench.store.time += 48 * 3600 * 1000 + 1
    bench.scheduler.step()
    assert bench.get(run_id).state is State.SKIPPED


def test_all_runs_of_a_job_can_be_cancelled_also_those_that_wait(make_bench: Make) -> None:
    bench = make_bench(a=never)
    job_id = bench.job(notebook("a"), queue={"enabled": True})
    run_ids = [bench.start(job_id) for _ in range(3)]
    bench.step(2)
    with bench.store.write() as rows:
        rows.runs.cancel_all(job_id)
    assert {bench.finish(run_id).result for run_id in run_ids} == {Result.CANCELED}
    assert bench.world.ran == ["a"]


# -- conditions and loops ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "op", "right", "expected"),
    [
        ("12.0", "EQUAL_TO", "12", "false"),
        ("a", "EQUAL_TO", "a", "true"),
        ("a", "NOT_EQUAL", "b", "true"),
        ("12.0", "GREATER_THAN_OR_EQUAL", "12", "true"),
        ("10.0", "GREATER_THAN_OR_EQUAL", "12", "false"),
        ("9", "LESS_THAN", "10", "true"),
        ("1e3", "GREATER_THAN", "999", "true"),
        ("{{job.parameters.rmse}}", "LESS_THAN_OR_EQUAL", "12.5", "true"),
    ],
)
def test_conditions_compare_texts_or_numbers(bench: Bench, left: str, op: str, right: str, expected: str) -> None:
    run_id = bench.run(
        condition("if", left, op, right),
        notebook("yes", {"task_key": "if", "outcome": "true"}),
        notebook("no", {"task_key": "if", "outcome": "false"}),
        parameters=[{"name": "rmse", "default": "12.5"}],
    )
    assert bench.finish(run_id).result is Result.SUCCESS
    assert (bench.task(run_id, "if").output or {})["outcome"] == expected
    assert bench.world.ran == ["yes" if expected == "true" else "no"]


def test_a_condition_on_what_is_no_number_fails_and_says_so(bench: Bench) -> None:
    run_id = bench.run(condition("if", "abc", "LESS_THAN", "3"), notebook("b", {"task_key": "if", "outcome": "true"}))
    assert bench.finish(run_id).result is Result.FAILED
    assert bench.task(run_id, "if").message == "LESS_THAN compares numbers, and 'abc' is none."


def test_a_loop_runs_its_task_for_each_input_some_at_a_time(bench: Bench) -> None:
    run_id = bench.run(loop("each", '["x", {"y": 1}, 3]', concurrency=2), notebook("b", "each"))
    bench.scheduler.step()
    bench.scheduler.step()
    assert [bench.task(run_id, f"each[{number}]").state for number in range(3)] == ["PENDING", "PENDING", "BLOCKED"]
    assert bench.finish(run_id).result is Result.SUCCESS
    assert [task.input for task in bench.tasks(run_id) if task.iteration is not None] == ["x", {"y": 1}, 3]
    assert bench.world.ran[-1] == "b"


def test_a_loop_fails_with_its_iterations_after_all_have_run(make_bench: Make) -> None:
    bench = make_bench(each=lambda task: Result.FAILED if task.input == 2 else Result.SUCCESS)
    run_id = bench.run(loop("each", "[1, 2, 3]", task=notebook("one", max_retries=1)))
    assert bench.finish(run_id).result is Result.FAILED
    assert bench.task(run_id, "each").message == "1 of 3 iterations did not succeed."
    assert sorted(bench.world.ran) == ["each[0]", "each[1]", "each[1]", "each[2]"]


def test_a_loop_over_nothing_succeeds(bench: Bench) -> None:
    run_id = bench.run(loop("each", "[]"), notebook("b", "each"))
    assert bench.finish(run_id).result is Result.SUCCESS
    assert bench.world.ran == ["b"]


@pytest.mark.parametrize("inputs", ["no JSON", '{"a": 1}', "{{job.parameters.what}}"])
def test_a_loop_whose_inputs_are_no_array_fails_and_says_so(bench: Bench, inputs: str) -> None:
    run_id = bench.run(loop("each", inputs))
    assert bench.finish(run_id).result is Result.FAILED
    assert bench.task(run_id, "each").message


def test_cancelling_ends_a_loop_with_its_iterations(make_bench: Make) -> None:
    bench = make_bench(each=never)
    run_id = bench.run(loop("each", "[1, 2]"))
    bench.step(4)
    with bench.store.write() as rows:
        rows.runs.cancel(run_id)
    assert bench.finish(run_id).result is Result.CANCELED
    assert set(bench.results(run_id).values()) == {Result.CANCELED}


def test_a_loop_that_takes_too_long_ends_with_its_iterations(make_bench: Make) -> None:
    bench = make_bench(each=never)
    run_id = bench.run(loop("each", "[1, 2]", timeout_seconds=5))
    bench.step(4)
    bench.pass_time(5)
    assert bench.finish(run_id).result is Result.TIMEDOUT


def test_settings_that_the_scheduler_cannot_follow_end_their_run_and_no_other(bench: Bench) -> None:
    broken: dict[str, Any] = notebook("a", "b")
    cyclic = bench.run(broken, notebook("b", "a"))
    good = bench.run(notebook("a"))
    run = bench.finish(cyclic)
    assert (run.state, run.result) == (State.INTERNAL_ERROR, Result.FAILED)
    assert "CycleError" in (run.message or "")
    assert bench.finish(good).result is Result.SUCCESS
