"""Frames of Spark's: every question is a job of Spark's own, in a job group of its own."""

from __future__ import annotations

import itertools
import json
import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from operator import methodcaller
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from lakebook.spark.errors import SessionEnded
from lakebook_kernel.display.tables import Column
from lakebook_kernel.errors import explain
from lakebook_kernel.paging.files import write_csv
from lakebook_kernel.paging.kept import GONE
from lakebook_kernel.paging.questions import Chart, Format, Query
from lakebook_kernel.paging.source import (
    VALUES,
    Cancelled,
    Drawing,
    Page,
    Source,
    SourceError,
    Statistics,
    Value,
)
from lakebook_kernel.paging.spark_columns import SparkColumns, mean_of

if TYPE_CHECKING:
    from py4j.java_gateway import JavaObject
    from pyspark.sql import DataFrame

#: queries of which Spark keeps what it shuffled
_VIEWS = 3
#: rows that are written into a file of CSV at a time
_ROWS = 20_000
_BINS = 20

_numbers = itertools.count(1)


class SparkSource(Source):
    """A DataFrame of Spark's. Its plan is what it was when it was shown; its rows are computed when they are asked for.

    Args:
        frame: the DataFrame.
        ask: asks the bridge's ``Notebook``, as ``Driver.if_attached`` does.
    """

    def __init__(self, frame: DataFrame, ask: Callable[[Callable[[JavaObject], Any], Any], Any]) -> None:
        self._ask = ask
        self._running: dict[str, bool] = {}
        self._lock = threading.Lock()
        self._views: OrderedDict[Query, JavaObject] = OrderedDict()
        with self._asked():
            fields = frame.schema.fields
            self.columns = [Column(field.name, field.dataType.simpleString()) for field in fields]
            self._frame = frame.toDF(*(f"c{at}" for at in range(len(fields))))
            self._columns = SparkColumns(self.columns, [field.dataType for field in fields])

    @override
    def rows(self, query: Query, offset: int, limit: int) -> Page:
        with self._asked():
            page = json.loads(self._view(query).page(offset, limit))
        return Page(page["rows"], page["total"], page["more"], id(self) % 2**31)

    @override
    def count(self, query: Query) -> int:
        with self._asked():
            return int(self._view(query).count())

    @override
    def statistics(self, query: Query, column: int) -> Statistics:
        with self._asked():
            rows = self._rows_of(query.unordered)
            (figures,) = self._texts(rows.agg(*self._columns.figures(column)), 1)
            count, present, nans, distinct, least, greatest, whole, median, low, high = figures
            floating = self._columns.is_floating(column)
            bounds = (None, None) if low is None or high is None else (float(low), float(high))
            histogram = self._histogram(rows, column, *bounds) if bounds[0] is not None else []
            frequent = [] if histogram else self._values(rows, column, 10)[0]
        return Statistics(
            count=int(count or 0),
            nulls=int(count or 0) - int(present or 0),
            nans=int(nans or 0) if floating else None,
            distinct=None if distinct is None else int(distinct),
            about=True,
            min=least,
            max=greatest,
            mean=whole if floating else mean_of(whole, int(present or 0)),
            median=median,
            histogram=histogram,
            low=bounds[0],
            high=bounds[1],
            times=self._columns.is_time(column),
            frequent=frequent,
        )

    @override
    def values(self, query: Query, column: int, containing: str) -> tuple[list[Value], bool]:
        with self._asked():
            rows = self._rows_of(query.unordered)
            if containing:
                rows = rows.where(self._columns.contains(column, containing))
            return self._values(rows, column, VALUES)

    @override
    def chart(self, query: Query, chart: Chart) -> Drawing:
        from lakebook_kernel.paging.spark_charts import drawing

        with self._asked():
            return drawing(self._rows_of(query.unordered), self._columns, chart)

    @override
    def export(self, query: Query, form: Format, file: Path) -> None:
        with self._asked():
            if form == "csv":
                write_csv(self.columns, self._all(query), file)
            else:
                self._write_parquet(query, file)

    @override
    def cancel(self) -> None:
        with self._lock:
            running = list(self._running)
            self._running = dict.fromkeys(running, True)
        for question in running:
            self._ask(methodcaller("cancelTable", question), None)

    @override
    def close(self) -> None:
        self._views.clear()

    def _rows_of(self, query: Query) -> DataFrame:
        rows = self._frame
        for each in query.filters:
            rows = rows.where(self._columns.filter(each))
        if query.search:
            rows = rows.where(self._columns.search(query.search))
        return rows.orderBy(*self._columns.orders(query.orders)) if query.orders else rows

    def _view(self, query: Query) -> JavaObject:
        with self._lock:
            if query in self._views:
                self._views.move_to_end(query)
                return self._views[query]
        view = self._notebook().pagedRows(self._rows_of(query)._jdf)
        with self._lock:
            self._views[query] = view
            while len(self._views) > _VIEWS:
                self._views.popitem(last=False)
        return view

    def _texts(self, frame: DataFrame, limit: int) -> list[list[str | None]]:
        """The first rows, as they are shown."""
        rows: list[list[str | None]] = json.loads(self._notebook().tableHead(frame._jdf, limit))["rows"]
        return rows

    def _values(self, rows: DataFrame, column: int, limit: int) -> tuple[list[Value], bool]:
        found = self._texts(self._columns.counted(rows, column), limit + 1)
        values = [Value(text if key is not None else None, key, int(count or 0)) for text, key, count in found[:limit]]
        return values, len(found) > limit

    def _histogram(self, rows: DataFrame, column: int, low: Any, high: Any) -> list[int]:
        found = {row[0]: row[1] for row in self._columns.pieces(rows, column, low, high, _BINS).collect()}
        return [int(found.get(at, 0)) for at in range(_BINS)]

    def _all(self, query: Query) -> Iterator[list[str | None]]:
        view, offset = self._view(query), 0
        while True:
            page = json.loads(view.page(offset, _ROWS))
            yield from page["rows"]
            offset += len(page["rows"])
            if not page["more"]:
                return

    def _write_parquet(self, query: Query, file: Path) -> None:
        folder = file.parent / "parts"
        named = self._rows_of(query).toDF(*(column.name for column in self.columns))
        named.coalesce(1).write.parquet(folder.as_uri())
        parts = list(folder.glob("part-*.parquet"))
        if len(parts) != 1:
            raise SourceError(
                "Spark wrote the file on another machine: write it in a cell, to a folder that all machines see."
            )
        parts[0].rename(file)
        shutil.rmtree(folder, ignore_errors=True)

    def _notebook(self) -> JavaObject:
        notebook = self._ask(lambda notebook: notebook, None)
        if notebook is None:
            raise SourceError(GONE, gone=True)
        return notebook

    @contextmanager
    def _asked(self) -> Iterator[None]:
        """Within it this thread asks Spark something, in a job group of its own."""
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        question = f"table-{next(_numbers)}"
        with self._lock:
            self._running[question] = False
        try:
            self._notebook().beginTable(question)
            yield
        except SessionEnded:
            raise SourceError(GONE, gone=True) from None
        except (Py4JError, PySparkException, OSError) as error:
            if self._running[question]:
                raise Cancelled from None
            self._notebook()  # else it has failed because that has ended
            told = explain(error)
            first = (str(told.evalue if told else error).strip().splitlines() or [""])[0]
            raise SourceError(f"Spark cannot answer: {first}") from None
        finally:
            with self._lock, suppress(KeyError):
                del self._running[question]
