"""Targets, what a mode presets, and variables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lakebook.jobs.definitions import load
from runtime.jobs.definitions.conftest import LOAD, settings

Write = Callable[..., Path]

TARGETS = f"""
    bundle: {{name: flights}}
    variables:
      retries: {{default: 1}}
    resources:
      jobs:
        daily:
          name: Daily
          schedule: {{quartz_cron_expression: "0 0 6 * * ?", timezone_id: UTC}}
          job_clusters: [{{job_cluster_key: c, new_cluster: {{spark_conf: {{a: b}}}}}}]
          tasks:
            - {{task_key: load, max_retries: "${{var.retries}}", notebook_task: {{notebook_path: load}}}}
            - {{task_key: last, notebook_task: {{notebook_path: load}}}}
        weekly: {{max_concurrent_runs: 1, tasks: [{LOAD}]}}
        steady: {{continuous: {{pause_status: UNPAUSED}}, tasks: [{LOAD}]}}
    targets:
      dev: {{mode: development, default: true}}
      prod:
        mode: production
        variables:
          retries: 5
        resources:
          jobs:
            daily:
              job_clusters: [{{job_cluster_key: c, new_cluster: {{spark_env_vars: {{STAGE: prod}}}}}}]
              tasks:
                - {{task_key: last, timeout_seconds: 60}}
                - {{task_key: extra, notebook_task: {{notebook_path: load}}}}
      quiet:
        presets: {{name_prefix: "quiet ", trigger_pause_status: PAUSED, tags: {{a: b}}}}
"""


def test_development_names_who_develops_and_starts_nothing_by_itself(write: Write) -> None:
    folder = write(bundle=TARGETS)
    bundle = load(folder, environment={})
    assert bundle.target == "dev"
    assert [job.settings["name"] for job in bundle.jobs] == ["[dev ann] Daily", "[dev ann] weekly", "[dev ann] steady"]
    daily, weekly, steady = (job.settings for job in bundle.jobs)
    assert daily["schedule"]["pause_status"] == "PAUSED"
    assert steady["continuous"]["pause_status"] == "UNPAUSED"  # since the job itself says so
    assert [job.get("max_concurrent_runs") for job in (daily, weekly, steady)] == [4, 1, None]
    assert daily["tags"] == {"dev": "ann"}


def test_a_target_changes_what_it_names(write: Write) -> None:
    found = settings(write(bundle=TARGETS), "prod")
    assert found["name"] == "Daily"
    assert "pause_status" not in found["schedule"]
    assert found["job_clusters"] == [
        {"job_cluster_key": "c", "new_cluster": {"spark_conf": {"a": "b"}, "spark_env_vars": {"STAGE": "prod"}}}
    ]
    assert [(task["task_key"], task.get("max_retries"), task.get("timeout_seconds")) for task in found["tasks"]] == [
        ("load", 5, None),
        ("last", None, 60),
        ("extra", None, None),
    ]


def test_presets_are_what_a_mode_does_one_by_one(write: Write) -> None:
    found = settings(write(bundle=TARGETS), "quiet")
    assert (found["name"], found["tags"], found["schedule"]["pause_status"]) == ("quiet Daily", {"a": "b"}, "PAUSED")
    assert "max_concurrent_runs" not in found


@pytest.mark.parametrize(
    ("target", "given", "environment", "retries"),
    [
        ("dev", {}, {}, 1),
        ("prod", {}, {}, 5),
        ("prod", {}, {"BUNDLE_VAR_retries": "6"}, 6),
        ("prod", {"retries": "7"}, {"BUNDLE_VAR_retries": "6"}, 7),
    ],
    ids=["default", "target", "environment", "command line"],
)
def test_where_a_variable_has_its_value_from(
    write: Write, target: str, given: dict[str, str], environment: dict[str, str], retries: int
) -> None:
    bundle = load(write(bundle=TARGETS), target, given, environment)
    assert bundle.jobs[0].settings["tasks"][0]["max_retries"] == retries


def test_what_a_reference_names(write: Write) -> None:
    """A text that is one reference alone becomes what it names, of any type; within a text it becomes text."""
    found = settings(
        write(
            bundle="""
            bundle: {name: flights}
            variables:
              stage: {default: "s-${bundle.target}"}
              limit: {default: 60}
              people: {type: complex, default: ["a@x.org", "${workspace.current_user.userName}@x.org"]}
              cluster: {type: complex, default: {conf: {k: [1, 2]}}}
            targets: {test: {}}
            resources:
              jobs:
                daily:
                  timeout_seconds: ${var.limit}
                  description: ${bundle.name} ${var.stage} ${var.limit} ${var.cluster.conf.k[1]} ${not closed {{job.id}}
                  email_notifications: {on_failure: "${var.people}"}
                  tasks: [{task_key: load, notebook_task: {notebook_path: load}}]
            """
        )
    )
    assert found["timeout_seconds"] == 60
    assert found["description"] == "flights s-test 60 2 ${not closed {{job.id}}"
    assert found["email_notifications"] == {"on_failure": ["a@x.org", "ann@x.org"]}


def test_a_variable_or_a_target_may_have_nothing_but_its_name(write: Write) -> None:
    found = settings(
        write(
            bundle=f"""
            bundle: {{name: b}}
            variables:
              stage:
            targets:
              test:
            resources: {{jobs: {{daily: {{name: "${{var.stage}} ${{bundle.target}}", tasks: [{LOAD}]}}}}}}
            """
        ),
        stage="first",
    )
    assert found["name"] == "first test"
