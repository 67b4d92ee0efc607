"""A table as data for the browser: every value as it is, and never more than a notebook should keep."""

from __future__ import annotations

import json

import pytest

from lakebook_kernel.display.kinds import kind_of_type
from lakebook_kernel.display.mime import TABLE_TYPE, table_data
from lakebook_kernel.display.tables import CELL_CHARACTERS, KEPT_ROWS, Column, Table, table_bundle


def test_values_are_texts_and_null_is_null() -> None:
    table = Table(
        [Column("n", "bigint"), Column("s", "string")], [["9223372036854775807", "null"], [None, "NaN"]], total=2
    )
    data = table_bundle(table, handle="h")[TABLE_TYPE]
    assert data == {
        "version": 1,
        "columns": [
            {"name": "n", "type": "bigint", "kind": "integer"},
            {"name": "s", "type": "string", "kind": "text"},
        ],
        "columnCount": 2,
        "rows": [["9223372036854775807", "null"], [None, "NaN"]],
        "more": False,
        "total": 2,
        "handle": "h",
    }
    assert json.loads(json.dumps(data)) == data


def test_a_long_value_says_that_it_is_cut() -> None:
    (row,) = table_data(Table([Column("s", "string")], [["x" * 5_000]]))["rows"]
    assert row == [{"text": "x" * CELL_CHARACTERS, "cut": 5_000 - CELL_CHARACTERS}]


def test_a_notebook_keeps_no_more_than_a_bound_and_at_least_one_row() -> None:
    wide = Table([Column(str(at), "string") for at in range(300)], [["x" * 2_000] * 300] * 50, total=50)
    data = table_data(wide)
    assert len(data["columns"]) == len(data["rows"][0]) == 200
    assert (data["columnCount"], len(data["rows"]), data["more"], data["total"]) == (300, 1, True, 50)
    long = table_data(Table([Column("s", "string")], [["x"]] * 1_000))
    assert (len(long["rows"]), long["more"]) == (KEPT_ROWS, True)


def test_the_html_shows_what_it_did() -> None:
    html = table_bundle(Table([Column("s", "string")], [["x"]] * 100, more=True))["text/html"]
    assert html.count("<td") == 20


@pytest.mark.parametrize(
    ("kind", "types"),
    [
        ("integer", "int64 UInt64 bigint HUGEINT Int128 int"),
        ("number", "decimal(10,2) Decimal(precision=10,scale=2) double[pyarrow] Float32 dbl halffloat"),
        ("time", "datetime64[ns,UTC] timestamp[ns,tz=UTC] timestamp_ntz TIMESTAMP_NS dttm Datetime('ns')"),
        ("date", "date date32[day] DATE"),
        ("duration", "timedelta64[ns] duration[ns] INTERVAL"),
        ("boolean", "bool boolean lgl"),
        ("text", "object string str category chr VARCHAR large_string dictionary<values=string>"),
        ("binary", "binary BLOB fixed_size_binary[3]"),
        ("nested", "array<int> list<item:int64> List(Int64) INTEGER[] DECIMAL(10,2)[] STRUCT(a) map<string,int>"),
        ("other", "interval[int64] null complex128"),
    ],
)
def test_kinds_of_types(kind: str, types: str) -> None:
    assert {kind_of_type(written) for written in types.split()} == {kind}


def test_kinds_of_types_of_several_words() -> None:
    assert kind_of_type("TIMESTAMP WITH TIME ZONE") == "time"
    assert kind_of_type("interval day to second") == "duration"
