"""Delta tables at a version: what was read and what was written, as runs and lineage keep it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lakebook.spark.tables import Table

_LOCAL = re.compile(r"^(?:file:)?/+")


@dataclass(frozen=True, order=True)
class TableVersion:
    """A Delta table as it was at one version.

    Two are equal when they hold the same rows, however the table was called; they are ordered by place and version.
    """

    #: ``schema.table`` of the workspace's catalog; empty for a table that is known by its location alone
    name: str = field(compare=False)
    #: as Hadoop writes paths: ``file:/x`` for a folder of this machine, however it was given; nothing in it is escaped
    location: str
    version: int
    #: Delta's id of the table, another one when a table was dropped and made anew
    table_id: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "location", normalized(self.location))

    def as_json(self) -> dict[str, Any]:
        """What `from_json` takes."""
        return {"name": self.name, "location": self.location, "version": self.version, "table_id": self.table_id}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> TableVersion:
        """Raises ``KeyError`` when a field is missing, and passes over fields that it does not know."""
        return cls(str(value["name"]), str(value["location"]), int(value["version"]), str(value["table_id"]))


@dataclass(frozen=True)
class Write:
    """A commit: the table with the version that it made, and what the same query read."""

    table: TableVersion
    #: as Delta's history calls it, such as ``MERGE`` or ``CREATE TABLE AS SELECT``
    operation: str
    sources: tuple[TableVersion, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """What `from_json` takes: the table's fields, ``operation`` and ``from``, a list of tables."""
        return {
            **self.table.as_json(),
            "operation": self.operation,
            "from": [source.as_json() for source in self.sources],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Write:
        """Raises ``KeyError`` when a field is missing, and passes over fields that it does not know."""
        sources = tuple(TableVersion.from_json(source) for source in value["from"])
        return cls(TableVersion.from_json(value), str(value["operation"]), sources)


@dataclass(frozen=True)
class TableUse:
    """The tables that some code read and wrote, each version once, in the order of its first use."""

    read: list[TableVersion] = field(default_factory=list)
    written: list[Write] = field(default_factory=list)

    def named(self, known: Iterable[Table]) -> TableUse:
        """The same, in which tables of the catalog have their names; see `named`."""
        known = list(known)
        written = [
            replace(write, table=named([write.table], known)[0], sources=tuple(named(write.sources, known)))
            for write in self.written
        ]
        return TableUse(named(self.read, known), written)

    def as_json(self) -> dict[str, Any]:
        """What `from_json` takes: ``read`` and ``written``, both lists."""
        return {
            "read": [table.as_json() for table in self.read],
            "written": [write.as_json() for write in self.written],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> TableUse:
        """Raises ``KeyError`` when a field is missing, and passes over fields that it does not know."""
        return cls(
            [TableVersion.from_json(table) for table in value["read"]],
            [Write.from_json(write) for write in value["written"]],
        )


def normalized(location: str) -> str:
    """One form for each place: ``/x``, ``file:/x/`` and ``file:///x`` are ``file:/x``; others lose the last slash."""
    return _LOCAL.sub("file:/", location).rstrip("/")


def named(tables: Iterable[TableVersion], known: Iterable[Table]) -> list[TableVersion]:
    """The tables, those that are the catalog's with its name and location, however they came.

    Args:
        known: the catalog's list, as `lakebook.spark.tables.tables` reads it.
    """
    tables = list(tables)
    if all(table.name for table in tables):
        return tables
    catalog = {_place(table.location): table for table in known if table.location and table.provider == "delta"}
    return [_named(table, catalog) for table in tables]


def _named(table: TableVersion, catalog: Mapping[str, Table]) -> TableVersion:
    found = None if table.name else catalog.get(_place(table.location))
    if found is None or found.location is None:
        return table
    return replace(table, name=f"{found.schema}.{found.name}", location=found.location)


def _place(location: str) -> str:
    """One form for a folder of this machine, also where links lead to it; delta-rs follows them and Spark does not."""
    place = normalized(location)
    return os.path.realpath(place.removeprefix("file:")) if place.startswith("file:") else place
