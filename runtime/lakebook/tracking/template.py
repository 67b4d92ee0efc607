"""An empty MLflow database, made once for all workspaces: MLflow's migrations take seconds."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from lakebook import atomic
from lakebook.config import cache_dir

if TYPE_CHECKING:
    from sqlalchemy import Engine

#: rights of a database: its owner's alone
_OWNERS = 0o600


def empty_database(report: Callable[[str], None] = lambda text: None) -> Path:
    """The file in the cache, which is made when it is missing. It has MLflow's tables and nothing in them."""
    file = cache_dir() / f"mlflow-{version('mlflow')}.db"
    if not file.exists():
        report("Making an empty MLflow store, once …")
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=file.parent) as folder:
            made = Path(folder, "empty.db")
            _make(made)
            made.replace(file)
    return file


def copy_empty(target: Path) -> None:
    """Put an empty database where none is; nobody sees it half copied."""
    atomic.write_bytes(target, empty_database().read_bytes(), _OWNERS)


def _make(file: Path) -> None:
    from mlflow.store.db.utils import create_sqlalchemy_engine

    engine = create_sqlalchemy_engine(f"sqlite:///{file}")
    try:
        with _quietly("mlflow.store.db.utils", "alembic"):
            _fill(engine)
    finally:
        engine.dispose()


def _fill(engine: Engine) -> None:
    from mlflow.store.db.utils import _initialize_tables

    with engine.connect() as connection:  # several notebooks write, and a UI reads: neither waits for the other
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    _initialize_tables(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def _quietly(*names: str) -> Iterator[None]:
    """Without the lines, dozens, that tell of each migration."""
    loggers = [logging.getLogger(name) for name in names]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
