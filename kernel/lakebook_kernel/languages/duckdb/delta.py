"""Delta tables as something that DuckDB can scan: read right, or refused."""

from __future__ import annotations

from typing import Any, NamedTuple

from deltalake import DeltaTable, QueryBuilder
from deltalake.exceptions import DeltaError, TableNotFoundError

from lakebook.spark.tables import Table
from lakebook.tracking.tables import TableVersion
from lakebook_kernel.languages.base import CellError

#: features of a table that a plain read of its Parquet files gets right
_PLAIN = {"timestampNtz", "variantType", "variantType-preview", "v2Checkpoint", "vacuumProtocolCheck"}


class Opened(NamedTuple):
    """A table as DuckDB can read it, and which version that is."""

    scan: Any
    version: TableVersion


def open_table(table: Table) -> Opened:
    """The newest version of a table.

    A plain table is a pyarrow data set, so that only the columns and row groups asked for are read. One with deletion
    vectors or mapped columns is read by delta-rs itself, for pyarrow would show deleted rows and lose renamed columns.

    Raises:
        CellError: it is no Delta table, its files are gone, or it needs what delta-rs lacks.
    """
    name = f"{table.schema}.{table.name}"
    if table.provider != "delta" or table.location is None:
        raise _refused(f"{name} is not a Delta table but one of kind {table.provider}: read it in a %sql cell.")
    try:
        delta = DeltaTable(table.location)
        version = TableVersion(name, table.location, delta.version(), str(delta.metadata().id))
        protocol = delta.protocol()
        if protocol.min_reader_version == 1 or _PLAIN.issuperset(protocol.reader_features or {"unknown"}):
            return Opened(delta.to_pyarrow_dataset(), version)
        scan = DeltaScan(delta)
        scan.stream()
        return Opened(scan, version)
    except TableNotFoundError:
        raise _refused(f"The files of table {name} are gone; they were in {table.location}.") from None
    except DeltaError as error:
        raise _refused(
            f"Table {name} has features that cannot be read without Spark; use a %sql cell. ({_first_line(error)})"
        ) from error


class DeltaScan:
    """A Delta table that delta-rs reads anew for every scan; the version stays the one that was opened."""

    def __init__(self, delta: DeltaTable) -> None:
        self._delta = delta

    def stream(self) -> Any:
        """The table's rows as a reader of record batches: nothing is read before it is asked for."""
        return QueryBuilder().register("t", self._delta).execute("SELECT * FROM t")

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self.stream().__arrow_c_stream__(requested_schema)


def column_names(table: Table) -> list[str]:
    """The columns of a table, none when it cannot be read."""
    try:
        return [field.name for field in DeltaTable(table.location).schema().fields] if table.location else []
    except DeltaError:
        return []


def _refused(message: str) -> CellError:
    return CellError("TableUnreadable", message)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [""])[0]
