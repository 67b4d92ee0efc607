"""Frames that are computed only when somebody needs their rows, in Python's memory as far as they fit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from lakebook_kernel.languages.base import CellError
from lakebook_kernel.languages.frames import kind_of
from lakebook_kernel.languages.frames.limits import too_large

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

#: microseconds of a day, and days of which 64 bits of microseconds are sure to be enough
_DAY = 86_400_000_000
_DAYS = 106_000_000


def in_memory(frame: Any, limit_bytes: int, name: str) -> pa.Table:
    """All rows of a lazy frame; no more than the limit is brought here.

    Raises:
        CellError: ``FrameTooLarge``; ``name`` is what it calls the frame.
        TypeError: computing it failed. Spark's own failures go on as they are.
    """
    kind = kind_of(frame)
    if kind is not None and kind.library == "pyspark":
        from lakebook_kernel.languages.frames.spark import arrow_of

        return arrow_of(frame, limit_bytes, name)
    try:
        if kind is not None and kind.library == "polars":
            return _of_polars(frame, limit_bytes, name)
        if kind is not None and kind.library == "duckdb":
            return of_relation(frame, limit_bytes, name)
        return _bounded(frame.to_batches(), frame.schema, limit_bytes, name)
    except (CellError, TypeError):
        raise
    except Exception as failure:  # a plan runs whatever its author put into it
        raise TypeError(f"computing it failed: {type(failure).__name__}: {_first_line(failure)}") from None


def of_relation(relation: duckdb.DuckDBPyRelation, limit_bytes: int | None = None, name: str = "") -> pa.Table:
    """A relation of DuckDB's; its enums keep their values where it has no rows, its intervals are durations.

    Raises:
        TypeError: an interval has months.
    """
    if limit_bytes is None:
        table = relation.to_arrow_table()
    else:
        with relation.to_arrow_reader() as reader:  # an open one would be in the way of the connection's next question
            table = _bounded(reader, reader.schema, limit_bytes, name)
    return with_durations(_with_levels(table, relation.types))


def _bounded(batches: Iterable[pa.RecordBatch], schema: pa.Schema, limit: int, name: str) -> pa.Table:
    import pyarrow as pa

    kept, size = [], 0
    for batch in batches:
        size += batch.nbytes
        if size > limit:
            raise too_large(name, limit, ". Take a part of it")
        kept.append(batch)
    return pa.Table.from_batches(kept, schema)


def _of_polars(frame: Any, limit: int, name: str) -> pa.Table:
    import polars

    empty = polars.DataFrame(schema=frame.collect_schema()).to_arrow()
    batches = (batch for part in frame.collect_batches() for batch in part.to_arrow().to_batches())
    return _bounded(batches, empty.schema, limit, name)


def _with_levels(table: pa.Table, kinds: list[Any]) -> pa.Table:
    """Without rows Arrow has no values of an enum, but DuckDB's type has them."""
    import pyarrow as pa

    if table.num_rows:
        return table
    for at, kind in enumerate(kinds):
        if kind.id == "enum":
            field = table.schema.field(at)
            ((_, levels),) = kind.children
            words = pa.array(levels, field.type.value_type)
            column = pa.DictionaryArray.from_arrays(pa.array([], field.type.index_type), words)
            table = table.set_column(at, field, column)
    return table


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


def _first_line(failure: Exception) -> str:
    return (str(failure).strip().splitlines() or [""])[0]
