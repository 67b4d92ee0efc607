"""The first rows of Python's frames as a `Table`, and how IPython comes to show them so.

A frame of any length costs what its head costs, and no library is imported to find out that a value is not its frame.
Values are written in full: digits are never rounded, and NaN and null differ where the frame knows the difference.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from lakebook_kernel.display.tables import ROWS, Column, Table, table_bundle
from lakebook_kernel.languages.base import MimeBundle

if TYPE_CHECKING:
    import duckdb
    import pandas
    import polars
    import pyarrow
    from IPython.core.formatters import DisplayFormatter

#: asks the bridge for the head of a Java ``Dataset``: its ``TableHead`` as JSON
SparkHead = Callable[[Any, int], str]


def register(formatter: DisplayFormatter, spark_head: SparkHead) -> None:
    """Show frames as tables. As text a frame in memory keeps its ``repr``; one still to be computed shows rows."""
    html = formatter.formatters["text/html"]
    html.for_type_by_name("pandas.core.frame", "DataFrame", lambda frame: _html(pandas_head(frame)))
    html.for_type_by_name("polars.dataframe.frame", "DataFrame", lambda frame: _html(polars_head(frame)))
    html.for_type_by_name("pyarrow.lib", "Table", lambda frame: _html(arrow_head(frame)))
    html.for_type_by_name("pyarrow.lib", "RecordBatch", lambda frame: _html(arrow_head(frame)))
    formatter.format = _Computing(formatter, spark_head)  # type: ignore[method-assign]


class _Computing:
    """IPython's ``format``, but for frames that are computed only now: their errors are the cell's.

    IPython prints what goes wrong in a formatter and then shows the value's ``repr``, as if the cell had not failed.
    """

    def __init__(self, formatter: DisplayFormatter, spark_head: SparkHead) -> None:
        self._format: Callable[..., tuple[MimeBundle, dict[str, Any]]] = formatter.format
        self._spark_head = spark_head

    def __call__(self, value: Any, include: Any = None, exclude: Any = None) -> tuple[MimeBundle, dict[str, Any]]:
        kind = type(value)
        if kind.__name__ == "DuckDBPyRelation":
            return table_bundle(duckdb_head(value)), {}
        if is_sparks(value) and value.columns and not value.isStreaming:
            return table_bundle(Table.from_json(json.loads(self._spark_head(value._jdf, ROWS)))), {}
        return self._format(value, include, exclude)


def is_sparks(value: Any) -> bool:
    """Whether a value is a Spark DataFrame of the driver's, without importing PySpark to find out."""
    kind = type(value)
    return kind.__name__ == "DataFrame" and kind.__module__.startswith("pyspark.sql.") and hasattr(value, "_jdf")


def pandas_head(frame: pandas.DataFrame, rows: int = ROWS) -> Table:
    """The index comes first, unless it only counts the rows."""
    head = frame.iloc[:rows]
    columns, values = [], []
    if not _counts_rows(frame.index):
        for level in range(frame.index.nlevels):
            index = head.index.get_level_values(level)
            columns.append(Column(_name(index.name), str(index.dtype)))
            values.append(map(_pandas_text, index))
    for position, label in enumerate(frame.columns):
        series = head.iloc[:, position]
        columns.append(Column(_name(label), str(series.dtype)))
        values.append(map(_pandas_text, series.array))
    return _table(columns, values, len(frame), rows)


def polars_head(frame: polars.DataFrame, rows: int = ROWS) -> Table:
    """The first rows of a polars frame as texts, with its number of rows."""
    head = frame.head(rows)
    columns = [Column(name, str(kind)) for name, kind in frame.schema.items()]
    return _table(columns, [map(_text, _polars_values(series)) for series in head.get_columns()], frame.height, rows)


def arrow_head(frame: pyarrow.Table | pyarrow.RecordBatch, rows: int = ROWS) -> Table:
    """The first rows of an Arrow table or batch as texts, with its number of rows."""
    head = frame.slice(0, rows)
    columns = [Column(field.name, str(field.type)) for field in frame.schema]
    return _table(columns, [map(_text, _arrow_values(column)) for column in head.columns], frame.num_rows, rows)


def duckdb_head(relation: duckdb.DuckDBPyRelation, rows: int = ROWS) -> Table:
    """The head as DuckDB writes it; the relation is asked for one row more, never for the whole."""
    columns = [Column(name, str(kind)) for name, kind in zip(relation.columns, relation.types, strict=True)]
    head = relation.limit(rows + 1).project("CAST(COLUMNS(*) AS VARCHAR)").fetchall()
    return Table(columns, head[:rows], len(head) > rows)


def _html(table: Table) -> str:
    html: str = table_bundle(table)["text/html"]
    return html


def _table(columns: list[Column], values: Sequence[Iterable[str | None]], total: int, rows: int) -> Table:
    return Table(columns, list(zip(*values, strict=True)), total > rows, total)


def _name(label: Any) -> str:
    """A pandas label; one of several levels is a path."""
    if label is None:
        return ""
    return " / ".join(str(part) for part in label) if isinstance(label, tuple) else str(label)


def _counts_rows(index: pandas.Index[Any]) -> bool:
    from pandas import RangeIndex

    return isinstance(index, RangeIndex) and index.start == 0 and index.step == 1 and index.name is None


def _pandas_text(value: Any) -> str | None:
    from pandas import NA

    if value is NA:
        return None
    return "NaN" if isinstance(value, float) and value != value else _text(value)


def _polars_values(series: polars.Series) -> list[Any]:
    """Python's values, or text where Python's would lose digits: nanoseconds and single precision."""
    import polars

    kind = series.dtype
    if kind == polars.Float32:
        return series.cast(polars.String).to_list()
    if kind.is_temporal():
        return series.dt.to_string("polars" if kind == polars.Duration else "iso").to_list()
    return series.to_list()


def _arrow_values(column: pyarrow.ChunkedArray | pyarrow.Array) -> list[Any]:
    """Python's values, or text where Python's would lose digits: nanoseconds and less than double precision."""
    import pyarrow

    kind = column.type
    if pyarrow.types.is_timestamp(kind) or pyarrow.types.is_time(kind):
        return list(column.cast(pyarrow.string()).to_pylist())
    if pyarrow.types.is_float32(kind) or pyarrow.types.is_float16(kind):
        return list(column.cast(pyarrow.float32()).cast(pyarrow.string()).to_pylist())
    if pyarrow.types.is_duration(kind):
        return [None if value is None else f"{value} {kind.unit}" for value in column.cast(pyarrow.int64()).to_pylist()]
    return list(column.to_pylist())


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return "NaN" if value != value else float.__repr__(value)
    return str(value)
