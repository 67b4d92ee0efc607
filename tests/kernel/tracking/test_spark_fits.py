"""What is told of a fit of Spark ML in Scala that cannot be logged. What is logged, the tests of Scala's fits say."""

from __future__ import annotations

import errno
import json
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import OperationalError

from lakebook_kernel.tracking.fit_runs import FitRuns
from lakebook_kernel.tracking.spark_fits import SparkFits


@pytest.mark.parametrize(
    "problem",
    [
        OperationalError("INSERT INTO runs", {}, Exception("database or disk is full")),
        OSError(errno.ENOSPC, "No space left on device"),
    ],
    ids=["database", "folder"],
)
def test_a_full_disk_is_told_by_its_place(monkeypatch: pytest.MonkeyPatch, problem: Exception) -> None:
    def refuse(*about: object, **options: object) -> None:
        raise problem

    monkeypatch.setattr(FitRuns, "of", refuse)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:////full/mlflow.db")
    said: list[str] = []
    fit = SimpleNamespace(told=lambda: json.dumps({"call": 1, "name": "LinearRegression"}))
    SparkFits(lambda: pytest.fail("no session is wanted"), said.append).log([fit])
    assert said == [
        "The fit of LinearRegression was not logged: The disk of /full/mlflow.db is full: make room, then do it again."
    ]
