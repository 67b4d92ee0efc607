"""The marks of charts, aggregated by Spark, with the bounds of those that DuckDB aggregates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pyspark.sql import Column as Expression
from pyspark.sql import functions as f
from typing_extensions import override

from lakebook_kernel.paging.charts import CATEGORIES, GROUPS, POINTS, STEPS
from lakebook_kernel.paging.marks import Marks
from lakebook_kernel.paging.questions import Chart
from lakebook_kernel.paging.source import Drawing, Series, SourceError
from lakebook_kernel.paging.spark_columns import SparkColumns, plain

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_AGGREGATES = {"sum": f.sum, "none": f.sum, "mean": f.avg, "min": f.min, "max": f.max}


def drawing(rows: DataFrame, columns: SparkColumns, chart: Chart) -> Drawing:
    """The marks of a chart of these rows. Raises ``SourceError``."""
    return _Drawn(rows, columns, chart).drawing()


class _Drawn(Marks):
    """The rows of a chart: ``x`` (a number or a text), ``o`` (its order), ``y`` (a number), ``g`` (a text)."""

    def __init__(self, rows: DataFrame, columns: SparkColumns, chart: Chart) -> None:
        self._columns = columns
        number = columns.number(chart.x)
        self._ordered = number is not None
        super().__init__(chart, continuous=number is not None and chart.kind in ("line", "scatter", "histogram"))
        if chart.kind == "histogram" and number is None:
            column = columns.columns[chart.x]
            raise SourceError(f"{column.name} is {column.type}: a histogram needs a column of numbers or times.")
        x = number if self._continuous else columns.text(chart.x)
        group = f.lit(None).cast("string") if chart.group is None else columns.text(chart.group)
        order = number if number is not None else f.lit(None).cast("double")
        assert x is not None
        drawn = rows.select(x.alias("x"), order.alias("o"), self._y().alias("y"), group.alias("g"))
        self._rows = drawn.where(f.col("y").isNotNull() & (f.col("x").isNotNull() if self._continuous else f.lit(True)))

    def _y(self) -> Expression:
        chart = self._chart
        at = chart.x if chart.kind == "box" and chart.y is None else chart.y
        if chart.kind == "histogram" or (chart.aggregate == "count" and chart.kind in ("bar", "line")):
            return f.lit(1.0)
        if at is None:
            raise SourceError("Choose a column of numbers for y.")
        number = self._columns.number(at)
        if number is None:
            column = self._columns.columns[at]
            raise SourceError(f"{column.name} is {column.type}: choose a column of numbers.")
        return number

    @property
    def _aggregate(self) -> Expression:
        aggregate = self._chart.aggregate
        if aggregate == "count":
            return f.count(f.lit(1))
        if aggregate == "median":
            return f.percentile_approx("y", 0.5)
        return _AGGREGATES[aggregate]("y")

    def _within_groups(self) -> tuple[DataFrame, str]:
        """The rows of the groups that are drawn, and a note when they are not all."""
        if self._chart.group is None:
            return self._rows, ""
        found = self._rows.groupBy("g").count().orderBy(f.desc("count"), "g").limit(GROUPS + 1).collect()
        names = [row[0] for row in found[:GROUPS]]
        chosen = self._among("g", names)
        return self._rows.where(chosen), f"the {GROUPS} largest groups" if len(found) > GROUPS else ""

    def _among(self, column: str, names: Sequence[Any]) -> Expression:
        known = [name for name in names if name is not None]
        found = f.coalesce(f.col(column).isin(known), f.lit(False)) if known else f.lit(False)
        return found | f.col(column).isNull() if None in names else found

    def _categories(self) -> Drawing:
        rows, note = self._within_groups()
        by = [f.col("o")] if self._ordered else [f.col("v").desc_nulls_last(), f.col("x")]
        top = self._rows.groupBy("x").agg(f.min("o").alias("o"), self._aggregate.alias("v")).orderBy(*by)
        names = [row[0] for row in top.limit(CATEGORIES + 1).collect()]
        some = "the first" if self._ordered else "the largest"
        notes = [f"{some} {CATEGORIES} values"] * (len(names) > CATEGORIES)
        names = names[:CATEGORIES]
        found = rows.where(self._among("x", names)).groupBy("x", "g").agg(self._aggregate).collect()
        place = {name: at for at, name in enumerate(names)}
        return self._drawing(sorted(found, key=lambda row: (place[row[0]], str(row[1]))), [*notes, note])

    def _line(self) -> Drawing:
        rows, note = self._within_groups()
        number, low, high = self._rows.agg(f.approx_count_distinct("x"), f.min("x"), f.max("x")).head() or (0, 0, 0)
        x, notes = f.col("x"), [note]
        if number > STEPS and high > low:
            width = (high - low) / STEPS
            place = f.least(f.lit(STEPS - 1).cast("long"), f.floor((f.col("x") - f.lit(low)) / f.lit(width)))
            x = (place + 0.5) * f.lit(width) + f.lit(low)
            notes.append(f"about {number:,} values of x in {STEPS} steps")
        found = rows.groupBy(x.alias("place"), "g").agg(self._aggregate).orderBy("place", "g").collect()
        return self._drawing(found, notes)

    def _points(self) -> Drawing:
        rows, note = self._within_groups()
        number = rows.count()
        notes = [f"a sample of about {POINTS:,} of {number:,} rows"] * (number > POINTS)
        chosen = rows.sample(min(1.0, POINTS / number), seed=7) if number > POINTS else rows
        found = chosen.select("x", "g", "y").limit(2 * POINTS).collect()
        return self._drawing(sorted(found, key=lambda row: (row[0] is None, row[0], row[2])), [*notes, note])

    def _histogram(self) -> Drawing:
        rows, note = self._within_groups()
        low, high = self._rows.agg(f.min("x"), f.max("x")).head() or (None, None)
        if low is None:
            return Drawing([], self._scale)
        bins = self._chart.bins if high > low else 1
        width = (high - low) / bins or 1.0
        place = f.least(f.lit(bins - 1).cast("long"), f.floor((f.col("x") - f.lit(low)) / f.lit(width)))
        found = rows.groupBy(place.alias("place"), "g").agg(f.count(f.lit(1))).orderBy("place", "g").collect()
        drawn = self._drawing([(low + piece * width, group, count) for piece, group, count in found], [note])
        return Drawing(drawn.series, drawn.scale, drawn.note, width)

    def _boxes(self) -> Drawing:
        x = f.lit(None).cast("string") if self._chart.y is None else f.col("x")
        figures = [f.min("y"), f.percentile_approx("y", f.array(*map(f.lit, (0.25, 0.5, 0.75)))), f.max("y")]
        boxes = self._rows.groupBy(x.alias("place")).agg(*figures, f.count(f.lit(1)).alias("n"), f.min("o").alias("o"))
        found = boxes.orderBy(f.col("o") if self._ordered else f.desc("n"), "place").limit(CATEGORIES + 1).collect()
        points = [[row[0], row[1], *row[2], row[3]] for row in found[:CATEGORIES]]
        note = f"{CATEGORIES} of more values" if len(found) > CATEGORIES else ""
        return Drawing([Series(None, points)], "category", note)

    def _is_time(self) -> bool:
        return self._columns.is_time(self._chart.x)

    @override
    def _drawing(self, found: Iterable[tuple[Any, str | None, Any]], notes: Iterable[str]) -> Drawing:
        marks = ((plain(x) if self._continuous else x, group, plain(y)) for x, group, y in found)
        return super()._drawing(marks, notes)
