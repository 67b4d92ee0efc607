"""Schedulers: who leads, what they forget, and how they go on when the database cannot be used."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lakebook.jobs import processes
from lakebook.jobs.commands.engine import who_leads
from lakebook.jobs.engine.leader import Leadership
from lakebook.jobs.files import run_folder
from lakebook.jobs.model import Result
from lakebook.jobs.store import LeaseLost, NotFound, StoreError, Transaction
from runtime.jobs.harness import Bench, ClockStore, notebook

Make = Callable[..., Bench]


@pytest.fixture
def other(bench: Bench) -> Leadership:
    """The part of a second scheduler, beside the bench's."""
    return Leadership(bench.store, lambda: bench.seconds)


def test_a_second_scheduler_waits_while_the_first_shows_that_it_lives(bench: Bench, other: Leadership) -> None:
    for _ in range(10):
        assert not other.acquire()
        bench.pass_time(10)
        with bench.scheduler.leadership.write() as rows:  # any change at all keeps the lease
            assert rows.leases.holder("scheduler")
    assert f"process {os.getpid()}" in (other.other() or "")


def test_a_second_scheduler_takes_over_from_a_silent_one_which_then_can_change_nothing(
    bench: Bench, other: Leadership
) -> None:
    run_id = bench.run(notebook("a"))
    assert not other.acquire()
    bench.pass_time(16)
    assert other.acquire()
    with pytest.raises(LeaseLost):
        bench.scheduler.step()
    assert bench.get(run_id).state == "QUEUED"


def test_the_clock_on_the_wall_makes_nobody_leader(bench: Bench, other: Leadership) -> None:
    assert not other.acquire()
    bench.store.time += 10**9  # the machine slept, or its clock was set
    assert not other.acquire()


def test_who_leads_is_told_by_the_lease(bench: Bench) -> None:
    assert f"process {os.getpid()} on " in (who_leads(bench.store) or "")
    bench.pass_time(29)  # the clock of the one that leads may be behind
    assert who_leads(bench.store)
    bench.pass_time(2)
    assert who_leads(bench.store) is None


def test_one_that_is_known_to_be_dead_or_gave_up_leads_no_more(bench: Bench, other: Leadership) -> None:
    other.holder = f"{processes.place()} {os.getpid()} 0.0 its-end"  # of another process, which had the same number
    bench.scheduler.leadership.give_up()
    assert who_leads(bench.store) is None
    assert other.acquire()
    assert who_leads(bench.store) is None


def test_a_scheduler_that_ends_lets_another_lead_at_once(bench: Bench, other: Leadership) -> None:
    bench.scheduler.leadership.give_up()
    assert other.acquire()


class UnusableStore(ClockStore):
    """A database that cannot be written to for some time."""

    unusable = 0

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        if self.unusable > 0:
            self.unusable -= 1
            raise StoreError("The database of jobs cannot be used: the disk is full. Nothing was changed.")
        with super().write() as rows:
            yield rows


def test_when_the_database_can_be_used_again_everything_goes_on(
    bench: Bench, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lakebook.jobs.engine.scheduler._TROUBLE", 0.01)
    run_id = bench.run(notebook("a"), notebook("b", "a"))
    bench.scheduler.leadership.give_up()
    store = UnusableStore(bench.store.url.render_as_string())
    scheduler = bench.new_scheduler(store)
    store.unusable = 5
    stop = threading.Event()
    with caplog.at_level(logging.ERROR):
        thread = threading.Thread(target=scheduler.run, args=[stop])
        thread.start()
        while bench.get(run_id).end_time is None:
            bench.world.work()
        stop.set()
        thread.join()
    assert bench.get(run_id).result is Result.SUCCESS
    assert [record.getMessage() for record in caplog.records] == [
        "The database of jobs cannot be used: the disk is full. Nothing was changed. Trying again every 0 seconds."
    ]
    store.close()


def test_nothing_is_written_while_nothing_happens(bench: Bench) -> None:
    bench.job(notebook("a"), schedule={"quartz_cron_expression": "0 0 12 * * ?", "timezone_id": "UTC"})
    bench.run(notebook("b"))
    bench.step(6)
    watch = bench.store.watch()
    watch.changed()
    for _ in range(3):
        assert bench.scheduler.step() > 1
    assert not watch.changed()
    watch.close()


# -- old runs ---------------------------------------------------------------------------------------------------------


def finished(bench: Bench, **settings: Any) -> int:
    run_id = bench.run(notebook("a"), **settings)
    bench.finish(run_id)
    folder = run_folder(bench.workspace.state, run_id)
    folder.mkdir(parents=True)
    (folder / "a.0.log").touch()
    return run_id


def test_runs_are_forgotten_when_they_were_kept_for_long_enough_with_their_files(bench: Bench) -> None:
    old = finished(bench, email_notifications={"on_success": ["a@b.c"]})
    bench.pass_time(30 * 86400)
    new = finished(bench)
    bench.pass_time(30 * 86400 + 1)
    bench.step(2)
    with pytest.raises(NotFound):
        bench.get(old)
    assert not run_folder(bench.workspace.state, old).exists()
    assert bench.get(new).result is Result.SUCCESS
    assert Path(run_folder(bench.workspace.state, new), "a.0.log").exists()


def test_a_run_that_goes_on_is_kept_however_old_it_is(make_bench: Make) -> None:
    bench = make_bench(a=lambda _task: None)
    run_id = bench.run(notebook("a"))
    bench.step(3)
    bench.store.time += 10**11
    bench.seconds += 3601
    bench.scheduler.step()
    assert bench.get(run_id).end_time is None
