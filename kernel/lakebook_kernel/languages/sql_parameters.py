"""Python values as the parameters of a SQL statement: ``:name``. Spark binds them, they never become text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from lakebook_kernel.languages.frames import is_frame
from lakebook_kernel.languages.frames.columns import spark_column
from lakebook_kernel.languages.frames.nulls import is_null
from lakebook_kernel.languages.frames.spark import from_arrow

if TYPE_CHECKING:
    from py4j.java_gateway import JavaObject
    from pyspark.sql import Column, SparkSession

_LONG = range(-(2**63), 2**63)
_WIDE = range(-(10**38) + 1, 10**38)
#: a subclass before its base
_KINDS = (dict, bool, int, float, str, bytes, Decimal, datetime, date, time, timedelta)
_TYPES = {bool: pa.bool_(), float: pa.float64(), str: pa.string(), bytes: pa.binary(), date: pa.date32()}


class NoLiteral(TypeError):
    """A value has no form in SQL."""

    def __init__(self, name: str, reason: object) -> None:
        super().__init__(f":{name} {reason}")
        self.name = name


def literals(
    spark: SparkSession, notebook: JavaObject, values: dict[str, Any], say: Callable[[str], None]
) -> dict[str, Column]:
    """The values as Spark's literals, for ``spark.sql``. ``say`` shows the user a line about what was lost.

    Raises:
        NoLiteral: a value has no form in SQL; the message names its parameter.
        TypeError: a value is a frame.
    """
    from pyspark.sql.classic.column import Column

    arrays = []
    for name, value in values.items():
        if is_frame(value):
            raise TypeError(f":{name} is a frame: name it without the colon, as a table")
        try:
            array, cut = spark_column(_array([value]))
        except (TypeError, pa.ArrowException, OverflowError) as reason:
            raise NoLiteral(name, reason) from None
        except UnicodeEncodeError:
            raise NoLiteral(name, "has half of a surrogate pair, which is no Unicode") from None
        except RecursionError:
            raise NoLiteral(name, "is nested too deeply") from None
        if cut:
            say(f":{name}: nanoseconds were cut off: Spark's times have microseconds.")
        arrays.append(array)
    try:
        frame = from_arrow(spark, pa.Table.from_arrays(arrays, names=list(values)))
    except (RecursionError, pa.ArrowInvalid) as reason:
        if isinstance(reason, pa.ArrowInvalid) and "recursion depth" not in str(reason):
            raise
        raise NoLiteral(next(iter(values)), "or another of the parameters is nested too deeply") from None
    made = notebook.literals(frame._jdf)
    return {name: Column(column) for name, column in zip(values, made, strict=True)}


def _array(values: list[Any]) -> pa.Array:
    """Values of one type as an array of that type."""
    values = [_plain(value) if isinstance(value, np.ndarray) else value for value in values]
    missing = [is_null(value) for value in values]
    present = [value for value, gone in zip(values, missing, strict=True) if not gone]
    if not present:
        return pa.nulls(len(values))
    kinds = {_kind(value) for value in present}
    if len(kinds) > 1:
        raise TypeError(f"holds values of different types: {', '.join(sorted(kind.__name__ for kind in kinds))}")
    (kind,) = kinds
    cleaned = [None if gone else value for value, gone in zip(values, missing, strict=True)]
    if kind is dict:
        keys = _array(_joined(present, list))
        if pa.types.is_null(keys.type):  # of an empty dictionary; Spark has no map without a type of keys
            keys = keys.cast(pa.string())
        items = _array(_joined(present, lambda mapping: list(mapping.values())))
        return pa.MapArray.from_arrays(_offsets(cleaned), keys, items)
    if kind is list:
        return pa.ListArray.from_arrays(_offsets(cleaned), _array(_joined(present, list)))
    if kind is np.ndarray:
        return pa.ListArray.from_arrays(_offsets(cleaned), pa.concat_arrays([_numpy(value) for value in present]))
    return _scalars(cleaned, present, kind)


def _plain(value: np.ndarray[Any, Any]) -> Any:
    """An array without dimensions is a value, and a matrix of NumPy's is an array: its rows would be matrices again."""
    if not value.ndim:
        return value[()]
    return np.asarray(value) if isinstance(value, np.matrix) else value


def _kind(value: Any) -> type:
    """The type that stands for all that become one type of SQL."""
    if isinstance(value, list | tuple | set | frozenset | range):
        return list
    if isinstance(value, np.ndarray):
        return list if value.ndim > 1 or value.dtype.kind == "O" else np.ndarray
    if isinstance(value, np.generic):
        return type(value)
    for kind in _KINDS:
        if isinstance(value, kind):
            return kind
    raise TypeError(f"is a {type(value).__name__}, which has no form in SQL")


def _scalars(values: list[Any], present: list[Any], kind: type) -> pa.Array:
    if kind in _TYPES:
        return pa.array(values, _TYPES[kind])
    if issubclass(kind, np.generic):
        places = iter(range(len(present)))
        return _numpy(np.array(present)).take(pa.array([None if v is None else next(places) for v in values]))
    if kind is int:
        if all(value in _LONG for value in present):
            return pa.array(values, pa.int64())
        if not all(value in _WIDE for value in present):
            raise TypeError("is an int beyond 38 digits, which SQL's numbers have at most")
        return pa.array([None if value is None else Decimal(value) for value in values], pa.decimal128(38, 0))
    if kind is Decimal and not all(value.is_finite() for value in present):
        raise TypeError("is a Decimal that is no number")
    if kind is datetime:
        zones = {value.tzinfo is not None for value in present}
        if len(zones) > 1:
            raise TypeError("holds times with and without a zone")
        return pa.array(values, pa.timestamp(_unit(present, "nanosecond"), tz="UTC" if True in zones else None))
    if kind is timedelta:
        return pa.array(values, pa.duration(_unit(present, "nanoseconds")))
    return pa.array(values)


def _unit(values: Iterable[Any], digits: str) -> str:
    return "ns" if any(getattr(value, digits, 0) for value in values) else "us"


def _numpy(values: np.ndarray[Any, Any]) -> pa.Array:
    if values.dtype.kind in "Mm":
        unit = np.datetime_data(values.dtype)[0]
        known = "D" if unit in ("Y", "M", "W") else "s" if unit in ("h", "m") else unit
        values = values.astype(f"{values.dtype.kind}8[{known}]")
    return pa.array(values)


def _joined(values: Iterable[Any], items: Callable[[Any], Iterable[Any]]) -> list[Any]:
    return list(chain.from_iterable(items(value) for value in values))


def _offsets(values: list[Any]) -> pa.Array:
    """Where each one's items begin; null where it is null."""
    ends = list(accumulate((0 if value is None else len(value) for value in values), initial=0))
    starts = [None if value is None else start for value, start in zip(values, ends, strict=False)]
    return pa.array([*starts, ends[-1]], pa.int32())
