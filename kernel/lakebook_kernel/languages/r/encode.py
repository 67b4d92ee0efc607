"""Python's values as forms for R; runs in the kernel. What has no exact form there raises ``TypeError``."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from lakebook_kernel.languages.frames import UNNAMED, kind_of
from lakebook_kernel.languages.r.encode_frames import index_of_series, one_array, series_values, to_frame
from lakebook_kernel.languages.r.forms import EXACT, Form, Listing, Raw, Vector
from lakebook_kernel.languages.r.times import microseconds

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
_NO_INTEGER = -(2**31)
_CONTAINERS = {list: "list", tuple: "tuple", set: "set", frozenset: "frozenset"}
_BEYOND = "R's numbers are exact up to 2^53, and {what} is beyond; give it as text, or as float to round it"


def encode(value: Any, notes: list[str]) -> Form:
    """The form of a value; ``notes`` takes what a user must know of it."""
    try:
        return _encode(value, notes)
    except RecursionError:
        raise TypeError("it is nested too deep, or contains itself") from None


def _encode(value: Any, notes: list[str]) -> Form:
    if value is None:
        return None
    kind = kind_of(value)
    if kind is not None and kind.form == "table":
        return to_frame(value, notes)
    if kind == ("pandas", "column"):
        return _of_series(value, notes)
    if kind == ("polars", "column"):
        return _of_column(value.to_arrow(), "list")
    library = type(value).__module__.partition(".")[0]
    if library in ("pandas", "pyarrow"):
        found = _of_library(value, library, notes)
        if found is not None:
            return found
    if isinstance(value, (bytes, bytearray, memoryview)):
        return Raw(bytes(value))
    if isinstance(value, np.ndarray):
        return _of_array(value, notes)
    if isinstance(value, np.generic):
        return Vector(_of_numpy(np.array([value])))
    if isinstance(value, Mapping):
        return _of_mapping(value, notes)
    if isinstance(value, (list, tuple, set, frozenset, range)):
        return _of_items(value, notes)
    vector = _kind(value)
    if vector is None:
        raise TypeError("R has nothing like it")
    return Vector(_vector(vector, [value]), mark=("Decimal",) if vector == "decimal" else ())


def _of_mapping(value: Mapping[Any, Any], notes: list[str]) -> Listing:
    for key in value:
        if not isinstance(key, str):
            raise TypeError(f"its key {key!r} is a {type(key).__name__}, and R's names are texts")
        _check_text(key)
    return Listing([_encode(item, notes) for item in value.values()], list(value))


def _of_items(value: Iterable[Any], notes: list[str]) -> Form:
    """A vector where all items are of one of R's types, else a list."""
    items = list(value)
    container = next((name for kind, name in _CONTAINERS.items() if isinstance(value, kind)), "list")
    kinds = {_kind(item) for item in items if item is not None}
    if not items or len(kinds) > 1 or None in kinds:
        mark = () if container == "list" else (container,)
        return Listing([_encode(item, notes) for item in items], mark=mark)
    kind = kinds.pop() if kinds else "logical"
    assert kind is not None
    if kind == "decimal":
        return Vector(_vector(kind, items), mark=(f"{container} of Decimal",))
    return Vector(_vector(kind, items), mark=() if container == "list" and len(items) > 1 else (container,))


def _kind(value: Any) -> str | None:
    """Which R vector has such a scalar, by its type alone; a time's zone belongs to it."""
    if isinstance(value, np.generic):
        return _numpy_kind(value.dtype)
    if isinstance(value, bool):
        return "logical"
    if isinstance(value, (int, float)):
        return "double"
    if isinstance(value, str):
        return "character"
    if isinstance(value, complex):
        return "complex"
    if isinstance(value, Decimal):
        return "decimal"
    if isinstance(value, dt.datetime):
        return f"time {zone_name(value) or ''}"
    if isinstance(value, dt.date):
        return "date"
    if isinstance(value, dt.timedelta):
        return "span"
    if isinstance(value, dt.time):
        return "clock"
    if type(value).__name__ in ("NAType", "NaTType"):
        return "logical"
    return None


def _numpy_kind(dtype: np.dtype[Any]) -> str | None:
    if dtype.kind in "iu":
        return "integer" if dtype.itemsize < 4 or dtype == np.int32 else "double"
    if dtype.kind == "f" and dtype.itemsize <= 8:
        return "double"
    kinds = {"b": "logical", "c": "complex", "U": "character", "M": "time ", "m": "span"}
    return kinds.get(dtype.kind)


def _vector(kind: str, items: list[Any]) -> Any:
    """The array of scalars of one kind, None as null."""
    if kind == "complex":
        missing = [item is None for item in items]
        return np.ma.MaskedArray([0j if item is None else complex(item) for item in items], missing)
    values = [None if item is None or _is_missing(item) else _plain(kind, item) for item in items]
    return pa.array(values, _arrow_type(kind))


def _is_missing(item: Any) -> bool:
    if isinstance(item, (np.datetime64, np.timedelta64)):
        return bool(np.isnat(item))
    return type(item).__name__ in ("NAType", "NaTType")


def _arrow_type(kind: str) -> pa.DataType:
    name, _, zone = kind.partition(" ")
    if name == "time":
        return pa.timestamp("us", tz=zone or None)
    return {
        "logical": pa.bool_(),
        "integer": pa.int32(),
        "double": pa.float64(),
        "decimal": pa.float64(),
        "character": pa.large_string(),
        "date": pa.date32(),
        "span": pa.duration("us"),
        "clock": pa.time64("us"),
    }[name]


def _plain(kind: str, item: Any) -> Any:
    """The scalar as Arrow takes it, once it is sure that R can hold it."""
    if kind == "double" and isinstance(item, (int, np.integer)) and abs(int(item)) > EXACT:
        raise TypeError(_BEYOND.format(what=item if abs(int(item)) < 2**70 else "an integer in it"))
    if kind == "double":
        return float(item)
    if kind == "integer":
        return _fits(int(item))
    if kind == "logical":
        return bool(item)
    if kind == "decimal":
        number = float(item)
        if Decimal(repr(number)) != item and not item.is_nan():
            raise TypeError(f"R's numbers have 15 digits, and {item} has more; give it as text or float")
        return number
    if kind == "character":
        return _check_text(str(item))
    if kind.startswith("time"):
        return _microseconds(item)
    if kind == "span":
        return _span(item)
    if kind == "clock" and item.tzinfo is not None:
        raise TypeError("R's times of day have no zone")
    return item


def _fits(number: int) -> int:
    if number == _NO_INTEGER:
        raise TypeError("R's integers have no -2147483648; give it as float")
    return number


def _check_text(text: str) -> str:
    if "\0" in text:
        raise TypeError("a text in it has a NUL character, which R cannot have")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise TypeError("a text in it has half of a surrogate pair, which is no Unicode") from None
    return text


def _microseconds(item: Any) -> int:
    if isinstance(item, np.datetime64):
        return _whole(item.astype("datetime64[ns]").astype(np.int64))
    if getattr(item, "nanosecond", 0):
        raise TypeError(f"R's times are exact to microseconds, and {item} has nanoseconds; round it first")
    moment = item.replace(tzinfo=dt.UTC) if item.tzinfo is None else item
    micros = (moment - _EPOCH) // _MICROSECOND
    return _kept(int(micros), item)


def _span(item: Any) -> int:
    if isinstance(item, np.timedelta64):
        return _whole(item.astype("timedelta64[ns]").astype(np.int64))
    if getattr(item, "nanoseconds", 0):
        raise TypeError(f"R's durations are exact to microseconds, and {item} has nanoseconds; round it first")
    return _kept(item // _MICROSECOND, item)


def _whole(nanoseconds: np.int64) -> int:
    if int(nanoseconds) % 1000:
        raise TypeError("R's times are exact to microseconds, and this one has nanoseconds; round it first")
    return int(nanoseconds) // 1000


def _kept(micros: int, item: Any) -> int:
    if microseconds(np.array([micros / 1e6]))[0] != micros:
        raise TypeError(f"R's times are doubles of seconds, in which {item} loses its microseconds")
    return micros


def zone_name(moment: dt.datetime) -> str | None:
    """A time's zone as Arrow names it: a key, or an offset such as ``+05:30``; None without zone."""
    zone = moment.tzinfo
    if zone is None:
        return None
    if zone is dt.UTC or getattr(zone, "key", None) == "UTC":
        return "UTC"
    key = zone.key if isinstance(zone, zoneinfo.ZoneInfo) else getattr(zone, "zone", None)
    if key:
        return str(key)
    offset = moment.utcoffset() or dt.timedelta()
    minutes, rest = divmod(offset, dt.timedelta(minutes=1))
    if rest:
        raise TypeError(f"its zone {zone} is not of whole minutes, which R cannot have")
    hours, minutes = divmod(abs(minutes), 60)
    return f"{'-' if offset < dt.timedelta() else '+'}{hours:02d}:{minutes:02d}"


# ------------------------------------------------------------------------ arrays


def _of_array(value: np.ndarray[Any, Any], notes: list[str]) -> Form:
    if not isinstance(value, np.ma.MaskedArray):
        value = np.asarray(value)  # a flat np.matrix has two dimensions
    if value.ndim == 0:
        return _encode(value.item() if value.dtype == object else value[()], notes)
    if value.dtype == object or value.dtype.kind == "S":
        if value.ndim > 1:
            raise TypeError(f"R has no matrices of {value.dtype}")
        items = _of_items(value.tolist(), notes)
        if isinstance(items, Vector):
            return Vector(items.values, mark=("numpy.ndarray",))
        assert isinstance(items, Listing)
        return Listing(items.items, mark=("numpy.ndarray",))
    values = _of_numpy(value.ravel(order="F"))
    return Vector(values, mark=("numpy.ndarray",)) if value.ndim == 1 else Vector(values, shape=value.shape)


def _of_numpy(values: np.ndarray[Any, Any]) -> Any:
    """The array of a flat NumPy array; NaN stays NaN, what is masked or NaT becomes null."""
    missing = np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else None
    plain = np.ascontiguousarray(np.ma.getdata(values))
    kind = _numpy_kind(plain.dtype)
    if kind is None:
        raise TypeError(f"R has nothing like NumPy's {plain.dtype}")
    if kind == "complex":
        return np.ma.MaskedArray(plain.astype(np.complex128), missing if missing is not None else False)
    if kind == "character":
        return _vector(
            kind,
            [None if gone else text for gone, text in zip(missing, plain.tolist(), strict=True)]
            if missing is not None
            else plain.tolist(),
        )
    if plain.dtype.kind in "mM":
        return _of_moments(plain, missing)
    if plain.dtype.kind in "iu":
        shown = plain if missing is None else plain[~missing]
        if kind == "double" and len(shown) and max(int(shown.max()), -int(shown.min())) > EXACT:
            raise TypeError(_BEYOND.format(what="an integer in it"))
        if plain.dtype == np.int32 and (shown == _NO_INTEGER).any():
            _fits(_NO_INTEGER)
    array = pa.array(plain.astype(np.int32) if kind == "integer" else plain, mask=missing)
    return array.cast(_arrow_type(kind), safe=False)


def _of_moments(plain: np.ndarray[Any, Any], missing: np.ndarray[Any, Any] | None) -> pa.Array:
    moments = plain.dtype.kind == "M"
    unit = np.datetime_data(plain.dtype)[0]
    if moments and unit in ("D", "W", "M", "Y"):
        days = pa.array(plain.astype("datetime64[D]"), mask=missing)
        return days.cast(pa.date32())
    micros = plain.astype("datetime64[us]" if moments else "timedelta64[us]")
    gone = np.isnat(plain) if missing is None else missing | np.isnat(plain)
    if unit in ("ns", "ps", "fs", "as") and (plain != micros)[~gone].any():
        raise TypeError("R's times are exact to microseconds, and it has nanoseconds; round it first")
    numbers = micros.view(np.int64)[~gone]
    for number in numbers[np.abs(numbers) > EXACT // 2]:
        _kept(int(number), "a time in it")
    return pa.array(micros.view(np.int64), mask=gone).cast(pa.timestamp("us") if moments else pa.duration("us"))


# --------------------------------------------------------------------- libraries


def _of_library(value: Any, library: str, notes: list[str]) -> Form:
    """An array or an index of pandas or pyarrow; None for what is none, as a ``Timestamp``."""
    kind = type(value).__name__
    if library == "pyarrow" and isinstance(value, pa.Scalar):
        return _encode(value.as_py(), notes)
    if library == "pyarrow" and isinstance(value, (pa.Array, pa.ChunkedArray)):
        return _of_column(value, "list")
    if library == "pandas" and kind in ("Categorical", "CategoricalIndex"):
        return _of_column(series_values(_series(value), "it"), "")
    if library == "pandas" and kind.endswith("Index"):
        if kind == "MultiIndex":
            raise TypeError("R has no index of several levels; reset_index() makes columns of them")
        return _of_column(series_values(value.to_series(), "index"), "list")
    if library == "pandas" and kind.endswith("Array"):
        return _of_column(series_values(_series(value), "it"), "list")
    return None


def _series(array: Any) -> Any:
    """An array of pandas as a column, which needs no copy."""
    import pandas

    return pandas.Series(array, copy=False)


def _of_series(series: Any, notes: list[str]) -> Form:
    """A vector that comes back as a Series; an index that is neither the default nor texts makes it a frame."""
    index = index_of_series(series)
    if index is None:
        return to_frame(series.rename(UNNAMED if series.name is None else series.name).to_frame(), notes)
    values = _exact(series_values(series, "it"))
    name = () if series.name is None else (str(series.name),)
    if isinstance(values, pa.Array) and _is_nested(values.type):
        raise TypeError("R has no vector of nested values; to_frame() makes a frame of it")
    return Vector(values, names=index or None, mark=("pandas.Series", *name))


def _of_column(column: pa.Array | pa.ChunkedArray, container: str) -> Form:
    array = one_array(column)
    if _is_nested(array.type) or pa.types.is_binary(array.type) or pa.types.is_large_binary(array.type):
        return _encode(array.to_pylist(maps_as_pydicts="strict"), [])
    mark = (container,) if container and len(array) == 1 else ()
    return Vector(_exact(array), mark=mark)


def _is_nested(kind: pa.DataType) -> bool:
    return bool(pa.types.is_nested(kind))


def _exact(array: pa.Array) -> pa.Array:
    """Wide integers as doubles, if these hold them: a warning is enough for a column among others, not for a value."""
    if pa.types.is_integer(array.type) and (array.type.bit_width == 64 or array.type == pa.uint32()):
        _of_numpy(array.drop_null().to_numpy(zero_copy_only=False))
        return array.cast(pa.float64(), safe=False)
    return array
