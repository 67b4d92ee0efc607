"""Which tables a workspace has, without asking its driver: the driver keeps a list of them in a file."""

from __future__ import annotations

import json
from dataclasses import dataclass

from lakebook.config import Workspace

FILE = "tables.json"


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


def tables(workspace: Workspace) -> list[Table]:
    """The catalog's tables, as of a moment ago; none when no driver has run yet."""
    try:
        text = (workspace.state / FILE).read_text()
    except FileNotFoundError:
        return []
    return [Table(**row) for row in json.loads(text)["tables"]]


def find_table(known: list[Table], name: str, schema: str = "default") -> Table | None:
    """A table by its name; upper and lower case do not matter."""
    wanted = (schema.lower(), name.lower())
    return next((table for table in known if (table.schema, table.name) == wanted), None)
