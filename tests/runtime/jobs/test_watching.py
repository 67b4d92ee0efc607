"""Triggers that wait: for files that arrive, and for tables that change."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from lakebook.jobs.engine.arrivals import Listing, listing
from lakebook.jobs.engine.watching import Watching
from lakebook.jobs.store import Run
from runtime.jobs.harness import Bench, notebook

HOURLY = {"quartz_cron_expression": "0 0 * * * ?", "timezone_id": "UTC"}


def wait_and_look(bench: Bench, seconds: float = 3) -> None:
    bench.pass_time(seconds)
    bench.step(4)


def file_arrival(url: str, **settings: Any) -> dict[str, Any]:
    return {"file_arrival": {"url": url, **settings}}


def test_a_file_that_arrives_starts_a_run_and_those_from_before_do_not(bench: Bench) -> None:
    place = bench.folder / "incoming"
    place.mkdir()
    (place / "old.csv").touch()
    job_id = bench.job(notebook("a"), trigger=file_arrival(str(place)))
    bench.step(2)
    wait_and_look(bench)
    assert bench.runs(job_id) == []
    (place / "deep").mkdir()
    (place / "deep" / "new.csv").touch()
    wait_and_look(bench)
    wait_and_look(bench)
    (run,) = bench.runs(job_id)
    assert run.trigger == "FILE_ARRIVAL"
    assert run.trigger_info == {"file_arrival_location": str(place)}


def test_a_file_that_is_written_over_is_no_new_file(bench: Bench) -> None:
    (bench.folder / "x.csv").touch()
    job_id = bench.job(notebook("a"), trigger=file_arrival("."))
    bench.step()
    (bench.folder / "x.csv").write_text("more")
    wait_and_look(bench)
    assert bench.runs(job_id) == []


def test_files_of_volumes_are_found(bench: Bench) -> None:
    job_id = bench.job(notebook("a"), trigger=file_arrival("/Volumes/main/raw/in"))
    bench.step()
    place = bench.workspace.state / "volumes" / "main" / "raw" / "in"
    place.mkdir(parents=True)
    (place / "x").touch()
    wait_and_look(bench)
    assert len(bench.runs(job_id)) == 1


def test_a_file_that_arrived_while_no_scheduler_ran_is_not_forgotten(bench: Bench) -> None:
    place = bench.folder / "incoming"
    place.mkdir()
    job_id = bench.job(notebook("a"), trigger=file_arrival("incoming"))
    bench.step()
    (place / "x").touch()
    bench.pass_time(60)
    bench.scheduler = bench.new_scheduler(bench.store)
    bench.scheduler.leadership.acquire()
    bench.pass_time(16)
    assert bench.scheduler.leadership.acquire()
    bench.step(4)
    assert len(bench.runs(job_id)) == 1


def test_a_batch_of_files_is_waited_for(bench: Bench) -> None:
    place = bench.folder / "incoming"
    place.mkdir()
    job_id = bench.job(notebook("a"), trigger=file_arrival("incoming", wait_after_last_change_seconds=60))
    bench.step()
    for number in range(3):
        (place / str(number)).touch()
        wait_and_look(bench, 50)
    assert bench.runs(job_id) == []
    wait_and_look(bench, 61)
    assert len(bench.runs(job_id)) == 1


def test_between_two_starts_there_is_the_time_asked_for_and_nothing_is_lost(bench: Bench) -> None:
    place = bench.folder / "incoming"
    place.mkdir()
    trigger = file_arrival("incoming", min_time_between_triggers_seconds=600)
    job_id = bench.job(notebook("a"), trigger=trigger)
    bench.step()
    (place / "1").touch()
    wait_and_look(bench)
    (place / "2").touch()
    wait_and_look(bench)
    assert len(bench.runs(job_id)) == 1
    wait_and_look(bench, 600)
    assert len(bench.runs(job_id)) == 2


def test_what_cannot_be_watched_is_remembered_as_a_problem(bench: Bench) -> None:
    job_id = bench.job(notebook("a"), trigger=file_arrival("s3://bucket/x"))
    bench.step(2)
    with bench.store.read() as rows:
        trigger = rows.triggers.get(job_id)
    assert trigger is not None
    assert "s3://bucket/x" in trigger.state["problem"]


@contextmanager
def while_it_is_listed(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> Iterator[None]:
    """Let something happen to a job after its trigger was read, before what was found is written."""

    def listed(place: Path) -> Listing:
        found = listing(place)
        happens()
        return found

    with monkeypatch.context() as patched:
        patched.setattr("lakebook.jobs.engine.watching.listing", listed)
        yield


@pytest.mark.parametrize("change", ["delete", "pause", "reset"])
def test_a_job_that_changes_while_its_folder_is_listed_is_not_started(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    job_id = bench.job(notebook("a"), trigger=file_arrival("."))
    bench.step(2)

    def happens() -> None:
        with bench.store.write() as rows:
            bench.store.time += 1
            if change == "reset":
                rows.jobs.reset(job_id, {"name": "job", "tasks": [notebook("a")], "schedule": HOURLY})
            else:
                getattr(rows.jobs, change)(job_id)

    (bench.folder / "x").touch()
    with while_it_is_listed(monkeypatch, happens):
        wait_and_look(bench)
    assert bench.runs(job_id) == []


@pytest.mark.parametrize("change", ["delete", "reset"])
def test_a_job_that_changes_between_the_listing_of_triggers_and_the_look_is_left_out(bench: Bench, change: str) -> None:
    job_id = bench.job(notebook("a"), trigger=file_arrival("."))
    bench.step(2)
    (bench.folder / "x").touch()
    with bench.store.write() as rows:
        bench.store.time += 1
        if change == "delete":
            rows.jobs.delete(job_id)
        else:
            rows.jobs.reset(job_id, {"name": "job", "tasks": [notebook("a")], "schedule": HOURLY})
    watching = Watching(bench.scheduler.leadership, bench.store, bench.workspace, lambda: bench.seconds)
    watching.look([job_id])
    assert bench.runs(job_id) == []


def test_a_trigger_that_cannot_be_watched_keeps_no_other_from_being_watched(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    broken = bench.job(notebook("x"), trigger={"file_arrival": {}})
    good = bench.job(notebook("a"), trigger=file_arrival("."))
    bench.step(2)
    (bench.folder / "x").touch()
    wait_and_look(bench)
    wait_and_look(bench)
    assert (len(bench.runs(broken)), len(bench.runs(good))) == (0, 1)
    assert [record.getMessage() for record in caplog.records] == [
        "The trigger of job job cannot be watched: KeyError: 'url'"
    ]


# -- tables -----------------------------------------------------------------------------------------------------------


def append(bench: Bench, name: str) -> Path:
    """A row more for a Delta table of the workspace, of which its driver has told."""
    place = bench.folder / name
    write_deltalake(place, pa.table({"x": [1]}), mode="append")
    file = bench.workspace.make_state() / "tables.json"
    known = json.loads(file.read_text())["tables"] if file.exists() else []
    row = {"schema": "default", "name": name, "location": str(place), "provider": "delta"}
    file.write_text(json.dumps({"tables": [*(one for one in known if one["name"] != name), row]}))
    return place


def table_update(*names: str, **settings: Any) -> dict[str, Any]:
    return {"table_update": {"table_names": list(names), **settings}}


def only_run(bench: Bench, job_id: int) -> Run:
    (run,) = bench.runs(job_id)
    return run


def test_a_table_that_is_written_to_starts_a_run(bench: Bench) -> None:
    append(bench, "sales")
    job_id = bench.job(notebook("a"), trigger=table_update("spark_catalog.default.sales", "default.other"))
    bench.step(2)
    assert bench.runs(job_id) == []
    append(bench, "sales")
    wait_and_look(bench)
    run = only_run(bench, job_id)
    assert run.trigger == "TABLE"
    assert run.trigger_info == {"updated_tables": ["spark_catalog.default.sales"]}


def test_all_tables_must_have_changed_if_so_asked(bench: Bench) -> None:
    append(bench, "sales")
    job_id = bench.job(notebook("a"), trigger=table_update("sales", "returns", condition="ALL_UPDATED"))
    bench.step(2)
    append(bench, "sales")
    wait_and_look(bench)
    assert bench.runs(job_id) == []
    append(bench, "returns")
    wait_and_look(bench)
    assert only_run(bench, job_id).trigger_info == {"updated_tables": ["returns", "sales"]}


def test_what_changes_no_row_is_no_update(bench: Bench) -> None:
    place = append(bench, "sales")
    append(bench, "sales")
    job_id = bench.job(notebook("a"), trigger=table_update("sales"))
    bench.step(2)
    DeltaTable(place).optimize.compact()
    wait_and_look(bench)
    assert bench.runs(job_id) == []
    append(bench, "sales")
    wait_and_look(bench)
    assert len(bench.runs(job_id)) == 1


@pytest.mark.parametrize("damage", ["{broken", '{"commitInfo": 5}'], ids=["no JSON", "no commit"])
def test_a_damaged_log_stops_no_other_job_and_its_table_is_watched_again_when_mended(bench: Bench, damage: str) -> None:
    place = append(bench, "sales")
    job_id = bench.job(notebook("a"), trigger=table_update("sales"))
    other = bench.job(notebook("b"), trigger=file_arrival("."))
    bench.step(2)
    append(bench, "sales")
    commit = place / "_delta_log" / "00000000000000000001.json"
    whole = commit.read_text()
    commit.write_text(damage)
    (bench.folder / "x").touch()
    wait_and_look(bench)
    wait_and_look(bench)
    assert (len(bench.runs(job_id)), len(bench.runs(other))) == (0, 1)
    with bench.store.read() as rows:
        trigger = rows.triggers.get(job_id)
    assert trigger is not None
    assert trigger.state["problem"].startswith(f"The Delta table at {place} cannot be read: ")

    commit.write_text(whole)
    wait_and_look(bench)
    assert len(bench.runs(job_id)) == 1
