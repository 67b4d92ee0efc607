"""Which Spark driver a task has, how long that is needed, and that nothing of it stays."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lakebook.jobs.drivers import name_of_own
from lakebook.jobs.engine.own_drivers import OwnDrivers, is_needed
from lakebook.jobs.model import Result
from lakebook.spark.driver import CONNECTION
from lakebook.spark.launch import MAIN, settings_file
from lakebook.spark.own import home_of
from runtime.jobs.harness import Bench, loop, notebook

MakeBench = Callable[..., Bench]
OWN, SHARED = {"driver": "own"}, {"driver": "shared"}
SMALL = {"job_cluster_key": "small", "new_cluster": {"spark_version": "x"}}


@pytest.mark.parametrize(
    ("task", "job", "name"),
    [
        ({}, {}, None),
        ({"job_cluster_key": "small"}, {"job_clusters": [SMALL]}, None),
        ({"new_cluster": {"spark_conf": {}}}, {}, None),
        # a cluster's is shared by the tasks of a run that name it
        ({"job_cluster_key": "small"}, {"job_clusters": [{**SMALL, "lakebook": OWN}]}, "run-7.small"),
        ({}, {"job_clusters": [{**SMALL, "lakebook": OWN}]}, None),
        # a job's, by those of a cluster, or without one
        ({}, {"lakebook": OWN}, "run-7"),
        ({"job_cluster_key": "small"}, {"job_clusters": [SMALL], "lakebook": OWN}, "run-7.small"),
        ({"new_cluster": {"spark_version": "x"}}, {"lakebook": OWN}, "task-30"),
        # a task's is its alone, whatever its cluster
        ({"lakebook": OWN}, {}, "task-30"),
        ({"lakebook": OWN, "job_cluster_key": "small"}, {"job_clusters": [SMALL]}, "task-30"),
        # the nearest counts
        ({"lakebook": SHARED}, {"lakebook": OWN}, None),
        ({"job_cluster_key": "small"}, {"job_clusters": [{**SMALL, "lakebook": SHARED}], "lakebook": OWN}, None),
    ],
)
def test_which_driver_a_task_has(task: dict[str, Any], job: dict[str, Any], name: str | None) -> None:
    assert name_of_own(task, job, 7, 30) == name


def test_tasks_on_machines_of_their_own_share_none() -> None:
    assert name_of_own({}, {"lakebook": OWN}, 7, 30, apart=True) == "task-30"


def needed(bench: Bench, run_id: int, name: str) -> bool:
    return is_needed(name, bench.get(run_id), bench.tasks(run_id))


def test_a_run_s_driver_is_needed_until_the_last_task_that_uses_it_has_ended(make_bench: MakeBench) -> None:
    bench = make_bench()
    run_id = bench.run(
        notebook("first", lakebook=SHARED),
        notebook("load", "first"),
        loop("each", "[1, 2]", "load"),
        notebook("last", "each", lakebook=SHARED),
        lakebook=OWN,
    )
    seen = []
    while bench.get(run_id).end_time is None:
        results = bench.results(run_id)
        seen.append((results.get("each") is None, needed(bench, run_id, f"run-{run_id}")))
        bench.step()
    assert len(seen) > 4
    assert {used for going_on, used in seen if going_on} == {True}
    assert {used for going_on, used in seen if not going_on} == {False}
    assert not needed(bench, run_id, f"run-{run_id}")


def test_what_an_iteration_uses_is_needed_while_its_loop_goes_on(make_bench: MakeBench) -> None:
    bench = make_bench()
    run_id = bench.run(
        loop("each", "[1, 2]", task=notebook("one", job_cluster_key="small")),
        job_clusters=[{**SMALL, "lakebook": OWN}],
    )
    bench.step()
    assert needed(bench, run_id, f"run-{run_id}.small")
    assert not needed(bench, run_id, f"run-{run_id}")


def test_it_is_needed_by_a_task_that_is_tried_again_and_by_none_of_a_run_that_was_canceled(
    make_bench: MakeBench,
) -> None:
    bench = make_bench(load=Result.FAILED)
    run_id = bench.run(notebook("load", max_retries=1, min_retry_interval_millis=60_000), lakebook=OWN)
    bench.step(2)
    assert bench.tasks(run_id)[0].result is Result.FAILED
    assert needed(bench, run_id, f"run-{run_id}")
    with bench.store.write() as rows:
        rows.runs.cancel(run_id)
    bench.finish(run_id)
    assert not needed(bench, run_id, f"run-{run_id}")


def stand_in(bench: Bench, name: str, tmp_path: Path) -> tuple[subprocess.Popen[bytes], Path]:
    """A process that looks like a driver of this name, and a temporary folder of it."""
    home = home_of(bench.workspace.state, name)
    home.mkdir(parents=True)
    file = home / CONNECTION
    command = [sys.executable, "-c", "import time; time.sleep(300)", MAIN, str(settings_file(file))]
    process = subprocess.Popen(command)
    about = {"pid": process.pid, "port": 1, "secret": "x", "started": "", "master": "", "version": "", "java": ""}
    file.write_text(json.dumps(about))
    temporary = tmp_path / f"temporary of {name}"
    temporary.mkdir()
    (home / "driver.tmp").symlink_to(temporary)
    return process, temporary


def test_what_no_run_or_task_needs_is_ended_with_all_that_it_has_left(make_bench: MakeBench, tmp_path: Path) -> None:
    bench = make_bench()
    run_id = bench.run(notebook("load"), notebook("alone", lakebook=OWN), lakebook=OWN)
    bench.step()
    alone = bench.task(run_id, "alone").task_run_id
    names = [f"run-{run_id}", f"task-{alone}", f"run-{run_id + 99}", f"run-{run_id}.other"]
    made = {name: stand_in(bench, name, tmp_path) for name in names}
    (home_of(bench.workspace.state, "run-x") / "driver.classes").mkdir(parents=True)
    drivers = OwnDrivers(bench.workspace, bench.store)
    drivers.look()
    assert [name for name in names if made[name][0].poll() is None] == names[:2]
    bench.finish(run_id)
    drivers.look()
    for process, temporary in made.values():
        assert process.poll() is not None
        assert not temporary.exists()
    assert list((bench.workspace.state / "drivers").iterdir()) == []
