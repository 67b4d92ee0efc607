"""Frames in memory, asked for pages, orders and figures: no value that is shown is another one than the frame's."""

from __future__ import annotations

import csv
import io
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet

from lakebook_kernel.paging.local import LocalSource
from lakebook_kernel.paging.questions import Chart, Comparison, Filter, Order, Query
from lakebook_kernel.paging.source import SourceError

BIG = 2**60
ROWS = 300


def ints() -> list[int | None]:
    return [None if k % 50 == 7 else BIG + (k * 37) % ROWS for k in range(ROWS)]


def floats() -> list[float | None]:
    return [None if k % 50 == 8 else float("nan") if k % 50 == 9 else (k * 37) % ROWS / 7 for k in range(ROWS)]


def words() -> list[str | None]:
    return [None if k % 9 == 0 else f"Word {k % 4}" for k in range(ROWS)]


def moments() -> list[int]:
    return [1_700_000_000_000_000_000 + (k * 37) % ROWS for k in range(ROWS)]


def arrow() -> pa.Table:
    return pa.table(
        {
            "big": pa.array(ints(), pa.int64()),
            "part": pa.array(floats(), pa.float64()),
            "word": words(),
            "moment": pa.array(moments(), pa.timestamp("ns", "Europe/Berlin")),
            "money": pa.array([Decimal(k) / 100 for k in range(ROWS)], pa.decimal128(20, 2)),
            "bytes": [b"\x00" + bytes([k % 7]) for k in range(ROWS)],
            "list": [[k, None] for k in range(ROWS)],
            "span": pa.array(range(ROWS), pa.duration("ns")),
        }
    )


def pandas() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "big": pd.array(ints(), "Int64"),
            "part": pd.array(pa.array(floats()), pd.ArrowDtype(pa.float64())),
            "word": words(),
            "moment": pd.to_datetime(moments(), utc=True).tz_convert("Europe/Berlin"),
            "money": [Decimal(k) / 100 for k in range(ROWS)],
            "bytes": [b"\x00" + bytes([k % 7]) for k in range(ROWS)],
            "list": [[k, None] for k in range(ROWS)],
            "span": pd.to_timedelta(range(ROWS), unit="ns"),
        }
    )


FRAMES = {"pyarrow": arrow, "pandas": pandas, "polars": lambda: pl.from_arrow(arrow())}
BIGS, PARTS, WORDS, MOMENTS, MONEY, BYTES, LISTS, SPANS = range(8)


@pytest.fixture(params=FRAMES)
def source(request: pytest.FixtureRequest) -> LocalSource:
    return LocalSource(FRAMES[request.param]())


def texts(source: LocalSource, query: Query, column: int) -> list[str | None]:
    return [row[column] for row in source.rows(query, 0, 500).rows]


def sorted_by(column: int, descending: bool = False) -> Query:
    return Query((Order(column, descending),))


def where(column: int, comparison: Comparison, value: str = "", keys: tuple[str | None, ...] = ()) -> Query:
    return Query((), (Filter(column, comparison, value, keys),))


def test_pages_are_the_rows_of_the_frame_one_after_the_other(source: LocalSource) -> None:
    whole = texts(source, Query(), BIGS)
    assert [value and int(value) for value in whole] == ints()
    page = source.rows(Query(), 250, 40)
    assert [row[BIGS] for row in page.rows] == whole[250:290]
    assert (page.total, page.more) == (ROWS, True)
    assert source.rows(Query(), 290, 40).more is False
    assert list(source.rows(Query(), 1_000, 10).rows) == []


def test_big_integers_are_sorted_to_the_last_digit_and_nulls_come_last(source: LocalSource) -> None:
    known = sorted(value for value in ints() if value is not None)
    for descending in (False, True):
        found = texts(source, sorted_by(BIGS, descending), BIGS)
        assert [int(value) for value in found if value is not None] == known[:: -1 if descending else 1]
        assert found[len(known) :] == [None] * (ROWS - len(known))


def test_nan_and_null_stay_two_things(source: LocalSource) -> None:
    found = source.statistics(Query(), PARTS)
    assert (found.nulls, found.nans) == (6, 6)
    assert texts(source, where(PARTS, "missing"), PARTS).count("NaN") == 6
    assert texts(source, where(PARTS, "missing"), PARTS).count(None) == 6
    assert "NaN" not in texts(source, where(PARTS, "more", "1"), PARTS)
    assert set(texts(source, sorted_by(PARTS), PARTS)[-12:]) == {"NaN", None}


def test_nanoseconds_in_a_zone_are_ordered_and_compared_exactly(source: LocalSource) -> None:
    found = texts(source, sorted_by(MOMENTS), MOMENTS)
    assert [str(value)[20:29] for value in found[1:]] == [f"{k:09}" for k in range(1, ROWS)]
    assert source.count(where(MOMENTS, "less", "2023-11-14 23:13:20.000000005")) == 5
    assert source.count(where(MOMENTS, "least", "2023-11-14T22:13:20.000000295Z")) == 5


@pytest.mark.parametrize(
    ("column", "comparison", "value", "count"),
    [
        (BIGS, "equals", str(BIG + 5), 1),
        (BIGS, "less", f"{BIG + 1}.5", 2),
        (BIGS, "differs", str(BIG + 5), 299),
        (WORDS, "contains", "WORD 3", 67),
        (WORDS, "starts", "word", 266),
        (WORDS, "lacks", "3", 233),
        (WORDS, "equals", "Word 3", 67),
        (WORDS, "missing", "", 34),
        (WORDS, "present", "", 266),
        (MONEY, "most", "0.10", 11),
        (SPANS, "least", "0 days 00:00:00.000000298", 2),
        (MOMENTS, "contains", "2023-11-14 23:13:20", 300),
    ],
)
def test_filters(source: LocalSource, column: int, comparison: Any, value: str, count: int) -> None:
    assert source.count(where(column, comparison, value)) == count
    assert source.rows(where(column, comparison, value), 0, 500).total == count


def test_filters_search_and_order_together(source: LocalSource) -> None:
    query = Query((Order(WORDS), Order(BIGS, True)), (Filter(BIGS, "least", str(BIG + 200)),), "word 1")
    rows = source.rows(query, 0, 500).rows
    assert {row[WORDS] for row in rows} == {"Word 1"}
    numbers = [int(row[BIGS] or 0) for row in rows]
    assert numbers == sorted(numbers, reverse=True) and numbers[-1] >= BIG + 200


def test_values_with_their_numbers_are_what_a_filter_takes(source: LocalSource) -> None:
    values, more = source.values(Query(), WORDS, "")
    assert {value.text: value.count for value in values} == Counter(words())
    assert not more
    for column in (BIGS, PARTS, WORDS, MOMENTS, MONEY, SPANS, BYTES, LISTS):
        value = source.values(Query(), column, "")[0][0]
        assert source.count(where(column, "among", keys=(value.key,))) == value.count
    assert [value.text for value in source.values(Query(), WORDS, "d 3")[0]] == ["Word 3"]


def test_statistics_lose_no_digit(source: LocalSource) -> None:
    found = source.statistics(Query(), BIGS)
    known = sorted(value for value in ints() if value is not None)
    assert (found.count, found.nulls, found.distinct) == (ROWS, 6, 294)
    assert (found.min, found.max) == (str(known[0]), str(known[-1]))
    assert found.median == str(known[146])
    assert abs(Decimal(found.mean or 0) - Decimal(sum(known)) / 294) < 50  # 17 digits of 19
    assert sum(source.statistics(Query(), PARTS).histogram) == 288
    assert source.statistics(Query(), MOMENTS).max == texts(source, sorted_by(MOMENTS, True), MOMENTS)[0]
    frequent = source.statistics(where(WORDS, "present"), WORDS).frequent
    assert {value.text: value.count for value in frequent} == Counter(word for word in words() if word)


def test_what_is_no_value_of_the_column_is_answered_with_a_sentence(source: LocalSource) -> None:
    for column, text, wanted in (
        (BIGS, "many", "a number"),
        (MOMENTS, "soon", "a time such as"),
        (SPANS, "x", "a duration"),
    ):
        with pytest.raises(SourceError, match=f"“{text}” is not {wanted}"):
            source.count(where(column, "less", text))


def test_text_of_a_user_is_never_sql(source: LocalSource) -> None:
    assert source.count(where(WORDS, "equals", "' OR true --")) == 0
    assert source.count(Query((), (), "'; DROP TABLE t")) == 0
    assert source.values(Query(), WORDS, "')")[0] == []


@pytest.mark.parametrize(
    ("chart", "scale", "points"),
    [
        (Chart("bar", WORDS), "category", 5),
        (Chart("bar", WORDS, PARTS, None, "mean"), "category", 5),
        (Chart("bar", BIGS, MONEY, None, "sum"), "category", 50),
        (Chart("line", SPANS, MONEY, None, "max"), "number", 300),
        (Chart("line", MOMENTS, MONEY, WORDS, "max"), "time", 10),
        (Chart("line", BIGS, PARTS, None, "none"), "number", 282),
        (Chart("scatter", BIGS, PARTS), "number", 282),
        (Chart("histogram", PARTS), "number", 20),
        (Chart("box", PARTS), "category", 1),
        (Chart("box", WORDS, PARTS), "category", 5),
    ],
)
def test_charts(source: LocalSource, chart: Chart, scale: str, points: int) -> None:
    drawn = source.chart(Query(), chart)
    assert drawn.scale == scale
    assert sum(len(series.points) for series in drawn.series) == points


def test_a_chart_has_a_series_for_each_colour_and_says_what_it_leaves_out(source: LocalSource) -> None:
    drawn = source.chart(Query(), Chart("bar", WORDS, None, BYTES))
    assert len(drawn.series) == 7
    assert "the first 50 of 294 values" in source.chart(Query(), Chart("bar", BIGS)).note
    assert "12 largest" in source.chart(Query(), Chart("bar", WORDS, None, BIGS)).note


def test_a_chart_without_numbers_is_answered_with_a_sentence(source: LocalSource) -> None:
    with pytest.raises(SourceError, match="choose a column of numbers"):
        source.chart(Query(), Chart("scatter", BIGS, WORDS))
    with pytest.raises(SourceError, match="a histogram needs"):
        source.chart(Query(), Chart("histogram", WORDS))


def test_csv_has_every_row_and_null_is_not_an_empty_text(tmp_path: Path) -> None:
    frame = pa.table({"a": ["x", "", None, 'a "b", c\nd'], "n": [BIG, None, 1, 2]})
    LocalSource(frame).export(sorted_by(1, True), "csv", tmp_path / "t.csv")
    text = (tmp_path / "t.csv").read_text()
    assert text == f'a,n\nx,{BIG}\n"a ""b"", c\nd",2\n,1\n"",\n'
    assert len(list(csv.reader(io.StringIO(text)))) == 5


def test_parquet_has_the_values_themselves(source: LocalSource, tmp_path: Path) -> None:
    source.export(where(WORDS, "equals", "Word 3"), "parquet", tmp_path / "t.parquet")
    table = parquet.read_table(tmp_path / "t.parquet")
    assert table.num_rows == 67
    assert table.column("big").to_pylist() == [ints()[k] for k in range(ROWS) if words()[k] == "Word 3"]
    assert pa.types.is_decimal(table.schema.field("money").type)


def test_pandas_index_and_columns_of_several_types() -> None:
    frame = pd.DataFrame({"mixed": [1, "a", None, 2.5], "f": [0.1, np.nan, 2, 3]}, index=list("wxyz"))
    source = LocalSource(frame)
    assert [column.name for column in source.columns] == ["", "mixed", "f"]
    assert [row[0] for row in source.rows(sorted_by(0, True), 0, 9).rows] == ["z", "y", "x", "w"]
    assert [row[1] for row in source.rows(sorted_by(1), 0, 9).rows] == ["1", "2.5", "a", None]
    assert source.statistics(Query(), 2).nans == 1
