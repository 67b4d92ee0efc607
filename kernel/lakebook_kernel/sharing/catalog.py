"""The catalog's tables, for languages in which a name that nobody bound may be one."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lakebook.config import Workspace
from lakebook.spark.tables import Table, find_table, tables

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


class CatalogNames:
    """Tables by their names, as sharing sees them. Which there are is read from a file: that starts no driver.

    Args:
        workspace: whose catalog; asked for when first needed.
        session: this notebook's session; starts the driver when needed.
        schema: the current schema.
    """

    name = "catalog"

    def __init__(
        self, workspace: Callable[[], Workspace], session: Callable[[], SparkSession], schema: Callable[[], str]
    ) -> None:
        self._workspace = workspace
        self._session = session
        self._schema = schema
        self._tables: list[Table] | None = None

    def begin(self) -> None:
        """A cell starts: what was known of the tables may have changed."""
        self._tables = None

    def holds(self, name: str) -> bool:
        return self._find(name) is not None

    def stamp(self, name: str) -> Hashable:
        """A Delta table's version, by its log's newest file; any other table may have changed."""
        table = self._find(name)
        if table is None or table.provider != "delta" or table.location is None:
            return object()
        log = Path(table.location.removeprefix("file:")) / "_delta_log"
        commits = [file.name for file in log.glob("*.json")] if log.is_dir() else []
        if not commits:
            return object()
        about = (log / max(commits)).stat()  # a table that is made anew begins with the same name
        return (table.location, max(commits), about.st_ino, about.st_mtime_ns)

    def version(self, name: str) -> Hashable:
        return None  # the stamp says it, and starts no driver

    def take(self, name: str) -> Any:
        return self._session().table(name)

    def _find(self, name: str) -> Table | None:
        if self._tables is None:
            self._tables = tables(self._workspace())
        if not any(table.name == name.lower() for table in self._tables):
            return None  # the schema need not be asked for
        return find_table(self._tables, name, self._schema())
