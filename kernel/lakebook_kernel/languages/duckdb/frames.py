"""Python's frames as DuckDB may read them: no value changes unasked, and no name without a word."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lakebook_kernel.languages.frames import framed, kind_of

if TYPE_CHECKING:
    import pandas
    import pyarrow as pa


def is_scanned(frame: Any) -> bool:
    """Whether DuckDB reads a lazy frame itself, with its own filters, and reads what is in it."""
    kind = kind_of(frame)
    if kind is None or kind.library not in ("polars", "pyarrow"):
        return False
    return not _has_levels(frame.schema if kind.library == "pyarrow" else frame.collect_schema())


def readable(frame: Any, name: str, say: Callable[[str], None]) -> Any:
    """The frame, or the same as Arrow's where DuckDB would read other values than are in it.

    Of pandas it reads no index, takes NaN for null also beside null, makes texts of a column of several types and does
    not know of what a column without a value is. Of polars it reads categories as texts.

    Raises:
        TypeError: such a column; the message names it.
    """
    library, form = kind_of(frame) or ("", "")
    if form == "column":
        frame = framed(frame)
    cut = [column for column, nanoseconds in _cut(frame) if (nanoseconds % 1000).any()]
    if cut:
        say(f"{name}: nanoseconds of {', '.join(cut)} were cut off by DuckDB.")
    if library == "pandas":
        named = any(level is not None for level in frame.index.names)
        if named or any(_is_misread(frame.iloc[:, at]) for at in range(frame.shape[1])):
            return _as_arrow(frame)
    elif library == "polars" and form != "lazy" and _has_levels(frame.schema):
        return frame.to_arrow()
    elif library == "pyarrow" and form != "lazy":
        return _from_the_start(frame)
    return frame


def column_names(frame: Any) -> list[str]:
    """The names of a frame's columns. One of Spark's is not asked: that may wait for its driver."""
    library, form = kind_of(frame) or ("", "")
    if library == "pyspark":
        return []
    if form == "column":
        frame = framed(frame)
    if library == "polars" and form == "lazy":
        return list(frame.collect_schema().names())
    return [str(column) for column in (frame.schema.names if library == "pyarrow" else frame.columns)]


def _has_levels(schema: Any) -> bool:
    """Whether a column is of categories, by the schema of polars or pyarrow."""
    import pyarrow as pa

    if isinstance(schema, pa.Schema):
        return any(pa.types.is_dictionary(kind) for kind in schema.types)
    import polars

    return any(kind in (polars.Categorical, polars.Enum) for kind in schema.dtypes())


def _is_misread(series: pandas.Series[Any]) -> bool:
    import pandas

    kind = series.dtype
    if pandas.api.types.is_object_dtype(kind):
        return pandas.api.types.infer_dtype(series, skipna=True).startswith(("mixed", "empty"))
    return isinstance(kind, pandas.Float32Dtype | pandas.Float64Dtype)


def _as_arrow(frame: pandas.DataFrame) -> pa.Table:
    """The columns of pandas, those of a named index in front."""
    import pyarrow as pa

    from lakebook_kernel.languages.frames.series import arrow_of_series

    levels = [(str(level), frame.index.get_level_values(at).to_series()) for at, level in enumerate(frame.index.names)
              if level is not None]  # fmt: skip
    names, arrays = [], []
    for column, series in [*levels, *((str(column), frame.iloc[:, at]) for at, column in enumerate(frame.columns))]:
        try:
            array = arrow_of_series(series)
            if pa.types.is_timestamp(array.type) and array.type.tz:
                array = array.cast(pa.timestamp("us", array.type.tz), safe=False)  # as DuckDB reads them of pandas
        except (pa.ArrowException, OverflowError, ValueError) as problem:
            raise TypeError(f"column {column} has no form in DuckDB: {str(problem).splitlines()[0]}") from None
        except TypeError as reason:
            raise TypeError(f"column {column} {reason}") from None
        names.append(column)
        arrays.append(array)
    return pa.Table.from_arrays(arrays, names=names)


def _from_the_start(frame: pa.Table | pa.RecordBatch) -> pa.Table:
    """The same without offsets into nested columns, as slices have, which DuckDB refuses."""
    import pyarrow as pa

    if isinstance(frame, pa.RecordBatch):
        frame = pa.Table.from_batches([frame])
    for at, field in enumerate(frame.schema):
        chunks = frame.column(at).chunks
        if pa.types.is_nested(field.type) and any(chunk.offset for chunk in chunks):
            copied = pa.concat_arrays([*chunks, chunks[0].slice(0, 0)])
            frame = frame.set_column(at, field, copied)
    return frame


def _cut(frame: Any) -> list[tuple[str, Any]]:
    """The columns of which DuckDB keeps microseconds, as nanoseconds: durations, and times of pandas in a zone."""
    import numpy as np
    import pyarrow as pa

    kind = kind_of(frame)
    if kind is not None and kind.library == "pandas":
        columns = [(str(name), frame.iloc[:, at]) for at, name in enumerate(frame.columns)]
        kinds = ("timedelta64[ns]", "datetime64[ns, ")
        return [
            (name, column.dropna().astype(np.int64)) for name, column in columns if str(column.dtype).startswith(kinds)
        ]
    if isinstance(frame, pa.Table | pa.RecordBatch):
        fields = [(at, field.name) for at, field in enumerate(frame.schema) if field.type == pa.duration("ns")]
        return [(name, frame.column(at).drop_null().cast(pa.int64()).to_numpy()) for at, name in fields]
    return []
