"""Spark's frames, asked for pages, orders and figures: by jobs of their own, which no cell notices."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import pytest
from pyarrow import parquet

from kernel.attached import AttachedHost
from lakebook_kernel.paging.questions import Chart, Filter, Order, Query
from lakebook_kernel.paging.source import Cancelled, SourceError
from lakebook_kernel.paging.spark import SparkSource

pytestmark = pytest.mark.spark

BIG = 2**60
ROWS = 20_000
FRAME = f"""
    SELECT id + {BIG} AS big, if(id % 10 = 0, double('NaN'), id / 7.0D) AS part,
        if(id % 9 = 0, NULL, concat('word ', id % 4)) AS word, timestamp_micros(id * 3600000001) AS moment,
        CAST(id AS DECIMAL(20, 2)) AS money, map('k', id) AS m, CAST(concat('b', id) AS BINARY) AS bytes
    FROM range(0, {ROWS}, 1, 4)
"""
BIGS, PARTS, WORDS, MOMENTS, MONEY, MAPS, BYTES = range(7)
#: rows without a word, and with ``word 3``
NULLS = sum(k % 9 == 0 for k in range(ROWS))
THREES = sum(k % 9 != 0 and k % 4 == 3 for k in range(ROWS))
Answer = TypeVar("Answer")


def beside(work: Callable[[], Answer]) -> Answer:
    """What work on another thread gives, as that of a browser's question is."""
    given: list[Answer] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            given.append(work())
        except BaseException as problem:
            raised.append(problem)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]
    return given[0]


@pytest.fixture(scope="module")
def source(attached: AttachedHost) -> SparkSource:
    frame = attached.spark().sql(FRAME)
    return beside(lambda: SparkSource(frame, attached.if_attached))


def numbers(source: SparkSource, query: Query, offset: int, limit: int = 3) -> list[int]:
    return [int(row[BIGS] or 0) - BIG for row in beside(lambda: source.rows(query, offset, limit)).rows]


def count(source: SparkSource, column: int, comparison: Any, value: str = "", keys: Any = ()) -> int:
    return beside(lambda: source.count(Query((), (Filter(column, comparison, value, keys),))))


def test_pages_orders_and_filters(source: SparkSource) -> None:
    first = beside(lambda: source.rows(Query(), 0, 2)).rows[1]
    assert first == [
        str(BIG + 1),
        "0.14285714285714285",
        "word 1",
        "1970-01-01 01:00:00.000001",
        "1.00",
        "{k -> 1}",
        "[62 31]",
    ]
    assert numbers(source, Query(), 19_998) == [19_998, 19_999]
    ordered = Query((Order(BIGS, True),))
    assert numbers(source, ordered, 0) == [19_999, 19_998, 19_997]
    assert numbers(source, ordered, 10_000) == [9_999, 9_998, 9_997]
    assert beside(lambda: source.rows(ordered, 19_990, 20)).total == ROWS
    assert [row[PARTS] for row in beside(lambda: source.rows(Query((Order(PARTS, True),)), 0, 1)).rows] == ["2857.0"]
    assert count(source, BIGS, "least", str(BIG + 19_990)) == 10
    assert count(source, PARTS, "missing") == 2_000
    assert count(source, WORDS, "among", keys=(None, "word 3")) == NULLS + THREES
    assert count(source, MONEY, "less", "0.5") == 1
    assert count(source, WORDS, "equals", "' OR true --") == 0
    assert beside(lambda: source.count(Query((), (), "WORD 3"))) == THREES
    with pytest.raises(SourceError, match="“abc” is not a number"):
        count(source, PARTS, "less", "abc")
    with pytest.raises(SourceError, match="has no order"):
        beside(lambda: source.rows(Query((Order(MAPS),)), 0, 1))


def test_figures_values_and_charts(source: SparkSource) -> None:
    found = beside(lambda: source.statistics(Query(), BIGS))
    assert (found.count, found.nulls, found.min, found.max) == (ROWS, 0, str(BIG), str(BIG + 19_999))
    assert abs(Decimal(found.mean or 0) - (BIG + Decimal("9999.5"))) <= 100  # 17 digits of 19
    assert sum(found.histogram) == ROWS
    parts = beside(lambda: source.statistics(Query(), PARTS))
    assert (parts.nans, parts.nulls, parts.max) == (2_000, 0, "2857.0")
    values, more = beside(lambda: source.values(Query(), WORDS, "3"))
    assert [(value.text, value.key, value.count) for value in values] == [("word 3", "word 3", THREES)] and not more
    for chart, points in (
        (Chart("bar", WORDS, PARTS, None, "mean"), 5),
        (Chart("line", MOMENTS, MONEY, None, "max"), 400),
        (Chart("histogram", PARTS), 20),
        (Chart("box", WORDS, PARTS), 5),
    ):
        drawn = beside(lambda chart=chart: source.chart(Query(), chart))
        assert len(drawn.series[0].points) == points
    assert beside(lambda: source.chart(Query(), Chart("scatter", BIGS, PARTS))).note.startswith("a sample of about")


def test_files(source: SparkSource, tmp_path: Path) -> None:
    query = Query((Order(BIGS, True),), (Filter(BIGS, "least", str(BIG + 19_990)),))
    beside(lambda: source.export(query, "csv", tmp_path / "t.csv"))
    lines = (tmp_path / "t.csv").read_text().splitlines()
    assert (len(lines), lines[0].split(",")[0], lines[1].split(",")[0]) == (11, "big", str(BIG + 19_999))
    beside(lambda: source.export(query, "parquet", tmp_path / "t.parquet"))
    assert parquet.read_table(tmp_path / "t.parquet").column("big").to_pylist()[0] == BIG + 19_999


def test_a_question_is_withdrawn_and_a_cell_is_not_told_of_it(attached: AttachedHost) -> None:
    spark = attached.spark()
    before = spark.catalog.listTables()  # of other tests with this driver
    slow = spark.sql("SELECT reflect('java.lang.Thread', 'sleep', 50L) AS x FROM range(0, 100000, 1, 1)")
    source = beside(lambda: SparkSource(slow, attached.if_attached))
    events: list[dict[str, Any]] = []
    failure: list[BaseException] = []

    def ask() -> None:
        try:
            source.count(Query())
        except BaseException as problem:
            failure.append(problem)

    with attached.cell():
        event = attached._event
        attached.driver._on_event = lambda told: (events.append(told), event(told))[1]
        asking = threading.Thread(target=ask)
        asking.start()
        tracker = spark.sparkContext.statusTracker()
        while not tracker.getActiveJobsIds():
            assert asking.is_alive()
            time.sleep(0.05)
        attached.driver.interrupt()  # of the cell alone
        assert spark.range(10).count() == 10
        events.clear()  # of the cell's own job, on a busy machine
        time.sleep(2)  # by when a job of the cell's would be told of
        assert tracker.getActiveJobsIds()
        source.cancel()
        asking.join()
        assert not [told for told in events if told["event"] == "progress" and not told["ended"]]
        assert spark.catalog.listTables() == before  # jobs that came after the interrupted cell would be ended
    assert isinstance(failure[0], Cancelled)


def test_what_is_gone_with_the_driver_is_told(attached: AttachedHost) -> None:
    lost = beside(lambda: SparkSource(attached.spark().range(1), attached.if_attached))
    lost._ask = lambda ask, otherwise: otherwise
    with pytest.raises(SourceError, match="is gone") as refused:
        beside(lambda: lost.count(Query()))
    assert refused.value.gone
