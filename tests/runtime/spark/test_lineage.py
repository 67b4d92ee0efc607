"""The lineage tables in Spark's SQL and in DuckDB, and pinned tables to every reader of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
from deltalake import DeltaTable

from lakebook.config import Workspace, find_workspace
from lakebook.lineage.facts import RunFacts
from lakebook.lineage.schema import SCHEMA
from lakebook.reproduce.cell import pinning_cell
from lakebook.reproduce.copies import copy, problem
from lakebook.reproduce.pins import Pin
from lakebook.spark.tables import Table, find_table, tables
from lakebook.tracking.tables import TableVersion
from lakebook_kernel.languages.duckdb.delta import open_table
from runtime.lineage.recording import Recording, cell, table, write
from runtime.lineage.test_schema import questions
from runtime.spark.peer import Peer, eventually

pytestmark = pytest.mark.spark

REGISTER = """
from lakebook.config import find_workspace
from lakebook.lineage.catalog import register
register(spark.sql, find_workspace())
"""
(QUESTION,) = questions("sql")


@pytest.fixture
def known(workspace: Path) -> Workspace:
    return find_workspace(workspace)


def listed(known: Workspace, name: str, schema: str = "default") -> Table:
    eventually(lambda: find_table(tables(known), name, schema))
    found = find_table(tables(known), name, schema)
    assert found is not None
    return found


def by_duckdb(table: Table, question: str) -> list[tuple[Any, ...]]:
    """What DuckDB answers about a table, which it knows as ``t``."""
    connection = duckdb.connect()
    connection.register("t", open_table(table).scan)
    return connection.execute(question).fetchall()


def test_lineage_is_asked_in_sql(workspace: Path, known: Workspace) -> None:
    recording = Recording(workspace)
    features, flights = table("features", 4), table("flights", 12)
    run_id = recording.run(training=[features])
    recording.register("delays", run_id)
    run = RunFacts(run_id, "7", "delays", training=(features,))
    recording.noted(cell(3), write(features, flights), runs=[run])
    assert recording.lineage.flush()
    with Peer(workspace) as peer:
        for _ in range(2):
            peer.run(REGISTER)
        rows = peer.run(
            "[tuple(row) for row in spark.sql('''SELECT run_id, source_name, source_version, t.user_name"
            " FROM lineage.run_lineage AS r JOIN lineage.table_lineage AS t"
            " ON t.target_location = r.table_location AND t.target_version <= r.table_version"
            " WHERE t.target_name = \"default.features\"''').collect()]"
        )
        assert rows == [[run_id, "default.flights", 12, "ann"]]
        assert ["delays", 1, 4] in peer.run(f"[list(row)[:3] for row in spark.sql({QUESTION!r}).collect()]")
        recording.noted(cell(4), write(table("features", 5), flights))
        assert recording.lineage.flush()
        of_features = "target_name = 'default.features'"  # the workspace has what other tests noted, too
        assert peer.run(f'spark.table("lineage.table_lineage").where("{of_features}").count()') == 2
        assert peer.run("str(spark.table('lineage.table_lineage').schema['event_time'].dataType)") == "TimestampType()"
    question = f"SELECT max(target_version), min(event_time) < now() FROM t WHERE {of_features}"
    assert by_duckdb(listed(known, "table_lineage", SCHEMA), question) == [(5, True)]


#: how a table is made with three versions, so that it has what some readers lack; 0 has rows 0 to 4, 1 has 1 to 4
KINDS = {
    "plain": "",
    "with_deletion_vectors": "TBLPROPERTIES (delta.enableDeletionVectors = true)",
    "with_mapped_columns": "TBLPROPERTIES (delta.columnMapping.mode = 'name')",
    "with_a_change_feed": "TBLPROPERTIES (delta.enableChangeDataFeed = true)",
    "in_parts": "PARTITIONED BY (part)",
}
MAKE = """
spark.sql("DROP TABLE IF EXISTS {t}")
spark.sql("CREATE TABLE {t} USING delta {more} AS SELECT id, concat('a b/', id % 2) AS part FROM range(0, 5, 1, 2)")
spark.sql("DELETE FROM {t} WHERE id = 0")
spark.sql("INSERT INTO {t} VALUES (100, 'c:d')")
"""


def rows_of(peer: Peer, question: str) -> Any:
    return peer.run(f"[list(row) for row in spark.sql('''{question}''').collect()]")


@pytest.mark.parametrize("kind", KINDS)
def test_a_pinned_table_is_the_same_to_every_reader(
    workspace: Path, known: Workspace, tmp_path: Path, kind: str
) -> None:
    original = f"pinned_{kind}"
    with Peer(workspace) as peer:
        peer.run(MAKE.format(t=original, more=KINDS[kind]))
        before = rows_of(peer, f"SELECT * FROM {original} VERSION AS OF 1")
        location = listed(known, original).location
        assert location is not None
        version = TableVersion(f"reproduced.{kind}", location, 1, str(DeltaTable(location).metadata().id))
        assert problem(version, 1) == ""
        pin = Pin(version, Path(kind))
        copy(version, [0], tmp_path / kind)
        *statements, counted = [part for part in pinning_cell([pin], "r", tmp_path)[5:].split(";") if part.strip()]
        peer.run("spark.sql('DROP SCHEMA IF EXISTS reproduced CASCADE')")
        for statement in statements:
            peer.run(f"spark.sql({statement!r})")
        assert rows_of(peer, counted) == [[f"reproduced.{kind}", 1, 4]]
        assert rows_of(peer, f"SELECT * FROM reproduced.{kind}") == before
        assert len(rows_of(peer, f"SELECT * FROM reproduced.{kind} VERSION AS OF 0")) == 5
        ids = by_duckdb(listed(known, kind, "reproduced"), "SELECT id FROM t ORDER BY id")
        assert ids == [(1,), (2,), (3,), (4,)]
        peer.run(f"spark.sql('INSERT INTO reproduced.{kind} VALUES (7, \"x\")')")
        assert len(rows_of(peer, f"SELECT * FROM {original}")) == 5, "the original is untouched"
        peer.run("spark.sql('DROP SCHEMA reproduced CASCADE')")
