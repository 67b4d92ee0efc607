"""Blocks of bytes that ``ScalaValues`` wrote, as Python values; ``writer.py`` says what they look like."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from lakebook_kernel.languages.scala.types import FORMATS, NUMBERS

_SIZES = {tag: struct.calcsize(">" + form) for tag, form in FORMATS.items()}
_EPOCH = datetime(1970, 1, 1)
_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = _EPOCH.toordinal()


def is_frame(block: bytes) -> bool:
    """Whether a block of Scala's says that the value is a frame, which goes by reference."""
    return block == b"@"


def read(block: bytes, name: str) -> Any:
    """The value in a block of Scala's, called ``name`` there. Raises ``TypeError`` when it has no form in Python."""
    reader = _Reader(block)
    value = reader.value()
    if reader.cut:
        warnings.warn(f"{name}: nanoseconds were cut off: Python's times have microseconds", stacklevel=2)
    return value


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
        if tag not in FORMATS:
            return self._plain[tag]()
        return self._unpack(FORMATS[tag])

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
        if tag in FORMATS:
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
        bounds = [0, *np.cumsum(self._numbers("i", count), dtype=np.int64).tolist()]
        places = pairwise(bounds)
        raw = self._take(2 * bounds[-1])
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
