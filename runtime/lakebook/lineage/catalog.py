"""The lineage tables in the workspace's catalog, so that SQL finds them by their names."""

from __future__ import annotations

from collections.abc import Callable

from lakebook.config import Workspace
from lakebook.lineage.schema import ALL, SCHEMA, LineageTable
from lakebook.spark.tables import find_table, tables
from lakebook.tracking.tables import normalized


def unregistered(workspace: Workspace) -> list[LineageTable]:
    """The tables that something was stored in and that the catalog lacks; asks no driver."""
    stored = [table for table in ALL if table.exists(workspace)]
    known = tables(workspace) if stored else []
    return [table for table in stored if find_table(known, table.name, SCHEMA) is None]


def register(spark_sql: Callable[[str], object], workspace: Workspace) -> None:
    """Make what is stored known to the catalog, which keeps it; a table that it has already stays what it is.

    Args:
        spark_sql: runs a statement in a session of the workspace's driver.
    """
    missing = unregistered(workspace)
    if missing:
        spark_sql(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    for table in missing:
        place = _text(normalized(str(table.folder(workspace))))
        spark_sql(f"CREATE TABLE IF NOT EXISTS {SCHEMA}.{table.name} USING delta LOCATION {place}")


def _text(value: str) -> str:
    """As a literal of Spark's SQL."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
