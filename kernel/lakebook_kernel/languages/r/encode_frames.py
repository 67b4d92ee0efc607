"""Frames of pandas, polars and pyarrow as columns for R; imports none of these that is not in use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from lakebook_kernel.languages.frames import kind_of
from lakebook_kernel.languages.frames.series import arrow_of_series
from lakebook_kernel.languages.r.forms import Frame


def to_frame(value: Any, notes: list[str]) -> Frame:
    """The columns of a frame under their names. Raises ``TypeError`` for a column that Arrow cannot hold."""
    library, _ = kind_of(value) or ("", "")
    if library == "pandas":
        return _of_pandas(value, notes)
    if library == "polars":
        value = value.to_arrow()
    elif isinstance(value, pa.RecordBatch):
        value = pa.Table.from_batches([value])
    for name in value.column_names:
        _check_name(name)
    return Frame([compact(column) for column in value.columns], value.column_names, value.num_rows)


def _of_pandas(frame: Any, notes: list[str]) -> Frame:
    """The index becomes columns in front, unless it is the default one: 0, 1, 2 … without a name."""
    names: list[str] = []
    columns: list[pa.ChunkedArray] = []
    for name, level in [] if _is_default(frame.index) else _levels(frame.index):
        if name in frame.columns:
            raise TypeError(f"its index and a column are both called {name}; rename one, or reset_index(drop=True)")
        names.append(name)
        columns.append(pa.chunked_array([series_values(level, f"index {name}")]))
    if not all(isinstance(name, str) for name in frame.columns):
        notes.append("the names of its columns become texts")
    for place, name in enumerate(frame.columns):
        names.append(_check_name(str(name)))
        columns.append(pa.chunked_array([series_values(frame.iloc[:, place], f"column {name}")]))
    return Frame(columns, names, len(frame))


def series_values(series: Any, what: str) -> pa.Array:
    """A pandas column in Arrow: missing values as null, NaN in a column of plain floats too."""
    if hasattr(series.dtype, "subtype") and hasattr(series, "sparse"):
        series = series.sparse.to_dense()
    try:
        array = arrow_of_series(series)
    except (pa.ArrowException, OverflowError, ValueError):
        raise TypeError(f"{what} ({series.dtype}) holds what Arrow has no one type for") from None
    except TypeError as reason:
        raise TypeError(f"{what} ({series.dtype}) {reason}") from None
    array = one_array(array)
    if isinstance(array.type, pa.BaseExtensionType):
        raise TypeError(f"{what} ({series.dtype}) has no form in R")
    return array


def index_of_series(series: Any) -> Sequence[str] | None:
    """The names that R's vector gets: none for the default index, texts for one of texts; None for any other index."""
    index = series.index
    if _is_default(index):
        return []
    if index.nlevels == 1 and index.name is None and len(index) and all(isinstance(label, str) for label in index):
        return [str(label) for label in index]
    return None


def _is_default(index: Any) -> bool:
    if index.nlevels > 1 or index.name is not None:
        return False
    steps = getattr(index, "start", None), getattr(index, "step", None)
    return steps == (0, 1) or not len(index)


def _levels(index: Any) -> list[tuple[str, Any]]:
    """The levels of an index as columns, called as ``reset_index`` calls them."""
    if index.nlevels == 1:
        return [("index" if index.name is None else str(index.name), index.to_series())]
    named = [f"level_{place}" if name is None else str(name) for place, name in enumerate(index.names)]
    return [(name, index.get_level_values(place).to_series()) for place, name in enumerate(named)]


def _check_name(name: str) -> str:
    if "\0" in name:
        raise TypeError(f"a column's name has a NUL character, which R cannot have: {name!r}")
    return name


def compact(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column without the memory of what it is a slice of."""
    return column if _is_whole(column) else pa.chunked_array([_cut(chunk) for chunk in column.chunks], column.type)


def one_array(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The column as one array, compact."""
    if isinstance(column, pa.ChunkedArray):
        column = column.unify_dictionaries().combine_chunks()
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    return _cut(column)


def _is_whole(column: pa.Array | pa.ChunkedArray) -> bool:
    return bool(column.get_total_buffer_size() <= column.nbytes + 4096)


def _cut(array: pa.Array) -> pa.Array:
    if _is_whole(array):
        return array
    sink = pa.BufferOutputStream()
    batch = pa.record_batch([array], names=[""])
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return pa.ipc.open_stream(sink.getvalue()).read_next_batch().column(0)
