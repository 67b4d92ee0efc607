"""The heads of Python's frames: every value as it is."""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from IPython.core.formatters import DisplayFormatter

from lakebook_kernel.display import frames
from lakebook_kernel.display.mime import TABLE_TYPE
from lakebook_kernel.display.tables import Column, Table

BIG = 2**63 - 1


def column(table: Table, name: str) -> list[str | None]:
    position = [column.name for column in table.columns].index(name)
    return [row[position] for row in table.rows]


def types(table: Table) -> list[str]:
    return [column.type for column in table.columns]


def test_pandas_values() -> None:
    table = frames.pandas_head(
        pd.DataFrame(
            {
                "int": [BIG, -1],
                "uint": np.array([2**64 - 1, 0], "uint64"),
                "float": [0.1 + 0.2, float("nan")],
                "single": np.array([0.1, 1e-30], "float32"),
                "nullable": pd.array([1, None], dtype="Int64"),
                "arrow": pd.array([1.5, None], dtype="double[pyarrow]"),
                "object": ["x", None],
                "zoned": pd.to_datetime(["2020-07-01 00:00:00.000000001", None]).tz_localize("Europe/Berlin"),
                "decimal": [Decimal("1.10"), None],
                "bytes": [b"\x00", None],
            }
        )
    )
    assert column(table, "int") == ["9223372036854775807", "-1"]
    assert column(table, "uint") == ["18446744073709551615", "0"]
    assert column(table, "float") == ["0.30000000000000004", "NaN"]
    assert column(table, "single") == ["0.1", "1e-30"]
    assert column(table, "nullable") == ["1", None]
    assert column(table, "arrow") == ["1.5", None]
    assert column(table, "object") == ["x", None]
    assert column(table, "zoned") == ["2020-07-01 00:00:00.000000001+02:00", "NaT"]
    assert column(table, "decimal") == ["1.10", None]
    assert column(table, "bytes") == ["b'\\x00'", None]
    assert types(table)[:4] == ["int64", "uint64", "float64", "float32"]


def test_pandas_counting_index_is_left_out() -> None:
    assert [column.name for column in frames.pandas_head(pd.DataFrame({"a": [1]})).columns] == ["a"]


@pytest.mark.parametrize("index", [pd.RangeIndex(1, 3), pd.RangeIndex(2, name="n"), pd.Index(["x", "y"])])
def test_pandas_index_that_says_something_comes_first(index: pd.Index[Any]) -> None:
    table = frames.pandas_head(pd.DataFrame({"a": [1, 2]}, index=index))
    assert table.columns == [Column(index.name or "", str(index.dtype)), Column("a", "int64")]
    assert [row[0] for row in table.rows] == [str(value) for value in index]


def test_pandas_levels() -> None:
    index = pd.MultiIndex.from_tuples([("x", 1), ("y", 2)], names=["k", None])
    columns = pd.MultiIndex.from_product([["a"], ["b", "c"]])
    table = frames.pandas_head(pd.DataFrame(np.eye(2), index=index, columns=columns))
    assert [column.name for column in table.columns] == ["k", "", "a / b", "a / c"]
    assert table.rows[1] == ("y", "2", "0.0", "1.0")


def test_pandas_columns_of_one_name() -> None:
    table = frames.pandas_head(pd.DataFrame([[1, "x"]], columns=["a", "a"]))
    assert table.rows == [("1", "x")]
    assert types(table) == ["int64", "object"]


def test_polars_values() -> None:
    table = frames.polars_head(
        pl.DataFrame(
            {
                "float": [float("nan"), None, 0.1],
                "single": pl.Series([0.1, None, 1], dtype=pl.Float32),
                "huge": pl.Series([2**100, None, 0], dtype=pl.Int128),
                "zoned": pl.Series([1, None, 0], dtype=pl.Datetime("ns", "Europe/Berlin")),
                "span": pl.Series([1, None, 0], dtype=pl.Duration("ns")),
                "list": [[1, None], None, []],
                "decimal": pl.Series([Decimal("1.10"), None, Decimal(0)], dtype=pl.Decimal(10, 2)),
            }
        )
    )
    assert column(table, "float") == ["NaN", None, "0.1"]
    assert column(table, "single") == ["0.1", None, "1.0"]
    assert column(table, "huge") == [str(2**100), None, "0"]
    assert column(table, "zoned")[:2] == ["1970-01-01 01:00:00.000000001+01:00", None]
    assert column(table, "span")[:2] == ["1ns", None]
    assert column(table, "list") == ["[1, None]", None, "[]"]
    assert column(table, "decimal") == ["1.10", None, "0.00"]
    assert types(table)[:3] == ["Float64", "Float32", "Int128"]


@pytest.mark.parametrize("batch", [False, True])
def test_arrow_values(batch: bool) -> None:
    frame = pa.table(
        {
            "float": [float("nan"), None],
            "single": pa.array([0.1, None], pa.float32()),
            "zoned": pa.array([1, None], pa.timestamp("ns", "Europe/Berlin")),
            "plain": pa.array([1, None], pa.timestamp("us")),
            "span": pa.array([1, None], pa.duration("ns")),
            "text": pa.array(["x", None]).dictionary_encode(),
            "date": [datetime.date(2020, 2, 29), None],
        }
    )
    table = frames.arrow_head(frame.to_batches()[0] if batch else frame)
    assert column(table, "float") == ["NaN", None]
    assert column(table, "single") == ["0.1", None]
    assert column(table, "zoned") == ["1970-01-01 01:00:00.000000001+0100", None]
    assert column(table, "plain") == ["1970-01-01 00:00:00.000001", None]
    assert column(table, "span") == ["1 ns", None]
    assert column(table, "text") == ["x", None]
    assert column(table, "date") == ["2020-02-29", None]


def test_duckdb_values() -> None:
    connection = duckdb.connect()
    table = frames.duckdb_head(
        connection.sql(
            "SELECT 1 AS a, 2 AS a, 170141183460469231731687303715884105727::HUGEINT AS huge, 0.1::FLOAT AS single, "
            "'nan'::DOUBLE AS nan, NULL::INT AS none, TIMESTAMP_NS '2020-01-01 00:00:00.123456789' AS ns FROM range(30)"
        ),
        rows=3,
    )
    assert table.more
    assert table.total is None
    assert table.rows == [("1", "2", str(2**127 - 1), "0.1", "nan", None, "2020-01-01 00:00:00.123456789")] * 3
    assert types(table)[2:4] == ["HUGEINT", "FLOAT"]


@pytest.mark.parametrize(
    ("head", "frame"),
    [
        (frames.pandas_head, pd.DataFrame({"a": np.zeros(10_000_000)}, index=np.arange(10_000_000))),
        (frames.polars_head, pl.DataFrame({"a": np.zeros(10_000_000)})),
        (frames.arrow_head, pa.table({"a": np.zeros(10_000_000)})),
        (frames.duckdb_head, duckdb.connect().sql("FROM range(1_000_000_000_000)")),
    ],
    ids=["pandas", "polars", "pyarrow", "duckdb"],
)
def test_only_the_head_is_looked_at(head: Any, frame: Any) -> None:
    head(frame)
    table = head(frame)
    assert len(table.rows) == 100
    assert table.more


class StandInSparkFrame:
    isStreaming = False  # noqa: N815
    columns = ("a",)
    _jdf = "java"


StandInSparkFrame.__module__, StandInSparkFrame.__qualname__ = "pyspark.sql.dataframe", "DataFrame"
StandInSparkFrame.__name__ = "DataFrame"


@pytest.fixture
def formatter() -> DisplayFormatter:
    return DisplayFormatter()


@pytest.mark.parametrize(
    "frame",
    [pd.DataFrame({"a": [1]}), pl.DataFrame({"a": [1]}), pa.table({"a": [1]}), pa.record_batch({"a": [1]})],
    ids=["pandas", "polars", "pyarrow", "batch"],
)
def test_frames_in_memory_are_tables_in_html_and_keep_their_text(formatter: DisplayFormatter, frame: Any) -> None:
    frames.register(formatter, lambda jdf, rows: "", lambda frame: "kept")
    data, _ = formatter.format(frame)
    assert 'class="lakebook-table"' in data["text/html"]
    assert data["text/plain"] == repr(frame)
    assert data[TABLE_TYPE]["rows"] == [["1"]]
    assert data[TABLE_TYPE]["handle"] == "kept"


def test_a_frame_that_the_user_shows_otherwise_stays_so(formatter: DisplayFormatter) -> None:
    frames.register(formatter, lambda jdf, rows: "", lambda frame: pytest.fail("nobody is shown this as a table"))
    formatter.formatters["text/html"].for_type(pd.DataFrame, lambda frame: "<b>mine</b>")
    data, _ = formatter.format(pd.DataFrame({"a": [1]}))
    assert set(data) == {"text/html", "text/plain"}


def test_a_spark_frame_is_asked_once_for_its_head(formatter: DisplayFormatter) -> None:
    asked = []

    def head(jdf: Any, rows: int) -> str:
        asked.append((jdf, rows))
        return json.dumps({"columns": [{"name": "a", "type": "bigint"}], "rows": [["1"]], "more": True})

    frames.register(formatter, head, lambda frame: "kept")
    data, _ = formatter.format(StandInSparkFrame())
    assert asked == [("java", 100)]
    assert data[TABLE_TYPE]["handle"] == "kept"
    assert 'class="lakebook-table"' in data["text/html"]
    assert data["text/plain"].splitlines()[3:] == ["      1", "(first 1 rows, there are more)"]


def test_a_stream_shows_no_rows(formatter: DisplayFormatter) -> None:
    frames.register(formatter, lambda jdf, rows: pytest.fail("a stream has no head"), lambda frame: "kept")
    stream = StandInSparkFrame()
    stream.isStreaming = True  # type: ignore[misc]
    data, _ = formatter.format(stream)
    assert set(data) == {"text/plain"}


def test_a_duckdb_relation_is_a_table(formatter: DisplayFormatter) -> None:
    frames.register(formatter, lambda jdf, rows: "", lambda frame: "kept")
    data, _ = formatter.format(duckdb.connect().sql("SELECT 1 AS a"))
    assert 'class="lakebook-table"' in data["text/html"]
    assert data["text/plain"].endswith("(1 row)")


def test_registering_imports_no_frames() -> None:
    code = (
        "import sys; from IPython.core.formatters import DisplayFormatter; from lakebook_kernel.display import frames; "
        "frames.register(DisplayFormatter(), None, None); "
        "print(sorted({'pandas', 'polars', 'pyarrow', 'pyspark', 'duckdb', 'deltalake'} & set(sys.modules)))"
    )
    surroundings = {"PYTHONPATH": ":".join(sys.path)}
    printed = subprocess.run([sys.executable, "-c", code], env=surroundings, capture_output=True, text=True)
    assert printed.stdout.strip() == "[]", printed.stderr
