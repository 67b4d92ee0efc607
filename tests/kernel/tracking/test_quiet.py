"""What MLflow's loggers say in a notebook when something is in the way."""

from __future__ import annotations

import logging

import pytest

from lakebook_kernel.tracking.quiet import quieten


@pytest.fixture(scope="module", autouse=True)
def _quiet() -> None:
    quieten()


def said(name: str, message: str) -> list[str]:
    """What is left of a message."""
    logger, kept = logging.getLogger(name), Kept()
    logger.addHandler(kept)
    try:
        logger.warning(message)
    finally:
        logger.removeHandler(kept)
    return kept.messages


class Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def test_a_full_disk_is_told_in_a_sentence_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import mlflow

    monkeypatch.setattr(mlflow, "get_tracking_uri", lambda: "sqlite:////w/mlflow.db")
    full = "(sqlite3.OperationalError) database or disk is full\n(Background on this error at: https://sqlalche.me/e)"
    assert said("mlflow.store.db.utils", f"SQLAlchemy database error. The following is caught.\n{full}") == []
    failed = f"Encountered unexpected error during sklearn autologging: {full}"
    assert said("mlflow.utils.autologging_utils", failed) == [
        "The fit was not recorded, or not whole. The disk of /w/mlflow.db is full: make room, then do it again."
    ]


def test_all_else_is_told_as_mlflow_has_it() -> None:
    odd = "Encountered unexpected error during sklearn autologging: something odd"
    assert said("mlflow.utils.autologging_utils", odd) == [odd]
