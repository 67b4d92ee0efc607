"""Which Scala type a Python value has: by its type and the types in it, never by what it is equal to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import reduce
from typing import Any

import numpy as np

from lakebook_kernel.languages.frames.nulls import is_null


@dataclass(frozen=True)
class Type:
    """A Scala type. ``tag`` is how values of it are told in a block, empty where each tells its own."""

    name: str
    of: tuple[Type, ...] = ()
    tag: str = ""

    def __str__(self) -> str:
        """As Scala code names it, whatever the notebook has defined."""
        inner = list(self.of)
        if self.name.endswith((".Set", ".Map")) and inner[0] == NOTHING:  # no other set or map would take its place
            inner[0] = ANY
        arguments = f"[{', '.join(map(str, inner))}]" if inner else ""
        return f"_root_.{self.name}{arguments}"

    @property
    def is_option(self) -> bool:
        """Whether a value may be missing, as ``None`` is in Python."""
        return self.name == "scala.Option"


ANY = Type("scala.Any")
NOTHING = Type("scala.Nothing")
NULL = Type("scala.Null")
BOOLEAN = Type("scala.Boolean", tag="z")
BYTE = Type("scala.Byte", tag="b")
SHORT = Type("scala.Short", tag="h")
INT = Type("scala.Int", tag="i")
LONG = Type("scala.Long", tag="l")
FLOAT = Type("scala.Float", tag="f")
DOUBLE = Type("scala.Double", tag="d")
STRING = Type("java.lang.String", tag="s")
BYTES = Type("scala.Array", (BYTE,), tag="y")
BIG_INT = Type("scala.math.BigInt", tag="I")
BIG_DECIMAL = Type("scala.math.BigDecimal", tag="D")
LOCAL_DATE = Type("java.time.LocalDate", tag="a")
LOCAL_DATE_TIME = Type("java.time.LocalDateTime", tag="w")
ZONED_DATE_TIME = Type("java.time.ZonedDateTime", tag="Z")
LOCAL_TIME = Type("java.time.LocalTime", tag="t")
DURATION = Type("java.time.Duration", tag="v")

#: how ``struct`` and ``array`` call a number in a block, by its tag
FORMATS = {"z": "?", "b": "b", "h": "h", "i": "i", "l": "q", "f": "f", "d": "d"}
#: NumPy's type of a number in a block, by its tag
NUMBERS = {"z": "?", "b": "i1", "h": "i2", "i": "i4", "l": "i8", "f": "f4", "d": "f8"}

_BY_TYPE: dict[type, Type] = {
    type(None): NULL,
    bool: BOOLEAN,
    int: LONG,
    float: DOUBLE,
    str: STRING,
    bytes: BYTES,
    bytearray: BYTES,
    Decimal: BIG_DECIMAL,
    date: LOCAL_DATE,
    timedelta: DURATION,
}
#: unsigned integers get the next wider type
_BY_DTYPE = {
    "bool": BOOLEAN,
    "int8": BYTE,
    "int16": SHORT,
    "uint8": SHORT,
    "int32": INT,
    "uint16": INT,
    "int64": LONG,
    "uint32": LONG,
    "uint64": BIG_INT,
    "float16": FLOAT,
    "float32": FLOAT,
    "float64": DOUBLE,
}
_TUPLE_SIZES = range(1, 23)


def type_of(value: Any) -> Type:
    """Raises ``TypeError`` when the value has no form in Scala."""
    found = _BY_TYPE.get(type(value))
    if found is not None:
        return found
    if is_null(value):
        return NULL
    match value:
        case np.ndarray():
            return _array_type(value)
        case np.generic():
            return _dtype_type(value.dtype)
        case dict():
            return Type("scala.collection.immutable.Map", (_items_type(value), _items_type(value.values())))
        case list() | range():
            return Type("scala.collection.immutable.List", (_items_type(value),))
        case set() | frozenset():
            return Type("scala.collection.immutable.Set", (_items_type(value),))
        case tuple():
            return _tuple_type(value)
    return _plain_type(value)


def common_type(left: Type, right: Type) -> Type:
    """The narrowest type of both: ``Option`` where one is missing, ``Any`` where they are of two kinds."""
    if left == right or right == NOTHING:
        return left
    if left == NOTHING:
        return right
    if left == NULL or right == NULL:
        return _option(right if left == NULL else left)
    if left.is_option or right.is_option:
        return _option(common_type(*(side.of[0] if side.is_option else side for side in (left, right))))
    if left.name == right.name and len(left.of) == len(right.of) and left.name != "scala.Array":
        return Type(left.name, tuple(map(common_type, left.of, right.of)))
    return ANY


def _plain_type(value: Any) -> Type:
    """Times, of which one class has several types, and what inherits from a type of Python's."""
    match value:
        case datetime():
            return LOCAL_DATE_TIME if value.tzinfo is None else ZONED_DATE_TIME
        case time() if value.tzinfo is None:
            return LOCAL_TIME
        case time():
            raise TypeError("a time with a zone has no form in Scala")
    for base in type(value).__mro__[:-1]:
        if base in _BY_TYPE and not isinstance(value, Enum):
            return _BY_TYPE[base]
    raise TypeError(f"a {type(value).__name__} has no form in Scala")


def _items_type(values: Iterable[Any]) -> Type:
    types = set(map(type, values))
    kinds = {_BY_TYPE[kind] for kind in types if kind in _BY_TYPE}
    if not types <= _BY_TYPE.keys():
        kinds |= {type_of(value) for value in values if type(value) not in _BY_TYPE}
    return reduce(common_type, sorted(kinds, key=str), NOTHING)


def _tuple_type(values: tuple[Any, ...]) -> Type:
    if len(values) not in _TUPLE_SIZES:
        raise TypeError(f"a tuple of {len(values)} has no form in Scala, whose tuples have 1 to 22; use a list")
    return Type(f"scala.Tuple{len(values)}", tuple(map(type_of, values)))


def _array_type(values: np.ndarray[Any, Any]) -> Type:
    kind = _dtype_type(values.dtype)
    if values.ndim > 1 and 0 in values.shape[:-1]:
        raise TypeError(f"an empty array of shape {values.shape} has no form in Scala, which would forget its shape")
    if np.ma.is_masked(values):
        kind = _option(kind)
    for _ in range(values.ndim):
        kind = Type("scala.Array", (kind,))
    return kind


def _dtype_type(kind: np.dtype[Any]) -> Type:
    if kind.name in _BY_DTYPE:
        return _BY_DTYPE[kind.name]
    match kind.kind:
        case "U":
            return STRING
        case "S":
            return BYTES
        case "M":
            return LOCAL_DATE if np.datetime_data(kind)[0] in ("Y", "M", "W", "D") else LOCAL_DATE_TIME
        case "m" if np.datetime_data(kind)[0] not in ("Y", "M"):
            return DURATION
    if kind.kind == "O":
        raise TypeError("a NumPy array of objects has no form in Scala; use its tolist()")
    raise TypeError(f"NumPy's {kind} has no form in Scala")


def _option(kind: Type) -> Type:
    return kind if kind.is_option or kind == NULL else Type("scala.Option", (kind,))
