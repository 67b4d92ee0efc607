"""Tasks and the Spark drivers that they have: with kernels, and a stand-in for Java that lets nobody attach."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from lakebook.jobs.commands.engine import engine
from lakebook.jobs.model import Result
from lakebook.spark import driver
from lakebook.spark.own import names_of
from runtime.jobs.live import Live, notebook_task

pytestmark = pytest.mark.spark  # whose libraries are looked for, although nothing of them runs

#: speaks at the door as a driver does, and notes what it was started with and what it is asked
STAND_IN = """
import json, os, socketserver, sys
from pathlib import Path

settings = json.loads(Path(sys.argv[-1]).read_text())
place = Path(settings["connection"])

def note(**what):
    with (Path(settings["state"]) / "noted.jsonl").open("a") as file:
        file.write(json.dumps({"pid": os.getpid(), "home": place.parent.name, **what}) + "\\n")

class Door(socketserver.StreamRequestHandler):
    def handle(self):
        command = json.loads(self.rfile.readline())["command"]
        note(asked=command)
        answer = {"ok": False, "error": "it is a stand-in"} if command == "attach" else {"ok": True, "notebooks": []}
        self.wfile.write((json.dumps(answer) + "\\n").encode())
        if command == "hold":
            self.rfile.read()
        if command == "stop":
            place.unlink()
            os._exit(0)

server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Door)
names = ("REGION", "MLFLOW_EXPERIMENT_NAME")
note(environment={name: os.environ.get(name) for name in names}, port=settings["spark"].get("spark.ui.port"))
about = {"pid": os.getpid(), "port": server.server_address[1], "secret": "x", "started": "", "master": "",
         "version": "", "java": "", "bridge": settings["bridge"]}
part = place.with_suffix(".part")
part.write_text(json.dumps(about))
part.rename(place)
server.serve_forever()
"""
ATTACH = """
from pyspark.sql import SparkSession
try:
    SparkSession.builder.getOrCreate()
except Exception as problem:
    print(problem)
"""


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    java = tmp_path / "java" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(f"#!{sys.executable}\n{STAND_IN}")
    java.chmod(0o700)
    (tmp_path / "java" / "release").write_text('JAVA_VERSION="17.0.1"\n')
    (tmp_path / "lakebook.toml").write_text("[spark]\njava_home = 'java'\n")
    live = Live(tmp_path)
    yield live
    driver.stop(live.workspace)


def noted(live: Live) -> list[dict[str, Any]]:
    file = live.workspace.state / "noted.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def started(live: Live) -> list[dict[str, Any]]:
    return [note for note in noted(live) if "environment" in note]


def test_a_cluster_s_tasks_share_a_driver_which_ends_and_a_shared_one_has_nothing_of_its_task(live: Live) -> None:
    cluster = {"spark_conf": {"spark.ui.port": "4321"}, "spark_env_vars": {"REGION": "north"}}
    first = {"python_file": live.write("first.py", ATTACH)}
    script = {"python_file": live.write("script.py", "print('begun')\nspark.range(3)\n")}
    run = live.run(
        {"task_key": "first", "spark_python_task": first, "job_cluster_key": "main"},
        notebook_task("second", live.notebook("second.py", ATTACH), "first", job_cluster_key="main"),
        {"task_key": "shared", "spark_python_task": script, "new_cluster": cluster},
        job_clusters=[{"job_cluster_key": "main", "new_cluster": cluster, "lakebook": {"driver": "own"}}],
    )
    message = "The driver refused: it is a stand-in."
    assert live.task(run.run_id, "second").result is Result.SUCCESS
    assert "Starting the job's own Spark driver" in live.printed(run.run_id, "first")
    assert live.printed(run.run_id, "second").splitlines()[-1] == f"DriverError: {message}"
    assert live.task(run.run_id, "shared").message == f"Cell 1 failed: DriverError: {message}"
    assert "begun" not in live.printed(run.run_id, "shared")

    of_run, of_workspace = sorted(started(live), key=lambda note: str(note["home"]), reverse=True)
    assert (of_run["home"], of_run["port"], of_run["environment"]["REGION"]) == (
        f"run-{run.run_id}.main",
        "4321",
        "north",
    )
    assert of_workspace["environment"] == {"REGION": None, "MLFLOW_EXPERIMENT_NAME": None}
    assert of_workspace["home"] == live.workspace.state.name
    asked = [note["asked"] for note in noted(live) if note["pid"] == of_run["pid"] and "asked" in note]
    assert "hold" in asked and asked[-1] == "stop"
    assert not psutil.pid_exists(of_run["pid"]) and names_of(live.workspace.state) == []
    assert psutil.pid_exists(of_workspace["pid"])


def test_a_task_s_own_driver_ends_with_it_also_when_its_worker_is_killed(live: Live) -> None:
    again = "import os, time\nif not os.path.exists('second'):\n    open('second', 'w')\n    time.sleep(600)"
    path = live.notebook("dies.py", ATTACH, again)
    run_id = live.start(notebook_task("dies", path, max_retries=1, lakebook={"driver": "own"}))
    with engine(live.workspace, live.store):
        live.wait(lambda: (live.folder / "second").exists())
        (first,) = started(live)
        assert psutil.pid_exists(first["pid"])
        os.kill((live.task(run_id, "dies").process or {})["pid"], signal.SIGKILL)
        live.wait(lambda: live.get(run_id).end_time is not None)
    assert live.get(run_id).result is Result.SUCCESS
    first, second = started(live)
    assert first["home"] != second["home"]
    assert not psutil.pid_exists(first["pid"]) and not psutil.pid_exists(second["pid"])
    assert names_of(live.workspace.state) == []
