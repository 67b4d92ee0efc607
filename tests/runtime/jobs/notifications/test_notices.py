"""Of what somebody is told: which rows the engine writes into the outbox."""

from __future__ import annotations

from typing import Any

import pytest

from lakebook.jobs.engine.plan import Planner
from lakebook.jobs.model import Result
from lakebook.jobs.store import Repair
from runtime.jobs.harness import Bench, notebook

ANN = {"on_start": ["ann@x.org"], "on_success": ["ann@x.org"], "on_failure": ["ann@x.org"]}
SLOW = "on_duration_warning_threshold_exceeded"


def slow_after(seconds: int) -> dict[str, Any]:
    return {
        "health": {"rules": [{"metric": "RUN_DURATION_SECONDS", "op": "GREATER_THAN", "value": seconds}]},
        "email_notifications": {SLOW: ["ann@x.org"]},
    }


def later(bench: Bench, seconds: int) -> None:
    """Let time pass that nobody's silence is measured by."""
    bench.store.time += seconds * 1000


def told(bench: Bench) -> list[str]:
    """What was said, in order: ``kind``, or ``task kind``."""
    with bench.store.read() as rows:
        messages = rows.outbox.page()[::-1]
    return [" ".join(filter(None, (one.payload.get("task_key"), one.kind))) for one in messages]


def test_each_receiver_has_a_message_of_its_own(bench: Bench) -> None:
    mails = {"on_success": ["ann@x.org", "bob@x.org", "ann@x.org"]}
    hooks = {"on_success": [{"id": "team"}], "on_failure": [{"id": "team"}]}
    bench.finish(bench.run(notebook("a"), email_notifications=mails, webhook_notifications=hooks))
    with bench.store.read() as rows:
        assert [one.receiver for one in rows.outbox.page()[::-1]] == ["ann@x.org", "bob@x.org", "team"]


def test_beginnings_and_ends_of_runs_and_tasks_are_told(bench: Bench) -> None:
    bench.world.bodies = {"b": Result.FAILED}
    bench.finish(
        bench.run(
            notebook("a", email_notifications=ANN), notebook("b", "a", email_notifications=ANN), email_notifications=ANN
        )
    )
    assert told(bench) == ["on_start", "a on_start", "a on_success", "b on_start", "b on_failure", "on_failure"]


def test_each_attempt_is_told(bench: Bench) -> None:
    bench.world.bodies = {"a": Result.FAILED}
    bench.finish(bench.run(notebook("a", email_notifications=ANN, max_retries=1)))
    assert told(bench) == ["a on_start", "a on_failure"] * 2


def test_only_the_last_attempt_is_told_where_that_is_wanted(bench: Bench) -> None:
    bench.world.bodies = {"a": Result.FAILED}
    last = {"alert_on_last_attempt": True}
    bench.finish(bench.run(notebook("a", email_notifications=ANN, max_retries=2, notification_settings=last)))
    assert told(bench) == ["a on_start", "a on_failure"]


@pytest.mark.parametrize("quiet", [False, True])
def test_a_canceled_run_is_told_as_a_failure_unless_it_is_not_wanted(bench: Bench, quiet: bool) -> None:
    settings = {"no_alert_for_canceled_runs": quiet}
    run = bench.run(notebook("a"), email_notifications=ANN, notification_settings=settings)
    bench.step()
    with bench.store.write() as rows:
        rows.runs.cancel(run)
    bench.finish(run)
    assert told(bench) == ["on_start"] + ["on_failure"] * (not quiet)


@pytest.mark.parametrize(
    ("settings", "receivers"),
    [
        ({}, ["ann@x.org", "team"]),
        ({"notification_settings": {"no_alert_for_skipped_runs": True}}, []),
        ({"email_notifications": {**ANN, "no_alert_for_skipped_runs": True}}, ["team"]),
    ],
)
def test_a_skipped_run_is_told_as_a_failure_unless_it_is_not_wanted(
    bench: Bench, settings: dict[str, Any], receivers: list[str]
) -> None:
    bench.world.bodies = {"a": lambda task: None}
    hooks = {"on_failure": [{"id": "team"}]}
    job = bench.job(notebook("a"), **{"email_notifications": ANN, "webhook_notifications": hooks} | settings)
    bench.start(job)
    bench.step()
    skipped = bench.start(job)
    bench.step()
    with bench.store.read() as rows:
        assert [one.receiver for one in rows.outbox.page(skipped)[::-1]] == receivers


def test_a_run_that_takes_long_is_told_once(bench: Bench) -> None:
    bench.world.bodies = {"a": lambda task: None}
    bench.run(notebook("a"), **slow_after(60))
    bench.step(3)
    later(bench, 59)
    bench.step()
    assert told(bench) == []
    later(bench, 2)
    bench.step(5)
    assert told(bench) == [SLOW]


def test_a_repair_that_takes_long_is_told_again(bench: Bench) -> None:
    began = bench.store.time
    bench.world.bodies = {"a": lambda task: Result.FAILED if bench.store.time > began + 60_000 else None}
    run = bench.run(notebook("a"), **slow_after(60))
    bench.step(3)
    later(bench, 61)
    bench.finish(run)
    later(bench, 1)
    with bench.store.write() as rows:
        rows.repairs.create(run, Repair(rerun_all_failed_tasks=True))
    bench.world.bodies = {"a": lambda task: None}
    bench.step(3)
    assert told(bench) == [SLOW]
    later(bench, 61)
    bench.step(3)
    assert told(bench) == [SLOW, SLOW]


def test_a_task_that_takes_long_is_told_once_an_attempt(bench: Bench) -> None:
    bench.world.bodies = {"a": lambda task: None}
    bench.run(notebook("a", max_retries=1, **slow_after(60)))
    bench.step(3)
    later(bench, 61)
    bench.step(4)
    assert told(bench) == [f"a {SLOW}"]
    bench.world.kill("a")
    bench.step(4)
    later(bench, 61)
    bench.step(4)
    assert told(bench) == [f"a {SLOW}"] * 2


def test_the_scheduler_wakes_when_a_run_becomes_slow(bench: Bench) -> None:
    bench.world.bodies = {"a": lambda task: None}
    bench.run(notebook("a"), **slow_after(2))
    bench.step(3)
    assert bench.scheduler.step() <= 2


def test_a_run_that_the_scheduler_cannot_follow_is_told_as_a_failure(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Planner) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(Planner, "plan", fail)
    bench.finish(bench.run(notebook("a"), email_notifications=ANN))
    assert told(bench) == ["on_start", "on_failure"]
