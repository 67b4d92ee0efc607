"""The database: opened, and changed in transactions of which each is whole or not there."""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Engine, event, exc

from lakebook.config import Workspace, make_state
from lakebook.jobs.store import schema
from lakebook.jobs.store.ids import take_ids
from lakebook.jobs.store.jobs import Jobs
from lakebook.jobs.store.leases import LeaseLost, Leases
from lakebook.jobs.store.outbox import Outbox
from lakebook.jobs.store.repairs import Repairs
from lakebook.jobs.store.retention import Retention
from lakebook.jobs.store.runs import Runs
from lakebook.jobs.store.tasks import Tasks
from lakebook.jobs.store.triggers import Triggers
from lakebook.jobs.store.watch import Watch

__all__ = ["LeaseLost", "Store", "StoreError", "Transaction", "open_store"]

#: seconds that a transaction waits for another one's end
_PATIENCE = 60
#: seconds in which a host with Postgres has to answer, unless its address or libpq's variable says others
_ANSWER = 10
_TIMEOUT = "connect_timeout"
_TIMEOUT_VARIABLE = "PGCONNECT_TIMEOUT"
#: drivers of Postgres that are made of libpq, and so know its parameters
_LIBPQ = ("psycopg", "psycopg2")
#: key of Postgres' advisory lock under which tables are made
_SETUP = 0x6C616B65
#: parameters of Postgres' library that nobody else may read
_SECRETS = {"password", "sslpassword"}


class StoreError(Exception):
    """The database cannot be used; the message says why and that nothing was changed."""


class Transaction:
    """What may be asked and changed within one transaction, by what it is about."""

    def __init__(self, connection: Connection, now: int) -> None:
        self.now = now
        self.connection = connection
        self.jobs = Jobs(connection, now)
        self.runs = Runs(connection, now)
        self.tasks = Tasks(connection, now)
        self.repairs = Repairs(connection, now)
        self.triggers = Triggers(connection, now)
        self.leases = Leases(connection, now)
        self.outbox = Outbox(connection, now)
        self.retention = Retention(connection)


class Store:
    """A database of jobs and runs. One value serves all threads of a process.

    Args:
        url: SQLAlchemy's, of SQLite or Postgres.

    Raises:
        StoreError: it cannot be opened, or a newer Lakebook made it.
    """

    def __init__(self, url: str) -> None:
        self.url = _parsed(url)
        self._engine = _engine(self.url)
        with self.write() as rows:
            _prepare(rows.connection)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """A transaction that changes something; an exception undoes all of it."""
        with self._connect(writes=True) as connection:
            yield Transaction(connection, self.now())

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A transaction that sees one state of everything, and changes nothing."""
        with self._connect(writes=False) as connection:
            yield Transaction(connection, self.now())

    def watch(self) -> Watch:
        """Tells whether anything has changed since it was last asked. Raises ``StoreError``."""
        try:
            return Watch(self._engine)
        except (sqlite3.Error, exc.TimeoutError) as problem:
            raise self._unusable(problem) from problem

    def now(self) -> int:
        """The time that transactions write, in milliseconds."""
        return time.time_ns() // 1_000_000

    def close(self) -> None:
        """Close its connections."""
        self._engine.dispose()

    @contextmanager
    def _connect(self, writes: bool) -> Iterator[Connection]:
        try:
            with self._engine.connect().execution_options(lakebook_writes=writes) as connection, connection.begin():
                yield connection
        except (exc.DBAPIError, exc.TimeoutError) as problem:
            if isinstance(problem, exc.IntegrityError | exc.ProgrammingError):
                raise
            raise self._unusable(problem) from problem

    def _unusable(self, problem: Exception) -> StoreError:
        return StoreError(f"{_place(self.url)} cannot be used: {_reason(problem, self.url)}. Nothing was changed.")


def open_store(workspace: Workspace) -> Store:
    """The workspace's store, made if it is not there."""
    if workspace.jobs.store:
        return Store(workspace.jobs.store)
    make_state(workspace.state)
    return Store(f"sqlite:///{workspace.state / 'jobs' / 'jobs.db'}")


def _parsed(url: str) -> sqlalchemy.URL:
    try:
        parsed = sqlalchemy.make_url(url)
    except (exc.ArgumentError, ValueError):  # the address is not shown: nobody knows where in it a password is
        raise StoreError(
            "The store of jobs ([jobs] store in lakebook.toml) is no address of a database, such as"
            " postgresql+psycopg://user:password@host:5432/jobs."
            " Signs such as @ / : in a password are written as %40 %2F %3A."
        ) from None
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        return parsed
    if parsed.get_backend_name() != "postgresql":
        raise StoreError(f"{_place(parsed)} cannot keep jobs; SQLite (with a file) and Postgres can.")
    if secret := sorted(_SECRETS & parsed.query.keys()):
        raise StoreError(
            f"{_place(parsed.set(query={}))} has {secret[0]} after the ?, where commands and logs would show it;"
            " write a password before the host, as user:password@host, or into Postgres' password file."
        )
    # the driver that is documented, whichever is SQLAlchemy's default
    return parsed if "+" in parsed.drivername else parsed.set(drivername="postgresql+psycopg")


def _engine(url: sqlalchemy.URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    try:
        return sqlalchemy.create_engine(url, pool_pre_ping=True, connect_args=_patience(url))
    except ModuleNotFoundError as problem:
        hint = "install it with: pip install 'lakebook[postgres]'"
        raise StoreError(f"{_place(url)} needs the Python package {problem.name}; {hint}") from None


def _patience(url: sqlalchemy.URL) -> dict[str, int]:
    """For how long to wait for a host, where nobody has said it: the driver's own patience lasts minutes."""
    is_said = _TIMEOUT in url.query or os.environ.get(_TIMEOUT_VARIABLE)
    return {} if is_said or url.get_driver_name() not in _LIBPQ else {_TIMEOUT: _ANSWER}


def _sqlite(url: sqlalchemy.URL) -> Engine:
    file = Path(url.database or "")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not file.exists():  # one that is there must not be closed: that would end all locks of this process on it
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        elif not os.access(file, os.R_OK | os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except FileExistsError:  # another process was quicker
        pass
    except OSError as problem:
        raise StoreError(f"{file} cannot be opened: {problem.strerror}.") from None
    engine = sqlalchemy.create_engine(url, connect_args={"timeout": _PATIENCE})

    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where they are begun, below
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # a transaction that reads first and writes later would fail where another one wrote in between
        writes = connection.get_execution_options().get("lakebook_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _prepare(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sqlalchemy.select(sqlalchemy.func.pg_advisory_xact_lock(_SETUP)))
    schema.metadata.create_all(connection)
    sequences = schema.sequences
    found = connection.scalar(sqlalchemy.select(sequences.c.value).where(sequences.c.name == "schema"))
    if found is None:
        connection.execute(sequences.insert().values(name="schema", value=schema.VERSION))
        take_ids(connection, 0)
    elif found > schema.VERSION:
        raise StoreError("A newer Lakebook made this database of jobs; update Lakebook to use it.")


def _place(url: sqlalchemy.URL) -> str:
    if url.get_backend_name() == "sqlite":
        return f"The database of jobs {url.database}"
    return f"The database of jobs {url.render_as_string(hide_password=True)}"


def _reason(problem: Exception, url: sqlalchemy.URL) -> str:
    """Why it cannot be used in one line, mostly in the driver's own words."""
    cause = problem.orig if isinstance(problem, exc.DBAPIError) else problem
    text = " ".join(str(cause).split()).rstrip(".")
    if text == "database or disk is full":
        return "the disk is full"
    if url.get_backend_name() == "postgresql" and "timeout expired" in text:
        seconds = url.query.get(_TIMEOUT) or os.environ.get(_TIMEOUT_VARIABLE) or _ANSWER
        return (
            f"its host did not answer within {seconds} s; see whether it is up,"
            " and whether [jobs] store in lakebook.toml names the right host and port"
        )
    return text
