"""Whether a database has changed, asked at next to no cost."""

from __future__ import annotations

import sqlite3

from sqlalchemy import Engine


class Watch:
    """Answers whether anything was committed, by this process or another, since it was last asked.

    SQLite counts commits in memory that all processes share, and telling takes microseconds. Of Postgres nothing is
    known without a query, so there the answer is always that something may have changed.

    Raises:
        sqlite3.Error: no connection can be made.
    """

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.raw_connection() if engine.dialect.name == "sqlite" else None
        self._seen: int | None = None

    @property
    def is_cheap(self) -> bool:
        """Whether it may be asked many times a second."""
        return self._connection is not None

    def changed(self) -> bool:
        """Whether something may have changed; True at first."""
        if self._connection is None:
            return True
        try:
            cursor = self._connection.cursor()
            cursor.execute("PRAGMA data_version")
            (version,) = cursor.fetchone() or (None,)
            cursor.close()
        except sqlite3.Error:  # of a raw connection, which SQLAlchemy does not wrap
            return True
        before, self._seen = self._seen, version
        return bool(before != version)

    def close(self) -> None:
        """Give back what it holds."""
        if self._connection is not None:
            self._connection.close()
