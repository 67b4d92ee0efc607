"""Which tables were made from which, as cells noted it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lakebook.lineage.facts import DIRECT, CellFacts
from lakebook.lineage.records import Use
from lakebook.tracking.tables import TableVersion

#: operations after which nothing is left of what the table held before
_REPLACING = ("CREATE", "REPLACE", "CLONE")


@dataclass(frozen=True)
class Change:
    """A version of a table: which cell made it, how, and from what."""

    table: TableVersion
    operation: str
    cell: CellFacts
    sources: tuple[Use, ...]

    @property
    def replaces(self) -> bool:
        """Whether the version holds nothing of the one before."""
        return self.operation.startswith(_REPLACING)

    @property
    def followed(self) -> tuple[Use, ...]:
        """The sources that are surely its own; where there are none, those that may be."""
        return tuple(use for use in self.sources if use.role == DIRECT) or self.sources


@dataclass(frozen=True)
class Versions:
    """Some versions of a table: those that hold what somebody asks about."""

    table_id: str
    first: int = 0
    #: None for all from the first on
    last: int | None = None

    def __contains__(self, table: object) -> bool:
        return (
            isinstance(table, TableVersion)
            and self.first <= table.version
            and (self.last is None or table.version <= self.last)
            and (not self.table_id or not table.table_id or self.table_id == table.table_id)
        )


@dataclass
class Changes:
    """All changes that a workspace has noted."""

    #: by the table's location
    _of: defaultdict[str, list[Change]] = field(default_factory=lambda: defaultdict(list))
    #: by a source's location
    _from: defaultdict[str, list[Change]] = field(default_factory=lambda: defaultdict(list))
    #: by the name, where a table of that name was seen last
    _places: dict[str, tuple[Any, str]] = field(default_factory=dict)

    @classmethod
    def of_rows(cls, rows: Iterable[dict[str, Any]]) -> Changes:
        """Those that rows of ``lineage.table_lineage`` tell of."""
        changes = cls()
        grouped: defaultdict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
        for row in rows:
            table = row["target_location"], row["target_version"], row["target_table_id"]
            grouped[*table, row["session"], row["cell_number"], row["operation"]].append(row)
        for group in grouped.values():
            changes._add(_change(group))
        return changes

    def _add(self, change: Change) -> None:
        self._of[change.table.location].append(change)
        for place in {use.table.location for use in change.sources}:
            self._from[place].append(change)
        for table in (change.table, *(use.table for use in change.sources)):
            known = self._places.get(table.name)
            if table.name and (known is None or known[0] <= change.cell.time):
                self._places[table.name] = (change.cell.time, table.location)

    def names(self) -> dict[str, str]:
        """Locations by the names of all tables that were seen; of one without a name, its location is its name."""
        named = {name: place for name, (_, place) in self._places.items()}
        return {**{place: place for place in (*self._of, *self._from)}, **named}

    def names_of(self, location: str) -> set[str]:
        """The names under which a table was written or read."""
        seen = [change.table for change in self._of.get(location, [])]
        seen += [use.table for change in self._from.get(location, []) for use in change.sources]
        return {table.name for table in seen if table.name and table.location == location}

    def of_session(self, session: str) -> list[Change]:
        """What the cells of one start of a kernel wrote, in no order."""
        return [change for changes in self._of.values() for change in changes if change.cell.session == session]

    def making(self, location: str, versions: Versions) -> list[Change]:
        """What made a table what it is in the last of the versions, the newest change first."""
        made = [change for change in self._of.get(location, []) if change.table in versions]
        made.sort(key=lambda change: (change.table.version, change.cell.time), reverse=True)
        last = next((index for index, change in enumerate(made) if change.replaces), len(made))
        return made[: last + 1]

    def using(self, location: str, versions: Versions) -> list[Change]:
        """What was made from some versions of a table, the newest change first."""
        found = [
            change
            for change in self._from.get(location, [])
            if any(use.table.location == location and use.table in versions for use in change.sources)
        ]
        return sorted(found, key=lambda change: change.cell.time, reverse=True)

    def holding(self, change: Change) -> Versions:
        """The versions of a changed table that hold what the change brought: until it is replaced."""
        table = change.table
        later = Versions(table.table_id, table.version + 1)
        ends = [
            other.table.version for other in self._of.get(table.location, []) if other.replaces and other.table in later
        ]
        return Versions(table.table_id, table.version, min(ends) - 1 if ends else None)


def _change(rows: list[dict[str, Any]]) -> Change:
    first = rows[0]
    cell = CellFacts(
        notebook=first["notebook"] or "",
        session=first["session"] or "",
        number=first["cell_number"],
        cell=first["cell_id"] or "",
        language=first["language"] or "",
        user=first["user_name"] or "",
        time=first["event_time"],
    )
    sources = tuple(Use(_table(row, "source_"), row["role"]) for row in rows if row["source_location"] is not None)
    return Change(_table(first, "target_"), first["operation"] or "", cell, sources)


def _table(row: dict[str, Any], prefix: str) -> TableVersion:
    name, version, table_id = row[f"{prefix}name"], row[f"{prefix}version"], row[f"{prefix}table_id"]
    return TableVersion(name or "", row[f"{prefix}location"], version, table_id or "")
