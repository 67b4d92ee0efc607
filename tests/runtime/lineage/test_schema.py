"""The page on lineage: its columns are those that there are, and its questions in SQL have the answers it promises."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from deltalake import DeltaTable

from lakebook.lineage.facts import RunFacts
from lakebook.lineage.schema import ALL, LineageTable
from runtime.lineage.recording import Recording, cell, table, write

PAGE = Path(__file__).parents[3] / "docs" / "lineage.md"


@pytest.mark.parametrize("table", ALL, ids=lambda table: table.name)
def test_every_column_is_described_with_its_type(table: LineageTable) -> None:
    section = PAGE.read_text().partition(f"### `lineage.{table.name}`")[2].partition("\n##")[0]
    described = re.findall(r"^\| `(\w+)` \| `(\w+)` \|", section, re.MULTILINE)
    assert described == list(table.columns.items())


def questions(language: str) -> list[str]:
    """The cells of a language on the page, without its magic."""
    return re.findall(rf"^```sql\n%{language}\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)


@pytest.fixture
def told(recording: Recording) -> Recording:
    """``features`` was made from ``clean``, that from ``flights``; a run was fitted with it and became a model."""
    recording.noted(cell(1), write(table("clean", 0), table("flights", 12)))
    recording.noted(cell(2), write(table("clean", 1), table("clean", 0), operation="MERGE"))
    recording.noted(cell(3), write(table("features", 0), table("clean", 1)))
    run_id = recording.run(training=[table("features", 0)])
    recording.register("delays", run_id)
    recording.noted(cell(5), runs=[RunFacts(run_id, "1", "delays", training=(table("features", 0),))])
    assert recording.lineage.flush()
    return recording


def test_the_questions_in_duckdb_are_answered(told: Recording) -> None:
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA lineage")
    for kept in ALL:
        connection.register(f"{kept.name}_now", DeltaTable(kept.folder(told.workspace)).to_pyarrow_table())
        connection.execute(f"CREATE VIEW lineage.{kept.name} AS FROM {kept.name}_now")
    models, writers = (connection.execute(question).fetchall() for question in questions("duckdb"))
    assert models == [("delays", 1, "default.features", 0)]
    assert [row[:3] for row in writers] == [("prepare.ipynb", "ann", "WRITE")]
