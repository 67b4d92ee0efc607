"""``lakebook jobs export --to airflow``: what the DAG files do, and what is refused by name."""

from __future__ import annotations

import argparse
import ast
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import pytest

from lakebook.cli import CommandError
from lakebook.jobs.airflow import command
from lakebook.jobs.airflow.errors import ExportError
from lakebook.jobs.airflow.schedule import arguments
from lakebook.jobs.airflow.templates import Templates
from lakebook.jobs.engine import conditions

#: a Python that has Airflow, which the project's own does not need
AIRFLOW = os.environ.get("LAKEBOOK_TEST_AIRFLOW") or (sys.executable if importlib.util.find_spec("airflow") else None)

FLIGHTS = """
bundle: {name: flights}
resources:
  jobs:
    daily:
      name: Daily flights
      parameters:
        - {name: day, default: "{{job.start_time.iso_date}}"}
        - {name: place, default: "it's {% here %}"}
      schedule: {quartz_cron_expression: "0 30 6 ? * MON-FRI", timezone_id: Europe/Berlin}
      max_concurrent_runs: 2
      timeout_seconds: 7200
      email_notifications: {on_failure: [ann@example.com]}
      tasks:
        - task_key: load
          notebook_task: {notebook_path: load, base_parameters: {day: "{{job.parameters.day}}", try: "{{task.execution_count}}"}}
          max_retries: 2
          min_retry_interval_millis: 60000
          timeout_seconds: 600
          retry_on_timeout: true
        - task_key: each
          depends_on: [{task_key: load}]
          for_each_task:
            inputs: '[{"airport": "JFK"}, {"airport": "LGA"}]'
            concurrency: 2
            task: {task_key: one, notebook_task: {notebook_path: load, base_parameters: {airport: "{{input.airport}}"}}}
        - task_key: large
          depends_on: [{task_key: load}]
          condition_task: {left: "{{job.parameters.place}}", op: EQUAL_TO, right: here}
        - task_key: report
          depends_on: [{task_key: large, outcome: "true"}]
          notebook_task: {notebook_path: load}
        - task_key: next
          depends_on: [{task_key: each}, {task_key: large}]
          run_if: AT_LEAST_ONE_SUCCESS
          run_job_task: {job_id: "${resources.jobs.other.id}", job_parameters: {day: "{{job.parameters.day}}"}}
        - task_key: clean
          depends_on: [{task_key: next}, {task_key: report}]
          run_if: ALL_DONE
          notebook_task: {notebook_path: load}
    other:
      name: Other
      continuous: {pause_status: PAUSED}
      tasks:
        - {task_key: only, notebook_task: {notebook_path: load}}
"""

Export = Callable[..., Path]


@pytest.fixture
def export(tmp_path: Path) -> Export:
    """Writes a bundle, exports it, and returns the folder of the DAG files."""
    (tmp_path / "lakebook.toml").touch()
    (tmp_path / "load.py").write_text("# Databricks notebook source\nprint(1)\n")

    def call(text: str, *words: str) -> Path:
        (tmp_path / "databricks.yml").write_text(text)
        parser = argparse.ArgumentParser()
        command.add_to(parser.add_subparsers())
        options = parser.parse_args(["export", str(tmp_path), "--to", "airflow", "-o", str(tmp_path / "dags"), *words])
        assert options.command(options) == 0
        return tmp_path / "dags"

    return call


def job(task: str, settings: str = "") -> str:
    return f"bundle: {{name: b}}\nresources: {{jobs: {{j: {{name: j, {settings} tasks: [{task}]}}}}}}\n"


def test_each_job_becomes_a_python_file(export: Export, capsys: pytest.CaptureFixture[str]) -> None:
    dags = export(FLIGHTS)
    files = sorted(dags.iterdir())
    assert [file.name for file in files] == ["flights_daily.py", "flights_other.py"]
    for file in files:
        ast.parse(file.read_text())
    said = capsys.readouterr().out
    assert "note: email_notifications is left to Airflow's own callbacks" in said
    assert "note: a run that is one too many waits in Airflow, and is not skipped" in said


def test_only_the_jobs_that_are_named_are_exported(export: Export) -> None:
    assert [file.name for file in export(FLIGHTS, "--job", "other").iterdir()] == ["flights_other.py"]
    with pytest.raises(CommandError, match=r"There is no job nightly in the bundle; there are daily, other\."):
        export(FLIGHTS, "--job", "nightly")


@pytest.mark.skipif(AIRFLOW is None, reason="no Airflow: name a Python that has it in LAKEBOOK_TEST_AIRFLOW")
def test_airflows_own_parser_accepts_the_files(export: Export, tmp_path: Path) -> None:
    script = Path(__file__).with_name("dagbag.py")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AIRFLOW_HOME": str(tmp_path / "airflow"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{tmp_path / 'airflow.db'}",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
    }
    parsed = subprocess.run(
        [str(AIRFLOW), str(script), str(export(FLIGHTS))], env=environment, capture_output=True, text=True, check=False
    )
    assert parsed.returncode == 0, parsed.stderr
    found = json.loads(parsed.stdout.splitlines()[-1])
    assert found["errors"] == {}
    daily, other = found["dags"]["flights_daily"], found["dags"]["flights_other"]
    assert (daily["schedule"], daily["catchup"], daily["max_active_runs"]) == ("30 6 * * 1,2,3,4,5", False, 2)
    assert (other["schedule"], other["max_active_runs"]) == ("@continuous", 1)
    tasks = daily["tasks"]
    assert tasks["load"] == {"after": [], "rule": "all_success", "retries": 2}
    assert tasks["each"]["after"] == ["load"]
    assert tasks["large__true"]["after"] == ["large"]
    assert tasks["report"]["after"] == ["large__true"]
    assert tasks["next"]["after"] == ["next__all", "next__one"]
    assert (tasks["next__one"]["rule"], tasks["next__all"]["rule"]) == ("one_success", "all_done")
    assert tasks["next__one"]["after"] == tasks["next__all"]["after"] == ["each", "large"]
    assert (tasks["clean"]["rule"], tasks["clean"]["after"]) == ("all_done", ["next", "report"])


@pytest.mark.parametrize(
    ("quartz", "cron"),
    [
        ("0 0 6 * * ?", "0 6 * * *"),
        ("0 */15 8-10 ? * SUN,7", "0,15,30,45 8,9,10 * * 0,6"),
        ("0 0 0 1,15 JAN-MAR ? *", "0 0 1,15 1,2,3 *"),
    ],
)
def test_a_schedule_of_quartz_becomes_one_of_cron(quartz: str, cron: str) -> None:
    found = arguments({"schedule": {"quartz_cron_expression": quartz, "timezone_id": "Europe/Berlin"}})
    assert found["schedule"] == f"CronTriggerTimetable('{cron}', timezone='Europe/Berlin')"


@pytest.mark.parametrize(
    ("quartz", "reason"),
    [
        ("30 0 6 * * ?", "Airflow's schedules have no seconds, only 0 can be exported"),
        ("0 0 6 * * ? 2030", "Airflow's schedules have no years"),
        ("0 0 6 L * ?", "Airflow reads L, W and # otherwise, or not at all"),
        ("0 0 6 ? * 6#3", "Airflow reads L, W and # otherwise, or not at all"),
    ],
)
def test_a_schedule_that_cron_does_not_have_is_refused(quartz: str, reason: str) -> None:
    with pytest.raises(ExportError) as caught:
        arguments({"schedule": {"quartz_cron_expression": quartz, "timezone_id": "UTC"}})
    assert str(caught.value) == f"schedule.quartz_cron_expression {quartz!r}: {reason}"


def test_other_starts() -> None:
    assert arguments({})["schedule"] == "None"
    periodic = {"trigger": {"periodic": {"interval": 2, "unit": "HOURS"}, "pause_status": "PAUSED"}}
    assert arguments(periodic)["schedule"] == "timedelta(hours=2)"
    assert arguments(periodic)["is_paused_upon_creation"] == "True"
    assert arguments(periodic | {"lakebook": {"missed": "all"}})["catchup"] == "True"


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        (
            {"trigger": {"file_arrival": {"url": "/x"}}},
            "trigger.file_arrival: Airflow does not watch it as Lakebook does",
        ),
        (
            {"trigger": {"periodic": {"interval": 1, "unit": "DAYS"}}, "lakebook": {"missed": "none"}},
            "lakebook.missed is none, and Airflow makes up for the latest due time at least",
        ),
        (
            {"continuous": {"task_retry_mode": "ON_FAILURE"}},
            "continuous.task_retry_mode is ON_FAILURE: Airflow retries as each task says",
        ),
    ],
)
def test_other_starts_that_are_refused(settings: dict[str, Any], problem: str) -> None:
    with pytest.raises(ExportError) as caught:
        arguments(settings)
    assert str(caught.value) == problem


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("plain {{ other }} {% x %} {# y #}", "plain {{ other }} {% x %} {# y #}"),
        ("{{job.name}}/{{task.name}}", "{{ Daily }}/load"),
        ("{{job.parameters.place}}", "here"),
        ("{{job.parameters.day}}", "2026-11-29"),
        ("{{job.start_time.iso_datetime}}", "2026-11-29T20:11:15.250Z"),
        ("{{job.start_time.timestamp_ms}}", "1795983075250"),
        ("{{job.trigger.time.is_weekday}} {{job.trigger.time.hour}}", "true 6"),
        ("{{task.execution_count}}", "2"),
    ],
)
def test_references_become_templates(text: str, rendered: str) -> None:
    templates = Templates("{{ Daily }}", {"day": "{{job.start_time.iso_date}}", "place": "there"})
    started, due = datetime(2026, 11, 29, 20, 11, 15, 250000, UTC), datetime(2026, 11, 27, 6, tzinfo=UTC)
    context = {
        "dag_run": SimpleNamespace(start_date=started, logical_date=due),
        "params": {"day": None, "place": "here"},
        "ti": SimpleNamespace(try_number=2),
    }
    template = templates.of(text, "here", "load")
    assert jinja2.Environment(undefined=jinja2.StrictUndefined).from_string(template).render(context) == rendered


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            job("{task_key: a, notebook_task: {notebook_path: load, base_parameters: {x: '{{job.repair_count}}'}}}"),
            "a.base_parameters.x: Airflow knows no {{job.repair_count}}",
        ),
        (
            job("{task_key: a, notebook_task: {notebook_path: load}, max_retries: -1}"),
            "a.max_retries: Airflow wants a number of retries, and -1 is without end",
        ),
        (
            job("{task_key: a, notebook_task: {notebook_path: load}, max_retries: 1, timeout_seconds: 5}"),
            "a.retry_on_timeout: Airflow tries again also what took too long",
        ),
        (
            job("{task_key: a, notebook_task: {notebook_path: load}, register: {model: m}}"),
            "a.register: only Lakebook's scheduler does this",
        ),
        (
            job("{task_key: a, notebook_task: {notebook_path: load}, lakebook: {driver: own}}"),
            "a.lakebook: only Lakebook's scheduler does this",
        ),
        (
            job("{task_key: a, notebook_task: {notebook_path: load}}", "lakebook: {driver: own},"),
            "lakebook.driver: only Lakebook's scheduler starts drivers of a job's own",
        ),
        (
            job("{task_key: a, spark_python_task: {python_file: load.py}}"),
            "a.spark_python_task: Airflow runs notebooks, conditions, loops and jobs",
        ),
        (
            job(
                "{task_key: a, for_each_task: {inputs: '{{job.parameters.x}}', task: {task_key: b, notebook_task: {notebook_path: load}}}}",
                "parameters: [{name: x, default: '[1]'}],",
            ),
            "a.for_each_task.inputs: Airflow wants a list that stands in the job",
        ),
    ],
)
def test_what_airflow_cannot_do_is_refused_by_name(export: Export, tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(CommandError) as caught:
        export(text)
    assert str(caught.value).endswith(f": job j: {problem}.")
    assert not (tmp_path / "dags").exists()


@pytest.mark.parametrize(
    ("op", "left", "right", "found"),
    [
        ("EQUAL_TO", "12", "12.0", False),
        ("NOT_EQUAL", "12", "12.0", True),
        ("GREATER_THAN", "12", "3", True),
        ("LESS_THAN_OR_EQUAL", "3", "3.0", True),
    ],
)
def test_conditions_are_those_of_lakebook(export: Export, op: str, left: str, right: str, found: bool) -> None:
    tree = ast.parse((export(FLIGHTS) / "flights_daily.py").read_text())
    (function,) = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    names: dict[str, Any] = {"Decimal": Decimal}
    exec(compile(ast.Module([function], []), "dag", "exec"), names)
    assert conditions.holds(op, left, right) is found
    assert [names["holds"](op, left, right, wanted) for wanted in (True, False)] == [found, not found]
