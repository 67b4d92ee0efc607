"""A bundle as Databricks writes it becomes the settings of its jobs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from databricks.sdk.service.jobs import JobSettings

from lakebook.jobs.definitions import Bundle, load
from runtime.jobs.definitions.conftest import LOAD, settings

Write = Callable[..., Path]
Told = Callable[..., list[str]]


def test_a_job_of_every_field_is_what_the_sdk_reads(write: Write, folder: Path) -> None:
    (folder / "reqs.txt").write_text("polars\n")
    (folder / "dist").mkdir()
    (folder / "dist" / "flights-1.0-py3-none-any.whl").touch()
    bundle = load(
        write(
            bundle="""
            bundle: {name: flights}
            resources:
              jobs:
                daily:
                  name: Daily flights
                  description: All of it
                  tags: {team: a}
                  parameters:
                    - {name: day, default: "{{job.start_time.iso_date}}"}
                  schedule: {quartz_cron_expression: "0 0 6 ? * MON-FRI", timezone_id: Europe/Berlin, pause_status: PAUSED}
                  max_concurrent_runs: 2
                  timeout_seconds: 3600
                  queue: {enabled: true}
                  health: {rules: [{metric: RUN_DURATION_SECONDS, op: GREATER_THAN, value: 600}]}
                  email_notifications: {on_failure: [ann@example.com], no_alert_for_skipped_runs: true}
                  webhook_notifications: {on_failure: [{id: "https://example.com/hook"}]}
                  environments:
                    - {environment_key: env, spec: {environment_version: "2", dependencies: [pandas, dist/*.whl, -r reqs.txt]}}
                  job_clusters:
                    - job_cluster_key: cluster
                      new_cluster:
                        spark_version: 15.4.x-scala2.12
                        spark_conf: {spark.sql.shuffle.partitions: 8}
                        spark_env_vars: {STAGE: test}
                  tasks:
                    - task_key: load
                      job_cluster_key: cluster
                      notebook_task:
                        notebook_path: ./load.py
                        base_parameters: {day: "{{job.parameters.day}}"}
                      max_retries: -1
                      min_retry_interval_millis: 1000
                      retry_on_timeout: true
                      libraries: [{pypi: {package: "polars>=1"}}]
                    - task_key: good
                      depends_on: [{task_key: load}]
                      condition_task: {op: GREATER_THAN, left: "{{tasks.load.values.rows}}", right: "0"}
                    - task_key: each
                      depends_on: [{task_key: good, outcome: "true"}]
                      for_each_task:
                        inputs: "{{tasks.load.values.carriers}}"
                        concurrency: 2
                        task:
                          task_key: one
                          spark_python_task: {python_file: script.py, parameters: ["{{input}}"]}
                    - task_key: report
                      run_if: ALL_DONE
                      depends_on: [{task_key: each}]
                      sql_task: {warehouse_id: w, file: {path: report.sql}, parameters: {n: 5}}
                    - task_key: wheel
                      environment_key: env
                      disabled: true
                      python_wheel_task: {package_name: p, entry_point: main, named_parameters: {a: b}}
                    - task_key: next
                      run_job_task: {job_id: 12, job_parameters: {day: x}}
            """
        )
    )
    (job,) = bundle.jobs
    assert JobSettings.from_dict(job.settings).as_dict() == job.settings
    assert (bundle.name, bundle.target, job.key, job.file, job.line) == (
        "flights",
        None,
        "daily",
        folder / "databricks.yml",
        4,
    )
    tasks = {task["task_key"]: task for task in job.settings["tasks"]}
    assert tasks["load"]["notebook_task"]["notebook_path"] == str(folder / "load.py")
    assert tasks["each"]["for_each_task"]["task"]["spark_python_task"]["python_file"] == str(folder / "script.py")
    assert tasks["report"]["sql_task"]["file"]["path"] == str(folder / "report.sql")
    assert tasks["report"]["sql_task"]["parameters"] == {"n": "5"}
    assert job.settings["environments"][0]["spec"]["dependencies"] == [
        "pandas",
        str(folder / "dist" / "flights-1.0-py3-none-any.whl"),
        f"-r {folder / 'reqs.txt'}",
    ]
    assert job.notes == (
        "environments[0].spec.environment_version has no meaning here",
        "job_clusters[0].new_cluster.spark_version has no meaning here",
        "tasks[3].sql_task.warehouse_id has no meaning here",
    )


def test_our_own_fields_are_kept(write: Write) -> None:
    found = settings(
        write(
            bundle="""
            bundle: {name: b}
            resources:
              jobs:
                daily:
                  lakebook: {missed: all}
                  tasks:
                    - task_key: fit
                      notebook_task: {notebook_path: load}
                      register: {model: main.ml.delays, metric: rmse, alias: champion, when: "< 12.5", higher_is_better: no}
            """
        )
    )
    assert found["lakebook"] == {"missed": "all"}
    assert found["tasks"][0]["register"] == {
        "model": "main.ml.delays",
        "metric": "rmse",
        "alias": "champion",
        "when": "< 12.5",
        "higher_is_better": False,
    }


def test_text_is_as_it_was_written(write: Write) -> None:
    """Where text is wanted, what YAML takes for a number or a date is the text that stands there."""
    found = settings(
        write(
            bundle=f"""
            bundle: {{name: b}}
            resources:
              jobs:
                daily:
                  tags: {{version: 1.10, day: 2024-01-01, on: yes, code: 007, truth: True, time: 1:30}}
                  timeout_seconds: "60"
                  tasks: [{LOAD}]
            """
        )
    )
    assert found["tags"] == {
        "version": "1.10",
        "day": "2024-01-01",
        "on": "yes",
        "code": "007",
        "truth": "true",
        "time": "1:30",
    }
    assert found["timeout_seconds"] == 60


def test_paths_are_relative_to_the_file_that_says_them(write: Write, folder: Path) -> None:
    (folder / "etl").mkdir()
    (folder / "etl" / "clean.sql").write_text("-- Databricks notebook source\nSELECT 1\n")
    (folder / "etl" / "jobs.yml").write_text(
        "resources: {jobs: {daily: {tasks: ["
        "{task_key: a, notebook_task: {notebook_path: clean}},"
        "{task_key: b, notebook_task: {notebook_path: ../load}},"
        "{task_key: c, notebook_task: {notebook_path: /Workspace/etl/clean}},"
        '{task_key: d, notebook_task: {notebook_path: "${workspace.root_path}/load.py"}}]}}}'
    )
    found = settings(write(bundle="bundle: {name: b}\ninclude: [etl/*.yml]\n"))
    names = [Path(task["notebook_task"]["notebook_path"]).relative_to(folder) for task in found["tasks"]]
    assert [str(name) for name in names] == ["etl/clean.sql", "load.py", "etl/clean.sql", "load.py"]


@pytest.mark.parametrize("begin", ["", "/", "/Workspace/", "{folder}/", "./x/../"])
def test_a_script_is_named_from_the_bundle_the_workspace_or_the_root(write: Write, folder: Path, begin: str) -> None:
    path = f"{begin.format(folder=folder)}script.py"
    found = settings(
        write(
            bundle=f"""
            bundle: {{name: b}}
            resources: {{jobs: {{daily: {{tasks: [{{task_key: a, spark_python_task: {{python_file: {path}}}}}]}}}}}}
            """
        )
    )
    assert found["tasks"][0]["spark_python_task"]["python_file"] == str(folder / "script.py")


def test_a_job_of_a_repository_names_files_that_are_there(write: Write) -> None:
    found = settings(
        write(
            bundle="""
            bundle: {name: b}
            resources:
              jobs:
                daily:
                  git_source: {git_url: "https://example.com/x.git", git_provider: github, git_branch: main}
                  tasks:
                    - {task_key: a, notebook_task: {notebook_path: etl/elsewhere}}
                    - {task_key: b, notebook_task: {notebook_path: load, source: WORKSPACE}}
            """
        )
    )
    assert found["git_source"]["git_provider"] == "gitHub"
    assert found["tasks"][0]["notebook_task"]["notebook_path"] == "etl/elsewhere"
    assert Path(found["tasks"][1]["notebook_task"]["notebook_path"]).is_file()


def test_a_job_that_runs_another_names_it_by_its_key(write: Write) -> None:
    """Its id is not known before it is deployed."""
    found = settings(
        write(
            bundle=f"""
            bundle: {{name: b}}
            resources:
              jobs:
                daily:
                  name: before ${{resources.jobs.other.name}}
                  tasks: [{{task_key: a, run_job_task: {{job_id: "${{resources.jobs.other.id}}"}}}}]
                other: {{name: the other, tasks: [{LOAD}]}}
            """
        )
    )
    assert found["tasks"][0]["run_job_task"] == {"job_key": "other"}
    assert found["name"] == "before the other"


def test_the_key_of_a_job_that_is_not_there(problems_of: Told) -> None:
    tasks = "[{task_key: t, run_job_task: {job_key: dayly}}]"
    assert problems_of(bundle=f"bundle: {{name: b}}\nresources: {{jobs: {{daily: {{tasks: {tasks}}}}}}}") == [
        "databricks.yml, line 2: tasks[0].run_job_task.job_key is dayly, and there is no such job, did you mean daily?"
    ]


def test_jobs_that_run_one_another_would_never_end(problems_of: Told) -> None:
    assert problems_of(
        bundle="""
        bundle: {name: b}
        resources:
          jobs:
            a: {tasks: [{task_key: t, run_job_task: {job_id: "${resources.jobs.b.id}"}}]}
            b: {tasks: [{task_key: t, run_job_task: {job_id: "${resources.jobs.a.id}"}}]}
        """
    ) == ["databricks.yml, line 4: the job runs itself: a → b → a"]


def test_anchors_and_merge_keys(write: Write) -> None:
    found = settings(
        write(
            bundle="""
            bundle: {name: b}
            resources:
              jobs:
                daily:
                  tasks:
                    - &first {task_key: a, max_retries: 2, notebook_task: {notebook_path: load}}
                    - {<<: *first, task_key: b}
            """
        )
    )
    assert [(task["task_key"], task["max_retries"]) for task in found["tasks"]] == [("a", 2), ("b", 2)]


def test_what_is_for_other_things_than_jobs_is_noted(write: Write) -> None:
    bundle: Bundle = load(
        write(
            bundle=f"""
            bundle: {{name: b}}
            workspace: {{host: "https://example.com"}}
            resources:
              pipelines: {{p: {{}}}}
              jobs: {{daily: {{permissions: [{{level: CAN_VIEW}}], tasks: [{LOAD}]}}}}
            """
        ),
        environment={},
    )
    assert bundle.notes == (
        "workspace has no meaning here",
        "resources.pipelines is left out: jobs alone are deployed",
    )
    assert bundle.jobs[0].notes == ("permissions has no meaning here",)


def test_the_file_may_have_our_name_and_be_named_itself(folder: Path) -> None:
    text = f"bundle: {{name: ours}}\nresources: {{jobs: {{daily: {{tasks: [{LOAD}]}}}}}}\n"
    (folder / "lakebook.yml").write_text(text)
    (folder / "other.yml").write_text(text.replace("ours", "other"))
    assert load(folder, environment={}).name == "ours"
    assert load(folder / "other.yml", environment={}).name == "other"
