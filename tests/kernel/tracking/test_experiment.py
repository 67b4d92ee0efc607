"""The experiment that the environment names is made once, also when several processes begin at the same moment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.entities import Experiment
from mlflow.tracking import fluent

from lakebook.config import find_workspace
from lakebook.tracking.store import own_uri
from lakebook_kernel.tracking.experiment import allow_others_to_make_it


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[MlflowClient]:
    (tmp_path / "lakebook.toml").touch()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "")  # which MLflow sets
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "jobs/job")
    monkeypatch.delenv("MLFLOW_EXPERIMENT_ID", raising=False)
    monkeypatch.setattr(fluent, "_active_experiment_id", None)
    monkeypatch.setattr(fluent, "_get_experiment_id_from_env", fluent._get_experiment_id_from_env)
    mlflow.set_tracking_uri(own_uri(find_workspace(tmp_path)))
    allow_others_to_make_it()
    yield MlflowClient()
    mlflow.set_tracking_uri(None)


def test_a_run_begins_in_the_experiment_that_another_process_was_quicker_to_make(
    client: MlflowClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = MlflowClient.get_experiment_by_name
    made: list[str] = []

    def nothing_there_yet(own: MlflowClient, name: str) -> Experiment | None:
        if made:
            return found(own, name)
        made.append(own.create_experiment(name))  # by another process, as soon as this one has looked
        return None

    monkeypatch.setattr(MlflowClient, "get_experiment_by_name", nothing_there_yet)
    with mlflow.start_run() as run:
        assert [run.info.experiment_id] == made


def test_what_else_is_wrong_with_it_is_told(client: MlflowClient, monkeypatch: pytest.MonkeyPatch) -> None:
    client.create_experiment("jobs/job")
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", "12345")
    with pytest.raises(mlflow.MlflowException, match="does not match"):
        mlflow.start_run()
