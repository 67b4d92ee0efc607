"""The Delta tables that lineage is kept in: their columns, and where they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lakebook.config import STATE, Workspace

#: the schema of the catalog in which the tables are
SCHEMA = "lineage"
_FOLDER = "lineage"


def is_lineages(location: str) -> bool:
    """Whether a table is one of lineage's own, of whichever workspace."""
    return f"/{STATE}/{_FOLDER}/" in location


@dataclass(frozen=True, eq=False)
class LineageTable:
    """One of the tables."""

    name: str
    about: str
    #: SQL's type by the column's name
    columns: Mapping[str, str]

    def folder(self, workspace: Workspace) -> Path:
        """Where a workspace keeps it; may not exist yet."""
        return workspace.state / _FOLDER / self.name

    def exists(self, workspace: Workspace) -> bool:
        """Whether something was stored in it."""
        return any((self.folder(workspace) / "_delta_log").glob("*.json"))

    def arrow_schema(self) -> Any:
        """The columns as a `pyarrow.Schema`."""
        import pyarrow as pa

        types = {
            "string": pa.string(),
            "bigint": pa.int64(),
            "boolean": pa.bool_(),
            "timestamp": pa.timestamp("us", "UTC"),
        }
        return pa.schema([(name, types[kind]) for name, kind in self.columns.items()])


def _columns(**columns: str) -> Mapping[str, str]:
    return MappingProxyType(columns)


_CELL = {
    "user_name": "string",
    "notebook": "string",
    "session": "string",
    "cell_number": "bigint",
    "cell_id": "string",
    "language": "string",
}

TABLES_MADE = LineageTable(
    "table_lineage",
    "Versions of tables that cells wrote, and the tables that each was made from.",
    _columns(
        event_time="timestamp",
        **_CELL,
        operation="string",
        target_name="string",
        target_location="string",
        target_version="bigint",
        target_table_id="string",
        source_name="string",
        source_location="string",
        source_version="bigint",
        source_table_id="string",
        role="string",
    ),
)

RUNS = LineageTable(
    "run_lineage",
    "MLflow's runs, and the tables that each read or whose notebook had written.",
    _columns(
        event_time="timestamp",
        run_id="string",
        experiment_id="string",
        experiment="string",
        **_CELL,
        git_commit="string",
        git_dirty="boolean",
        table_name="string",
        table_location="string",
        table_version="bigint",
        table_id="string",
        direction="string",
        role="string",
    ),
)

MODELS = LineageTable(
    "model_lineage",
    "Versions of registered models, and the run that made each.",
    _columns(
        model_name="string",
        model_version="bigint",
        run_id="string",
        model_id="string",
        registered_at="timestamp",
    ),
)

ALL = (TABLES_MADE, RUNS, MODELS)
