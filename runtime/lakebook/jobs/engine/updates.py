"""``trigger.table_update``: which versions Delta tables have, asked without Spark."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lakebook.config import Workspace
from lakebook.jobs.engine.arrivals import WatchError
from lakebook.spark.tables import Table, find_table, tables

if TYPE_CHECKING:
    from deltalake import DeltaTable

#: operations of Delta that change no row
_WITHOUT_DATA = {
    "ADD COLUMNS",
    "ADD CONSTRAINT",
    "CHANGE COLUMN",
    "CLUSTER BY",
    "COMPUTE STATS",
    "CREATE TABLE",
    "DROP COLUMNS",
    "DROP CONSTRAINT",
    "OPTIMIZE",
    "RENAME COLUMN",
    "REORG",
    "SET TBLPROPERTIES",
    "UNSET TBLPROPERTIES",
    "UPGRADE PROTOCOL",
    "VACUUM END",
    "VACUUM START",
}


class Updates:
    """Asks for tables' versions, and reads a log only when something was written to it."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        #: by location: when the log's folder was last written to, and the version then
        self._versions: dict[str, tuple[int, int]] = {}

    def version(self, name: str) -> int | None:
        """A table's version; None while there is no such table. Raises ``WatchError``."""
        table = _find(tables(self._workspace), name)
        if table is None:
            return None
        if table.provider != "delta" or table.location is None:
            raise WatchError(f"{name} is no Delta table; trigger.table_update watches Delta tables.")
        written = _written(table.location)
        known = self._versions.get(table.location)
        if known is None or written is None or known[0] != written:
            with _opened(table.location) as delta:
                known = (written or 0, delta.version())
            self._versions[table.location] = known
        return known[1]

    def has_data_since(self, name: str, version: int) -> bool:
        """Whether a version after this one changed rows. Raises ``WatchError``."""
        table = _find(tables(self._workspace), name)
        if table is None or table.location is None:
            return False
        with _opened(table.location) as delta:
            newer = delta.version() - version
            # fewer versions than before: it is another table now
            return newer < 0 or any(entry.get("operation") not in _WITHOUT_DATA for entry in delta.history(newer))


@contextmanager
def _opened(location: str) -> Iterator[DeltaTable]:
    """A Delta table; whatever of its log cannot be read, now or later, is a ``WatchError``."""
    from deltalake import DeltaTable  # takes half a second to import
    from deltalake.exceptions import DeltaError

    try:
        yield DeltaTable(location)
    except DeltaError as problem:
        (reason, *_) = str(problem).splitlines() or [type(problem).__name__]
        raise WatchError(f"The Delta table at {location} cannot be read: {reason}") from problem


def _find(known: list[Table], name: str) -> Table | None:
    *place, table = name.replace("`", "").split(".")
    return find_table(known, table, ".".join(place) or "default")


def _written(location: str) -> int | None:
    """When something was last written to a table's log; None if that is not known cheaply."""
    try:
        return (Path(location.removeprefix("file:")) / "_delta_log").stat().st_mtime_ns
    except OSError:
        return None
