"""Whether a store can be reached, found out at once: MLflow itself tries a server or a database again for minutes."""

from __future__ import annotations

import os
import queue
import socket
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from lakebook.tracking.errors import TrackingError, shown
from lakebook.tracking.store import sqlite_file

#: seconds that a server may take to accept a connection
PATIENCE = 3.0

_PORTS = {"http": 80, "https": 443, "postgresql": 5432, "mysql": 3306, "mssql": 1433}


class StoreUnreachable(TrackingError):
    """There is no store to be reached at the tracking URI now; one clear sentence."""


def check(uri: str, patience: float = PATIENCE) -> None:
    """Return when the store of a tracking URI can be reached, as far as a socket or a file tells. Imports no MLflow.

    Args:
        uri: MLflow's tracking URI; of a kind that is not known here nothing is asked.
        patience: seconds after which a server counts as down.

    Raises:
        StoreUnreachable: nobody listens there, or the file is no database or nobody's who asks.
    """
    file = sqlite_file(uri)
    if file is not None:
        _check_file(file)
        return
    try:
        parts = urlsplit(uri)
        scheme = parts.scheme.partition("+")[0]
        port = parts.port or _PORTS.get(scheme)
    except ValueError as problem:
        raise StoreUnreachable(f"{shown(uri)} is not a tracking URI: {problem}.") from None
    if scheme in _PORTS and parts.hostname and port and not _by_proxy(scheme, parts.hostname):
        _check_server(uri, parts.hostname, port, patience)


def _check_file(database: Path) -> None:
    if not database.exists():
        folder = next(parent for parent in database.absolute().parents if parent.exists())
        if not os.access(folder, os.W_OK | os.X_OK):
            raise StoreUnreachable(f"{database} cannot be made: {folder} cannot be written to.")
        return
    if database.is_dir():
        raise StoreUnreachable(f"{database} cannot be read: it is a folder.")
    # SQLite alone may open the file: if this process had it open already, closing it here by other means would end
    # SQLite's locks, and another process would remove the log into which this one still writes
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            connection.execute("PRAGMA schema_version")
    except sqlite3.Error as problem:
        if problem.sqlite_errorcode == sqlite3.SQLITE_NOTADB:
            raise StoreUnreachable(f"{database} is not an SQLite database. Is it the file that was meant?") from None
        if problem.sqlite_errorcode != sqlite3.SQLITE_BUSY:  # somebody writes, which is no hindrance
            raise StoreUnreachable(f"{database} cannot be read: {problem}.") from None


def _by_proxy(scheme: str, host: str) -> bool:
    """Whether a proxy stands between, which alone can tell."""
    from urllib.request import getproxies, proxy_bypass

    return scheme in getproxies() and not proxy_bypass(host)


def _check_server(uri: str, host: str, port: int, patience: float) -> None:
    # a thread of its own: looking up a name has no time limit
    answer: queue.Queue[OSError | None] = queue.Queue()

    def connect() -> None:
        try:
            socket.create_connection((host, port), timeout=patience).close()
            answer.put(None)
        except OSError as problem:
            answer.put(problem)

    threading.Thread(target=connect, daemon=True).start()
    try:
        problem = answer.get(timeout=patience)
    except queue.Empty:
        problem = TimeoutError()
    if problem is not None:
        reason = (problem.strerror or f"no answer in {patience:g} seconds").lower()
        raise StoreUnreachable(
            f"The tracking server {shown(uri)} cannot be reached: {reason}. Start it, or name another by "
            "MLFLOW_TRACKING_URI or as tracking.uri in lakebook.toml."
        )
