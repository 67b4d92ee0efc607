"""Python values as blocks of bytes for Scala, where ``ScalaValues`` reads them.

A block is a tag and what belongs to it, numbers big-endian. Values of one type that stand in a row share their tag, so
that a million numbers are one copy of memory.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from lakebook_kernel.languages.frames.nulls import is_null
from lakebook_kernel.languages.scala.types import (
    ANY,
    BIG_DECIMAL,
    BIG_INT,
    FORMATS,
    LOCAL_DATE,
    LOCAL_TIME,
    LONG,
    NUMBERS,
    STRING,
    Type,
    type_of,
)

#: tags: null, true or false, what is in rows, containers
_NULL, _MIXED = b"N", b"*"
_SOME, _NONE = b"o", b"n"
_LIST, _TUPLE, _SET, _MAP, _ARRAY, _NUMBERS = b"L", b"U", b"S", b"M", b"A", b"X"

_EPOCH = datetime(1970, 1, 1)
_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=UTC)


def write(value: Any) -> tuple[str, bytes]:
    """The Scala type of a value and its block. Raises ``TypeError`` when it has no form in Scala."""
    try:
        kind = type_of(value)
        writer = _Writer()
        writer.value(value, kind)
    except RecursionError:
        raise TypeError(f"this {type(value).__name__} contains itself or is nested too deeply") from None
    return str(kind), b"".join(writer.parts)


class _Writer:
    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def value(self, value: Any, kind: Type) -> None:
        if kind == ANY:
            kind = type_of(value)
        if kind.is_option:
            missing = is_null(value)
            self.parts.append(_NONE if missing else _SOME)
            if not missing:
                self.value(value, kind.of[0])
        elif is_null(value):
            self.parts.append(_NULL)
        elif kind.tag:
            self.parts.append(kind.tag.encode())
            self._plain([value[()] if isinstance(value, np.ndarray) else value], kind)
        else:
            self._container(value, kind)

    def _container(self, value: Any, kind: Type) -> None:
        if isinstance(value, np.ndarray):
            self._array(value, kind)
        elif isinstance(value, dict):
            self.parts.append(_MAP)
            self._items(list(value), kind.of[0])
            self._items(list(value.values()), kind.of[1])
        elif isinstance(value, tuple):
            self.parts += [_TUPLE, _MIXED, _count(value)]
            for item, inner in zip(value, kind.of, strict=True):
                self.value(item, inner)
        else:
            self.parts.append(_SET if isinstance(value, set | frozenset) else _LIST)
            self._items(list(value), kind.of[0])

    def _items(self, values: list[Any], kind: Type) -> None:
        tag = kind.tag
        self.parts += [tag.encode() if tag else _MIXED, _count(values)]
        if kind == STRING:
            self._texts(values)
        elif tag:
            self._plain(values, kind)
        else:
            for value in values:
                self.value(value, kind)

    def _array(self, values: np.ndarray[Any, Any], kind: Type) -> None:
        element = kind
        for _ in range(values.ndim):
            element = element.of[0]
        tag = _SOME if element.is_option else element.tag.encode()
        if element.tag in NUMBERS:
            shape = struct.pack(f">b{values.ndim}i", values.ndim, *values.shape)
            self.parts += [_NUMBERS, tag, shape]
            self.parts.append(values.astype(np.dtype(NUMBERS[element.tag]).newbyteorder(">")).tobytes())
            return
        self.parts += [_ARRAY, tag, struct.pack(">b", values.ndim), _count(values)]
        for item in np.asarray(values) if isinstance(values, np.matrix) else values:
            self.value(item, kind.of[0])

    def _plain(self, values: list[Any], kind: Type) -> None:
        if kind == LONG:
            self._longs(values)
        elif kind.tag in FORMATS:
            form = FORMATS[kind.tag]
            if form == "?":
                self.parts.append(bytes(map(bool, values)))
            else:
                self._numbers(array(form, values))
        else:
            self.parts += map(_PLAIN[kind.tag], values)

    def _texts(self, texts: list[str]) -> None:
        """All lengths, then all texts, in units of UTF-16."""
        joined = "".join(texts)
        raw = _utf16(joined)
        plain = len(raw) == 2 * len(joined)
        self._numbers(array("i", [len(text) if plain else len(_utf16(text)) // 2 for text in texts]))
        self.parts.append(raw)

    def _longs(self, values: list[Any]) -> None:
        try:
            self._numbers(array("q", values))
        except OverflowError:
            raise TypeError("an int beyond 64 bits: Python's int is Scala's Long, which has 64") from None

    def _numbers(self, numbers: array[Any]) -> None:
        if sys.byteorder == "little":
            numbers.byteswap()
        self.parts.append(numbers.tobytes())


def _count(values: Collection[Any]) -> bytes:
    return struct.pack(">i", len(values))


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-be", "surrogatepass")


def _string(text: str) -> bytes:
    return _bytes(_utf16(text))


def _bytes(raw: Any) -> bytes:
    return struct.pack(">i", len(raw)) + bytes(raw)


def _big_int(number: int) -> bytes:
    return _bytes(int(number).to_bytes(int(number).bit_length() // 8 + 1, "big", signed=True))


def _decimal(number: Decimal) -> bytes:
    sign, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):
        raise TypeError(f"the Decimal {number} has no form in Scala, whose BigDecimal is always a number")
    if not -(2**31) < exponent < 2**31:
        raise TypeError(f"the Decimal {number} has an exponent that Scala's BigDecimal cannot hold")
    unscaled = int("".join(map(str, digits)) or "0")
    return struct.pack(">i", -exponent) + _big_int(-unscaled if sign else unscaled)


def _date(day: date | np.datetime64) -> bytes:
    if isinstance(day, np.datetime64):
        return struct.pack(">q", int(day.astype("datetime64[D]").astype(np.int64)))
    return struct.pack(">q", day.toordinal() - _EPOCH.toordinal())


def _wall(moment: datetime | np.datetime64) -> bytes:
    if isinstance(moment, np.datetime64):
        return _of_ticks(moment, "datetime64")
    return _instant(moment.replace(tzinfo=None))


def _instant(moment: datetime) -> bytes:
    nanoseconds: int = getattr(moment, "nanosecond", 0)
    if hasattr(moment, "to_pydatetime"):
        moment = moment.to_pydatetime(warn=False)
    span = moment - (_EPOCH if moment.tzinfo is None else _EPOCH_UTC)
    return struct.pack(">qi", span.days * 86400 + span.seconds, span.microseconds * 1000 + nanoseconds)


def _zoned(moment: datetime) -> bytes:
    zone = moment.tzinfo
    name = getattr(zone, "key", None) or getattr(zone, "zone", None) or ""
    offset = moment.utcoffset() or timedelta()
    if offset.microseconds or abs(offset) > timedelta(hours=18):
        raise TypeError(f"the offset {offset} has no form in Scala: java.time has whole seconds, at most 18 hours")
    return _instant(moment) + _string(str(name)) + struct.pack(">i", offset.days * 86400 + offset.seconds)


def _time(clock: time) -> bytes:
    seconds = clock.hour * 3600 + clock.minute * 60 + clock.second
    return struct.pack(">q", seconds * 10**9 + clock.microsecond * 1000)


def _span(span: timedelta | np.timedelta64) -> bytes:
    if isinstance(span, np.timedelta64):
        return _of_ticks(span, "timedelta64")
    nanoseconds: int = getattr(span, "nanoseconds", 0)
    span = span.to_pytimedelta() if hasattr(span, "to_pytimedelta") else span
    return struct.pack(">qi", span.days * 86400 + span.seconds, span.microseconds * 1000 + nanoseconds)


def _of_ticks(value: np.datetime64 | np.timedelta64, name: str) -> bytes:
    """Seconds and nanoseconds of a NumPy time, whose unit may be any."""
    seconds = value.astype(f"{name}[s]")
    if value < seconds:  # NumPy rounds towards zero
        seconds = seconds - np.timedelta64(1, "s")
    rest = value - seconds
    nanoseconds = rest.astype("timedelta64[ns]")
    if nanoseconds != rest:
        raise TypeError(f"{value} has digits below the nanosecond, which java.time has not")
    return struct.pack(">qi", int(seconds.astype(np.int64)), int(nanoseconds.astype(np.int64)))


_PLAIN: dict[str, Callable[[Any], bytes]] = {
    STRING.tag: lambda text: _string(str(text)),
    "y": _bytes,
    BIG_INT.tag: _big_int,
    BIG_DECIMAL.tag: _decimal,
    LOCAL_DATE.tag: _date,
    "w": _wall,
    "Z": _zoned,
    LOCAL_TIME.tag: _time,
    "v": _span,
}
