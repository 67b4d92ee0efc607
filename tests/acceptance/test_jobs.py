"""Jobs on Spark: tasks of several languages hand on values, and whatever is killed or cancelled leaves nothing."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from benchmarks.faults import versions

from lakebook.jobs.commands.engine import engine
from lakebook.jobs.model import Result, State
from lakebook.spark import driver
from lakebook.spark.own import names_of
from runtime.jobs.live import Live, notebook_task

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    live = Live(tmp_path_factory.mktemp("jobs"))
    yield live
    driver.stop(live.workspace)


LONG = """
print("go", flush=True)
spark.range(1_000_000_000_000).selectExpr("sum(sqrt(id))").collect()
"""


def test_tasks_hand_on_tables_values_and_rows(live: Live) -> None:
    ingest = live.write(
        "ingest.sql",
        """
        -- Databricks notebook source
        CREATE OR REPLACE TABLE flights AS SELECT id, id % 3 AS delay FROM range(:rows)
        """,
    )
    count = live.notebook(
        "count.py",
        "print(spark.conf.get('spark.sql.shuffle.partitions'))",
        "dbutils.jobs.taskValues.set('rows', spark.table('flights').count())",
    )
    query = live.write("worst.sql", "SELECT max(delay) AS worst, :rows AS asked FROM flights")
    each = live.notebook(
        "each.py",
        "delay = int(dbutils.widgets.get('delay'))\nprint(spark.table('flights').where(f'delay = {delay}').count())",
    )
    run = live.run(
        notebook_task("ingest", ingest),
        notebook_task("count", count, "ingest", job_cluster_key="small"),
        {"task_key": "worst", "sql_task": {"file": {"path": query}}, "depends_on": [{"task_key": "ingest"}]},
        {
            "task_key": "many",
            "condition_task": {"left": "{{tasks.count.values.rows}}", "op": "GREATER_THAN", "right": "10"},
            "depends_on": [{"task_key": "count"}],
        },
        {
            "task_key": "each",
            "depends_on": [{"task_key": "many", "outcome": "true"}, {"task_key": "worst"}],
            "for_each_task": {
                "inputs": '[0, "{{tasks.worst.output.first_row.worst}}"]',
                "task": notebook_task("each_one", each, base_parameters={"delay": "{{input}}"}),
            },
        },
        parameters=[{"name": "rows", "default": "30"}],
        job_clusters=[
            {"job_cluster_key": "small", "new_cluster": {"spark_conf": {"spark.sql.shuffle.partitions": "3"}}}
        ],
    )
    told = {key: live.task(run.run_id, key).message for key in ("ingest", "count", "worst", "many", "each")}
    assert run.result is Result.SUCCESS, told
    assert live.printed(run.run_id, "count").split() == ["3"]
    assert (live.task(run.run_id, "worst").output or {})["rows"] == [{"worst": 2, "asked": "30"}]
    assert [live.printed(run.run_id, f"each[{number}]").split() for number in (0, 1)] == [["10"], ["10"]]


def test_a_cancel_ends_the_spark_job_and_leaves_the_driver(live: Live) -> None:
    run_id = live.start(notebook_task("long", live.notebook("long.py", LONG)))
    check = live.notebook("check.py", "print(len(sc.statusTracker().getActiveJobsIds()))")
    with engine(live.workspace, live.store):
        live.wait(lambda: "go" in printed(live, run_id, "long"))
        before = driver_of(live)
        with live.store.write() as rows:
            rows.runs.cancel(run_id)
        live.wait(lambda: live.get(run_id).end_time is not None)
    assert (live.get(run_id).result, live.task(run_id, "long").result) == (Result.CANCELED, Result.CANCELED)
    run = live.run(notebook_task("check", check))
    assert live.printed(run.run_id, "check").split() == ["0"]
    assert driver_of(live) == before


ABOUT = """
import os
java = spark._jvm
print(java.ProcessHandle.current().pid(), java.System.getenv("REGION"), sc.getConf().get("spark.ui.port"), spark.conf.get("spark.myapp.x", None))
"""


def test_tasks_of_a_cluster_share_a_driver_of_their_own_with_its_settings_and_scripts_have_spark(live: Live) -> None:
    """The last task, on the workspace's driver, which it may start, has nothing of the others'."""
    first = live.write("first.py", f"spark.range(7).write.saveAsTable('made_by_own')\n{ABOUT}")
    second = live.notebook("second.py", "spark.table('made_by_own').createOrReplaceGlobalTempView('seen')", ABOUT)
    third = live.notebook("third.py", "print(spark.table('made_by_own').count())", ABOUT)
    cluster = {"spark_conf": {"spark.ui.port": "4321"}, "spark_env_vars": {"REGION": "north"}}
    run = live.run(
        {"task_key": "first", "spark_python_task": {"python_file": first}, "job_cluster_key": "main"},
        notebook_task("second", second, "first", job_cluster_key="main"),
        notebook_task("third", third, "second", new_cluster={**cluster, "spark_conf": {"spark.myapp.x": "1"}}),
        job_clusters=[{"job_cluster_key": "main", "new_cluster": cluster, "lakebook": {"driver": "own"}}],
    )
    told = {key: live.task(run.run_id, key).message for key in ("first", "second", "third")}
    assert run.result is Result.SUCCESS, told
    one, two, three = (live.printed(run.run_id, key).splitlines()[-1].split() for key in told)
    assert one == two == [one[0], "north", "4321", "None"]
    assert three == [str(driver_of(live)), "None", "None", "1"]
    assert "7" in live.printed(run.run_id, "third").splitlines()
    assert not psutil.pid_exists(int(one[0]))
    assert not names_of(live.workspace.state)
    assert (live.workspace.state / f"jobs/runs/{run.run_id}/main.driver.log").exists()


@pytest.mark.parametrize("who", ["kernel", "worker"])
def test_a_killed_process_is_noticed_and_its_task_tried_again(live: Live, who: str) -> None:
    """With the worker goes the Spark driver that its task has alone."""
    path = live.notebook(
        f"{who}.py",
        f"""
        import os, pathlib
        told = pathlib.Path("{who}.pids")
        first = not told.exists()
        told.open("a").write(f"{{os.getpid()}} {{spark._jvm.ProcessHandle.current().pid()}}\\n")
        """,
        """
        if first:
            print("go", flush=True)
            spark.range(1_000_000_000_000).selectExpr("sum(sqrt(id))").collect()
        """,
        "print(len(sc.statusTracker().getActiveJobsIds()))",
    )
    own = {"lakebook": {"driver": "own"}} if who == "worker" else {}
    run_id = live.start(notebook_task("dies", path, max_retries=1, **own))
    with engine(live.workspace, live.store):
        live.wait(lambda: "go" in printed(live, run_id, "dies"))
        task = live.task(run_id, "dies")
        kernel, java = map(int, (live.folder / f"{who}.pids").read_text().split())
        os.kill(kernel if who == "kernel" else (task.process or {})["pid"], signal.SIGKILL)
        live.wait(lambda: live.get(run_id).end_time is not None)
    assert live.get(run_id).result is Result.SUCCESS
    first, second = attempts(live, run_id)
    assert first.state is (State.TERMINATED if who == "kernel" else State.INTERNAL_ERROR)
    assert "killed" in (first.message or "")
    assert second.result is Result.SUCCESS
    assert live.printed(run_id, "dies").split()[-1] == "0"  # a driver of its own says before that it was started
    assert not psutil.pid_exists(kernel)
    assert psutil.pid_exists(java) == (who == "kernel")
    assert not names_of(live.workspace.state)


def test_a_killed_driver_is_replaced_and_the_table_it_wrote_is_whole(live: Live) -> None:
    path = live.notebook(
        "batches.py",
        """
        attempt = int(dbutils.widgets.get("attempt"))
        for number in range(3 if attempt > 1 else 1000):
            batch = spark.range(20).selectExpr(f"{1000 * attempt + number} AS batch", "id AS i")
            batch.write.mode("append").saveAsTable("batches")
            print(number, flush=True)
        """,
    )
    attempt = {"attempt": "{{task.execution_count}}"}
    run_id = live.start(notebook_task("writes", path, base_parameters=attempt, max_retries=1))
    with engine(live.workspace, live.store):
        live.wait(lambda: "2" in printed(live, run_id, "writes").split())
        killed = driver_of(live)
        os.kill(killed, signal.SIGKILL)
        live.wait(lambda: live.get(run_id).end_time is not None)
    assert live.get(run_id).result is Result.SUCCESS
    first, _ = attempts(live, run_id)
    assert "driver" in (first.message or "")
    assert driver_of(live) != killed
    for _, rows in versions.read(live.workspace.warehouse / "batches"):
        found = Counter(row["batch"] for row in rows)
        assert set(found.values()) <= {20}
    assert found.keys() >= {1000, 1001, 1002, 2000, 2001, 2002}
    assert len({(row["batch"], row["i"]) for row in rows}) == len(rows)


def printed(live: Live, run_id: int, key: str) -> str:
    """As ``Live.printed``; nothing as long as there is no notebook."""
    output = live.task(run_id, key).output or {}
    return live.printed(run_id, key) if Path(output.get("notebook", "/nowhere")).exists() else ""


def driver_of(live: Live) -> int:
    found = driver.status(live.workspace)
    assert found is not None
    return int(found["pid"])


def attempts(live: Live, run_id: int) -> list[Any]:
    with live.store.read() as rows:
        return rows.tasks.of_run(run_id)
