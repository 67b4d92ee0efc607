"""The lineage tables in the catalog: made known to it once, and never in the place of another table."""

from __future__ import annotations

import json

from lakebook.lineage.catalog import register
from lakebook.lineage.facts import RunFacts
from lakebook.lineage.schema import TABLES_MADE
from runtime.lineage.recording import Recording, cell, table, write


def registered(recording: Recording) -> list[str]:
    """The statements that registering runs."""
    statements: list[str] = []
    register(statements.append, recording.workspace)
    return statements


def test_where_nothing_is_stored_nothing_is_registered(unrecorded: Recording) -> None:
    assert registered(unrecorded) == []


def test_what_is_stored_is_registered(unrecorded: Recording) -> None:
    unrecorded.noted(cell(), write(table("features", 4)))
    unrecorded.lineage.flush()
    location = f"file:{TABLES_MADE.folder(unrecorded.workspace)}"
    schema, *tables = registered(unrecorded)
    assert schema == "CREATE SCHEMA IF NOT EXISTS lineage"
    assert tables[0] == f"CREATE TABLE IF NOT EXISTS lineage.table_lineage USING delta LOCATION '{location}'"
    assert [statement.split()[5] for statement in tables] == [
        "lineage.table_lineage",
        "lineage.run_lineage",
        "lineage.model_lineage",
    ], "also those without rows: SQL finds them"


def test_what_the_catalog_has_is_not_registered_again(unrecorded: Recording) -> None:
    unrecorded.noted(cell(), write(table("features", 4)), runs=[RunFacts("r1", "7", "delays")])
    unrecorded.lineage.flush()
    row = {"schema": "lineage", "name": "table_lineage", "location": "/x", "provider": "delta"}
    (unrecorded.workspace.state / "tables.json").write_text(json.dumps({"tables": [row]}))
    assert [statement.split()[5] for statement in registered(unrecorded)[1:]] == [
        "lineage.run_lineage",
        "lineage.model_lineage",
    ]


def test_a_quote_in_the_path_is_no_end_of_it(unrecorded: Recording) -> None:
    root = unrecorded.workspace.root / "ann's"
    root.mkdir()
    recording = Recording(root)
    recording.noted(cell(), write(table("features", 4)))
    recording.lineage.flush()
    assert registered(recording)[1].endswith("/ann\\'s/.lakebook/lineage/table_lineage'")
