"""Which outputs a person may see with their scripts: those of cells that this person ran.

A shared document says who wrote what to nobody, and any editor may write an output with a script into it. So a browser
asks of each output that would run a script or a widget whether it is what a kernel sent for a run of its own person.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

#: what every browser shows as it is, since nothing in it runs
_HARMLESS = frozenset({"text/plain", "text/markdown", "text/latex", "image/png", "image/jpeg", "image/gif"})
#: outputs that are remembered
_REMEMBERED = 20_000

_TABLE = """CREATE TABLE IF NOT EXISTS shown (
    user TEXT, digest BLOB, noted REAL, PRIMARY KEY (user, digest)
) WITHOUT ROWID"""


class Trust:
    """Remembers what kernels sent, for whom.

    Args:
        file: gives the place of a database, in which a person's outputs stay known when the server starts anew. It is
            asked for when there is something to remember.
    """

    def __init__(self, file: Callable[[], Path]) -> None:
        self._file = file

    def note(self, user: str, data: dict[str, Any] | None) -> None:
        """A kernel has sent this for a run of this person."""
        if data and not _HARMLESS.issuperset(data):
            self._database.execute("INSERT OR REPLACE INTO shown VALUES (?, ?, ?)", (user, _digest(data), time.time()))

    def of(self, user: str, shown: Iterable[dict[str, Any]]) -> list[bool]:
        """Which of these outputs a person may see with their scripts."""
        asked = "SELECT 1 FROM shown WHERE user = ? AND digest = ?"
        return [self._database.execute(asked, (user, _digest(data))).fetchone() is not None for data in shown]

    def close(self) -> None:
        """Forget what is too old, and close the database."""
        if "_database" in self.__dict__:
            self._database.execute(
                "DELETE FROM shown WHERE noted < (SELECT noted FROM shown ORDER BY noted DESC LIMIT 1 OFFSET ?)",
                (_REMEMBERED,),
            )
            self._database.close()

    @cached_property
    def _database(self) -> sqlite3.Connection:
        file = self._file()
        database = sqlite3.connect(file, isolation_level=None)
        file.chmod(0o600)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = OFF")  # what is lost in a crash is shown without its scripts
        database.execute(_TABLE)
        return database


def _digest(data: dict[str, Any]) -> bytes:
    """The same for what a kernel sent and for what a browser got of it through the shared document."""
    return hashlib.sha256(json.dumps(_plain(data), sort_keys=True).encode()).digest()


def _plain(value: Any) -> Any:
    """Whole numbers without a fraction, which they may gain or lose on the way."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
