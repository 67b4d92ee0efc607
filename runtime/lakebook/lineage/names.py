"""Tables as a question names them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lakebook.config import Workspace
from lakebook.lineage.errors import LineageError
from lakebook.spark.tables import tables
from lakebook.tracking.lookup import likely
from lakebook.tracking.tables import normalized

_DEFAULT = "default"


@dataclass(frozen=True)
class Place:
    """A table that a question is about."""

    name: str
    location: str


def find_place(
    workspace: Workspace, what: str, noted: Mapping[str, str], recorded: Callable[[str], str | None]
) -> Place:
    """The table that ``t``, ``schema.t`` or a path means: in the catalog as it is now, else as it was called before.

    Args:
        noted: locations of the tables that cells noted, by their names.
        recorded: says where the table was that a run read under a name.

    Raises:
        LineageError: nobody knows it; the sentence says which names are near.
    """
    listed = places(workspace)
    known = {**noted, **listed}
    names = list(dict.fromkeys([what.lower(), f"{_DEFAULT}.{what.lower()}", what]))
    if "/" in what:
        location = normalized(what if ":" in what or what.startswith("/") else str(workspace.root / what))
        called = [name for name, place in known.items() if place == location and name != location]
        if called or location in known or Path(location.removeprefix("file:")).exists():
            return Place(called[0] if called else "", location)
        names = [location]
    for find in (known.get, recorded):
        for name in names:
            if found := find(name):
                return Place("" if name == found else name, found)
    raise LineageError(f"There is no table {what}{likely(what.lower(), _short(known))}")


def places(workspace: Workspace) -> dict[str, str]:
    """Locations of the catalog's tables by their names, ``schema.table``; read without a driver."""
    return {
        f"{table.schema}.{table.name}": normalized(table.location)
        for table in tables(workspace)
        if table.location is not None
    }


def _short(names: Iterable[str]) -> set[str]:
    """Names as they are mostly written: those of the default schema without it; no locations."""
    return {name.removeprefix(f"{_DEFAULT}.") for name in names if "/" not in name}
