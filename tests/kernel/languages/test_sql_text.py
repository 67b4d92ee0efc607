"""What the driver says of SQL text, and how it shows the head of a frame."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kernel.attached import AttachedHost

pytestmark = pytest.mark.spark


def statements(attached: AttachedHost, code: str) -> list[str]:
    return [code[start:end] for start, end in attached.notebook().statements(code)]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT 1;\n SELECT 2 ;", ["SELECT 1", "SELECT 2"]),
        (";;\n-- nothing\n;", []),
        ("SELECT 'a;b', \"c;d\", `e;f` FROM t; SELECT 2", ["SELECT 'a;b', \"c;d\", `e;f` FROM t", "SELECT 2"]),
        ("SELECT 'it\\'s;' -- a; b\n, 2; /* x; /* y; */ z; */ SELECT 3", ["SELECT 'it\\'s;' -- a; b\n, 2", "SELECT 3"]),
        ("SELECT '𝄞;', 'é'; SELECT 2", ["SELECT '𝄞;', 'é'", "SELECT 2"]),
        ("SELECT CASE WHEN a THEN 1 END; SELECT 2", ["SELECT CASE WHEN a THEN 1 END", "SELECT 2"]),
        (
            "BEGIN DECLARE x INT = 1; IF x > 0 THEN SELECT CASE WHEN 1 = 1 THEN 2 END; END IF; END; SELECT 2",
            ["BEGIN DECLARE x INT = 1; IF x > 0 THEN SELECT CASE WHEN 1 = 1 THEN 2 END; END IF; END", "SELECT 2"],
        ),
        (
            "l: BEGIN WHILE y DO BEGIN SET x = 1; END; END WHILE; CASE x WHEN 1 THEN SELECT; END CASE; END l; SELECT 2",
            [
                "l: BEGIN WHILE y DO BEGIN SET x = 1; END; END WHILE; CASE x WHEN 1 THEN SELECT; END CASE; END l",
                "SELECT 2",
            ],
        ),
        ("begin select 1; end; select 2", ["begin select 1; end", "select 2"]),
    ],
)
def test_statements_are_split_by_sparks_own_lexer(attached: AttachedHost, code: str, expected: list[str]) -> None:
    assert statements(attached, code) == expected


@pytest.mark.parametrize(
    ("sql", "relations"),
    [
        ("SELECT * FROM a JOIN db.b USING (id)", {"a", "db.b"}),
        ("WITH a AS (SELECT * FROM x), b AS (SELECT * FROM a) SELECT * FROM b, A, c", {"x", "c"}),
        ("SELECT * FROM t WHERE id IN (SELECT id FROM u) AND EXISTS (SELECT 1 FROM v)", {"t", "u", "v"}),
        ("SELECT (SELECT max(x) FROM t) FROM u", {"t", "u"}),
        ("INSERT INTO target SELECT * FROM source", {"source"}),
        ("CREATE OR REPLACE TABLE made AS SELECT * FROM source", {"source"}),
        ("CREATE OR REPLACE TEMP VIEW made AS SELECT * FROM source", {"source"}),
        ("MERGE INTO target USING source ON target.id = source.id WHEN MATCHED THEN DELETE", {"target", "source"}),
        ("EXPLAIN SELECT * FROM a", {"a"}),
        ("SELECT 'from b' -- from c", set()),
        ("SELEC nonsense", set()),
    ],
)  # fmt: skip
def test_the_relations_that_a_statement_reads(attached: AttachedHost, sql: str, relations: set[str]) -> None:
    assert set(attached.notebook().relations(sql)) == relations


def test_the_keywords_are_sparks(attached: AttachedHost) -> None:
    assert {"SELECT", "QUALIFY", "MERGE", "TBLPROPERTIES"} <= set(attached.notebook().keywords())


def head(attached: AttachedHost, sql: str, rows: int = 10) -> dict[str, Any]:
    table: dict[str, Any] = json.loads(attached.notebook().tableHead(attached.spark().sql(sql)._jdf, rows))
    return table


@pytest.mark.parametrize(
    ("sql", "kind", "cell"),
    [
        ("CAST(NULL AS INT)", "int", None),
        ("'NULL'", "string", "NULL"),
        ("9223372036854775807", "bigint", "9223372036854775807"),
        ("CAST(0.1 AS DOUBLE)", "double", "0.1"),
        ("CAST('NaN' AS DOUBLE)", "double", "NaN"),
        ("12345678901234567890.123456789012345678BD", "decimal(38,18)", "12345678901234567890.123456789012345678"),
        ("CAST(1e-18 AS DECIMAL(38, 18))", "decimal(38,18)", "0.000000000000000001"),
        ("X'CAFE'", "binary", "[CA FE]"),
        ("TIMESTAMP '2024-03-31 02:30:00.5'", "timestamp", "2024-03-31 02:30:00.5"),
        ("DATE '2024-02-29'", "date", "2024-02-29"),
        ("array(1, NULL)", "array<int>", "[1, NULL]"),
        ("named_struct('a', 1, 'b', 'x')", "struct<a:int,b:string>", "{1, x}"),
        ("map('k', array(1.5))", "map<string,array<decimal(2,1)>>", "{k -> [1.5]}"),
        ("repeat('x', 5000)", "string", "x" * 5000),
    ],
)  # fmt: skip
def test_cells_are_written_as_show_writes_them(attached: AttachedHost, sql: str, kind: str, cell: str | None) -> None:
    attached.spark().conf.set("spark.sql.session.timeZone", "UTC")
    table = head(attached, f"SELECT {sql} AS c")
    assert table == {"columns": [{"name": "c", "type": kind}], "rows": [[cell]], "more": False}


def test_times_are_those_of_the_sessions_zone(attached: AttachedHost) -> None:
    attached.spark().conf.set("spark.sql.session.timeZone", "Asia/Tokyo")
    assert head(attached, "SELECT timestamp_seconds(0) AS t")["rows"] == [["1970-01-01 09:00:00"]]


def test_columns_may_have_the_same_name(attached: AttachedHost) -> None:
    table = head(attached, "SELECT 1 AS a, 2 AS a, 3 AS `x.y`")
    assert [column["name"] for column in table["columns"]] == ["a", "a", "x.y"]
    assert table["rows"] == [["1", "2", "3"]]


def test_the_type_of_a_wide_struct_is_whole(attached: AttachedHost) -> None:
    fields = ", ".join(f"'field{n}', {n}" for n in range(60))
    assert "field59:int" in head(attached, f"SELECT named_struct({fields}) AS wide")["columns"][0]["type"]


def test_no_more_than_the_rows_and_one_are_computed(attached: AttachedHost) -> None:
    table = head(attached, "SELECT id, raise_error('too far') AS e FROM range(1) WHERE id < 0", 3)
    assert table["rows"] == [] and not table["more"]
    table = head(attached, "SELECT if(id > 9, raise_error('too far'), id) AS n FROM range(0, 1000000000, 1, 1000)", 3)
    assert table["rows"] == [["0"], ["1"], ["2"]] and table["more"]
