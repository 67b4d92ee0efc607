"""Frames of Python's libraries in Spark, and Spark's in Python."""

from __future__ import annotations

import time as time_module
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.attached import AttachedHost
from lakebook_kernel.languages.base import CellError
from lakebook_kernel.languages.frames.memory import in_memory
from lakebook_kernel.languages.frames.spark import arrow_of, spark_frame

pytestmark = pytest.mark.spark

PLENTY = 2**30


@pytest.fixture(scope="module")
def spark(workspace: Path) -> Iterator[Any]:
    host = AttachedHost(workspace)
    host.spark().conf.set("spark.sql.session.timeZone", "Asia/Tokyo")
    yield host.spark()
    host.close()


def in_spark(spark: Any, frame: Any) -> Any:
    """A frame that Spark has whole."""
    said: list[str] = []
    there = spark_frame(spark, frame, "frame", said.append)
    assert said == []
    return there


def journey(spark: Any, frame: Any) -> tuple[str, list[Any]]:
    """The type of a frame's one column in Spark, and its values when they have come back."""
    there = in_spark(spark, frame)
    (column,) = there.schema
    return column.dataType.simpleString(), arrow_of(there, PLENTY).column(0).to_pylist(maps_as_pydicts="strict")


NAN = float("nan")
NOON = datetime(2024, 1, 1, 12)

#: an Arrow array, its type in Spark, and the values that come back where they are not the same
ARROW = [
    (pa.array([None, None]), "void", None),
    (pa.array([True, None]), "boolean", None),
    (pa.array([-128, None], pa.int8()), "tinyint", None),
    (pa.array([-(2**15)], pa.int16()), "smallint", None),
    (pa.array([-(2**31)], pa.int32()), "int", None),
    (pa.array([2**63 - 1, None]), "bigint", None),
    (pa.array([255], pa.uint8()), "smallint", None),
    (pa.array([2**16 - 1], pa.uint16()), "int", None),
    (pa.array([2**32 - 1], pa.uint32()), "bigint", None),
    (pa.array([2**64 - 1, None], pa.uint64()), "decimal(20,0)", [Decimal(2**64 - 1), None]),
    (pa.array([0.5], pa.float16()), "float", None),
    (pa.array([0.1], pa.float32()), "float", None),
    (pa.array([1e300, -0.0, float("inf")]), "double", None),
    (pa.array([Decimal("1.10"), None]), "decimal(3,2)", None),
    (pa.array([Decimal("1E3")], pa.decimal128(3, -2)), "decimal(5,0)", None),
    (pa.array([Decimal("1.5")], pa.decimal256(38, 1)), "decimal(38,1)", None),
    (pa.array(["", "𝄞\0", None]), "string", None),
    (pa.array(["a"], pa.large_string()), "string", None),
    (pa.array(["a"], pa.string_view()), "string", None),
    (pa.array(["b", "a", None, "b"]).dictionary_encode(), "string", None),
    (pa.array([b"\0\xff", b""]), "binary", None),
    (pa.array([b"ab"], pa.binary(2)), "binary", None),
    (pa.array([b"ab"], pa.large_binary()), "binary", None),
    (pa.array([date(1, 1, 1), date(9999, 12, 31), None]), "date", None),
    (pa.array([date(2024, 1, 1)], pa.date64()), "date", None),
    (pa.array([datetime(1, 1, 1), datetime.max, None]), "timestamp_ntz", None),
    (pa.array([NOON], pa.timestamp("s")), "timestamp_ntz", None),
    (pa.array([NOON.replace(tzinfo=UTC)], pa.timestamp("ms", "Europe/Oslo")), "timestamp", None),
    (pa.array([datetime(1500, 1, 1, tzinfo=UTC)], pa.timestamp("us", "UTC")), "timestamp", None),
    (pa.array([timedelta(-1, 5, 7), None]), "interval day to second", None),
    (pa.array([time(1, 2, 3, 4)]), "time(6)", None),
    (pa.array([[1, None], None, []]), "array<bigint>", None),
    (pa.array([[1, 2]], pa.list_(pa.uint8(), 2)), "array<smallint>", None),
    (pa.array([["a"]], pa.large_list(pa.large_string())), "array<string>", None),
    (pa.array([{"a": 1, "b": [NOON]}, None]), "struct<a:bigint,b:array<timestamp_ntz>>", None),
    (pa.array([[("a", 1), ("b", None)], None], pa.map_(pa.string(), pa.int8())), "map<string,tinyint>",
     [{"a": 1, "b": None}, None]),
]  # fmt: skip


@pytest.mark.parametrize(("array", "kind", "back"), ARROW, ids=lambda part: str(getattr(part, "type", ""))[:40])
def test_arrow(spark: Any, array: pa.Array, kind: str, back: list[Any] | None) -> None:
    found, values = journey(spark, pa.table({"x": array}))
    assert found == kind
    assert values == (array.to_pylist() if back is None else back)


@pytest.mark.parametrize(
    ("frame", "values"),
    [
        (pa.table({"x": [1.0, NAN, None]}), ["1.0", "NaN", None]),
        (pl.DataFrame({"x": [1.0, NAN, None]}), ["1.0", "NaN", None]),
        (pd.DataFrame({"x": [1.0, NAN, None]}), ["1.0", None, None]),
        (pd.DataFrame({"x": np.array([1.5, NAN], "f4")}), ["1.5", None]),
        (pd.DataFrame({"x": pd.arrays.FloatingArray(np.array([1.0, NAN, 0.0]), np.array([False, False, True]))}),
         ["1.0", "NaN", None]),
    ],
    ids=["pyarrow", "polars", "pandas", "pandas float32", "pandas Float64"],
)  # fmt: skip
def test_nan_and_null(spark: Any, frame: Any, values: list[str | None]) -> None:
    there = in_spark(spark, frame).selectExpr("CAST(x AS STRING) AS x")
    assert [row.x for row in there.collect()] == values


@pytest.mark.parametrize(
    ("series", "kind", "values"),
    [
        (pd.Series([1, 2]), "bigint", [1, 2]),
        (pd.Series([1, None], dtype="Int64"), "bigint", [1, None]),
        (pd.Series([1, None], dtype="int8[pyarrow]"), "tinyint", [1, None]),
        (pd.Series(["a", None]), "string", ["a", None]),
        (pd.Series(["a", None], dtype="string"), "string", ["a", None]),
        (pd.Series(["b", "a", None], dtype="category"), "string", ["b", "a", None]),
        (pd.Series([True, None]), "boolean", [True, None]),
        (pd.Series([NOON, None]), "timestamp_ntz", [NOON, None]),
        (pd.Series([pd.Timestamp("2024-01-01", tz="Asia/Tokyo"), None]), "timestamp",
         [datetime(2023, 12, 31, 15, tzinfo=UTC), None]),
        (pd.Series([timedelta(1), None]), "interval day to second", [timedelta(1), None]),
        (pd.Series([date(2024, 1, 1), None]), "date", [date(2024, 1, 1), None]),
        (pd.Series([Decimal("1.5"), None]), "decimal(2,1)", [Decimal("1.5"), None]),
        (pd.Series([b"a", None]), "binary", [b"a", None]),
        (pd.Series([[1, 2], None]), "array<bigint>", [[1, 2], None]),
        (pd.Series([{"a": 1}, None]), "struct<a:bigint>", [{"a": 1}, None]),
        (pd.Series([None, None]), "void", [None, None]),
        (pd.Series([], dtype="int64"), "bigint", []),
        (pl.Series("x", [1, None], pl.UInt8), "smallint", [1, None]),
        (pl.Series("x", ["b", None], pl.Categorical), "string", ["b", None]),
        (pl.Series("x", ["b", None], pl.Enum(["a", "b"])), "string", ["b", None]),
        (pl.Series("x", [NOON]).dt.replace_time_zone("Asia/Tokyo"), "timestamp", [datetime(2024, 1, 1, 3, tzinfo=UTC)]),
        (pl.Series("x", [timedelta(1)]), "interval day to second", [timedelta(1)]),
        (pl.Series("x", [[1], None]), "array<bigint>", [[1], None]),
        (pl.Series("x", [{"a": 1}, None]), "struct<a:bigint>", [{"a": 1}, None]),
        (pl.Series("x", [Decimal("1.5")]), "decimal(38,1)", [Decimal("1.5")]),
    ],
    ids=lambda part: str(getattr(part, "dtype", ""))[:40],
)  # fmt: skip
def test_series(spark: Any, series: Any, kind: str, values: list[Any]) -> None:
    assert journey(spark, series) == (kind, values)


def test_a_relation_of_duckdb(spark: Any) -> None:
    relation = duckdb.sql("SELECT 1::HUGEINT AS h, 'a' AS s, {'n': [1]} AS t, NULL::INT AS i")
    there = in_spark(spark, in_memory(relation, PLENTY, "relation"))
    assert there.dtypes == [("h", "decimal(38,0)"), ("s", "string"), ("t", "struct<n:array<int>>"), ("i", "int")]
    assert there.first().t.n == [1]


def test_a_frame_of_spark_is_itself(spark: Any) -> None:
    frame = spark.range(3)
    assert in_spark(spark, frame) is frame


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (pd.DataFrame({"ok": [1], "bad one": [1j]}), "frame: column bad one has no form in Spark"),
        (pd.DataFrame({"x": [1, "a"]}), "frame: column x has no form in Spark"),
        (pd.DataFrame({"x": [date(2024, 1, 1), NOON]}), "column x holds values of different types: date, datetime"),
        (pd.DataFrame({"x": ["a", b"b"]}), "column x holds values of different types: bytes, str"),
        (pd.DataFrame({"x": pd.period_range("2024", periods=1)}), "column x is .*period"),
        (pd.DataFrame({"x": [print]}), "column x has no form in Spark"),
        (pd.DataFrame({"x": [2**70]}), "column x has no form in Spark"),
        (pl.DataFrame({"x": pl.Series([object()], dtype=pl.Object)}), "column x is of Python objects"),
        (pa.table({"x": pa.array([Decimal(1)], pa.decimal256(50, 2))}), "column x .* at most 38 digits"),
        (pa.table({"x": pa.array([2**62], pa.duration("s"))}), "column x has a value that Spark cannot hold"),
        (pa.table({"x": pa.array([(1, 2, 3)], pa.month_day_nano_interval())}), "column x is month_day_nano_interval"),
        (pa.table({"x": pa.StructArray.from_arrays([pa.array([1]), pa.array([2])], ["a", "a"])}), "fields of one name"),
    ],
    ids=lambda part: part if isinstance(part, str) else type(part).__module__.partition(".")[0],
)
def test_a_column_that_spark_cannot_hold_is_named(spark: Any, frame: Any, reason: str) -> None:
    with pytest.raises(TypeError, match=reason):
        in_spark(spark, frame)


def test_lost_nanoseconds_are_told(spark: Any) -> None:
    frame = pd.DataFrame({"a": [pd.Timestamp("2024-01-01 00:00:00.123456789")], "b": [pd.Timestamp("2024-01-01")]})
    said: list[str] = []
    for _ in range(2):
        there = spark_frame(spark, frame, "frame", said.append)
        assert there.first().a == datetime(2024, 1, 1, 0, 0, 0, 123456)
    assert said == ["frame: nanoseconds of a were cut off: Spark's times have microseconds."] * 2
    in_spark(spark, frame[["b"]])


@pytest.mark.parametrize("names", [["a", "a"], ["a", "A"], ["with space", "ü.b`"], ["", "1"]], ids=str)
def test_duplicate_and_odd_names_of_columns(spark: Any, names: list[str]) -> None:
    table = pa.Table.from_arrays([pa.array([1]), pa.array(["x"])], names=names)
    for frame in (table, table.to_pandas() if len(set(names)) == 2 else pd.DataFrame([[1, "x"]], columns=names)):
        there = in_spark(spark, frame)
        assert there.columns == names
        assert arrow_of(there, PLENTY).column_names == names and tuple(there.first()) == (1, "x")


def test_names_that_are_no_text_become_text(spark: Any) -> None:
    assert in_spark(spark, pd.DataFrame([[1, 2]])).columns == ["0", "1"]


def test_an_index_with_a_name_comes_along(spark: Any) -> None:
    frame = pd.DataFrame({"x": [1, 2]}, index=pd.Index(["a", "b"]))
    assert in_spark(spark, frame).columns == ["x"]
    assert in_spark(spark, frame.rename_axis("key")).collect() == [("a", 1), ("b", 2)]
    several = pd.DataFrame({"x": [1]}, index=pd.MultiIndex.from_tuples([("a", 1)], names=["k", "l"]))
    assert in_spark(spark, several).columns == ["k", "l", "x"]


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"x": pd.Series([], dtype="str")}),
        pl.DataFrame({"x": []}, schema={"x": pl.String}),
        pa.schema([("x", pa.string())]).empty_table(),
    ],
    ids=["pandas", "polars", "pyarrow"],
)
def test_an_empty_frame_keeps_its_columns(spark: Any, frame: Any) -> None:
    there = in_spark(spark, frame)
    assert there.columns == ["x"] and there.count() == 0
    assert arrow_of(there, PLENTY).num_rows == 0


def test_a_frame_without_columns_keeps_its_rows(spark: Any) -> None:
    there = in_spark(spark, pd.DataFrame(index=range(3)))
    assert there.columns == [] and there.count() == 3


def test_slices_and_chunks(spark: Any) -> None:
    whole = pa.table({"l": [[n, n + 1] for n in range(10)], "s": [{"t": NOON, "n": n} for n in range(10)]})
    parts = pa.concat_tables([whole.slice(2, 3), whole.slice(7)])
    assert arrow_of(in_spark(spark, parts), PLENTY).to_pylist() == parts.to_pylist()


def test_a_large_frame_is_spread(spark: Any) -> None:
    count = 1_000_000
    numbers = np.arange(count)
    frame = pd.DataFrame({"i": numbers, "f": numbers / 2, "g": numbers % 7, "s": numbers.astype(str)})
    there = in_spark(spark, frame)
    assert there.rdd.getNumPartitions() == spark.sparkContext.defaultParallelism
    assert there.selectExpr("count(*)", "sum(i)", "max(f)", "count(DISTINCT s)").first() == (
        count, count * (count - 1) // 2, (count - 1) / 2, count,
    )  # fmt: skip
    assert arrow_of(there, PLENTY).column("i").to_pylist() == list(range(count))


# --- from Spark


def test_the_order_of_rows_is_kept(spark: Any) -> None:
    frame = spark.range(0, 100_000, 1, 7).selectExpr("id", "CAST(id AS STRING) AS text")
    table = arrow_of(frame, PLENTY)
    assert table.column("id").to_pylist() == list(range(100_000))
    assert table.schema.names == ["id", "text"]


def test_a_frame_above_the_limit_is_refused_and_not_computed_whole(spark: Any) -> None:
    endless = spark.range(0, 10**12, 1, 1000)
    with pytest.raises(CellError) as caught:
        arrow_of(endless, 2**20, "endless")
    assert caught.value.ename == "FrameTooLarge"
    for word in ("1 MB", 'tbl(spark, "endless")', "LIMIT", "[share]", "LAKEBOOK_SHARE_LIMIT"):
        assert word in caught.value.evalue
    while spark.sparkContext.statusTracker().getActiveJobsIds():  # it is being cancelled
        time_module.sleep(0.1)
    assert spark.range(3).count() == 3


def test_a_failure_on_the_way_is_sparks_own(spark: Any) -> None:
    from pyspark.errors import PySparkException

    with pytest.raises(PySparkException, match="no such row"):
        arrow_of(spark.sql("SELECT CAST(raise_error('no such row') AS INT) AS x FROM range(1)"), PLENTY)


# --- whatever the values are

_SCALARS = {
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.uint32(): st.integers(0, 2**32 - 1),
    pa.float64(): st.floats(allow_nan=False),
    pa.bool_(): st.booleans(),
    pa.large_string(): st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    pa.binary(): st.binary(max_size=8),
    pa.date32(): st.dates(),
    pa.timestamp("us"): st.datetimes(),
    pa.timestamp("us", "UTC"): st.datetimes(timezones=st.just(UTC)),
    pa.decimal128(38, 10): st.decimals(-(10**27), 10**27, places=10),
}


@st.composite
def columns(draw: st.DrawFn, rows: int) -> pa.Array:
    kind = draw(st.sampled_from(list(_SCALARS)))
    values = st.none() | _SCALARS[kind]
    if draw(st.booleans()):
        kind, values = pa.list_(kind), st.none() | st.lists(values, max_size=3)
    if draw(st.booleans()):
        kind, values = (
            pa.struct([("a", kind), ("b", pa.int8())]),
            st.none() | st.fixed_dictionaries({"a": values, "b": st.just(1)}),
        )
    return pa.array(draw(st.lists(values, min_size=rows, max_size=rows)), kind)


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    rows, count = draw(st.integers(0, 5)), draw(st.integers(1, 4))
    arrays = [draw(columns(rows)) for _ in range(count)]
    names = draw(
        st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), min_size=count, max_size=count)
    )
    return pa.Table.from_arrays(arrays, names=names)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=tables())
def test_what_goes_to_spark_comes_back(spark: Any, table: pa.Table) -> None:
    back = arrow_of(in_spark(spark, table), PLENTY)
    assert back.schema.names == table.schema.names
    for there, here in zip(back.columns, table.columns, strict=True):
        assert there.to_pylist() == here.to_pylist()
