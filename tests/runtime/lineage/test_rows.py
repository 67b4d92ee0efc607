"""What a cell adds to the lineage tables."""

from __future__ import annotations

from typing import Any

from lakebook.lineage.facts import RunFacts
from lakebook.lineage.rows import Rows
from lakebook.lineage.schema import RUNS, TABLES_MADE
from lakebook.tracking.tables import TableUse, TableVersion, Write
from runtime.lineage.recording import COMMIT, NOON, cell, table, write

FLIGHTS, PLANES, FEATURES = table("flights", 12), table("planes", 0), table("features", 4)


def made(
    rows: Rows, *written: Write, number: int = 1, session: str = "s", read: list[TableVersion] | None = None
) -> Any:
    """Target, source, source's version and role of each row that a cell adds."""
    found = rows.of(cell(number, session=session), TableUse(read or [], list(written)), [])
    return [
        (row["target_name"], row["source_name"], row["source_version"], row["role"])
        for row in found.get(TABLES_MADE, [])
    ]


def test_each_table_that_the_query_read_is_a_row() -> None:
    rows = made(Rows(), write(FEATURES, FLIGHTS, PLANES))
    assert rows == [
        ("default.features", "default.flights", 12, "direct"),
        ("default.features", "default.planes", 0, "direct"),
    ]


def test_a_row_says_who_wrote_what_where_and_when() -> None:
    (row,) = Rows().of(cell(3, cell_id="c3"), TableUse([], [write(FEATURES, FLIGHTS, operation="MERGE")]), [])[
        TABLES_MADE
    ]
    assert row == {
        "event_time": NOON.replace(minute=3),
        "user_name": "ann",
        "notebook": "prepare.ipynb",
        "session": "s",
        "cell_number": 3,
        "cell_id": "c3",
        "language": "sql",
        "operation": "MERGE",
        "target_name": "default.features",
        "target_location": "file:/lake/features",
        "target_version": 4,
        "target_table_id": "id-features",
        "source_name": "default.flights",
        "source_location": "file:/lake/flights",
        "source_version": 12,
        "source_table_id": "id-flights",
        "role": "direct",
    }
    assert row.keys() == TABLES_MADE.columns.keys()


def test_a_version_made_from_no_table_is_a_row_too() -> None:
    assert made(Rows(), write(FEATURES)) == [("default.features", None, None, None)]


def test_what_the_notebook_read_before_is_possible() -> None:
    rows = Rows()
    assert made(rows, read=[FLIGHTS], number=1) == []
    assert made(rows, write(FEATURES, PLANES), number=2) == [
        ("default.features", "default.planes", 0, "direct"),
        ("default.features", "default.flights", 12, "possible"),
    ]


def test_what_the_query_read_is_not_possible_beside() -> None:
    assert made(Rows(), write(FEATURES, FLIGHTS), read=[FLIGHTS]) == [
        ("default.features", "default.flights", 12, "direct")
    ]


def test_of_what_was_read_several_times_the_newest_version_is_possible() -> None:
    rows = Rows()
    made(rows, read=[table("flights", 3), table("flights", 12), table("flights", 5)])
    assert made(rows, write(FEATURES), number=2) == [("default.features", "default.flights", 12, "possible")]


def test_what_another_notebook_read_is_not() -> None:
    rows = Rows()
    made(rows, read=[FLIGHTS], session="another")
    assert made(rows, write(FEATURES)) == [("default.features", None, None, None)]


def test_what_the_cell_read_of_the_table_that_it_had_written_is_no_source_of_it() -> None:
    rows = Rows()
    assert made(rows, write(FEATURES), read=[FEATURES]) == [("default.features", None, None, None)]
    assert made(rows, write(table("features", 5)), number=2) == [
        ("default.features", "default.features", 4, "possible")
    ]


def test_a_run_is_a_row_for_each_of_its_tables() -> None:
    run = RunFacts("r1", "7", "delays", COMMIT, True, (FEATURES,), (PLANES,), (table("predictions", 0),))
    rows = Rows().of(cell(5), TableUse(), [run])[RUNS]
    assert [(row["table_name"], row["table_version"], row["direction"], row["role"]) for row in rows] == [
        ("default.features", 4, "read", "training"),
        ("default.planes", 0, "read", "possible"),
        ("default.predictions", 0, "written", None),
    ]
    assert {(row["run_id"], row["experiment"], row["git_commit"], row["git_dirty"]) for row in rows} == {
        ("r1", "delays", COMMIT, True)
    }
    assert rows[0].keys() == RUNS.columns.keys()


def test_a_run_without_tables_is_a_row_too() -> None:
    (row,) = Rows().of(cell(), TableUse(), [RunFacts("r1", "7", "delays")])[RUNS]
    assert (row["run_id"], row["table_name"], row["direction"], row["git_dirty"]) == ("r1", None, None, None)
