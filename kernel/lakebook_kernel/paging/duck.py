"""Questions to columns in memory, answered by DuckDB: which rows, in which order, and figures of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal, localcontext
from functools import cache
from typing import TYPE_CHECKING, Any

from lakebook_kernel.display.tables import Column
from lakebook_kernel.paging.conditions import Conditions, key_text
from lakebook_kernel.paging.keys import Key
from lakebook_kernel.paging.questions import Query
from lakebook_kernel.paging.source import VALUES, Cancelled, SourceError, Statistics, Value

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import pyarrow as pa

#: pieces of a column's histogram
_BINS = 20


class Duck:
    """The columns of one frame as a table ``t`` of DuckDB's: ``c0``, ``c1`` … and ``r``, the rows' numbers.

    Args:
        columns: of the frame.
        rows: how many it has.
        key: gives a column's key; asked for the columns that a question is about.
    """

    def __init__(self, columns: Sequence[Column], rows: int, key: Callable[[int], Key]) -> None:
        self.columns = columns
        self.rows = rows
        self.key = key
        self._numbers: pa.Array | None = None
        self._lock = threading.Lock()
        self._running: set[duckdb.DuckDBPyConnection] = set()

    def conditions(self) -> Conditions:
        """What a question's SQL is made with."""
        return Conditions(self.columns, self.key)

    def fetch(self, conditions: Conditions, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query of ``t``. Raises ``SourceError`` or ``Cancelled``."""
        with self._asked(conditions) as connection:
            return connection.execute(sql, list(values)).fetchall()

    def found(self, query: Query) -> np.ndarray[Any, Any]:
        """The numbers of a query's rows, in its order."""
        import numpy as np

        conditions = self.conditions()
        where, values = conditions.where(query)
        order = conditions.order(query.orders)
        with self._asked(conditions) as connection:
            sql = f"SELECT r FROM t WHERE {where} ORDER BY {order}"
            return np.asarray(connection.execute(sql, values).fetchnumpy()["r"])

    def count(self, query: Query) -> int:
        """How many rows a query has."""
        conditions = self.conditions()
        where, values = conditions.where(query)
        return int(self.fetch(conditions, f"SELECT count(*) FROM t WHERE {where}", values)[0][0])

    def cancel(self) -> None:
        """Stop all questions that are worked on."""
        with self._lock:
            for connection in self._running:
                connection.interrupt()

    def statistics(self, query: Query, column: int, texts: Callable[[list[int]], list[str | None]]) -> Statistics:
        """A column in figures; ``texts`` gives its values in rows of these numbers as they are shown."""
        key, conditions = self.key(column), self.conditions()
        where, bound = conditions.where(query)
        name, missing, number = conditions.name(column), conditions.missing(column), conditions.number(column)
        counts = key.kind in ("integer", "number")
        middle = name if key.floating else f"{name}, 0.5"
        asked = [
            "count(*)",
            f"count({name})",
            f"count_if(isnan({name}))" if key.floating else "NULL",
            f"count(DISTINCT {name}) FILTER (NOT {missing})",
            f"arg_min(r, {name}) FILTER (NOT {missing})",
            f"arg_max(r, {name}) FILTER (NOT {missing})",
            f"{'avg' if key.floating else 'sum'}({name}) FILTER (NOT {missing})" if counts else "NULL",
            f"{'median' if key.floating else 'quantile_disc'}({middle}) FILTER (NOT {missing})" if counts else "NULL",
            *([f"{which}({number}) FILTER ({_finite(key, number)})" for which in ("min", "max")] if number else []),
        ]
        (figures,) = self.fetch(conditions, f"SELECT {', '.join(asked)} FROM t WHERE {where}", bound)
        count, present, nans, distinct, least, greatest, mean, median, *bounds = figures
        ends = texts([least, greatest]) if least is not None else [None, None]
        histogram: list[int] = []
        low, high = bounds if bounds else (None, None)
        if number and low is not None and high is not None:
            histogram = self.histogram(query, number, low, high, column)
        frequent = [] if histogram else self.values(query, column, "", texts, 10)[0]
        return Statistics(
            count=count,
            nulls=count - present,
            nans=nans,
            distinct=distinct,
            min=ends[0],
            max=ends[1],
            mean=None if mean is None else str(mean) if key.floating else _quotient(mean, present),
            median=None if median is None else str(median),
            histogram=histogram,
            low=low,
            high=high,
            times=key.kind in ("time", "date"),
            frequent=frequent,
        )

    def histogram(
        self, query: Query, number: str, low: float, high: float, column: int, bins: int = _BINS
    ) -> list[int]:
        """How many values lie in each of the even pieces between two bounds."""
        conditions = self.conditions()
        where, bound = conditions.where(query)
        conditions.name(column)
        piece = f"least({bins - 1}, CAST(floor(({number} - ?) / ? * {bins}) AS INTEGER))" if high > low else "0"
        finite = _finite(self.key(column), number)
        sql = f"SELECT {piece} AS piece, count(*) FROM t WHERE {where} AND {finite} GROUP BY piece"
        scale = [low, high - low] if high > low else []
        found = dict(self.fetch(conditions, sql, [*scale, *bound]))
        return [int(found.get(at, 0)) for at in range(bins)]

    def values(
        self,
        query: Query,
        column: int,
        containing: str,
        texts: Callable[[list[int]], list[str | None]],
        limit: int = VALUES,
    ) -> tuple[list[Value], bool]:
        """A column's most frequent values, and whether there are more."""
        conditions = self.conditions()
        where, bound = conditions.where(query)
        name = conditions.name(column)
        if containing:
            where += f" AND contains(lower({conditions.text(column)}), lower(?))"
            bound = [*bound, containing]
        written = key_text(self.key(column)).format(name)
        sql = (
            f"SELECT {written}, count(*) AS times, min(r) FROM t WHERE {where} GROUP BY {name} "
            f"ORDER BY times DESC, {name} LIMIT {limit + 1}"
        )
        found = self.fetch(conditions, sql, bound)
        shown = texts([row for _, _, row in found[:limit]])
        values = [
            Value(text if written is not None else None, written, count)
            for (written, count, _), text in zip(found, shown, strict=False)
        ]
        return values, len(found) > limit

    @contextmanager
    def _asked(self, conditions: Conditions) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection to ``t`` with the columns that the conditions have named."""
        import duckdb
        import pyarrow as pa

        arrays = {f"c{at}": self.key(at).array for at in sorted(conditions.used)}
        connection = _database().cursor()
        connection.register("t", pa.table({"r": self._row_numbers(), **arrays}))
        with self._lock:
            self._running.add(connection)
        try:
            yield connection
        except duckdb.InterruptException:
            raise Cancelled from None
        except duckdb.Error as error:
            lines = str(error).strip().splitlines()
            raise SourceError(
                f"The table cannot be asked that: {lines[0] if lines else type(error).__name__}"
            ) from None
        finally:
            with self._lock:
                self._running.discard(connection)
            connection.close()

    def _row_numbers(self) -> pa.Array:
        import numpy as np
        import pyarrow as pa

        if self._numbers is None:
            self._numbers = pa.array(np.arange(self.rows, dtype=np.uint32 if self.rows < 2**32 else np.uint64))
        return self._numbers


def _quotient(whole: int | Decimal, count: int) -> str:
    """A mean in 17 digits, of a sum that lost none."""
    with localcontext(prec=17):
        return f"{Decimal(whole) / count:f}"


def _finite(key: Key, number: str) -> str:
    return f"isfinite({number})" if key.floating else f"({number}) IS NOT NULL"


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """One database for all tables; nothing is kept in it."""
    import duckdb

    return duckdb.connect(config={"python_enable_replacements": False})
