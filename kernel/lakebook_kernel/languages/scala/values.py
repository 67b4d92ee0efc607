"""Values between Python and Scala, exact: one block of bytes each way, read and written in Scala by ``ScalaValues``.

A value is a tag and what belongs to it, numbers big-endian. Values of one type that stand in a row share their tag, so
that a million numbers are one copy of memory.
"""

from __future__ import annotations

import struct
import sys
import warnings
from array import array
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from lakebook_kernel.languages.scala.types import (
    ANY,
    BIG_DECIMAL,
    BIG_INT,
    LOCAL_DATE,
    LOCAL_TIME,
    LONG,
    NUMBERS,
    STRING,
    Type,
    type_of,
)
from lakebook_kernel.sharing.nulls import is_null

#: tags: null, true or false, what is in rows, containers
_NULL, _MIXED = b"N", b"*"
_SOME, _NONE = b"o", b"n"
_LIST, _TUPLE, _SET, _MAP, _ARRAY, _NUMBERS = b"L", b"U", b"S", b"M", b"A", b"X"

#: the bytes of a number, by its tag
_FORMATS = {"z": "?", "b": "b", "h": "h", "i": "i", "l": "q", "f": "f", "d": "d"}
_SIZES = {tag: struct.calcsize(">" + form) for tag, form in _FORMATS.items()}
_EPOCH = datetime(1970, 1, 1)
_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = _EPOCH.toordinal()


def write(value: Any) -> tuple[str, bytes]:
    """The Scala type of a value and its block. Raises ``TypeError`` when it has no form in Scala."""
    try:
        kind = type_of(value)
        writer = _Writer()
        writer.value(value, kind)
    except RecursionError:
        raise TypeError(f"this {type(value).__name__} contains itself or is nested too deeply") from None
    return str(kind), b"".join(writer.parts)


def is_frame(block: bytes) -> bool:
    """Whether a block of Scala's says that the value is a frame, which goes by reference."""
    return block == b"@"


def read(block: bytes) -> Any:
    """The value in a block of Scala's. Raises ``TypeError`` when it has no form in Python."""
    reader = _Reader(block)
    value = reader.value()
    if reader.cut:
        warnings.warn("nanoseconds were cut off: Python's times have microseconds", stacklevel=2)
    return value


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
        tag = element.tag.encode()
        if element.tag in NUMBERS:
            shape = struct.pack(f">b{values.ndim}i", values.ndim, *values.shape)
            self.parts += [_NUMBERS, tag, shape]
            self.parts.append(values.astype(np.dtype(NUMBERS[element.tag]).newbyteorder(">")).tobytes())
            return
        self.parts += [_ARRAY, tag, struct.pack(">b", values.ndim), _count(values)]
        for item in values:
            self.value(item, kind.of[0])

    def _plain(self, values: list[Any], kind: Type) -> None:
        if kind == LONG:
            self._longs(values)
        elif kind.tag in _FORMATS:
            form = _FORMATS[kind.tag]
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
    return struct.pack(">q", day.toordinal() - _EPOCH_DAY)


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


class _Reader:
    def __init__(self, block: bytes) -> None:
        self._block = memoryview(block)
        self._at = 0
        #: whether digits below the microsecond had to go
        self.cut = False
        self._plain: dict[str, Callable[[], Any]] = {
            "N": lambda: None,
            "!": self._refused,
            "s": self._string,
            "y": lambda: bytes(self._bytes()),
            "I": lambda: int.from_bytes(self._bytes(), "big", signed=True),
            "D": self._decimal,
            "a": lambda: self._held("date", lambda: date.fromordinal(self._unpack("q") + _EPOCH_DAY)),
            "w": lambda: self._held("date", lambda: _EPOCH + self._span()),
            "Z": lambda: self._held("date", self._zoned),
            "t": self._time,
            "v": lambda: self._held("duration", self._span),
            "n": lambda: None,
            "o": self.value,
            "L": self._items,
            "U": lambda: tuple(self._items()),
            "S": self._set,
            "M": self._map,
            "X": self._array,
        }

    def value(self) -> Any:
        return self._of(chr(self._take(1)[0]))

    def _of(self, tag: str) -> Any:
        if tag not in _FORMATS:
            return self._plain[tag]()
        return self._unpack(_FORMATS[tag])

    def _take(self, length: int) -> memoryview:
        self._at += length
        return self._block[self._at - length : self._at]

    def _unpack(self, form: str) -> Any:
        return struct.unpack(">" + form, self._take(struct.calcsize(">" + form)))[0]

    def _bytes(self) -> memoryview:
        return self._take(self._unpack("i"))

    def _string(self) -> str:
        return str(self._bytes(), "utf-16-be", "surrogatepass")

    def _refused(self) -> None:
        raise TypeError(self._string())

    def _decimal(self) -> Decimal:
        scale = self._unpack("i")
        unscaled = int.from_bytes(self._bytes(), "big", signed=True)
        return Decimal((int(unscaled < 0), tuple(map(int, str(abs(unscaled)))), -scale))

    def _held(self, what: str, make: Callable[[], Any]) -> Any:
        try:
            return make()
        except (OverflowError, ValueError):
            raise TypeError(f"a {what} of Scala is beyond what Python's can hold") from None

    def _microseconds(self, nanoseconds: int) -> int:
        self.cut |= nanoseconds % 1000 != 0
        return nanoseconds // 1000

    def _span(self) -> timedelta:
        seconds, nanoseconds = self._unpack("q"), self._unpack("i")
        return timedelta(seconds=seconds, microseconds=self._microseconds(nanoseconds))

    def _time(self) -> time:
        seconds, nanoseconds = divmod(self._unpack("q"), 10**9)
        return time(seconds // 3600, seconds // 60 % 60, seconds % 60, self._microseconds(nanoseconds))

    def _zoned(self) -> datetime:
        moment, name, offset = self._span(), self._string(), self._unpack("i")
        return (_EPOCH_UTC + moment).astimezone(_zone(name, offset))

    def _items(self) -> list[Any]:
        tag = chr(self._take(1)[0])
        if tag in _FORMATS:
            numbers: list[Any] = self._numbers(tag, self._unpack("i")).tolist()
            return numbers
        count = self._unpack("i")
        if tag == "s":
            return self._texts(count)
        if tag == "*":
            return [self.value() for _ in range(count)]
        one = self._plain[tag]
        return [one() for _ in range(count)]

    def _texts(self, count: int) -> list[Any]:
        ends = np.cumsum(self._numbers("i", count), dtype=np.int64).tolist()
        places = zip([0, *ends], ends, strict=False)
        raw = self._take(2 * ends[-1])
        joined = str(raw, "utf-16-be", "surrogatepass")
        if len(raw) == 2 * len(joined):
            return [joined[start:end] for start, end in places]
        return [str(raw[2 * start : 2 * end], "utf-16-be", "surrogatepass") for start, end in places]

    def _numbers(self, tag: str, count: int) -> np.ndarray[Any, Any]:
        kind = np.dtype(NUMBERS[tag])
        return np.frombuffer(self._take(count * _SIZES[tag]), kind.newbyteorder(">")).astype(kind)

    def _array(self) -> np.ndarray[Any, Any]:
        tag = chr(self._take(1)[0])
        shape = [self._unpack("i") for _ in range(self._unpack("b"))]
        return self._numbers(tag, int(np.prod(shape, dtype=np.int64))).reshape(shape)

    def _set(self) -> set[Any]:
        return set(_distinct("elements of a Set", self._items()))

    def _map(self) -> dict[Any, Any]:
        keys = _distinct("keys of a Map", self._items())
        return dict(zip(keys, self._items(), strict=True))


def _distinct(what: str, items: list[Any]) -> list[Any]:
    """The items, hashable, and as many for Python as they were for Scala."""
    found = [frozenset(item) if isinstance(item, set) else item for item in items]
    try:
        count = len(set(found))
    except TypeError:
        raise TypeError(f"{what} cannot be hashed in Python") from None
    if count != len(items):
        raise TypeError(f"two {what} are equal in Python")
    return found


def _zone(name: str, offset: int) -> timezone | ZoneInfo:
    if name:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            pass  # Java knows some that Python does not, such as UTC+1
    return timezone(timedelta(seconds=offset)) if offset else UTC
