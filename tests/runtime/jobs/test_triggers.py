"""What makes jobs run by themselves when it is time: schedules, periodic triggers, continuous jobs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lakebook.jobs.model import Result
from runtime.jobs.harness import Bench, notebook

Make = Callable[..., Bench]

HOUR = 3_600_000
#: where benches begin: a full hour later than 22:13:20
START = 1_700_000_000_000
HOURLY = {"quartz_cron_expression": "0 0 * * * ?", "timezone_id": "UTC"}


def due_times(bench: Bench, job_id: int) -> list[int]:
    return [(run.due_time or 0) // HOUR for run in bench.runs(job_id)]


def hour(bench: Bench) -> int:
    return bench.store.time // HOUR


def test_a_schedule_fires_once_for_each_due_time(bench: Bench) -> None:
    job_id = bench.job(notebook("a"), schedule=HOURLY)
    first = hour(bench) + 1
    bench.step(3)
    assert bench.runs(job_id) == []
    for _ in range(3):
        bench.pass_time(3600)
        bench.step(5)
    assert due_times(bench, job_id) == [first, first + 1, first + 2]
    assert {(run.trigger, run.result) for run in bench.runs(job_id)} == {("PERIODIC", "SUCCESS")}


def test_when_much_is_due_at_once_others_can_write_in_between(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lakebook.jobs.engine.firing._BATCH", 2)
    jobs = [bench.job(notebook("a"), name=f"job {number}", schedule=HOURLY) for number in range(5)]
    bench.scheduler.step()
    bench.pass_time(3600)
    seen: list[int] = []

    def write_something(_seconds: float) -> None:
        with bench.store.write() as rows:
            seen.append(len(rows.runs.page()))

    monkeypatch.setattr("lakebook.jobs.engine.firing.sleep", write_something)
    bench.scheduler.step()
    assert seen == [2, 4]
    assert all(len(bench.runs(job_id)) == 1 for job_id in jobs)


def test_a_scheduler_that_took_over_fires_no_due_time_again(bench: Bench) -> None:
    job_id = bench.job(notebook("a"), schedule=HOURLY)
    bench.step()
    bench.pass_time(3600)
    bench.scheduler.step()
    bench.scheduler = bench.new_scheduler(bench.store)
    bench.scheduler.leadership.acquire()
    bench.pass_time(16)
    assert bench.scheduler.leadership.acquire()
    bench.step(5)
    assert len(bench.runs(job_id)) == 1


@pytest.mark.parametrize(("policy", "count"), [({}, 1), ({"missed": "all"}, 5), ({"missed": "none"}, 0)])
def test_due_times_without_a_scheduler_are_handled_as_the_job_says(
    bench: Bench, policy: dict[str, str], count: int
) -> None:
    job_id = bench.job(notebook("a"), schedule=HOURLY, queue={"enabled": True}, lakebook=policy)
    bench.step()
    bench.pass_time(5 * 3600)
    bench.step(20)
    assert [run.number_in_job for run in bench.runs(job_id)] == list(range(1, count + 1))
    bench.pass_time(3600 - bench.store.time // 1000 % 3600)
    bench.step(5)
    assert len(bench.runs(job_id)) == count + 1


def test_a_job_that_was_deployed_before_the_scheduler_came_has_missed_nothing_after_that(bench: Bench) -> None:
    job_id = bench.job(notebook("a"), schedule=HOURLY)
    bench.pass_time(3600)
    bench.step(3)
    assert len(bench.runs(job_id)) == 1


def test_a_paused_job_does_not_run_and_what_was_due_is_not_made_up_for(bench: Bench) -> None:
    job_id = bench.job(notebook("a"), schedule=HOURLY)
    bench.step()
    with bench.store.write() as rows:
        rows.jobs.pause(job_id)
    bench.pass_time(2 * 3600)
    bench.step(3)
    with bench.store.write() as rows:
        rows.jobs.resume(job_id)
    bench.step(3)
    assert bench.runs(job_id) == []
    bench.pass_time(3600)
    bench.step(3)
    assert len(bench.runs(job_id)) == 1


def test_a_deployment_that_leaves_the_schedule_as_it_is_loses_no_due_time(bench: Bench) -> None:
    job_id = bench.job(notebook("a"), schedule=HOURLY)
    bench.step()
    bench.pass_time(3600)
    with bench.store.write() as rows:
        rows.jobs.reset(job_id, {"name": "job", "tasks": [notebook("b")], "schedule": HOURLY})
    bench.step(5)
    assert len(bench.runs(job_id)) == 1
    assert bench.world.ran == ["b"]


def test_a_clock_that_is_set_back_fires_nothing_again(bench: Bench) -> None:
    job_id = bench.job(notebook("a"), schedule=HOURLY)
    bench.step()
    bench.pass_time(3600)
    bench.step(5)
    bench.store.time -= HOUR
    with bench.store.write() as rows:
        rows.jobs.pause(job_id)
        rows.jobs.resume(job_id)
    bench.step(2)
    for _ in range(2):
        bench.pass_time(3600)
        bench.step(5)
    first = START // HOUR + 1
    assert due_times(bench, job_id) == [first, first + 1]


def test_settings_that_cannot_be_followed_stop_no_other_job(bench: Bench) -> None:
    broken = {"quartz_cron_expression": "0 0 25 * * ?", "timezone_id": "UTC"}
    bench.job(notebook("x"), schedule=broken)
    bench.job(notebook("y"), schedule=HOURLY, lakebook={"missed": "sometimes"})
    good = bench.job(notebook("a"), schedule=HOURLY)
    bench.step()
    bench.pass_time(3600)
    bench.step(5)
    assert bench.world.ran == ["a"]
    assert len(bench.runs(good)) == 1


def test_a_deleted_job_runs_no_more(bench: Bench) -> None:
    job_id = bench.job(notebook("a"), schedule=HOURLY)
    bench.step()
    with bench.store.write() as rows:
        rows.jobs.delete(job_id)
    bench.pass_time(3600)
    bench.step(3)
    assert bench.runs(job_id) == []


def test_a_periodic_trigger_counts_from_the_deployment(bench: Bench) -> None:
    job_id = bench.job(notebook("a"), trigger={"periodic": {"interval": 2, "unit": "HOURS"}})
    bench.step()
    bench.pass_time(2 * 3600 - 1)
    bench.step(2)
    assert bench.runs(job_id) == []
    bench.pass_time(1)
    bench.step(5)
    assert [run.due_time for run in bench.runs(job_id)] == [START + 2 * HOUR]


# -- continuous -------------------------------------------------------------------------------------------------------


def test_a_continuous_job_begins_again_when_it_has_ended(bench: Bench) -> None:
    job_id = bench.job(notebook("a"), continuous={"pause_status": "UNPAUSED"})
    bench.step(20)
    runs = bench.runs(job_id)
    assert len(runs) > 3
    assert all(run.trigger == "CONTINUOUS" for run in runs)
    assert [run.result for run in runs[:-1]] == [Result.SUCCESS] * (len(runs) - 1)


def test_after_failures_a_continuous_job_waits_longer_and_longer(make_bench: Make) -> None:
    bench = make_bench(a=Result.FAILED)
    job_id = bench.job(notebook("a"), continuous={})
    waits = []
    for _ in range(3):
        bench.step(5)
        with bench.store.read() as rows:
            trigger = rows.triggers.get(job_id)
        assert trigger is not None
        assert trigger.next_due is not None
        waits.append((trigger.next_due - bench.store.time) // 1000)
        bench.pass_time(waits[-1])
    assert waits == [10, 20, 40]
    assert len(bench.runs(job_id)) == 3


def test_a_cancelled_run_of_a_continuous_job_is_followed_by_another_at_once(make_bench: Make) -> None:
    bench = make_bench(a=lambda _task: None)
    job_id = bench.job(notebook("a"), continuous={})
    bench.step(3)
    with bench.store.write() as rows:
        rows.runs.cancel_all(job_id)
    bench.step(6)
    assert [run.result for run in bench.runs(job_id)] == [Result.CANCELED, None]


def test_a_continuous_job_that_is_paused_ends_with_its_run(bench: Bench) -> None:
    job_id = bench.job(notebook("a"), continuous={"pause_status": "PAUSED"})
    bench.step(5)
    assert bench.runs(job_id) == []
