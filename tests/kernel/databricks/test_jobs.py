"""Values that tasks hand on, and what only Databricks has."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakebook_kernel.databricks.jobs import TaskValueError, TaskValues
from lakebook_kernel.databricks.library import Credentials, CredentialsError, Library, LibraryError


def task(folder: Path, name: str) -> TaskValues:
    return TaskValues({"LAKEBOOK_TASK_VALUES": str(folder), "LAKEBOOK_TASK_KEY": name})


def test_a_later_task_gets_what_an_earlier_one_set(tmp_path: Path) -> None:
    first = task(tmp_path, "load")
    first.set("rows", {"n": [1, None]})
    first.set("day", "Mon")
    assert task(tmp_path, "train").get("load", "rows") == {"n": [1, None]}
    assert task(tmp_path, "train").get(taskKey="load", key="other", default=0, debugValue=5) == 0
    with pytest.raises(TaskValueError, match="Task load has set no value other, and there is no default"):
        task(tmp_path, "train").get("load", "other")


def test_outside_of_a_job_debug_value_is_the_value() -> None:
    alone = TaskValues({})
    alone.set("rows", 1)
    assert alone.get("load", "rows", default=2, debugValue=3) == 3
    with pytest.raises(TaskValueError, match="Must pass debugValue when calling get outside of a job context"):
        alone.get("load", "rows", default=2)


def test_what_cannot_be_handed_on_is_refused_outside_of_jobs_too() -> None:
    alone = TaskValues({})
    for key, value, complaint in [
        ("x", object(), "The value of x has no form in JSON"),
        ("x", float("nan"), "The value of x has no form in JSON"),
        ("x", "a" * 50_000, "The value of x has 50002 bytes as JSON; there may be 49152"),
        ("", 1, "wants a key"),
    ]:
        with pytest.raises(TaskValueError, match=complaint):
            alone.set(key, value)


def test_a_task_s_name_leads_nowhere_else(tmp_path: Path) -> None:
    with pytest.raises(TaskValueError, match="is no name of a task"):
        task(tmp_path, "a").get("../secret", "x", 0)


def test_there_are_no_roles_here() -> None:
    with pytest.raises(
        CredentialsError, match=r"dbutils\.credentials\.assumeRole hands out roles of Databricks' cloud"
    ):
        Credentials().assumeRole("arn:x")


def test_libraries_are_installed_by_pip() -> None:
    library = Library(lambda: None, lambda: Path("/nowhere"), lambda text: None)
    with pytest.raises(LibraryError, match=r"%pip install mlflow\[extras\]==1.0"):
        library.installPyPI("mlflow", "1.0", extras="extras")
