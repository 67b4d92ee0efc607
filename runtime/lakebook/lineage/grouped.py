"""Changes of a table put together, so that a thousand appends by one cell are one line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lakebook.lineage.changes import Change
from lakebook.lineage.records import Use
from lakebook.lineage.tree import Cell, Table
from lakebook.tracking.tables import TableVersion


@dataclass(frozen=True)
class Group:
    """Changes by one cell, the newest first."""

    changes: tuple[Change, ...]

    @property
    def cell(self) -> Cell:
        """The cell, as it ran last."""
        last = self.changes[0]
        of = last.cell
        return Cell(
            notebook=of.notebook,
            number=of.number,
            cell_id=of.cell,
            language=of.language,
            session=of.session,
            operation=last.operation,
            user=of.user,
            time=of.time,
            times=len({(change.cell.session, change.cell.number) for change in self.changes}),
        )

    def sources(self) -> list[tuple[Use, list[TableVersion], bool]]:
        """What the changes were made from: the newest use of each table, all of it, and whether it is followed."""
        followed = {use.table for change in self.changes for use in change.followed}
        found: dict[tuple[str, str], list[Use]] = {}
        for change in self.changes:
            for use in change.sources:
                if use.table.location != change.table.location:
                    found.setdefault((use.role, use.table.location), []).append(use)
        merged = []
        for uses in found.values():
            newest = max(uses, key=lambda use: use.table.version)
            merged.append((newest, [use.table for use in uses], any(use.table in followed for use in uses)))
        return merged


def by_cell(changes: Iterable[Change]) -> list[Group]:
    """Changes grouped by the cell that made them, in the order in which each cell comes first."""
    found: dict[tuple[str, ...], list[Change]] = {}
    for change in changes:
        cell = change.cell
        known = (cell.cell,) if cell.cell else (cell.session, str(cell.number))
        found.setdefault((cell.notebook, *known), []).append(change)
    return [Group(tuple(group)) for group in found.values()]


def table_of(tables: Iterable[TableVersion]) -> Table:
    """One table at several versions, called as the newest was."""
    known = sorted(set(tables), key=lambda table: table.version)
    newest = known[-1]
    earlier = tuple(dict.fromkeys(table.version for table in known[:-1] if table.version != newest.version))
    return Table(newest.name, newest.location, newest.version, newest.table_id, earlier)
