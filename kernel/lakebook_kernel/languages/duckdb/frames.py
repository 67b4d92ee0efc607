"""Python's frames as DuckDB may read them: no value changes unasked, and no name without a word."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas
    import pyarrow as pa

#: microseconds of a day, and days of which 64 bits of microseconds are sure to be enough
_DAY = 86_400_000_000
_DAYS = 106_000_000


def readable(frame: Any, name: str) -> Any:
    """The frame, or the same as Arrow's where DuckDB would read other values than pandas has.

    Of pandas it reads no index, takes NaN for null also beside null and makes texts of a column of several types.

    Raises:
        TypeError: such a column; the message names it.
    """
    cut = [column for column, nanoseconds in _cut(frame) if (nanoseconds % 1000).any()]
    if cut:
        warnings.warn(f"{name}: nanoseconds of {', '.join(cut)} were cut off by DuckDB", stacklevel=2)
    if _library(frame) == "pandas":
        named = any(level is not None for level in frame.index.names)
        if named or any(_is_misread(frame.iloc[:, at]) for at in range(frame.shape[1])):
            frame = _as_arrow(frame)
    elif _library(frame) == "pyarrow" and hasattr(frame, "column"):
        frame = _from_the_start(frame)
    return frame


def warn_of_names(frame: Any, name: str, known_as: list[str]) -> None:
    """Say which columns DuckDB calls otherwise: it has no name twice, whether in capitals or not."""
    columns = [] if type(frame).__name__ == "LazyFrame" else list(_column_names(frame))
    other = [f"{ours} is {theirs}" for ours, theirs in zip(columns, known_as, strict=False) if ours != theirs]
    if other:
        warnings.warn(f"{name}: column {', '.join(other)} in DuckDB, which has no name twice", stacklevel=2)


def _library(frame: Any) -> str:
    return next(kind.__module__.partition(".")[0] for kind in type(frame).__mro__)


def _column_names(frame: Any) -> list[str]:
    columns = frame.schema.names if _library(frame) == "pyarrow" else frame.columns
    return [str(column) for column in columns]


def _is_misread(series: pandas.Series[Any]) -> bool:
    import pandas

    kind = series.dtype
    if pandas.api.types.is_object_dtype(kind):
        return pandas.api.types.infer_dtype(series, skipna=True).startswith("mixed")
    return isinstance(kind, pandas.Float32Dtype | pandas.Float64Dtype)


def _as_arrow(frame: pandas.DataFrame) -> pa.Table:
    """The columns of pandas, those of a named index in front."""
    import pyarrow as pa

    levels = [(str(level), frame.index.get_level_values(at).to_series()) for at, level in enumerate(frame.index.names)
              if level is not None]  # fmt: skip
    names, arrays = [], []
    for column, series in [*levels, *((str(column), frame.iloc[:, at]) for at, column in enumerate(frame.columns))]:
        try:
            array = pa.Array.from_pandas(series)
            if pa.types.is_timestamp(array.type) and array.type.tz:
                array = array.cast(pa.timestamp("us", array.type.tz), safe=False)  # as DuckDB reads them of pandas
        except (pa.ArrowException, OverflowError, ValueError) as problem:
            raise TypeError(f"column {column} has no form in DuckDB: {str(problem).splitlines()[0]}") from None
        names.append(column)
        arrays.append(array)
    return pa.Table.from_arrays(arrays, names=names)


def _from_the_start(frame: Any) -> Any:
    """The same without offsets into nested columns, as slices have, which DuckDB refuses."""
    import pyarrow as pa

    for at, field in enumerate(frame.schema):
        column = frame.column(at)
        chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
        if pa.types.is_nested(field.type) and any(chunk.offset for chunk in chunks):
            copied = pa.concat_arrays([*chunks, chunks[0].slice(0, 0)])
            frame = frame.set_column(at, field, copied)
    return frame


def _cut(frame: Any) -> list[tuple[str, Any]]:
    """The columns of which DuckDB keeps microseconds, as nanoseconds: durations, and times of pandas in a zone."""
    import numpy as np
    import pyarrow as pa

    if _library(frame) == "pandas":
        columns = [(str(name), frame.iloc[:, at]) for at, name in enumerate(frame.columns)]
        kinds = ("timedelta64[ns]", "datetime64[ns, ")
        return [
            (name, column.dropna().astype(np.int64)) for name, column in columns if str(column.dtype).startswith(kinds)
        ]
    if isinstance(frame, pa.Table | pa.RecordBatch):
        fields = [(at, field.name) for at, field in enumerate(frame.schema) if field.type == pa.duration("ns")]
        return [(name, frame.column(at).drop_null().cast(pa.int64()).to_numpy()) for at, name in fields]
    return []


def with_durations(table: pa.Table) -> pa.Table:
    """A table of DuckDB's with durations for its intervals, in microseconds.

    Raises:
        TypeError: an interval has months, or more days than 64 bits of microseconds have.
    """
    import numpy as np
    import pyarrow as pa

    parts = np.dtype([("months", np.int32), ("days", np.int32), ("nanoseconds", np.int64)])
    for at, field in enumerate(table.schema):
        if not pa.types.is_interval(field.type):
            continue
        column = pa.concat_arrays(table.column(at).chunks) if table.num_rows else pa.array([], field.type)
        missing = np.asarray(column.is_null())
        memory = column.buffers()[1] if len(column) else b""
        intervals = np.frombuffer(memory, parts)[column.offset : column.offset + len(column)]
        if intervals["months"][~missing].any():
            raise TypeError(f"column {field.name} has intervals of months, which are of no one length")
        days = np.where(missing, 0, intervals["days"]).astype(np.int64)  # where one is missing there is anything
        if np.abs(days).max(initial=0) > _DAYS:
            raise TypeError(f"column {field.name} has an interval of more than {_DAYS:,} days")
        spans = days * _DAY + np.where(missing, 0, intervals["nanoseconds"]) // 1000
        table = table.set_column(at, field.name, pa.array(spans.astype("m8[us]"), mask=missing))
    return table
