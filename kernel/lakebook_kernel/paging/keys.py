"""What DuckDB sorts, filters and counts by: a column of a frame in which no value is another one.

DuckDB reads some of Arrow's types with a loss: times in a zone and durations beyond microseconds, decimals beyond 38
digits. Times are given to it as the integers that they are; what it has no type for, as the texts that are shown. What
a browser is shown comes from the frame itself, by the numbers of its rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from lakebook_kernel.display.kinds import Kind
from lakebook_kernel.display.tables import Column

if TYPE_CHECKING:
    import pyarrow as pa

#: of a second, by Arrow's units
_UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")


class NoValue(ValueError):
    """A text is no value of the column; the message says what would be one."""


@dataclass(frozen=True)
class Key:
    """A column as DuckDB has it. ``{}`` in what is SQL stands for the column."""

    array: pa.ChunkedArray
    kind: Kind
    #: the value that a user's text means; raises ``NoValue``
    value: Callable[[str], Any]
    #: SQL of the text that is searched
    text: str = "CAST({} AS VARCHAR)"
    #: SQL of a number to draw by, None for what is no number: ms since 1970 for times
    number: str | None = None
    floating: bool = False

    @property
    def missing(self) -> str:
        """SQL: null, or NaN."""
        return "({0} IS NULL OR isnan({0}))" if self.floating else "({0} IS NULL)"


def key_of(column: Column, array: Any, texts: Callable[[], list[str | None]]) -> Key:
    """The key of a column.

    Args:
        column: as it is shown.
        array: Arrow's form of its values, None where it has none.
        texts: gives the values as they are shown, which is asked where DuckDB cannot read Arrow's.
    """
    import pyarrow as pa
    from pyarrow import types

    if array is None:
        return _of_texts(texts())
    if isinstance(array, pa.Array):
        array = pa.chunked_array([array])
    kind = array.type
    if types.is_dictionary(kind):
        array = array.cast(kind.value_type)
        kind = array.type
    if types.is_boolean(kind):
        return Key(array, "boolean", boolean)
    if types.is_integer(kind):
        return Key(array, "integer", decimal, number="CAST({} AS DOUBLE)")
    if types.is_floating(kind):
        array = array.cast(pa.float32()) if types.is_float16(kind) else array
        return Key(array, "number", real, number="CAST({} AS DOUBLE)", floating=True)
    if types.is_decimal(kind):
        if kind.bit_width > 128 or kind.precision > 38:
            try:
                array = array.cast(pa.decimal128(38, kind.scale))
            except pa.ArrowInvalid:
                return _of_texts(texts())
        elif kind.bit_width < 128:
            array = array.cast(pa.decimal128(kind.precision, kind.scale))
        return Key(array, "number", decimal, number="CAST({} AS DOUBLE)")
    if types.is_timestamp(kind):
        return _of_timestamps(array)
    if types.is_date(kind):
        days = array.cast(pa.date32()).cast(pa.int32())
        text, number = "CAST(DATE '1970-01-01' + {} AS VARCHAR)", "CAST({} AS DOUBLE) * 86400000"
        return Key(days, "date", date, text, number)
    if types.is_duration(kind):
        scale = _UNITS[kind.unit]
        number = f"CAST({{}} AS DOUBLE) * {1000 / scale!r}"
        return Key(array.cast(pa.int64()), "duration", span(scale), f"CAST({{}} AS VARCHAR) || ' {kind.unit}'", number)
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return Key(array, "text", str, "{}")
    if types.is_null(kind):
        return Key(array.cast(pa.string()), "text", str, "{}")
    return _of_texts(texts())


def _of_texts(values: list[str | None]) -> Key:
    import pyarrow as pa

    return Key(pa.chunked_array([pa.array(values, pa.string())]), "text", str, "{}")


def _of_timestamps(array: pa.ChunkedArray) -> Key:
    import pyarrow as pa

    unit, zone = array.type.unit, array.type.tz
    scale = _UNITS[unit]
    micros = f"{{}} * {10**6 // scale}" if scale <= 10**6 else "{} // 1000"
    if zone is None:
        text = (
            "CAST(make_timestamp_ns({}) AS VARCHAR)" if unit == "ns" else f"CAST(make_timestamp({micros}) AS VARCHAR)"
        )
    elif fixed := _OFFSET.fullmatch(zone):
        minutes = int(f"{fixed[1]}1") * (int(fixed[2]) * 60 + int(fixed[3]))
        text = f"CAST(make_timestamp({micros} + {minutes * 60_000_000}) AS VARCHAR)"
    else:
        text = f"CAST(timezone('{zone}', make_timestamptz({micros})) AS VARCHAR)"
    number = f"CAST({{}} AS DOUBLE) * {1000 / scale!r}"
    return Key(array.cast(pa.int64()), "time", moment(scale, zone), text, number)


def decimal(text: str) -> int | Decimal:
    """The number that a text is, in full. Raises ``NoValue``."""
    try:
        number = Decimal(text.strip().replace("_", ""))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise NoValue("a number")
    return int(number) if number == number.to_integral_value() else number


def real(text: str) -> float:
    """The floating-point number that a text is. Raises ``NoValue``."""
    try:
        return float(text)
    except ValueError:
        raise NoValue("a number") from None


def boolean(text: str) -> bool:
    """Whether a text says true. Raises ``NoValue``."""
    word = text.strip().lower()
    if word not in ("true", "false"):
        raise NoValue("true or false")
    return word == "true"


def moment(scale: int, zone: str | None) -> Callable[[str], int]:
    """What reads a time, in so many pieces of a second since 1970; one without a zone is of this one."""

    def value(text: str) -> int:
        import pandas

        wanted = NoValue("a time such as 2024-05-31 12:00")
        try:
            found: Any = pandas.Timestamp(text.strip())
            if zone is not None and found.tz is None:
                found = found.tz_localize(zone)
            if not isinstance(found, pandas.Timestamp):
                raise wanted
            return _units(found.as_unit("ns").value, scale)
        except NoValue:
            raise
        except (ValueError, TypeError):
            raise wanted from None

    return value


def date(text: str) -> int:
    """Days since 1970 of a date. Raises ``NoValue``."""
    import datetime

    try:
        return (datetime.date.fromisoformat(text.strip()) - datetime.date(1970, 1, 1)).days
    except ValueError:
        raise NoValue("a date such as 2024-05-31") from None


def span(scale: int) -> Callable[[str], int]:
    """What reads a duration, in so many pieces of a second."""

    def value(text: str) -> int:
        import pandas

        try:
            found: Any = pandas.Timedelta(text.strip())
        except ValueError:
            found = None
        if not isinstance(found, pandas.Timedelta):
            raise NoValue("a duration such as 1 day 02:30:00")
        return _units(found.value, scale)

    return value


def _units(nanoseconds: int, scale: int) -> int:
    return nanoseconds * scale // 10**9
