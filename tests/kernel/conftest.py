from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kernel.standins import StandInHost, StandInOutput

if TYPE_CHECKING:
    from mlflow import MlflowClient


@pytest.fixture
def host(tmp_path: Path) -> StandInHost:
    (tmp_path / "lakebook.toml").touch()
    return StandInHost(tmp_path)


@pytest.fixture
def output() -> StandInOutput:
    return StandInOutput()


@pytest.fixture(scope="session")
def _new_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose MLflow store has its tables, which takes seconds to make, and nothing in them."""
    from lakebook.config import find_workspace
    from lakebook.tracking.store import client

    folder = tmp_path_factory.mktemp("store")
    (folder / "lakebook.toml").touch()
    client(find_workspace(folder)).search_experiments()
    return folder


@pytest.fixture
def mlflow_client(_new_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MlflowClient]:
    """The client of an empty store, to which this process logs for the test, as a notebook of the folder ``tmp_path``."""
    import mlflow
    from mlflow import MlflowClient
    from mlflow.tracking import fluent

    from lakebook.config import find_workspace
    from lakebook.tracking.store import environment

    shutil.copytree(_new_store / ".lakebook", tmp_path / ".lakebook")
    for name in ("MLFLOW_EXPERIMENT_NAME", "MLFLOW_EXPERIMENT_ID", "MLFLOW_RUN_ID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment(find_workspace(tmp_path), tmp_path / "notebook.ipynb", given={}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(fluent, "_active_experiment_id", None)
    mlflow.set_tracking_uri(None)
    yield MlflowClient()
    while mlflow.active_run() is not None:
        mlflow.end_run()
    mlflow.set_tracking_uri(None)
