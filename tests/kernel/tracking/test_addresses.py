"""MLflow's addresses of a Databricks workspace leave runs where they are, unless such a workspace is configured."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import mlflow
import pytest

from lakebook_kernel.tracking.addresses import keep_the_workspaces_store


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[str]]:
    monkeypatch.setenv("DATABRICKS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.delenv("DATABRICKS_HOST", raising=False)
    names = ("set_tracking_uri", "set_registry_uri")
    setters = [getattr(mlflow, name) for name in names]
    for name, setter in zip(names, setters, strict=True):
        monkeypatch.setattr(mlflow, name, setter)  # as it was, afterwards
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "")  # which MLflow sets
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/runs.db")
    said: list[str] = []
    keep_the_workspaces_store(said.append)
    yield said
    for setter in setters:
        setter(None)


@pytest.mark.parametrize("uri", ["databricks", "databricks://profile", "databricks-uc"])
def test_they_are_said_to_be_left(said: list[str], uri: str) -> None:
    before = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    assert (mlflow.get_tracking_uri(), mlflow.get_registry_uri()) == before
    assert [line.split(" stay ")[0] for line in said] == ["Runs", "Registered models"]
    assert all(line.endswith(f"no Databricks workspace is configured for {uri}.") for line in said)


def test_other_addresses_and_a_configured_workspace_are_obeyed(
    said: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = f"sqlite:///{tmp_path}/others.db"
    mlflow.set_tracking_uri(other)
    assert mlflow.get_tracking_uri() == other
    monkeypatch.setenv("DATABRICKS_HOST", "https://example.invalid")
    mlflow.set_tracking_uri("databricks")
    assert mlflow.get_tracking_uri() == "databricks"
    mlflow.set_tracking_uri(other)
    assert said == []
