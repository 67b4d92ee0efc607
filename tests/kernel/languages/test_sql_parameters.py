"""``:name`` in SQL cells, bound to Python's values by Spark."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kernel.attached import AttachedHost
from lakebook_kernel.languages.base import CellError
from lakebook_kernel.languages.sql import SqlLanguage

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def attached(workspace: Path) -> Iterator[AttachedHost]:
    host = AttachedHost(workspace)
    host.spark().conf.set("spark.sql.session.timeZone", "Asia/Tokyo")
    yield host
    host.close()


@pytest.fixture
def sql(attached: AttachedHost) -> SqlLanguage:
    language = SqlLanguage(attached)
    language.start()
    return language


def nested(depth: int) -> Any:
    value: Any = 5
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("SELECT :a, :b + 1", {"a", "b"}),
        ("SELECT * FROM t WHERE x = :a AND y IN (SELECT z FROM u WHERE z > :b) LIMIT :c", {"a", "b", "c"}),
        ("WITH q AS (SELECT :a AS x) SELECT * FROM q", {"a"}),
        ("INSERT INTO t VALUES (:a, :b)", {"a", "b"}),
        ("CREATE OR REPLACE TABLE t AS SELECT * FROM u WHERE x = :a", {"a"}),
        ("MERGE INTO t USING u ON t.x = u.x WHEN MATCHED AND u.y > :a THEN UPDATE SET y = :b", {"a", "b"}),
        ("UPDATE t SET x = :a WHERE y = :b", {"a", "b"}),
        ("DELETE FROM t WHERE x = :a", {"a"}),
        ("SELECT CASE WHEN x > :Case THEN :ü END FROM t", {"Case", "ü"}),
        ("SELECT ':a', \":b\", `:c` -- :d\n/* :e */ FROM t", set()),
        ("SELECT x::int, '1'::double FROM t", set()),
        ("SELECT v:key, v:key.inner FROM t", set()),
        ("SELECT CAST(NULL AS STRUCT<a: INT>)", set()),
        ("SELECT array(1, 2, 3)[:a]", {"a"}),
        ("SELEC :nonsense", set()),
    ],
)  # fmt: skip
def test_the_parameters_of_a_statement(attached: AttachedHost, code: str, names: set[str]) -> None:
    assert set(attached.notebook().parameters(code)) == names


#: a value, its type in SQL, and what is true of it there
VALUES = [
    (None, "void", ":x IS NULL"),
    (True, "boolean", ":x"),
    (3, "bigint", ":x = 3"),
    (2**63 - 1, "bigint", ":x = 9223372036854775807"),
    (-(2**70), "decimal(38,0)", ":x = -1180591620717411303424"),
    (1.5, "double", ":x = 1.5"),
    (float("nan"), "double", "isnan(:x)"),
    (float("-inf"), "double", ":x < -1e308"),
    (Decimal("1.10"), "decimal(3,2)", ":x = 1.1"),
    ("it's; -- \" 𝄞 \\", "string", "length(:x) = 14 AND :x LIKE 'it%s; --%'"),
    (b"\x00\xff", "binary", "hex(:x) = '00FF'"),
    (date(1500, 2, 28), "date", ":x = DATE '1500-02-28'"),
    (datetime(2024, 1, 1, 12), "timestamp_ntz", ":x = TIMESTAMP_NTZ '2024-01-01 12:00:00'"),
    (datetime(2024, 1, 1, 12, tzinfo=UTC), "timestamp", ":x = TIMESTAMP '2024-01-01 21:00:00'"),
    (datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=9))), "timestamp", ":x = TIMESTAMP '2024-01-01 00:00:00'"),
    (pd.Timestamp("2024-01-01 12:00"), "timestamp_ntz", ":x = TIMESTAMP_NTZ '2024-01-01 12:00:00'"),
    (timedelta(days=1, microseconds=5), "interval day to second", ":x = INTERVAL '1 00:00:00.000005' DAY TO SECOND"),
    ([1, 2, None], "array<bigint>", "array_contains(:x, 2) AND size(:x) = 3"),
    (("a", "b"), "array<string>", "array_contains(:x, 'b')"),
    ({1.5}, "array<double>", "array_contains(:x, 1.5)"),
    ([], "array<void>", "size(:x) = 0"),
    ([[1], [2, 3]], "array<array<bigint>>", ":x[1][1] = 3"),
    ({"a": 1, "b": None}, "map<string,bigint>", ":x['a'] = 1 AND :x['b'] IS NULL"),
    ({"a": [1.5]}, "map<string,array<double>>", ":x['a'][0] = 1.5"),
    (np.int8(3), "tinyint", ":x = 3"),
    (np.int32(3), "int", ":x = 3"),
    (np.uint64(2**64 - 1), "decimal(20,0)", ":x = 18446744073709551615"),
    (np.float32(0.5), "float", ":x = 0.5"),
    (np.array([1, 2]), "array<bigint>", "array_contains(:x, 2)"),
    (np.arange(4.0).reshape(2, 2), "array<array<double>>", ":x[1][0] = 2"),
    (np.datetime64("2024-02-29"), "date", ":x = DATE '2024-02-29'"),
    (pd.NaT, "void", ":x IS NULL"),
    (np.ma.masked, "void", ":x IS NULL"),
    (np.ma.MaskedArray([1, 2], [False, True]), "array<bigint>", ":x[0] = 1 AND :x[1] IS NULL"),
    ([np.ma.masked, 1.5], "array<double>", ":x[0] IS NULL AND :x[1] = 1.5"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "kind", "true"), VALUES, ids=lambda part: str(part)[:40])
def test_a_value_and_its_type(attached: AttachedHost, sql: SqlLanguage, value: Any, kind: str, true: str) -> None:
    sql.lookup = {"x": value}.__getitem__
    attached.run(sql, f"SELECT :x AS x, {true} AS holds")
    frame = attached.names["_sqldf"]
    assert frame.schema["x"].dataType.simpleString() == kind
    assert frame.first().holds is True


def test_parameters_in_statements_that_write(attached: AttachedHost, sql: SqlLanguage) -> None:
    sql.lookup = {"least": 7, "name": "x'; DROP TABLE made; --", "n": 2}.__getitem__
    attached.run(
        sql,
        "CREATE OR REPLACE TABLE made AS SELECT id, CAST(NULL AS STRING) AS name FROM range(10) WHERE id >= :least;"
        "INSERT INTO made VALUES (:n, :name); UPDATE made SET name = :name WHERE id = :least;"
        "MERGE INTO made USING (SELECT :n AS id) AS it ON made.id = it.id WHEN MATCHED THEN UPDATE SET id = :least + 9;"
        "DELETE FROM made WHERE id = :least + 1; SELECT * FROM made ORDER BY id LIMIT :n",
    )
    assert [tuple(row) for row in attached.names["_sqldf"].collect()] == [(7, "x'; DROP TABLE made; --"), (9, None)]


def refusal(attached: AttachedHost, sql: SqlLanguage, code: str, **values: Any) -> CellError:
    sql.lookup = values.__getitem__
    with pytest.raises(CellError) as caught:
        attached.run(sql, code)
    return caught.value


def test_a_parameter_without_a_value_is_named(attached: AttachedHost, sql: SqlLanguage) -> None:
    error = refusal(attached, sql, "SELECT 1;\nSELECT :unknown")
    assert (error.ename, error.evalue) == (
        "NameError",
        ":unknown has no value: assign unknown in a cell of any language first.",
    )
    assert error.traceback[-1] == "   2 | SELECT :unknown"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (2**200, "beyond 38 digits"),
        (Decimal("NaN"), "no number"),
        (1j, "a complex, which has no form in SQL"),
        (print, "has no form in SQL"),
        ([1, "a"], "values of different types: int, str"),
        ("\ud800", "no Unicode"),
        (nested(400), "nested too deeply"),
        (nested(5_000), "nested too deeply"),
    ],
    ids=["large", "nan", "complex", "function", "mixed", "surrogate", "deep", "very deep"],
)
def test_what_has_no_form_is_told(attached: AttachedHost, sql: SqlLanguage, value: Any, reason: str) -> None:
    error = refusal(attached, sql, "SELECT :x", x=value)
    assert error.ename == "TypeError" and error.evalue.startswith("x lives in Python and cannot come: :x ")
    assert reason in error.evalue


def test_a_frame_is_told_to_be_named_as_a_table(attached: AttachedHost, sql: SqlLanguage) -> None:
    error = refusal(attached, sql, "SELECT :x", x=pd.DataFrame({"a": [1]}))
    assert error.evalue == ":x is a frame: name it without the colon, as a table."


def test_a_list_in_in_is_told_how_to_write_it(attached: AttachedHost, sql: SqlLanguage) -> None:
    error = refusal(attached, sql, "SELECT * FROM range(3) WHERE id IN (:ids)", ids=[1, 2])
    assert error.evalue == "IN (:ids) takes no list; write array_contains(:ids, id)."
    attached.run(sql, "SELECT * FROM range(3) WHERE array_contains(:ids, id)")
    assert [row.id for row in attached.names["_sqldf"].collect()] == [1, 2]


def test_values_in_in_are_bound(attached: AttachedHost, sql: SqlLanguage) -> None:
    sql.lookup = {"a": 1, "b": 2}.__getitem__
    attached.run(sql, "SELECT * FROM range(3) WHERE id IN (:a, :b)")
    assert [row.id for row in attached.names["_sqldf"].collect()] == [1, 2]


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("CREATE OR REPLACE VIEW seen AS SELECT :x AS x", "CREATE VIEW"),
        ("CREATE OR REPLACE TEMP VIEW seen AS SELECT :x AS x", "CREATE VIEW"),
        ("SELECT * FROM made VERSION AS OF :x", "VERSION AS OF"),
    ],
)
def test_where_spark_takes_no_parameter_is_told(attached: AttachedHost, sql: SqlLanguage, code: str, what: str) -> None:
    error = refusal(attached, sql, code, x=1)
    assert what in error.evalue and "parameter" in error.evalue.lower()


def test_values_are_looked_up_when_the_statement_runs(attached: AttachedHost, sql: SqlLanguage) -> None:
    asked: list[str] = []

    def parameter(name: str) -> int:
        asked.append(name)
        return len(asked)

    sql.lookup = parameter
    attached.run(sql, "SELECT ':not' AS it; SELECT :one, :one AS again; SELECT :two AS two")
    assert asked == ["one", "two"] and attached.names["_sqldf"].first().two == 2


def test_nanoseconds_that_a_parameter_loses_are_told_each_time(attached: AttachedHost, sql: SqlLanguage) -> None:
    sql.lookup = {"moment": pd.Timestamp("2024-01-01 00:00:00.123456789")}.__getitem__
    for _ in range(2):
        output = attached.run(sql, "SELECT :moment AS moment")
        assert output.text("stderr") == ":moment: nanoseconds were cut off: Spark's times have microseconds.\n"
    assert attached.names["_sqldf"].first().moment == datetime(2024, 1, 1, 0, 0, 0, 123456)


def test_nanoseconds_that_a_frame_loses_are_told_each_time(attached: AttachedHost, sql: SqlLanguage) -> None:
    frame = pd.DataFrame({"t": [pd.Timestamp("2024-01-01 00:00:00.123456789")]})
    for name in ("first", "second"):
        with attached.cell() as output:
            sql.give(name, frame)
        assert output.text("stderr") == f"{name}: nanoseconds of t were cut off: Spark's times have microseconds.\n"


def test_two_frames_whose_names_differ_in_case_are_two(attached: AttachedHost, sql: SqlLanguage) -> None:
    sql.give("cased", pd.DataFrame({"n": [1]}))
    sql.give("CASED", pd.DataFrame({"n": [2]}))
    for name, n in (("cased", 1), ("CASED", 2), ("`cased`", 1)):
        attached.run(sql, f"SELECT n FROM {name}")
        assert attached.names["_sqldf"].first().n == n
    sql.withdraw("CASED")
    attached.run(sql, "SELECT n FROM cased")
    assert attached.names["_sqldf"].first().n == 1
