from __future__ import annotations

from pathlib import Path

import pytest

from lakebook.tracking import quiet
from runtime.lineage.recording import Recording


@pytest.fixture(autouse=True)
def _own_store(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MLFLOW_TRACKING_URI", *quiet.VARIABLES):  # which commands set for their process
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


@pytest.fixture
def unrecorded(tmp_path: Path) -> Recording:
    """A workspace that has no MLflow store."""
    (tmp_path / "ws").mkdir()
    return Recording(tmp_path / "ws")


@pytest.fixture
def recording(unrecorded: Recording) -> Recording:
    """A workspace with a store in which nothing is recorded yet."""
    unrecorded.client.search_experiments()
    return unrecorded
