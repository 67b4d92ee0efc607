"""What a model, a run or a table was made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakebook.lineage.changes import Changes, Versions
from lakebook.lineage.facts import DIRECT
from lakebook.lineage.grouped import Group, by_cell, table_of
from lakebook.lineage.records import RecordedRun, Records, Use, model_id
from lakebook.lineage.tree import Cell, Model, Node, Run, Table
from lakebook.tracking import tags
from lakebook.tracking.tables import TableVersion

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion

#: steps from the thing that was asked about; beyond them the tree says that there is more
DEEPEST = 60
#: the surest first
_ORDER = (tags.TRAINING, DIRECT)


class Upward:
    """Trees of what is above things. A table stands in a tree at full length once.

    Args:
        places: the location of a table of the catalog, by its name.
    """

    def __init__(self, records: Records, changes: Changes, places: dict[str, str]) -> None:
        self._records = records
        self._changes = changes
        self._places = places
        self._shown: set[TableVersion] = set()

    def model(self, version: ModelVersion) -> Node:
        """Above a registered version: the run that made it."""
        model = model_node(self._records, version)
        run_id = self._records.run_of(version)
        if not run_id:
            return Node(model, note="MLflow does not say which run made it")
        run = self._records.run(run_id)
        if run is None:
            return Node(model, nodes=(Node(Run(run_id), note="the run is no longer there"),))
        return Node(model, nodes=(self.run(run),))

    def run(self, run: RecordedRun) -> Node:
        """Above a run: the cell that made it, and the tables that it read."""
        uses = sorted(run.read, key=lambda use: use.role not in _ORDER)
        tables = tuple(self._used(use, 1) for use in uses)
        if not run.notebook:
            return Node(run_node(run), nodes=tables, note=run.problem or "it was made by no notebook")
        return Node(run_node(run), nodes=(Node(_cell(run), nodes=tables),), note=run.problem)

    def table(self, location: str, name: str, version: int | None) -> Node:
        """Above a table: all that made it what it is, or was at a version."""
        nodes = self._makers(location, Versions("", last=version), 0)
        note = "" if nodes else "nothing is known of what it was made from"
        return Node(Table(name, location, version), nodes=nodes, note=note)

    def _used(self, use: Use, depth: int) -> Node:
        table = use.table
        if not table.location:
            table = TableVersion(table.name, self._places.get(table.name, ""), table.version, table.table_id)
        return self._source([table], use.role, depth, followed=True)

    def _source(self, tables: list[TableVersion], role: str, depth: int, *, followed: bool) -> Node:
        shown = table_of(tables)
        newest = TableVersion(shown.name, shown.location, shown.version or 0, shown.table_id)
        versions = Versions(newest.table_id, last=newest.version)
        if not followed or not self._changes.making(newest.location, versions):
            return Node(shown, role)
        if newest in self._shown:
            return Node(shown, role, note="see above")
        if depth >= DEEPEST:
            return Node(shown, role, note=f"there is more: lakebook lineage table {shown.name or shown.location} --up")
        self._shown.add(newest)
        return Node(shown, role, self._makers(newest.location, versions, depth))

    def _makers(self, location: str, versions: Versions, depth: int) -> tuple[Node, ...]:
        groups = by_cell(self._changes.making(location, versions))
        return tuple(Node(group.cell, nodes=self._sources(group, depth)) for group in groups)

    def _sources(self, group: Group, depth: int) -> tuple[Node, ...]:
        sources = sorted(group.sources(), key=lambda source: source[0].role != DIRECT)
        return tuple(self._source(tables, use.role, depth + 1, followed=followed) for use, tables, followed in sources)


def model_node(records: Records, version: ModelVersion) -> Model:
    """A registered version, with its aliases."""
    return Model(version.name, int(version.version), records.aliases(version), model_id(version))


def run_node(run: RecordedRun) -> Run:
    """A run, without what is above it."""
    return Run(run.run_id, run.name, run.experiment_id, run.user, run.started)


def _cell(run: RecordedRun) -> Cell:
    return Cell(
        notebook=run.notebook,
        number=run.cell_number,
        cell_id=run.cell_id,
        language=run.language,
        session=run.session,
        commit=run.commit,
        dirty=run.dirty,
    )
