"""What was made from a table, a run or a model."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from lakebook.lineage.changes import Change, Changes, Versions
from lakebook.lineage.facts import DIRECT, POSSIBLE, WRITTEN
from lakebook.lineage.grouped import Group, by_cell, table_of
from lakebook.lineage.records import RecordedRun, Records
from lakebook.lineage.tree import Node, Table
from lakebook.lineage.upward import DEEPEST, model_node, run_node
from lakebook.tracking import tags

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion


class Downward:
    """Trees of what is below things. A table stands in a tree at full length once.

    Args:
        places: the location of a table of the catalog, by its name.
        readers: by location, the ids of runs that were noted to have read a table there, whatever its name was then.
    """

    def __init__(
        self, records: Records, changes: Changes, places: dict[str, str], readers: Mapping[str, Collection[str]]
    ) -> None:
        self._records = records
        self._changes = changes
        self._places = places
        self._readers = readers
        self._shown: set[tuple[str, Versions]] = set()

    def model(self, version: ModelVersion) -> Node:
        """Below a registered version."""
        return Node(model_node(self._records, version), note="what is made with a model is not recorded")

    def run(self, run: RecordedRun) -> Node:
        """Below a run: the versions that were registered from it, and what its notebook had written."""
        inputs = {use.table for use in run.read}
        written = [table for table in run.written if table not in inputs]
        tables = tuple(Node(table_of([table]), WRITTEN) for table in written)
        nodes = (*self._models(run), *tables)
        return Node(run_node(run), nodes=nodes, note=run.problem or ("" if nodes else "nothing was made from it"))

    def table(self, location: str, name: str, version: int | None) -> Node:
        """Below a table, at one version or at any."""
        versions = Versions("") if version is None else Versions("", version, version)
        nodes = self._users(location, {name}, versions, 0)
        return Node(Table(name, location, version), nodes=nodes, note="" if nodes else "nothing was made from it")

    def _users(self, location: str, names: set[str], versions: Versions, depth: int) -> tuple[Node, ...]:
        changes = [change for change in self._changes.using(location, versions) if change.table.location != location]
        tables = [node for group in by_cell(changes) for node in self._made(group, location, versions, depth)]
        return (*tables, *self._runs(location, names, versions))

    def _made(self, group: Group, source: str, versions: Versions, depth: int) -> list[Node]:
        """The tables that one cell made from the source, each under the cell."""
        by_place: dict[str, list[Change]] = {}
        for change in group.changes:
            by_place.setdefault(change.table.location, []).append(change)
        targets = tuple(self._target(changes, source, versions, depth + 1) for changes in by_place.values())
        return [Node(group.cell, nodes=targets)]

    def _target(self, changes: list[Change], source: str, versions: Versions, depth: int) -> Node:
        uses = [
            (change, use)
            for change in changes
            for use in change.sources
            if use.table.location == source and use.table in versions
        ]
        role = DIRECT if any(use.role == DIRECT for _, use in uses) else POSSIBLE
        shown = table_of(change.table for change in changes)
        followed = [change for change, use in uses if use in change.followed]
        if not followed:
            return Node(shown, role)
        oldest = min(followed, key=lambda change: change.table.version)
        newest = max(followed, key=lambda change: change.table.version)
        held = self._changes.holding(oldest)
        if newest is not oldest:
            held = Versions(held.table_id, held.first, self._changes.holding(newest).last)
        key = (shown.location, held)
        if key in self._shown:
            return Node(shown, role, note="see above")
        if depth >= DEEPEST:
            return Node(shown, role, note=f"there is more: lakebook lineage table {shown.name or shown.location}")
        self._shown.add(key)
        return Node(shown, role, self._users(shown.location, {shown.name}, held, depth))

    def _runs(self, location: str, names: set[str], versions: Versions) -> list[Node]:
        called = {name for name in (names | self._changes.names_of(location) | {location}) if name}
        nodes = []
        for run in self._records.readers(sorted(called), self._readers.get(location, ())):
            roles = [
                use.role
                for use in run.read
                if (use.table.location or self._places.get(use.table.name)) == location and use.table in versions
            ]
            if roles:
                role = tags.TRAINING if tags.TRAINING in roles else roles[0]
                nodes.append(Node(run_node(run), role, self._models(run)))
        return nodes

    def _models(self, run: RecordedRun) -> tuple[Node, ...]:
        return tuple(Node(model_node(self._records, version)) for version in self._records.made_by(run.run_id))
