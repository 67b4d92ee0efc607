"""A store's SQLite file as webhooks use it: short transactions beside MLflow's own, errors in the user's terms."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from lakebook.config import Workspace
from lakebook.tracking.store import sqlite_file, tracking_uri
from lakebook.tracking.webhooks.errors import WebhookError

#: seconds to wait for another process's transaction
PATIENCE = 30.0

_TABLES = (
    # what triggers write (see triggers.py). Only its id may refuse a row: a trigger that fails fails MLflow's change.
    # `payload` is null until the change is handed out to webhooks, and empty when it is none of their business.
    """
    CREATE TABLE IF NOT EXISTS lakebook_registry_events (
        id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER, event TEXT, workspace TEXT, name TEXT, version INTEGER,
        key TEXT, value TEXT, previous TEXT, description TEXT, source TEXT, run_id TEXT, payload TEXT)
    """,
    "CREATE INDEX IF NOT EXISTS lakebook_registry_events_new ON lakebook_registry_events (id) WHERE payload IS NULL",
    "CREATE INDEX IF NOT EXISTS lakebook_registry_events_model ON lakebook_registry_events (name, id)",
    # `events` is JSON, a list, empty for all; `since` the last event that the webhook is not told of
    """
    CREATE TABLE IF NOT EXISTS lakebook_webhooks (
        id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, url TEXT NOT NULL, secret TEXT NOT NULL,
        events TEXT NOT NULL, enabled INTEGER NOT NULL, since INTEGER NOT NULL)
    """,
    # `subject` is the model, whose events are sent in order; `alone` is set for what was sent again by hand. Times are
    # seconds since 1970.
    """
    CREATE TABLE IF NOT EXISTS lakebook_webhook_deliveries (
        id TEXT PRIMARY KEY, webhook INTEGER NOT NULL, change INTEGER NOT NULL, event TEXT NOT NULL,
        subject TEXT NOT NULL, alone INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL DEFAULT 'pending',
        attempts INTEGER NOT NULL DEFAULT 0, first_attempt REAL, last_attempt REAL, next_attempt REAL NOT NULL,
        status INTEGER, error TEXT NOT NULL DEFAULT '', UNIQUE (webhook, change))
    """,
    """
    CREATE INDEX IF NOT EXISTS lakebook_webhook_deliveries_pending
    ON lakebook_webhook_deliveries (webhook, subject, change) WHERE state = 'pending'
    """,
)

_SENTENCES = {
    "SQLITE_BUSY": f"has been kept busy by another process for {PATIENCE:.0f} s: try again.",
    "SQLITE_FULL": "cannot grow, since its disk is full: what it holds is kept; make room and try again.",
    "SQLITE_IOERR": "cannot be read or written, says its disk: what it holds is kept; look after the disk.",
    "SQLITE_READONLY": "may not be written to, and webhooks are kept in it: ask for the permission to write.",
    "SQLITE_CANTOPEN": "cannot be opened: see that its folder is there and may be written to.",
    "SQLITE_NOTADB": "is no SQLite database: see tracking.uri in lakebook.toml.",
    "SQLITE_CORRUPT": "is damaged: put back a copy of it.",
}


def registry_file(workspace: Workspace) -> Path:
    """The SQLite file that holds the workspace's registry; may not exist yet.

    Raises:
        WebhookError: the registry is somewhere else.
    """
    uri = tracking_uri(workspace)
    file = sqlite_file(uri)
    if file is not None and file.name not in ("", ":memory:"):
        return file
    kind = uri.partition(":")[0]
    remedy = (
        "run lakebook webhooks beside that server, with its --backend-store-uri as tracking.uri"
        if kind in ("http", "https")
        else "MLflow's own webhooks, which its server sends, know such stores"
    )
    raise WebhookError(
        f"Webhooks need a registry in an SQLite file, and this one's address begins with {kind}: {remedy}."
    )


@contextmanager
def reading(file: Path) -> Iterator[sqlite3.Connection]:
    """A connection to read with; its rows are ``sqlite3.Row``. What SQLite cannot do is raised as ``WebhookError``."""
    try:
        with closing(_connect(file)) as connection:
            yield connection
    except sqlite3.Error as problem:
        raise WebhookError(_sentence(file, problem)) from problem


@contextmanager
def transaction(file: Path) -> Iterator[sqlite3.Connection]:
    """A connection whose changes are made all or not at all. Raises as ``reading`` does."""
    with reading(file) as connection:
        connection.execute("BEGIN IMMEDIATE")  # a transaction that begins by reading may be refused its first change
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def make_tables(connection: sqlite3.Connection) -> None:
    """Make our tables beside MLflow's, where they are not there yet."""
    for statement in _TABLES:
        connection.execute(statement)


def has_tables(connection: sqlite3.Connection) -> bool:
    """Whether the store ever had a webhook."""
    asked = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'lakebook_webhooks'"
    return connection.execute(asked).fetchone() is not None


def _connect(file: Path) -> sqlite3.Connection:
    address = f"{file.absolute().as_uri()}?mode=rw"  # never makes a file: that is MLflow's to do
    connection = sqlite3.connect(address, uri=True, timeout=PATIENCE, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


def _sentence(file: Path, problem: sqlite3.Error) -> str:
    name = getattr(problem, "sqlite_errorname", "")
    known = next((text for begin, text in _SENTENCES.items() if name.startswith(begin)), None)
    return f"{file} {known}" if known else f"{file} cannot be used for webhooks: {problem}."
