"""The database of jobs: who may change what, deployments, and what happens when it cannot be used."""

from __future__ import annotations

import socket
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from lakebook.config import find_workspace
from lakebook.jobs.model import Result, State, TriggerType
from lakebook.jobs.store import LeaseLost, NotFound, RunError, Store, StoreError, TaskRun, claim, open_store
from runtime.jobs import postgres
from runtime.jobs.harness import child, loop, notebook


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    with postgres.server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store of each kind; of Postgres all tests use one database."""
    url = f"sqlite:///{tmp_path / 'jobs.db'}"
    store = Store(url if request.param == "sqlite" else request.getfixturevalue("postgres_url"))
    yield store
    store.close()


WHILE_IMPORTING = """
import sys

from lakebook.jobs.model import State
from lakebook.jobs.store.schema import task_runs

class Meanwhile:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("sqlalchemy."):
            task_runs.c.state == State.RUNNING

sys.meta_path.insert(0, Meanwhile())
import sqlalchemy.orm
"""


def test_statements_are_built_while_another_thread_imports_mlflow() -> None:
    """Which imports what SQLAlchemy then looks into, half of which is not there yet."""
    subprocess.run([sys.executable, "-c", WHILE_IMPORTING], check=True)


def pending(store: Store, owner: str = "token") -> TaskRun:
    """A task run for which a process was started."""
    with store.write() as rows:
        run = rows.runs.submit({"tasks": [notebook("a")]}, "/")
        (task,) = rows.tasks.of_run(run.run_id)
        assert rows.tasks.change(task, state=State.PENDING, owner=owner, process={"pid": 1})
        return rows.tasks.get(task.task_run_id)


def test_a_task_run_is_claimed_once_and_by_its_token_only(store: Store) -> None:
    task = pending(store)
    assert claim(store, task.task_run_id, "other") is None
    claimed: list[TaskRun | None] = []
    threads = [
        threading.Thread(target=lambda: claimed.append(claim(store, task.task_run_id, "token"))) for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one is not None for one in claimed) == 1


def test_an_attempt_to_send_a_message_is_made_by_one(store: Store) -> None:
    run = pending(store).run_id
    with store.write() as rows:
        rows.outbox.put(run, "on_start", {"mail": "ann@x.org"})
    with store.read() as rows:
        (message,) = [one for one in rows.outbox.due(100) if one.run_id == run]
    begun: list[bool] = []

    def begin() -> None:
        with store.write() as rows:
            begun.append(rows.outbox.begin(message, rows.now + 60_000))

    threads = [threading.Thread(target=begin) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(begun) == [False] * 4 + [True]
    with store.write() as rows:
        assert message.id not in [one.id for one in rows.outbox.due(100)]
        rows.outbox.failed(message.id, "nobody there", None)
        assert [one.failure for one in rows.outbox.page(run, failed=True)] == ["nobody there"]
        rows.outbox.sent(message.id)
        assert rows.outbox.page(run, failed=True) == []


def test_a_process_that_is_not_noted_yet_waits_with_its_claim(store: Store) -> None:
    task = pending(store)
    with store.write() as rows:
        rows.tasks.change(task, process=None)
        assert rows.tasks.claim(task.task_run_id, "token") is None
        assert rows.tasks.is_awaited(task.task_run_id, "token")
        assert not rows.tasks.is_awaited(task.task_run_id, "another")


def test_only_the_owner_ends_a_task_run_and_only_once(store: Store) -> None:
    task = pending(store)
    assert claim(store, task.task_run_id, "token")
    with store.write() as rows:
        assert not rows.tasks.finish(task.task_run_id, "other", Result.SUCCESS)
        assert rows.tasks.heartbeat(task.task_run_id, "other") is None
        assert rows.tasks.heartbeat(task.task_run_id, "token") is State.RUNNING
        assert rows.tasks.finish(task.task_run_id, "token", Result.FAILED, "why", {"exit_value": 5})
        assert not rows.tasks.finish(task.task_run_id, "token", Result.SUCCESS)
        ended = rows.tasks.get(task.task_run_id)
    assert (ended.state, ended.result, ended.message, ended.output) == (
        "TERMINATED",
        "FAILED",
        "why",
        {"exit_value": 5},
    )


@pytest.mark.parametrize("asked", ["nobody", "of the task", "of the run"])
def test_a_task_run_whose_process_was_told_to_end_is_canceled_only_if_that_was_asked_for(
    store: Store, asked: str
) -> None:
    task = pending(store)
    assert claim(store, task.task_run_id, "token")
    with store.write() as rows:
        if asked == "of the task":
            rows.tasks.cancel(task.task_run_id)
        elif asked == "of the run":
            rows.runs.cancel(task.run_id)
        assert rows.tasks.finish(task.task_run_id, "token", Result.CANCELED, "A signal.")
        ended = rows.tasks.get(task.task_run_id)
    expected = (State.INTERNAL_ERROR, Result.FAILED) if asked == "nobody" else (State.TERMINATED, Result.CANCELED)
    assert (ended.state, ended.result, ended.message) == (*expected, "A signal.")


def test_numbers_of_runs_and_task_runs_are_never_the_same(store: Store) -> None:
    with store.write() as rows:
        runs = [rows.runs.submit({"tasks": [notebook("a"), notebook("b")]}, "/").run_id for _ in range(3)]
        numbers = [*runs, *(task.task_run_id for task in rows.tasks.of_runs(runs))]
    assert len(set(numbers)) == len(numbers) == 9


def test_runs_for_many_due_times_are_what_single_ones_are_and_made_once(store: Store) -> None:
    with store.write() as rows:
        settings = {"tasks": [notebook("a"), notebook("b")], "parameters": [{"name": "day", "default": "Monday"}]}
        one, other = (rows.jobs.create({**settings, "name": name}, "/", "ann") for name in ("one", "other"))
        asked = rows.runs.create(one.job_id, TriggerType.PERIODIC, due_time=0, creator="ann")
        rows.runs.create_due([(one, 1), (other, 1), (one, 2)])
        rows.runs.create_due([(one, 2), (one, 3), (other, 2)])
        rows.runs.create_due([])
        runs = sorted(rows.runs.page(one.job_id), key=lambda run: run.run_id)
        assert [(run.number_in_job, run.due_time) for run in runs] == [(1, 0), (2, 1), (3, 2), (4, 3)]
        assert [run.due_time for run in rows.runs.page(other.job_id)] == [2, 1]
        own = {"run_id": asked.run_id, "number_in_job": 1, "due_time": 0}
        assert [replace(run, **own) for run in runs] == [asked] * 4
        tasks = rows.tasks.of_runs([run.run_id for run in runs])
        assert [task.task_key for task in tasks] == ["a", "b"] * 4
        assert rows.runs.create(one.job_id).number_in_job == 5


def test_runs_that_leave_the_queue_are_those_that_nobody_canceled(store: Store) -> None:
    with store.write() as rows:
        first, again, canceled, begun = (rows.runs.submit({"tasks": [notebook("a")]}, "/") for _ in range(4))
        rows.runs.change(again.run_id, execution_start=7, message="The run waits.")
        rows.runs.cancel(canceled.run_id)
        rows.runs.change(begun.run_id, state=State.TERMINATING)
        asked = [run.run_id for run in (begun, canceled, again, first)]
        assert rows.runs.begin(asked) == [first.run_id, again.run_id]
        now = [rows.runs.get(run_id) for run_id in asked]
        assert [run.state for run in now] == [State.TERMINATING, State.QUEUED, State.RUNNING, State.RUNNING]
        assert [run.execution_start for run in now] == [None, None, 7, rows.now]
        assert [run.admitted_time for run in now] == [None, None, rows.now, rows.now]
        assert now[2].message is None


def test_a_deployment_makes_jobs_be_what_the_bundle_says(store: Store) -> None:
    one, two = {"name": "one", "tasks": [notebook("a")]}, {"name": "two", "tasks": [notebook("b")]}
    with store.write() as rows:
        first = rows.jobs.deploy("etl", None, {"one": one, "two": two}, "/x")
        again = rows.jobs.deploy("etl", None, {"one": one, "three": two}, "/x")
        back = rows.jobs.deploy("etl", None, {"one": {**one, "name": "uno"}, "two": two}, "/x")
        other = rows.jobs.deploy("etl", "prod", {"one": one}, "/x")
        names = {job.name for job in rows.jobs.page() if job.bundle == "etl" and job.target == ""}
    assert first.created == ("one", "two")
    assert (again.created, again.unchanged, again.deleted) == (("three",), ("one",), ("two",))
    assert (back.changed, back.deleted) == (("one", "two"), ("three",))
    assert back.job_ids["two"] == first.job_ids["two"]
    assert other.job_ids["one"] != first.job_ids["one"]
    assert names == {"uno", "two"}


def test_jobs_of_a_bundle_find_each_other_by_key(store: Store) -> None:
    inner = child("call", 0, job_key="other")
    del inner["run_job_task"]["job_id"]
    settings = {"caller": {"tasks": [inner, loop("each", "[]", task=inner)]}, "other": {"tasks": [notebook("a")]}}
    with store.write() as rows:
        deployed = rows.jobs.deploy("linked", None, settings, "/")
        assert rows.jobs.deploy("linked", None, settings, "/").unchanged == ("caller", "other")
        plain, nested = rows.jobs.get(deployed.job_ids["caller"]).settings["tasks"]
    expected = {"job_id": deployed.job_ids["other"]}
    assert plain["run_job_task"] == nested["for_each_task"]["task"]["run_job_task"] == expected


def test_what_a_run_is_asked_for_is_checked(store: Store) -> None:
    with store.write() as rows:
        job = rows.jobs.create({"name": "etl", "tasks": [notebook("load")], "parameters": [{"name": "day"}]}, "/")
        with pytest.raises(RunError, match=r"Job etl has no parameter dya; did you mean day[?]"):
            rows.runs.create(job.job_id, parameters={"dya": "1"})
        with pytest.raises(RunError, match=r"Job etl has no task loda; did you mean load[?]"):
            rows.runs.create(job.job_id, only=["loda"])
        with pytest.raises(RunError, match="there may be 64"):
            rows.runs.create(job.job_id, idempotency_token="x" * 65)
        with pytest.raises(NotFound, match="There is no job 999999"):
            rows.runs.create(999999)
        rows.jobs.delete(job.job_id)
        with pytest.raises(NotFound, match="etl, was deleted"):
            rows.runs.create(job.job_id)


def test_a_lease_is_taken_once_and_lost_to_whoever_takes_it_over(store: Store) -> None:
    with store.write() as rows:
        assert rows.leases.take("x", "first", 1000, None)
        assert not rows.leases.take("x", "second", 1000, None)
        seen = rows.leases.holder("x")
        rows.leases.keep("x", "first", 2000)
        kept = rows.leases.holder("x")
        assert seen == kept or not rows.leases.take("x", "second", 1000, seen)
        assert rows.leases.take("x", "second", 1000, rows.leases.holder("x"))
        with pytest.raises(LeaseLost):
            rows.leases.keep("x", "first", 1000)
        rows.leases.give_up("x", "second")


def test_a_transaction_that_fails_has_changed_nothing(store: Store) -> None:
    with store.read() as rows:
        before = len(rows.runs.page())
    with pytest.raises(ZeroDivisionError), store.write() as rows:
        rows.runs.submit({"tasks": [notebook("a")]}, "/")
        raise ZeroDivisionError
    with store.read() as rows:
        assert len(rows.runs.page()) == before


def test_a_watch_tells_whether_something_changed(tmp_path: Path) -> None:
    store, other = Store(f"sqlite:///{tmp_path / 'jobs.db'}"), Store(f"sqlite:///{tmp_path / 'jobs.db'}")
    watch = store.watch()
    assert watch.changed()
    assert not watch.changed()
    with other.read() as rows:
        rows.runs.page()
    assert not watch.changed()
    pending(other)
    assert watch.changed()
    watch.close()
    store.close()
    other.close()


def test_a_watch_whose_connection_breaks_says_that_something_may_have_changed(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'jobs.db'}")
    with closing(store.watch()) as watch:
        watch.changed()
        assert watch._connection is not None
        watch._connection.driver_connection.close()
        assert watch.changed()
        assert watch.changed()
    store.close()


def test_a_watch_on_a_database_that_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "jobs"
    store = Store(f"sqlite:///{folder / 'jobs.db'}")
    store.close()
    folder.rename(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match=r"jobs\.db cannot be used: unable to open database file\."):
        store.watch()


# -- files and addresses ----------------------------------------------------------------------------------------------


def test_the_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    (tmp_path / "lakebook.toml").touch()
    store = open_store(find_workspace(tmp_path))
    pending(store)
    for file in (tmp_path / ".lakebook" / "jobs").glob("jobs.db*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    store.close()


def test_lakebook_toml_names_another_database(tmp_path: Path) -> None:
    (tmp_path / "lakebook.toml").write_text("[jobs]\nstore = 'sqlite:///shared/jobs.db'\nkeep = '7d'\n")
    workspace = find_workspace(tmp_path)
    assert workspace.jobs.keep == 7 * 86400
    open_store(workspace).close()
    assert (tmp_path / "shared" / "jobs.db").exists()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nonsense", "no address of a database"),
        ("postgresql://user:secret@1:x@host:port/jobs", "no address of a database"),
        (
            "postgresql+psycopg://user@host/jobs?sslmode=require&password=secret",
            r"postgresql\+psycopg://user@host/jobs has password after the \?",
        ),
        ("mysql://host/jobs", "mysql://host/jobs cannot keep jobs; SQLite"),
        (
            "postgresql+psycopg://user:secret@127.0.0.1:1/jobs",
            r"postgresql\+psycopg://user:\*\*\*@127.0.0.1:1/jobs cannot",
        ),
        ("sqlite:////proc/no/jobs.db", "/proc/no/jobs.db cannot be opened"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_sentence_without_its_password(url: str, message: str) -> None:
    with pytest.raises(StoreError, match=message) as caught:
        Store(url)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "variable", "seconds"),
    [
        ("postgresql://host/jobs", "", 10),
        ("postgresql://host/jobs?connect_timeout=30", "", "30"),
        ("postgresql://host/jobs", "60", None),
    ],
)
def test_a_host_has_ten_seconds_unless_somebody_says_otherwise(
    url: str, variable: str, seconds: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    psycopg = pytest.importorskip("psycopg")
    monkeypatch.setenv("PGCONNECT_TIMEOUT", variable)
    given: list[dict[str, object]] = []

    def connect(*_: object, **parameters: object) -> None:
        given.append(parameters)
        raise psycopg.OperationalError("not here")

    monkeypatch.setattr(psycopg, "connect", connect)
    with pytest.raises(StoreError, match="cannot be used: not here"):
        Store(url)
    assert given[0].get("connect_timeout") == seconds


def test_a_host_that_does_not_answer_is_one_sentence() -> None:
    pytest.importorskip("psycopg")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://user:secret@127.0.0.1:{silent.getsockname()[1]}/jobs?connect_timeout=2"
        with pytest.raises(StoreError) as caught:
            Store(url)
    told = str(caught.value).partition(" cannot be used: ")
    assert told[2] == (
        "its host did not answer within 2 s; see whether it is up, and whether [jobs] store in lakebook.toml names the"
        " right host and port. Nothing was changed."
    )
    assert "secret" not in told[0]


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "jobs.db").write_text("not a database, but long enough to be looked at as one" * 20)
    with pytest.raises(StoreError, match=r"cannot be used: file is not a database\. Nothing was changed\."):
        Store(f"sqlite:///{tmp_path / 'jobs.db'}")


def test_what_a_newer_lakebook_made_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'jobs.db'}"
    Store(url).close()
    with sqlite3.connect(tmp_path / "jobs.db") as connection:
        connection.execute("UPDATE sequences SET value = 99 WHERE name = 'schema'")
    connection.close()
    with pytest.raises(StoreError, match="A newer Lakebook made this database"):
        Store(url)


def fill(store: Store) -> None:
    """Let the database not grow any further: the disk is full."""
    with store.write() as rows:
        connection = rows.connection
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


def test_on_a_full_disk_nothing_is_changed_and_it_is_said(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'jobs.db'}")
    task = pending(store)
    fill(store)
    written = 0
    with pytest.raises(StoreError, match=r"jobs\.db cannot be used: the disk is full\. Nothing was changed\."):
        while True:
            with store.write() as rows:
                rows.tasks.change(task, message=str(written + 1))
                rows.runs.submit({"tasks": [notebook("a" * 90)]}, "/" * 1000)
            written += 1
    with store.read() as rows:
        assert rows.tasks.get(task.task_run_id).message == str(written)
        assert len(rows.runs.page()) == 1 + written
    store.close()
