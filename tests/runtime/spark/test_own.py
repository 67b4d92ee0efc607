"""What a driver of a job's own is started with, and what a shared one is not. Without Spark."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from lakebook.config import Workspace, find_workspace
from lakebook.spark import launch, surroundings
from lakebook.spark.errors import DriverError
from lakebook.spark.own import OwnDriver
from lakebook.spark.settings import spark_settings


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    for name in ("LAKEBOOK_MASTER", "LAKEBOOK_MEMORY"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "lakebook.toml").write_text(
        "[spark]\nmaster = 'local[2]'\nmemory = '1g'\n[spark.conf]\n'spark.ui.port' = 1\n'spark.sql.ansi.enabled' = true\n"
    )
    return find_workspace(tmp_path)


def own(conf: dict[str, str] | None = None, **fields: object) -> OwnDriver:
    return OwnDriver("task-1", Path("/log"), conf or {}, **fields)  # type: ignore[arg-type]


def test_it_has_the_job_s_settings_over_the_workspace_s_and_the_workspace_s_tables(workspace: Workspace) -> None:
    wanted = {
        "spark.master": "local[*, 4]",
        "spark.driver.memory": "3GB",
        "spark.ui.port": "2",
        "spark.sql.warehouse.dir": "/elsewhere",
        "spark.hadoop.javax.jdo.option.ConnectionUserName": "other",
        "spark.sql.hive.metastore.jars": "maven",
    }
    changed = own(wanted).settings(workspace)
    assert (changed.spark.master, changed.spark.memory) == ("local[*, 4]", "3g")
    found = spark_settings(changed, Path("/classes"), [])
    assert (found["spark.ui.port"], found["spark.sql.ansi.enabled"]) == ("2", "true")
    assert found["spark.driver.memory"] == "3g"
    assert found["spark.sql.warehouse.dir"] == str(workspace.warehouse)
    assert not [name for name in found if "javax" in name or "hive.metastore" in name]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("spark.driver.memory", "lots", 'a size such as "4g"'),
        ("spark.master", "here", "a Spark master such as"),
    ],
)
def test_a_wrong_setting_is_named(workspace: Workspace, name: str, value: str, expected: str) -> None:
    with pytest.raises(DriverError, match=re.escape(f'{name} of the job\'s spark_conf is "{value}", expected')) as told:
        own({name: value}).settings(workspace)
    assert expected in str(told.value)


def test_options_for_java_are_words(workspace: Workspace) -> None:
    def options(text: str) -> list[str]:
        return launch._java_options(own({"spark.driver.extraJavaOptions": text}).settings(workspace))

    assert options("-Dx='a b' -XX:+UseG1GC") == ["-Dx=a b", "-XX:+UseG1GC"]
    with pytest.raises(DriverError, match=r"spark.driver.extraJavaOptions is \"-Dx='a\", which cannot be split"):
        options("-Dx='a")


def test_a_task_s_kernel_reads_what_it_was_told() -> None:
    told = own({"spark.ui.port": "2"}, variables={"STAGE": "test"}, inherits=["TOKEN"])
    assert OwnDriver.of_task(told.told()) == told
    assert OwnDriver.of_task({}) is None


def test_a_shared_driver_has_nothing_of_the_task_that_starts_it(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGION", "of the workspace")
    monkeypatch.delenv("STAGE", raising=False)
    monkeypatch.setenv("HERE", "stays")
    of_task = {"REGION": "of the task", "STAGE": "test", "LAKEBOOK_MEMORY": "9g", "LAKEBOOK_TASK_KEY": "load"}
    for name, value in surroundings.changed(of_task).items():
        monkeypatch.setenv(name, value)
    for name, value in surroundings.changed({"REGION": "of a task within"}).items():
        monkeypatch.setenv(name, value)
    environment = launch._environment(workspace)
    assert (environment["REGION"], environment["HERE"]) == ("of the workspace", "stays")
    assert not environment.keys() & {"STAGE", "LAKEBOOK_MEMORY", "LAKEBOOK_TASK_KEY", surroundings.BEFORE}
    assert find_workspace(workspace.root).spark.memory == "9g"
    assert surroundings.with_workspaces_settings(workspace).spark.memory == "1g"


def test_an_own_driver_has_the_cluster_s_variables_and_what_it_is_found_by(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = {"STAGE": "test", "PYSPARK_PYTHON": "/databricks/python3/bin/python3", "SPARK_HOME": "/elsewhere"}
    for name, value in surroundings.changed({**variables, "EXPERIMENT": "jobs/job"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LAKEBOOK_TASK_OWNER", "token")
    environment = launch._environment(workspace, own(variables=variables, inherits=["LAKEBOOK_TASK_OWNER"]))
    assert (environment["STAGE"], environment["LAKEBOOK_TASK_OWNER"]) == ("test", "token")
    assert environment["SPARK_HOME"] != "/elsewhere"
    assert not environment.keys() & {"PYSPARK_PYTHON", "EXPERIMENT"}
    assert "LAKEBOOK_TASK_OWNER" not in launch._environment(workspace)
    assert os.environ["STAGE"] == "test"
