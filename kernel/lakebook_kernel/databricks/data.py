"""``dbutils.data``: what is in a frame, column by column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lakebook_kernel.databricks.errors import DbutilsError
from lakebook_kernel.databricks.utility import Utility
from lakebook_kernel.display.frames import is_sparks
from lakebook_kernel.display.tables import Column, Table, table_bundle

if TYPE_CHECKING:
    import pandas
    from pyspark.sql import DataFrame

_HEADS = ("column", "type", "count", "missing", "distinct", "mean", "std", "min", "median", "max")
_NUMBERS = ("tinyint", "smallint", "int", "bigint", "float", "double", "decimal")
#: types that have a smallest and a largest value
_ORDERED = (*_NUMBERS, "string", "date", "timestamp", "timestamp_ntz", "boolean")


class DataError(DbutilsError):
    """This has no columns to summarize."""


class Data(Utility):
    """What is in a frame."""

    def summarize(self, df: Any, precise: bool = False) -> None:
        """Show a table of statistics of a frame of Spark's or pandas', a line for each column.

        Of Spark's, distinct values and the median are estimates (5 % and 1 % off at most, as a rule) unless precise.
        """
        if is_sparks(df):
            if df.isStreaming:
                raise DataError("dbutils.data.summarize takes no stream: it would never end.")
            rows = _of_spark(df, precise)
        elif type(df).__module__.startswith("pandas.") and type(df).__name__ == "DataFrame":
            rows = _of_pandas(df)
        else:
            raise DataError(
                f"dbutils.data.summarize takes a frame of Spark's or pandas', and this is a {type(df).__name__}."
            )
        from IPython.core.display_functions import publish_display_data

        columns = [Column(name, "" if name in ("column", "type") else "double") for name in _HEADS]
        publish_display_data(table_bundle(Table(columns, [list(map(_text, row)) for row in rows], total=len(rows))))


def _of_spark(frame: DataFrame, precise: bool) -> list[list[Any]]:
    from pyspark.sql import functions as f

    asked = []
    for number, field in enumerate(frame.schema.fields):
        column = frame[f"`{field.name.replace('`', '``')}`"]
        kind = field.dataType.simpleString().partition("(")[0]
        numeric, ordered, plain = kind in _NUMBERS, kind in _ORDERED, f.lit(None)
        countable = ordered or kind == "binary"
        distinct = f.countDistinct(column) if precise else f.approx_count_distinct(column)
        median = f.median(column) if precise else f.percentile_approx(column, 0.5)
        asked.append(
            f.struct(
                f.count(column).alias("count"),
                f.count_if(column.isNull()).alias("missing"),
                (distinct if countable else plain).alias("distinct"),
                (f.avg(column) if numeric else plain).alias("mean"),
                (f.stddev(column) if numeric else plain).alias("std"),
                (f.min(column) if ordered else plain).alias("min"),
                (median if numeric else plain).alias("median"),
                (f.max(column) if ordered else plain).alias("max"),
            ).alias(str(number))
        )
    if not asked:
        return []
    (row,) = frame.agg(*asked).collect()
    fields = frame.schema.fields
    return [[field.name, field.dataType.simpleString(), *row[number]] for number, field in enumerate(fields)]


def _of_pandas(frame: pandas.DataFrame) -> list[list[Any]]:
    return [
        [str(label), *_of_series(frame.iloc[:, position].rename(str(label)))]
        for position, label in enumerate(frame.columns)
    ]


def _of_series(series: pandas.Series[Any]) -> list[Any]:
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    present = series.dropna()
    known = [str(series.dtype), len(present), len(series) - len(present)]
    try:
        distinct = present.nunique()
    except TypeError:  # lists and the like
        return [*known, *[None] * 6]
    if is_numeric_dtype(series.dtype) and not is_bool_dtype(series.dtype) and len(present):
        numbers = present.mean(), present.std() if len(present) > 1 else None
        return [*known, distinct, *numbers, present.min(), present.median(), present.max()]
    try:
        least, most = (present.min(), present.max()) if len(present) else (None, None)
    except TypeError:  # values of several types
        least = most = None
    return [*known, distinct, None, None, least, None, most]


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value)
