from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lakebook.config import Workspace, find_workspace
from lakebook.tracking import store
from lakebook.tracking.webhooks.delivery import Deliverer
from runtime.tracking.webhooks.receiver import Receiver
from runtime.tracking.webhooks.stored import QUICK


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as MLflow makes it; making one takes seconds."""
    from mlflow import MlflowClient

    file = tmp_path_factory.mktemp("store") / "mlflow.db"
    MlflowClient(tracking_uri=f"sqlite:///{file}").search_registered_models()
    return file


@pytest.fixture
def workspace(tmp_path: Path, empty_store: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace with a store, in the current folder."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lakebook.toml").touch()
    made = find_workspace(tmp_path)
    made.make_state()
    store.database(made).parent.mkdir(mode=0o700)
    shutil.copy(empty_store, store.database(made))
    return made


@pytest.fixture
def file(workspace: Workspace) -> Path:
    """The store's database."""
    return store.database(workspace)


@pytest.fixture
def client(workspace: Workspace) -> Any:
    """MLflow's client of the store."""
    return store.client(workspace)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


@pytest.fixture
def running(file: Path) -> Iterator[Deliverer]:
    """A deliverer with short pauses."""
    deliverer = Deliverer(file, QUICK)
    deliverer.start()
    yield deliverer
    deliverer.stop()
