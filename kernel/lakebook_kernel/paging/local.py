"""Frames in Python's memory: rows come from the frame itself, and DuckDB says which."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from lakebook_kernel.display.frames import part_of, rows_of
from lakebook_kernel.display.tables import Table
from lakebook_kernel.languages.frames import kind_of
from lakebook_kernel.paging.duck import Duck
from lakebook_kernel.paging.keys import Key, key_of
from lakebook_kernel.paging.questions import Chart, Format, Query
from lakebook_kernel.paging.source import Drawing, Page, Source, SourceError, Statistics, Value

if TYPE_CHECKING:
    import numpy as np

#: queries whose rows are remembered
_VIEWS = 3


class LocalSource(Source):
    """A frame of pandas, polars or pyarrow that does not change.

    Args:
        frame: as it was shown; nobody else may write into it.
    """

    def __init__(self, frame: Any) -> None:
        self._frame = frame
        self.columns = part_of(frame, slice(0, 0)).columns
        self._rows = rows_of(frame)
        self._duck = Duck(self.columns, self._rows, self._key)
        self._keys: dict[int, Key] = {}
        self._views: OrderedDict[Query, np.ndarray[Any, Any]] = OrderedDict()
        self._lock = threading.RLock()
        self._moment = time.time_ns() // 1_000_000

    @override
    def rows(self, query: Query, offset: int, limit: int) -> Page:
        if query.is_whole:
            total = self._rows
            rows = part_of(self._frame, slice(offset, max(offset, min(offset + limit, total)))).rows
        else:
            found = self._found(query)
            total = len(found)
            rows = part_of(self._frame, found[offset : offset + limit]).rows
        return Page(rows, total, offset + len(rows) < total, self._moment)

    @override
    def count(self, query: Query) -> int:
        return self._rows if query.is_whole else self._duck.count(query.unordered)

    @override
    def statistics(self, query: Query, column: int) -> Statistics:
        return self._duck.statistics(query.unordered, column, lambda rows: self._texts(column, rows))

    @override
    def values(self, query: Query, column: int, containing: str) -> tuple[list[Value], bool]:
        return self._duck.values(query.unordered, column, containing, lambda rows: self._texts(column, rows))

    @override
    def chart(self, query: Query, chart: Chart) -> Drawing:
        from lakebook_kernel.paging.charts import drawing

        return drawing(self._duck, query.unordered, chart)

    @override
    def export(self, query: Query, form: Format, file: Path) -> None:
        from lakebook_kernel.paging.files import write

        found = None if query.is_whole else self._found(query)
        write(self._frame, found, form, file)

    @override
    def cancel(self) -> None:
        self._duck.cancel()

    @override
    def close(self) -> None:
        self._views.clear()
        self._keys.clear()

    def _found(self, query: Query) -> np.ndarray[Any, Any]:
        with self._lock:
            if query in self._views:
                self._views.move_to_end(query)
                return self._views[query]
        found = self._duck.found(query)
        with self._lock:
            self._views[query] = found
            while len(self._views) > _VIEWS:
                self._views.popitem(last=False)
        return found

    def _texts(self, column: int, rows: list[int]) -> list[str | None]:
        """A column's values in these rows, as they are shown."""
        import numpy as np

        table: Table = part_of(self._frame, np.array(rows, np.int64))
        return [row[column] for row in table.rows]

    def _key(self, column: int) -> Key:
        with self._lock:
            if column not in self._keys:
                whole = slice(0, self._rows)
                self._keys[column] = key_of(
                    self.columns[column],
                    arrow_column(self._frame, column),
                    lambda: [row[0] for row in part_of(self._frame, whole, column).rows],
                )
            return self._keys[column]


def arrow_column(frame: Any, column: int) -> Any:
    """A column, counted as it is shown, in Arrow's form, NaN as NaN; None where Arrow has no type for its values."""
    import pyarrow as pa

    library = kind_of(frame)
    if library is None:
        raise SourceError(f"A {type(frame).__name__} cannot be asked for rows.", gone=True)
    if library.library == "pandas":
        return _of_pandas(frame, column)
    if library.library == "polars":
        series = frame.to_series(column)
        try:
            return None if series.dtype == _polars_object() else series.to_arrow()
        except (pa.ArrowException, NotImplementedError):
            return None
    return frame.column(column)


def _of_pandas(frame: Any, column: int) -> Any:
    import pyarrow as pa

    from lakebook_kernel.display.frames import shown_levels
    from lakebook_kernel.languages.frames.series import arrow_of_series

    levels = shown_levels(frame)
    if column < levels:
        series = frame.index.get_level_values(column).to_series()
    else:
        series = frame.iloc[:, column - levels]
    if series.dtype.kind == "f" and not hasattr(series.dtype, "na_value"):
        return pa.array(series.to_numpy(), from_pandas=False)
    try:
        return arrow_of_series(series)
    except (pa.ArrowException, OverflowError, ValueError, TypeError):
        return None


def _polars_object() -> Any:
    import polars

    return polars.Object
