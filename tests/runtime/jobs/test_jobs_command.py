"""``lakebook jobs``: deploy, run, look at, cancel and repair, from the command line. Without Spark."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lakebook.cli import main
from lakebook.jobs.model import Result, State
from runtime.jobs.live import Live

BUNDLE = """
bundle: {name: flights}
resources:
  jobs:
    daily:
      name: Daily flights
      schedule: {quartz_cron_expression: "0 0 6 * * ?", timezone_id: UTC}
      parameters: [{name: divisor, default: "0"}]
      tasks:
        - task_key: load
          notebook_task: {notebook_path: load.py}
        - task_key: divide
          depends_on: [{task_key: load}]
          notebook_task: {notebook_path: divide.py}
    extra:
      name: Extra
      tasks:
        - task_key: load
          notebook_task: {notebook_path: load.py}
"""


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Live:
    live = Live(tmp_path)
    monkeypatch.chdir(tmp_path)
    live.notebook("load.py", "print('loaded')")
    live.notebook("divide.py", "print(1 // int(dbutils.widgets.get('divisor')))")
    live.write("databricks.yml", BUNDLE)
    return live


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    return Said(capsys)


class Said:
    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def by(self, *words: str, code: int = 0) -> str:
        """What ``lakebook jobs`` prints, which ends with this exit code."""
        self._capsys.readouterr()
        ended = main(["jobs", *words])
        out, err = self._capsys.readouterr()
        assert ended == code, out + err
        return out + err


def test_deploy_says_what_has_changed(live: Live, said: Said) -> None:
    assert said.by("deploy").splitlines() == [
        "created   daily (job 1)",
        "created   extra (job 2)",
        "Deployed flights: 2 jobs",
    ]
    live.write("databricks.yml", BUNDLE.replace("Daily", "All").partition("    extra:")[0])
    assert said.by("deploy").splitlines() == ["changed   daily (job 1)", "gone      extra", "Deployed flights: 1 job"]
    assert said.by("deploy").splitlines()[0] == "unchanged daily (job 1)"
    live.write("databricks.yml", BUNDLE.replace("notebook_path: load.py", "notebook_path: gone.py", 1))
    assert "databricks.yml, line 10" in said.by("deploy", code=2)
    assert [job["name"] for job in json.loads(said.by("list", "--json"))] == ["All flights"]


def test_a_job_is_found_by_its_key_its_name_and_its_number(live: Live, said: Said) -> None:
    said.by("deploy")
    for wanted in ("daily", "Daily flights", "1"):
        assert "Daily flights does not start by itself" in said.by("pause", wanted)
    assert said.by("pause", "dialy", code=2) == "lakebook: There is no job dialy; did you mean daily?\n"
    row = said.by("list").splitlines()[1]
    assert row.split() == ["1", "daily", "Daily", "flights", "flights", "paused"]
    said.by("resume", "daily")
    assert "paused" not in said.by("list")


def test_a_workspace_without_jobs_says_how_to_begin(live: Live, said: Said) -> None:
    begin = "There are no jobs in this workspace yet. Write one into databricks.yml, then: lakebook jobs deploy"
    assert said.by("list").strip() == begin
    assert said.by("run", "daily", code=2) == f"lakebook: {begin}\n"
    assert json.loads(said.by("list", "--json")) == []


def test_a_run_shows_how_it_goes_and_a_repair_runs_what_failed(live: Live, said: Said) -> None:
    said.by("deploy")
    told = said.by("run", "daily", code=1)
    assert re.search(r"^\d\d:\d\d:\d\d  load  SUCCESS  [\d.]+ s$", told, re.MULTILINE), told
    assert re.search(r"^\d\d:\d\d:\d\d  divide  FAILED", told, re.MULTILINE)
    assert "Cell 1 failed: ZeroDivisionError" in told, told
    assert "| lakebook: cell 1 failed" in told
    run_id = int(told.split()[1])
    assert re.search(rf"Run {run_id}: FAILED in [\d.]+ s. Task divide failed.", told)

    assert said.by("logs", str(run_id), "load").splitlines()[1] == "loaded"
    assert f"Run {run_id} has no task lode" in said.by("logs", str(run_id), "lode", code=2)
    shown = said.by("show", str(run_id))
    assert f"Run {run_id} of Daily flights: FAILED. Task divide failed." in shown
    assert str(live.workspace.state / f"jobs/runs/{run_id}/divide.0.ipynb") in shown

    told = said.by("repair", str(run_id), "-p", "divisor=1")
    assert "load" not in told
    assert "divide (attempt 2)  SUCCESS" in told
    whole = json.loads(said.by("show", str(run_id), "--json"))
    assert (whole["result"], whole["parameters"]) == ("SUCCESS", {"divisor": "1"})
    assert [(task["task"], task["result"]) for task in whole["tasks"]] == [
        ("load", "SUCCESS"),
        ("divide", "FAILED"),
        ("divide (attempt 2)", "SUCCESS"),
    ]
    assert said.by("repair", str(run_id), code=2).startswith("lakebook: All tasks of run")
    assert [run["run_id"] for run in json.loads(said.by("runs", "daily", "--json"))] == [run_id]


def test_only_some_tasks_and_wrong_words(live: Live, said: Said) -> None:
    said.by("deploy")
    assert "divide" not in said.by("run", "daily", "--only", "load")
    assert "no parameter divisr; did you mean divisor?" in said.by("run", "daily", "-p", "divisr=1", code=2)
    assert "no task laod; did you mean load?" in said.by("run", "daily", "--only", "laod", code=2)
    assert said.by("run", "daily", "-p", "divisor", code=2) == "lakebook: -p divisor: expected NAME=VALUE.\n"
    assert said.by("show", "99", code=2) == "lakebook: There is no run 99.\n"
    assert said.by("cancel", "99", code=2) == "lakebook: There is no run 99.\n"


def test_without_waiting_a_run_is_left_to_the_scheduler(live: Live, said: Said) -> None:
    said.by("deploy")
    told = said.by("run", "daily", "--no-wait", "-p", "divisor=1")
    assert "No scheduler runs, so the run waits. Start one with: lakebook scheduler" in told
    run_id = int(told.split()[1])
    assert live.get(run_id).state is State.QUEUED
    with command(live, "scheduler") as scheduler:
        live.wait(lambda: live.get(run_id).end_time is not None)
        scheduler.send_signal(signal.SIGTERM)
        assert scheduler.wait(60) == 0
    assert live.get(run_id).result is Result.SUCCESS
    assert said.by("cancel", str(run_id)) == f"Run {run_id} has ended already: SUCCESS\n"


def test_ctrl_c_cancels_the_run(live: Live, said: Said) -> None:
    live.notebook("load.py", "import time\nprint('go', flush=True)\ntime.sleep(600)")
    said.by("deploy")
    with command(live, "jobs", "run", "extra") as running:
        log = live.workspace.state / "jobs/runs/3/load.0.log"
        live.wait(lambda: log.exists() and "go\n" in log.read_text())
        running.send_signal(signal.SIGINT)
        out = running.communicate(timeout=240)[0]
        assert running.returncode == 130
    assert "Canceling the run" in out
    assert "load  CANCELED" in out
    assert live.get(3).result is Result.CANCELED


@contextmanager
def command(live: Live, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A command in a process of its own, which is gone at the end."""
    started = subprocess.Popen(
        [sys.executable, "-m", "lakebook", *words],
        cwd=live.folder,
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield started
    finally:
        started.kill()
        started.wait()
