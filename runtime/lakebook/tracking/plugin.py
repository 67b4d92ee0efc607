"""What MLflow finds by our entry points: a workspace's own store, in whatever process opens it."""

from __future__ import annotations

import fcntl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lakebook.config import make_state
from lakebook.tracking.store import artifacts_beside, sqlite_file
from lakebook.tracking.template import copy_empty
from lakebook.tracking.webhooks import triggers
from lakebook.tracking.webhooks.errors import WebhookError

if TYPE_CHECKING:
    from mlflow.store.tracking.abstract_store import AbstractStore


def sqlite_store(store_uri: str, artifact_uri: str | None = None) -> AbstractStore:
    """MLflow's own store of an SQLite file. In a workspace its artifacts are beside it, not in the current folder.

    One process at a time makes what is missing: MLflow fails when two begin at once. Where the store has webhooks,
    their triggers are brought back, which a migration of MLflow's drops.
    """
    store = _opened(store_uri, artifact_uri)
    database = sqlite_file(store_uri)
    if database is not None and database.exists():
        try:
            triggers.keep(database)
        except WebhookError as problem:
            warnings.warn(f"Webhooks may not be told of what happens in the model registry. {problem}", stacklevel=2)
    return store


def _opened(store_uri: str, artifact_uri: str | None) -> AbstractStore:
    from mlflow.tracking._tracking_service.utils import _get_sqlalchemy_store

    database = sqlite_file(store_uri)
    artifacts = artifacts_beside(database) if database is not None else None
    if database is None or artifacts is None:
        store: AbstractStore = _get_sqlalchemy_store(store_uri, artifact_uri)
        return store
    make_state(database.parent.parent)
    for folder in (database.parent, artifacts):
        folder.mkdir(mode=0o700, exist_ok=True)
    with _alone(database):
        if not database.exists():
            copy_empty(database)
        own: AbstractStore = _get_sqlalchemy_store(store_uri, artifact_uri or artifacts.as_uri())
    return own


@contextmanager
def _alone(database: Path) -> Iterator[None]:
    with database.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
