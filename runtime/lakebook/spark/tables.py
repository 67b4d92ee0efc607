"""What a workspace's catalog has, without asking its driver: the driver keeps a list of it in a file."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from lakebook.config import Workspace

FILE = "tables.json"

#: what the session's own catalog is called; its schemas are listed without it
SESSION_CATALOG = ("spark_catalog", "hive_metastore")
#: the catalog that is there from the start
_FIRST = "main"


@dataclass(frozen=True)
class Table:
    """A table or view of the catalog, as the driver lists it."""

    #: with its catalog, as ``main.sales``, unless that is the session's own
    schema: str
    name: str
    #: a path on this machine, or the address of an object store; None for a view
    location: str | None
    #: such as ``delta``, ``parquet`` or ``view``
    provider: str
    #: of a Delta table its log may have another one
    comment: str = ""
    #: name, type and comment of each; those of a Delta table are in its log alone
    columns: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Schema:
    """A schema, by its name as ``Table.schema`` has it."""

    name: str
    comment: str = ""


@dataclass(frozen=True)
class Item:
    """A function or a volume of a schema."""

    schema: str
    name: str
    comment: str = ""


@dataclass(frozen=True)
class Contents:
    """All that the driver lists."""

    tables: list[Table] = field(default_factory=list)
    schemas: list[Schema] = field(default_factory=list)
    functions: list[Item] = field(default_factory=list)
    volumes: list[Item] = field(default_factory=list)


def contents(workspace: Workspace) -> Contents:
    """What the catalog has, as of a moment ago; nothing when no driver has run yet."""
    try:
        listed = json.loads((workspace.state / FILE).read_text())
    except FileNotFoundError:
        return Contents()
    return Contents(
        [Table(**row) for row in listed["tables"]],
        [Schema(**row) for row in listed.get("schemas", [])],
        [Item(**row) for row in listed.get("functions", [])],
        [Item(**row) for row in listed.get("volumes", [])],
    )


def tables(workspace: Workspace) -> list[Table]:
    """The catalog's tables, as of a moment ago; none when no driver has run yet."""
    return contents(workspace).tables


def find_table(known: list[Table], name: str, schema: str = "default") -> Table | None:
    """A table by its name and its schema, ``sales`` or ``main.sales``; upper and lower case do not matter."""
    catalog, _, within = schema.lower().rpartition(".")
    wanted = (within if catalog in SESSION_CATALOG else schema.lower(), name.lower())
    return next((table for table in known if (table.schema, table.name) == wanted), None)


def catalogs(known: list[Table]) -> set[str]:
    """The catalogs that are sure to be there: another one that has no table is not listed."""
    return {_FIRST, *SESSION_CATALOG, *(table.schema.partition(".")[0] for table in known if "." in table.schema)}
