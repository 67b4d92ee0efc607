"""``run_job_task``: a task that is a run of another job."""

from __future__ import annotations

from collections.abc import Callable

from lakebook.jobs.model import Result, State
from lakebook.jobs.store import Run
from runtime.jobs.harness import Bench, child, loop, notebook

Make = Callable[..., Bench]


def of_job(bench: Bench, job_id: int) -> Run:
    (run,) = bench.runs(job_id)
    return run


def test_a_task_waits_for_a_run_of_another_job_with_parameters(bench: Bench) -> None:
    other = bench.job(notebook("inner"), name="other", parameters=[{"name": "day", "default": "1"}])
    run_id = bench.run(
        child("outer", other, job_parameters={"day": "{{job.parameters.when}}"}),
        notebook("after", "outer"),
        parameters=[{"name": "when", "default": "2024-02-29"}],
    )
    assert bench.finish(run_id).result is Result.SUCCESS
    assert bench.world.ran == ["inner", "after"]
    inner = of_job(bench, other)
    assert inner.parameters == {"day": "2024-02-29"}
    assert inner.trigger == "RUN_JOB_TASK"
    assert inner.parent_task_run == bench.task(run_id, "outer").task_run_id


def test_a_task_fails_with_its_run(make_bench: Make) -> None:
    bench = make_bench(inner=Result.FAILED)
    other = bench.job(notebook("inner"), name="other")
    run_id = bench.run(child("outer", other))
    assert bench.finish(run_id).result is Result.FAILED
    inner = of_job(bench, other)
    assert bench.task(run_id, "outer").message == f"Run {inner.run_id} of job other ended: FAILED."


def test_cancelling_cancels_the_run_below_and_waits_for_it(make_bench: Make) -> None:
    bench = make_bench(inner=lambda _task: None)
    other = bench.job(notebook("inner"), name="other")
    run_id = bench.run(child("outer", other))
    bench.step(5)
    with bench.store.write() as rows:
        rows.runs.cancel(run_id)
    assert bench.finish(run_id).result is Result.CANCELED
    assert of_job(bench, other).result is Result.CANCELED


def test_a_loop_may_run_a_job_for_each_input(bench: Bench) -> None:
    other = bench.job(
        notebook("inner"), name="other", parameters=[{"name": "day", "default": ""}], max_concurrent_runs=2
    )
    run_id = bench.run(
        loop("each", '["mon", "tue"]', concurrency=2, task=child("one", other, job_parameters={"day": "{{input}}"}))
    )
    assert bench.finish(run_id).result is Result.SUCCESS
    assert [run.parameters["day"] for run in bench.runs(other)] == ["mon", "tue"]


def test_a_job_that_would_wait_for_itself_fails_and_says_so(bench: Bench) -> None:
    job_id = bench.job(notebook("a"))
    with bench.store.write() as rows:
        rows.jobs.reset(job_id, {"name": "job", "tasks": [child("again", job_id)]})
    run_id = bench.start(job_id)
    assert bench.finish(run_id).result is Result.FAILED
    assert "would wait for itself" in (bench.task(run_id, "again").message or "")


def test_a_job_or_a_parameter_that_is_not_there_is_an_error_of_the_task(bench: Bench) -> None:
    other = bench.job(notebook("inner"), name="other", parameters=[{"name": "day"}])
    run_id = bench.run(child("gone", 4711), child("wrong", other, job_parameters={"dya": "1"}))
    assert bench.finish(run_id).result is Result.FAILED
    assert bench.task(run_id, "gone").message == "There is no job 4711."
    assert bench.task(run_id, "wrong").message == "Job other has no parameter dya; did you mean day?"
    assert bench.task(run_id, "wrong").state is State.TERMINATED
