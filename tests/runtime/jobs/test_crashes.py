"""A scheduler may die between any two statements: the next one goes on, and every task runs exactly once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from lakebook.jobs.engine.scheduler import Scheduler
from lakebook.jobs.model import Result
from lakebook.jobs.store import Transaction
from runtime.jobs import postgres
from runtime.jobs.harness import Bench, ClockStore, child, condition, loop, notebook

Make = Callable[..., Bench]


class Crash(BaseException):
    """As if the process was killed: nothing handles this."""


class CrashingStore(ClockStore):
    """Crashes at its n-th transaction that changes something: just before it is written, or just after."""

    def __init__(self, bench: Bench, crash_at: int, after: bool) -> None:
        self.writes = 0
        self._crash_at = 0
        self._after = after
        super().__init__(bench.store.url.render_as_string())
        self.time = bench.store.time
        self.writes = 0
        self._crash_at = crash_at

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        with super().write() as rows:
            yield rows
            self.writes += 1
            if self.writes == self._crash_at and not self._after:
                raise Crash
        if self.writes == self._crash_at:
            raise Crash


def another_scheduler(bench: Bench, store: ClockStore) -> Scheduler:
    """One that takes over from a dead one."""
    scheduler = bench.new_scheduler(store)
    scheduler.leadership.acquire()
    bench.pass_time(16)
    store.time = bench.store.time
    assert scheduler.leadership.acquire()
    return scheduler


def everything(bench: Bench) -> int:
    """A run in which each kind of task and each kind of end occurs."""
    other = bench.job(notebook("inner"), name="other")
    return bench.run(
        notebook("flaky", max_retries=1),
        condition("if", "2", "GREATER_THAN", "1", "flaky"),
        notebook("yes", {"task_key": "if", "outcome": "true"}, email_notifications={"on_success": ["a@b.c"]}),
        notebook("no", {"task_key": "if", "outcome": "false"}),
        loop("each", "[1, 2, 3]", "flaky", concurrency=2),
        child("child", other, "yes"),
        notebook("bad", "each"),
        notebook("lost", "bad"),
        notebook("cleanup", "lost", "child", run_if="ALL_DONE"),
        email_notifications={"on_start": ["a@b.c"], "on_success": ["a@b.c"]},
    )


BODIES = {"flaky": lambda task: Result.SUCCESS if task.attempt else Result.FAILED, "bad": Result.FAILED}
RAN = Counter(["flaky", "flaky", "yes", "each[0]", "each[1]", "each[2]", "inner", "bad", "cleanup"])
RESULTS = {
    "flaky": "SUCCESS",
    "if": "SUCCESS",
    "yes": "SUCCESS",
    "no": "EXCLUDED",
    "each": "SUCCESS",
    "each[0]": "SUCCESS",
    "each[1]": "SUCCESS",
    "each[2]": "SUCCESS",
    "child": "SUCCESS",
    "bad": "FAILED",
    "lost": "UPSTREAM_FAILED",
    "cleanup": "SUCCESS",
}
MESSAGES = Counter(["on_start", "on_success", "on_success"])


def check(bench: Bench, run_id: int) -> None:
    assert bench.get(run_id).result is Result.SUCCESS_WITH_FAILURES
    assert Counter(bench.world.ran) == RAN
    assert bench.results(run_id) == RESULTS
    with bench.store.read() as rows:
        sent = rows.connection.exec_driver_sql("SELECT kind FROM outbox").scalars().all()
    assert Counter(sent) == MESSAGES


def test_on_postgres_it_is_the_same(tmp_path: Path) -> None:
    with postgres.server() as url:
        bench = Bench(tmp_path, BODIES, url)
        run_id = everything(bench)
        bench.finish(run_id)
        check(bench, run_id)
        bench.store.close()


def make_everything(make_bench: Make) -> tuple[Bench, int]:
    bench = make_bench(**BODIES)
    return bench, everything(bench)


def writes_without_a_crash(make_bench: Make) -> int:
    bench, run_id = make_everything(make_bench)
    store = CrashingStore(bench, 0, after=False)
    bench.scheduler = another_scheduler(bench, store)
    store.writes = 0
    bench.finish(run_id)
    check(bench, run_id)
    return store.writes


@pytest.mark.parametrize("after", [False, True], ids=["before it is written", "after it is written"])
def test_whenever_a_scheduler_dies_the_run_ends_as_it_should_and_each_task_runs_once(
    make_bench: Make, after: bool
) -> None:
    count = writes_without_a_crash(make_bench)
    assert count > 20
    for crash_at in range(1, count + 1):
        bench, run_id = make_everything(make_bench)
        store = CrashingStore(bench, 0, after)
        bench.scheduler = another_scheduler(bench, store)
        store.writes, store._crash_at = 0, crash_at
        with pytest.raises(Crash):
            bench.finish(run_id)
        bench.scheduler = another_scheduler(bench, bench.store)
        bench.finish(run_id)
        check(bench, run_id)


def test_a_run_ends_even_if_every_scheduler_dies_after_its_second_change(make_bench: Make) -> None:
    bench, run_id = make_everything(make_bench)
    for _ in range(400):
        store = CrashingStore(bench, 0, after=True)
        bench.scheduler = another_scheduler(bench, store)
        store.writes, store._crash_at = 0, 2
        with suppress(Crash):
            bench.scheduler.step()
        bench.world.work()
        if bench.get(run_id).end_time:
            break
    check(bench, run_id)
