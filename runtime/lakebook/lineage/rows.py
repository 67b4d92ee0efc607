"""Rows of the lineage tables, from what a cell did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from lakebook.lineage.facts import DIRECT, POSSIBLE, READ, WRITTEN, CellFacts, RunFacts
from lakebook.lineage.schema import RUNS, TABLES_MADE, LineageTable
from lakebook.tracking import tags
from lakebook.tracking.tables import TableUse, TableVersion, Write

Row = dict[str, Any]


class Rows:
    """Makes rows, and remembers what each session has read: a later write may have been made from it."""

    def __init__(self) -> None:
        #: by session, the newest version that it read of each place
        self._read: dict[str, dict[str, TableVersion]] = {}

    def of(self, cell: CellFacts, use: TableUse, runs: Iterable[RunFacts]) -> dict[LineageTable, list[Row]]:
        """The rows that a cell adds, by their table; a table without any is left out."""
        read = self._read.setdefault(cell.session, {})
        for table in use.read:
            if table.location not in read or read[table.location].version <= table.version:
                read[table.location] = table
        made = [row for write in use.written for row in _made(cell, write, read.values())]
        told = [row for run in runs for row in _run(cell, run)]
        return {table: rows for table, rows in ((TABLES_MADE, made), (RUNS, told)) if rows}


def _made(cell: CellFacts, write: Write, read: Iterable[TableVersion]) -> Iterator[Row]:
    target = write.table
    direct = {source.location for source in write.sources}
    # what the cell read of the table after it wrote it is no source of it
    possible = [
        table
        for table in read
        if table.location not in direct and not (table.location == target.location and table.version >= target.version)
    ]
    sources: list[tuple[TableVersion | None, str | None]] = [
        *((source, DIRECT) for source in write.sources),
        *((table, POSSIBLE) for table in possible),
    ]
    for source, role in sources or [(None, None)]:
        yield {
            **_cell(cell),
            "operation": write.operation,
            **_table("target_", target),
            **_table("source_", source),
            "role": role,
        }


def _run(cell: CellFacts, run: RunFacts) -> Iterator[Row]:
    used: list[tuple[TableVersion | None, str | None, str | None]] = [
        *((table, READ, tags.TRAINING) for table in run.training),
        *((table, READ, tags.POSSIBLE) for table in run.possible),
        *((table, WRITTEN, None) for table in run.written),
    ]
    for table, direction, role in used or [(None, None, None)]:
        about = _table("table_", table)
        about["table_id"] = about.pop("table_table_id")
        yield {
            **_cell(cell),
            "run_id": run.run_id,
            "experiment_id": run.experiment_id,
            "experiment": run.experiment,
            "git_commit": run.commit,
            "git_dirty": run.dirty,
            **about,
            "direction": direction,
            "role": role,
        }


def _cell(cell: CellFacts) -> Row:
    return {
        "event_time": cell.time,
        "user_name": cell.user,
        "notebook": cell.notebook,
        "session": cell.session,
        "cell_number": cell.number,
        "cell_id": cell.cell,
        "language": cell.language,
    }


def _table(prefix: str, table: TableVersion | None) -> Row:
    return {
        f"{prefix}name": table.name if table else None,
        f"{prefix}location": table.location if table else None,
        f"{prefix}version": table.version if table else None,
        f"{prefix}table_id": table.table_id if table else None,
    }
