"""A frame's columns ``c0``, ``c1`` … in expressions of Spark's."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any

from pyspark.sql import Column as Expression
from pyspark.sql import functions as f
from pyspark.sql import types as t

from lakebook_kernel.display.tables import Column
from lakebook_kernel.paging.keys import NoValue, boolean, date, decimal, moment, real
from lakebook_kernel.paging.questions import Filter, Order
from lakebook_kernel.paging.source import SourceError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_TIMES = (t.TimestampType, t.TimestampNTZType)
#: what has no order, and cannot be counted by value
_UNORDERED = (t.MapType, t.VariantType)


class SparkColumns:
    """What filters, orders and figures mean for the columns of a frame."""

    def __init__(self, columns: Sequence[Column], types: Sequence[t.DataType]) -> None:
        self.columns = columns
        self._types = types

    def is_floating(self, at: int) -> bool:
        """Whether a column has NaN beside null."""
        return isinstance(self._types[at], t.FractionalType) and not isinstance(self._types[at], t.DecimalType)

    def is_time(self, at: int) -> bool:
        """Whether its values are drawn as moments."""
        return isinstance(self._types[at], (*_TIMES, t.DateType))

    def is_number(self, at: int) -> bool:
        """Whether its values are numbers to reckon with."""
        return isinstance(self._types[at], t.NumericType)

    def text(self, at: int) -> Expression:
        """Its values as texts."""
        if isinstance(self._types[at], t.BinaryType):
            return f.hex(f.col(f"c{at}"))
        if isinstance(self._types[at], t.VariantType):
            return f.to_json(f.col(f"c{at}"))
        return f.col(f"c{at}").cast("string")

    def missing(self, at: int) -> Expression:
        """Null, or NaN."""
        column = f.col(f"c{at}")
        return column.isNull() | f.isnan(column) if self.is_floating(at) else column.isNull()

    def number(self, at: int) -> Expression | None:
        """Its values as numbers to draw by, null for what is none; ms since 1970 for times."""
        column, kind = f.col(f"c{at}"), self._types[at]
        if isinstance(kind, t.NumericType):
            number = column.cast("double")
            endless = f.isnan(number) | f.abs(number).eqNullSafe(f.lit(float("inf")))
            return f.when(~endless, number)
        if isinstance(kind, t.DateType):
            return f.unix_date(column) * f.lit(86_400_000.0)
        if isinstance(kind, t.TimestampType):
            return f.unix_micros(column) / f.lit(1000.0)
        if isinstance(kind, t.TimestampNTZType):
            return f.unix_micros(f.to_utc_timestamp(column, f.current_timezone())) / f.lit(1000.0)
        if isinstance(kind, t.DayTimeIntervalType):
            return column.cast("interval day to second").cast("decimal(30,6)").cast("double") * 1000
        return None

    def contains(self, at: int, text: str) -> Expression:
        """Whether a value has a text in it, whatever its case."""
        return f.contains(f.lower(self.text(at)), f.lower(f.lit(text)))

    def search(self, text: str) -> Expression:
        """Whether any value of a row has a text in it."""
        found = f.lit(False)
        for at in range(len(self.columns)):
            found = found | f.coalesce(self.contains(at, text), f.lit(False))
        return found

    def filter(self, asked: Filter) -> Expression:
        """Whether a row's value is one that is wanted. Raises ``SourceError``."""
        at, column = asked.column, f.col(f"c{asked.column}")
        match asked.comparison:
            case "missing":
                return self.missing(at)
            case "present":
                return ~self.missing(at)
            case "contains":
                return self.contains(at, asked.value)
            case "lacks":
                return ~f.coalesce(self.contains(at, asked.value), f.lit(False))
            case "starts":
                return f.startswith(f.lower(self.text(at)), f.lower(f.lit(asked.value)))
            case "among":
                known = [key for key in asked.keys if key is not None]
                found = self.text(at).isin(known) if known else f.lit(False)
                return f.coalesce(found, f.lit(False)) | (column.isNull() if None in asked.keys else f.lit(False))
        value = self._value(at, asked.value)
        match asked.comparison:
            case "equals":
                return ~self.missing(at) & (column == value)
            case "differs":
                return ~column.eqNullSafe(value)
            case "less":
                compared = column < value
            case "most":
                compared = column <= value
            case "more":
                compared = column > value
            case _:
                compared = column >= value
        return ~self.missing(at) & compared

    def orders(self, asked: Sequence[Order]) -> list[Expression]:
        """By what the rows are sorted: missing values come last."""
        sorts = []
        for order in asked:
            if isinstance(self._types[order.column], _UNORDERED):
                told = self.columns[order.column]
                raise SourceError(f"{told.name} is {told.type}, which has no order.")
            column = f.col(f"c{order.column}")
            sorts += [self.missing(order.column), column.desc() if order.descending else column.asc()]
        return sorts

    def figures(self, at: int) -> list[Expression]:
        """Count, values, NaN, distinct values, least, greatest, sum (mean of floats), median, and bounds to draw by."""
        column, kind = f.col(f"c{at}"), self._types[at]
        real_value = f.when(~self.missing(at), column)
        nothing = f.lit(None).cast("string")
        ordered = isinstance(kind, t.AtomicType) and not isinstance(kind, (t.VariantType, t.BinaryType))
        number = self.number(at)
        if self.is_floating(at):
            whole = f.avg(real_value)
        elif self.is_number(at):
            whole = f.sum(real_value.cast("decimal(38,10)" if isinstance(kind, t.DecimalType) else "decimal(38,0)"))
        else:
            whole = nothing
        return [
            f.count(f.lit(1)),
            f.count(column),
            f.count_if(f.isnan(column)) if self.is_floating(at) else nothing,
            f.approx_count_distinct(real_value) if ordered else nothing,
            f.min(real_value) if ordered else nothing,
            f.max(real_value) if ordered else nothing,
            whole,
            f.percentile_approx(real_value, 0.5) if self.is_number(at) else nothing,
            f.min(number) if number is not None else nothing,
            f.max(number) if number is not None else nothing,
        ]

    def counted(self, rows: DataFrame, at: int) -> DataFrame:
        """Its values, their keys and how often they are, most frequent first. Raises ``SourceError``."""
        if isinstance(self._types[at], _UNORDERED):
            told = self.columns[at]
            raise SourceError(f"{told.name} is {told.type}, whose values cannot be counted.")
        column = f.col(f"c{at}")
        counted = rows.groupBy(column).agg(f.count(f.lit(1)).alias("times"))
        return counted.orderBy(f.desc("times"), column).select(column, self.text(at), "times")

    def pieces(self, rows: DataFrame, at: int, low: float, high: float, bins: int) -> DataFrame:
        """How many values lie in each of the even pieces between two bounds."""
        number = self.number(at)
        assert number is not None
        place = f.floor((number - f.lit(low)) / f.lit(high - low) * bins) if high > low else f.lit(0).cast("long")
        piece = f.least(f.lit(bins - 1).cast("long"), place).alias("piece")
        return rows.where(number.isNotNull()).groupBy(piece).agg(f.count(f.lit(1)))

    def _value(self, at: int, text: str) -> Expression:
        kind = self._types[at]
        try:
            return self._literal(kind, text)
        except NoValue as wanted:
            column = self.columns[at]
            raise SourceError(f"{column.name} is {column.type}, and “{text}” is not {wanted}.") from None

    def _literal(self, kind: t.DataType, text: str) -> Expression:
        if isinstance(kind, t.BooleanType):
            return f.lit(boolean(text))
        if isinstance(kind, t.DateType):
            date(text)
            return f.lit(text.strip()).cast(kind)
        if isinstance(kind, _TIMES):
            moment(10**6, None)(text)
            return f.lit(text.strip()).cast(kind)
        if isinstance(kind, t.NumericType):
            if isinstance(kind, (t.FloatType, t.DoubleType)):
                return f.lit(real(text)).cast(kind)
            number = Decimal(decimal(text))
            places = max(0, -int(number.as_tuple().exponent))
            return f.lit(f"{number:f}").cast(f"decimal(38,{min(places, 38)})")
        return f.lit(text)


def mean_of(whole: str | None, count: int) -> str | None:
    """A mean in 17 digits, of a sum that lost none."""
    if whole is None or not count:
        return None
    with localcontext(prec=17):
        return f"{Decimal(whole) / count:f}"


def plain(value: Any) -> float | int | None:
    """A number of Spark's as JSON has it."""
    return value if value is None or isinstance(value, int) else float(value)
