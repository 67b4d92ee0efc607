"""The settings that a job has for its task's session."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pyspark.errors import AnalysisException, IllegalArgumentException

from lakebook.spark.own import OwnDriver
from lakebook_kernel import task
from lakebook_kernel.languages.base import CellError


class Refused(AnalysisException):
    """As Spark refuses what its start alone can set."""

    def getCondition(self) -> str:  # noqa: N802
        return "CANNOT_MODIFY_STATIC_CONFIG"


class StandInSession:
    """A session that takes what Spark's takes, and knows what its driver was started with."""

    def __init__(self) -> None:
        self.conf = self
        self.settings = {"spark.sql.warehouse.dir": "/lake"}

    def set(self, name: str, value: str) -> None:
        if name == "spark.sql.warehouse.dir":
            raise Refused(f"Cannot modify the value of the static Spark config: {name}.")
        if name == "spark.sql.shuffle.partitions" and not value.isdigit():
            raise IllegalArgumentException(f"{name} should be int, but was {value}\nat org.apache.spark")
        self.settings[name] = value

    def get(self, name: str, default: str | None) -> str | None:
        return self.settings.get(name, default)


@pytest.fixture
def session() -> Any:
    return StandInSession()


def configured(session: Any, conf: dict[str, str], own: OwnDriver | None = None) -> list[str]:
    """What is said as the settings are set."""
    said: list[str] = []
    driver = own.told() if own is not None else {}
    task.configure(session, said.append, {task.SPARK_CONF: json.dumps(conf), **driver})
    return said


@pytest.mark.parametrize(
    "name",
    [
        "spark.sql.shuffle.partitions",
        "spark.myapp.env",
        "spark.databricks.delta.properties.defaults.columnMapping.mode",
    ],
)
def test_all_that_a_session_takes_is_set_whether_spark_knows_it_or_not(session: Any, name: str) -> None:
    assert configured(session, {name: "3"}) == []
    assert session.settings[name] == "3"


def test_what_only_the_drivers_start_can_set_is_said_unless_it_is_so(session: Any) -> None:
    assert configured(session, {"spark.sql.warehouse.dir": "/lake"}) == []
    (said,) = configured(session, {"spark.sql.warehouse.dir": "/other", "spark.myapp.env": "prod"})
    assert said.startswith("spark.sql.warehouse.dir of the job's spark_conf cannot be set by a session")
    assert "driver: own" in said
    assert session.settings["spark.myapp.env"] == "prod"


def test_what_a_job_cannot_set_of_its_own_driver_is_said(session: Any) -> None:
    (said,) = configured(session, {"spark.sql.warehouse.dir": "/other"}, OwnDriver("task-1", Path("/log")))
    assert said == (
        "spark.sql.warehouse.dir of the job's spark_conf cannot be set by a job: "
        "all drivers of a workspace have it from lakebook.toml."
    )


def test_a_value_that_spark_does_not_take_is_an_error_that_names_it(session: Any) -> None:
    with pytest.raises(CellError) as raised:
        configured(session, {"spark.sql.shuffle.partitions": "abc", "spark.myapp.env": "prod"})
    assert raised.value.evalue == (
        'spark.sql.shuffle.partitions of the job\'s spark_conf cannot be "abc": '
        "spark.sql.shuffle.partitions should be int, but was abc"
    )
