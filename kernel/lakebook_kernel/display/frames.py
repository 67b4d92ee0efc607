"""The first rows of Python's frames as a `Table`, and how IPython comes to show them so.

A frame of any length costs what its head costs, and no library is imported to find out that a value is not its frame.
Values are written in full: digits are never rounded, and NaN and null differ where the frame knows the difference.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from lakebook_kernel.display.tables import HTML, KEPT_ROWS, Column, Table, table_bundle, table_html
from lakebook_kernel.languages.base import Keep, MimeBundle
from lakebook_kernel.languages.frames import kind_of

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import pandas
    import polars
    import pyarrow
    from IPython.core.formatters import DisplayFormatter

    #: which rows: from one to another, or these
    Rows = slice | np.ndarray[Any, Any]
    _Part = tuple[list[Column], list[Iterable[str | None]]]

#: asks the bridge for the head of a Java ``Dataset``: its ``TableHead`` as JSON
SparkHead = Callable[[Any, int], str]


def register(formatter: DisplayFormatter, spark_head: SparkHead, keep: Keep) -> None:
    """Show frames as tables. As text a frame in memory keeps its ``repr``; one still to be computed shows rows."""
    html = formatter.formatters["text/html"]
    html.for_type_by_name("pandas.core.frame", "DataFrame", lambda frame: table_html(pandas_head(frame)))
    html.for_type_by_name("polars.dataframe.frame", "DataFrame", lambda frame: table_html(polars_head(frame)))
    html.for_type_by_name("pyarrow.lib", "Table", lambda frame: table_html(arrow_head(frame)))
    html.for_type_by_name("pyarrow.lib", "RecordBatch", lambda frame: table_html(arrow_head(frame)))
    formatter.format = _Computing(formatter, spark_head, keep)  # type: ignore[method-assign]


class _Computing:
    """IPython's ``format``, but frames are shown with their data, and the errors of those that are computed only now
    are the cell's.

    IPython prints what goes wrong in a formatter and then shows the value's ``repr``, as if the cell had not failed.
    """

    def __init__(self, formatter: DisplayFormatter, spark_head: SparkHead, keep: Keep) -> None:
        self._format: Callable[..., tuple[MimeBundle, dict[str, Any]]] = formatter.format
        self._spark_head = spark_head
        self._keep = keep

    def __call__(self, value: Any, include: Any = None, exclude: Any = None) -> tuple[MimeBundle, dict[str, Any]]:
        kind = type(value)
        if kind.__name__ == "DuckDBPyRelation":
            return table_bundle(duckdb_head(value)), {}
        if is_sparks(value) and value.columns and not value.isStreaming:
            table = Table.from_json(json.loads(self._spark_head(value._jdf, KEPT_ROWS)))
            return table_bundle(table, handle=self._keep(value)), {}
        data, metadata = self._format(value, include, exclude)
        if str(data.get("text/html", "")).startswith(HTML) and is_in_memory(value):  # else the user shows it otherwise
            from lakebook_kernel.display.mime import TABLE_TYPE, table_data

            data[TABLE_TYPE] = table_data(_head(value, rows_of(value), KEPT_ROWS), handle=self._keep(value))
        return data, metadata


def is_in_memory(value: Any) -> bool:
    """Whether a value is a frame whose rows are in Python's memory."""
    kind = kind_of(value)
    return kind is not None and kind.form == "table"


def is_sparks(value: Any) -> bool:
    """Whether a value is a Spark DataFrame of the driver's, without importing PySpark to find out."""
    kind = type(value)
    return kind.__name__ == "DataFrame" and kind.__module__.startswith("pyspark.sql.") and hasattr(value, "_jdf")


def rows_of(frame: Any) -> int:
    """How many rows a frame in memory has."""
    return int(frame.num_rows if hasattr(frame, "num_rows") else len(frame))


def pandas_head(frame: pandas.DataFrame, rows: int = KEPT_ROWS) -> Table:
    """The first rows of a pandas frame as texts. The index comes first, unless it only counts the rows."""
    return _head(frame, len(frame), rows)


def polars_head(frame: polars.DataFrame, rows: int = KEPT_ROWS) -> Table:
    """The first rows of a polars frame as texts, with its number of rows."""
    return _head(frame, frame.height, rows)


def arrow_head(frame: pyarrow.Table | pyarrow.RecordBatch, rows: int = KEPT_ROWS) -> Table:
    """The first rows of an Arrow table or batch as texts, with its number of rows."""
    return _head(frame, frame.num_rows, rows)


def _head(frame: Any, total: int, rows: int) -> Table:
    head = part_of(frame, slice(0, min(rows, total)))
    return Table(head.columns, head.rows, total > rows, total)


def part_of(frame: Any, rows: Rows, column: int | None = None) -> Table:
    """Some rows of a frame of pandas, polars or pyarrow, of all columns or of one, as they are shown."""
    kind = kind_of(frame)
    assert kind is not None and kind.form == "table"
    parts: dict[str, Callable[[Any, Rows, int | None], _Part]] = {
        "pandas": _pandas_part,
        "polars": _polars_part,
        "pyarrow": _arrow_part,
    }
    columns, values = parts[kind.library](frame, rows, column)
    return Table(columns, list(zip(*values, strict=True)))


def shown_levels(frame: pandas.DataFrame) -> int:
    """How many levels of a pandas frame's index are shown, as columns before its own."""
    return 0 if _counts_rows(frame.index) else frame.index.nlevels


def _pandas_part(frame: pandas.DataFrame, rows: Rows, column: int | None) -> _Part:
    columns: list[Column] = []
    values: list[Iterable[str | None]] = []
    levels = shown_levels(frame)
    if column is not None and column >= levels:
        frame, levels = frame.iloc[:, [column - levels]], 0
    part = frame.iloc[rows]
    for level in range(levels):
        if column is None or level == column:
            index = part.index.get_level_values(level)
            columns.append(Column(_name(index.name), str(index.dtype)))
            values.append(map(_pandas_text, index))
    for at in range(frame.shape[1] if column is None or not levels else 0):
        series = part.iloc[:, at]
        columns.append(Column(_name(frame.columns[at]), str(series.dtype)))
        values.append(map(_pandas_text, series.array))
    return columns, values


def _polars_part(frame: polars.DataFrame, rows: Rows, column: int | None) -> _Part:
    chosen = frame if column is None else frame[:, [column]]
    part = chosen[rows]
    columns = [Column(name, str(kind)) for name, kind in part.schema.items()]
    return columns, [map(_text, _polars_values(series)) for series in part.get_columns()]


def _arrow_part(frame: pyarrow.Table | pyarrow.RecordBatch, rows: Rows, column: int | None) -> _Part:
    chosen = frame if column is None else frame.select([column])
    part = chosen.slice(rows.start, rows.stop - rows.start) if isinstance(rows, slice) else chosen.take(rows)
    columns = [Column(field.name, str(field.type)) for field in part.schema]
    return columns, [map(_text, _arrow_values(column)) for column in part.columns]


def duckdb_head(relation: duckdb.DuckDBPyRelation, rows: int = KEPT_ROWS) -> Table:
    """The head as DuckDB writes it; the relation is asked for one row more, never for the whole."""
    columns = [Column(name, str(kind)) for name, kind in zip(relation.columns, relation.types, strict=True)]
    head = relation.limit(rows + 1).project("CAST(COLUMNS(*) AS VARCHAR)").fetchall()
    return Table(columns, head[:rows], len(head) > rows)


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
