"""The marks of charts, aggregated by DuckDB: never more than a browser draws with ease."""

from __future__ import annotations

import math
from typing import Any

from lakebook_kernel.paging.duck import Duck
from lakebook_kernel.paging.marks import Marks
from lakebook_kernel.paging.questions import Chart, Query
from lakebook_kernel.paging.source import Drawing, Series, SourceError

#: values of x that are drawn where each is a mark of its own, and groups
CATEGORIES = 50
GROUPS = 12
#: pieces into which a long line is put together
STEPS = 400
#: rows that are drawn as points
POINTS = 3_000

_AGGREGATES = {
    "count": "count(*)",
    "sum": "sum({})",
    "mean": "avg({})",
    "median": "median({})",
    "min": "min({})",
    "max": "max({})",
}


def drawing(duck: Duck, query: Query, chart: Chart) -> Drawing:
    """The marks of a chart of a query's rows. Raises ``SourceError``."""
    return _Drawn(duck, query, chart).drawing()


class _Drawn(Marks):
    """The rows ``m`` of a chart: ``x`` (a number or a text), ``y`` (a number), ``g`` (a text)."""

    def __init__(self, duck: Duck, query: Query, chart: Chart) -> None:
        self._duck = duck
        self._conditions = duck.conditions()
        where, self._values = self._conditions.where(query)
        self._kind = duck.key(chart.x).kind
        number = self._conditions.number(chart.x)
        super().__init__(chart, continuous=number is not None and chart.kind in ("line", "scatter", "histogram"))
        self._x = number if self._continuous else self._conditions.text(chart.x)
        group = "NULL" if chart.group is None else self._conditions.text(chart.group)
        rows = f"SELECT {self._x} AS x, {self._order(number)} AS o, {self._y()} AS y, {group} AS g FROM t WHERE {where}"
        self._m = f"WITH m AS (SELECT * FROM ({rows}) WHERE {self._drawable()})"

    def _order(self, number: str | None) -> str:
        return number if number is not None else "NULL"

    def _y(self) -> str:
        chart = self._chart
        at = chart.x if chart.kind == "box" and chart.y is None else chart.y
        if at is None or chart.kind == "histogram" or (chart.aggregate == "count" and chart.kind in ("bar", "line")):
            if chart.kind == "scatter" or (chart.aggregate not in ("count", "none") and chart.kind in ("bar", "line")):
                raise SourceError("Choose a column of numbers for y.")
            return "1"
        number = self._conditions.number(at)
        if number is None:
            column = self._duck.columns[at]
            raise SourceError(f"{column.name} is {column.type}: choose a column of numbers.")
        return number

    def _drawable(self) -> str:
        """Rows without a number to draw are left out."""
        parts = ["y IS NOT NULL AND isfinite(CAST(y AS DOUBLE))"]
        if self._continuous:
            parts.append("x IS NOT NULL AND isfinite(x)")
        if self._chart.kind == "histogram" and not self._continuous:
            column = self._duck.columns[self._chart.x]
            raise SourceError(f"{column.name} is {column.type}: a histogram needs a column of numbers or times.")
        return " AND ".join(parts)

    def _is_time(self) -> bool:
        return self._kind in ("time", "date")

    @property
    def _aggregate(self) -> str:
        aggregate = self._chart.aggregate
        return _AGGREGATES["sum" if aggregate == "none" else aggregate].format("y")

    def _fetch(self, sql: str) -> list[tuple[Any, ...]]:
        return self._duck.fetch(self._conditions, f"{self._m}{sql}", self._values)

    def _marks(self, sql: str) -> list[tuple[Any, str | None, Any]]:
        return [(x, group, _plain(y)) for x, group, y in self._fetch(sql)]

    def _groups(self) -> tuple[str, str]:
        """A further table ``k`` of the groups that are drawn, and a note when they are not all."""
        if self._chart.group is None:
            return ", k AS (SELECT NULL AS g)", ""
        number = self._fetch(" SELECT count(DISTINCT g) FROM m")[0][0]
        note = f"the {GROUPS} largest of {number:,} groups" if number > GROUPS else ""
        return f", k AS (SELECT g FROM m GROUP BY g ORDER BY count(*) DESC, g LIMIT {GROUPS})", note

    def _categories(self) -> Drawing:
        groups, note = self._groups()
        ordered = self._duck.key(self._chart.x).number is not None
        number = self._fetch(" SELECT count(DISTINCT x) FROM m")[0][0]
        some = "the first" if ordered else "the largest"
        notes = [f"{some} {CATEGORIES} of {number:,} values"] * (number > CATEGORIES)
        order = "c.o" if ordered else "c.v DESC NULLS LAST, c.x"
        found = self._marks(
            f"{groups}, c AS (SELECT x, min(o) AS o, {self._aggregate} AS v FROM m GROUP BY x "
            f"ORDER BY {order.replace('c.', '')} LIMIT {CATEGORIES}) "
            f"SELECT m.x, m.g, {self._aggregate} FROM m JOIN c ON m.x IS NOT DISTINCT FROM c.x "
            f"JOIN k ON m.g IS NOT DISTINCT FROM k.g GROUP BY m.x, m.g, c.x, c.o, c.v ORDER BY {order}, m.g"
        )
        return self._drawing(found, [*notes, note])

    def _line(self) -> Drawing:
        groups, note = self._groups()
        ((number, low, high),) = self._fetch(" SELECT count(DISTINCT x), min(x), max(x) FROM m")
        x, notes = "m.x", [note]
        if number > STEPS:
            width = (high - low) / STEPS
            x = f"{low!r} + (least({STEPS - 1}, floor((m.x - {low!r}) / {width!r})) + 0.5) * {width!r}"
            notes.append(f"{number:,} values of x in {STEPS} steps")
        found = self._marks(
            f"{groups} SELECT {x} AS place, m.g, {self._aggregate} FROM m JOIN k ON m.g IS NOT DISTINCT FROM k.g "
            "GROUP BY place, m.g ORDER BY place, m.g"
        )
        return self._drawing(found, notes)

    def _points(self) -> Drawing:
        groups, note = self._groups()
        number = self._fetch(" SELECT count(*) FROM m")[0][0]
        notes = [f"a sample of {POINTS:,} of {number:,} rows"] * (number > POINTS)
        sample = f"USING SAMPLE reservoir({POINTS} ROWS) REPEATABLE (7)" if number > POINTS else ""
        found = self._marks(
            f"{groups}, s AS (SELECT * FROM m {sample}) SELECT s.x, s.g, s.y FROM s "
            "JOIN k ON s.g IS NOT DISTINCT FROM k.g ORDER BY s.x, s.y"
        )
        return self._drawing(found, [*notes, note])

    def _histogram(self) -> Drawing:
        groups, note = self._groups()
        ((low, high),) = self._fetch(" SELECT min(x), max(x) FROM m")
        if low is None:
            return Drawing([], self._scale)
        bins = self._chart.bins if high > low else 1
        width = (high - low) / bins or 1.0
        place = f"{low!r} + least({bins - 1}, floor((m.x - {low!r}) / {width!r})) * {width!r}"
        found = self._marks(
            f"{groups} SELECT {place} AS place, m.g, count(*) FROM m JOIN k ON m.g IS NOT DISTINCT FROM k.g "
            "GROUP BY place, m.g ORDER BY place, m.g"
        )
        drawn = self._drawing(found, [note])
        return Drawing(drawn.series, drawn.scale, drawn.note, width)

    def _boxes(self) -> Drawing:
        x = "NULL" if self._chart.y is None else "x"
        number = self._fetch(f" SELECT count(DISTINCT {x}) FROM m")[0][0]
        order = "min(o)" if self._duck.key(self._chart.x).number else "count(*) DESC"
        found = self._fetch(
            f" SELECT {x} AS place, min(y), quantile_cont(y, [0.25, 0.5, 0.75]), max(y) FROM m GROUP BY place "
            f"ORDER BY {order}, place LIMIT {CATEGORIES}"
        )
        points = [[at, least, *quartiles, greatest] for at, least, quartiles, greatest in found]
        note = f"{CATEGORIES} of {number:,} values" if number > CATEGORIES else ""
        return Drawing([Series(None, points)], "category", note)


def _plain(value: Any) -> float | int | None:
    """A number of DuckDB's as JSON has it."""
    if value is None or isinstance(value, int):
        return value
    number = float(value)
    return number if math.isfinite(number) else None
