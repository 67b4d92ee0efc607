"""What R sent as Python has it; runs in the kernel, and in R's process for what is nested in a column."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from lakebook_kernel.languages.r.forms import Form, Frame, Listing, Raw, Vector

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_CONTAINERS: dict[str, Callable[[list[Any]], Any]] = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}


def decode(form: Form) -> Any:
    """The value: a frame as a ``pyarrow.Table``, a vector of one as a scalar, of more as a list, names as a dict.

    Raises ``TypeError`` for what Python cannot hold, such as a date before the year 1.
    """
    if form is None:
        return None
    if isinstance(form, Frame):
        return pa.Table.from_arrays(form.columns, names=form.names)
    if isinstance(form, Raw):
        if form.shape is None:
            return form.data
        return np.frombuffer(form.data, np.uint8).reshape(form.shape, order="F").copy()
    if isinstance(form, Listing):
        items = [decode(item) for item in form.items]
        return _contain(items, form.mark) if form.names is None else dict(zip(form.names, items, strict=True))
    return _of_vector(form)


def _of_vector(form: Vector) -> Any:
    if form.shape is not None:
        return _array(form.values).reshape(form.shape, order="F")
    mark = form.mark[0] if form.mark else ""
    if mark == "pandas.Series":
        return _series(form)
    if mark == "numpy.ndarray":
        return _array(form.values)
    if isinstance(form.values, pa.DictionaryArray):
        return _categorical(form.values)
    container, _, element = mark.rpartition(" of ") if " of " in mark else (mark, "", "")
    items = _items(form.values)
    if "Decimal" in (element, mark) and pa.types.is_float64(form.values.type):
        items = [None if item is None else Decimal(repr(item)) for item in items]
    if form.names is not None:
        return dict(zip(form.names, items, strict=True))
    if container in _CONTAINERS:
        return _contain(items, (container,))
    return items[0] if len(items) == 1 else items


def _contain(items: list[Any], mark: tuple[str, ...]) -> Any:
    """The items in what they were in; as a list where R's code has made that impossible, as a set with duplicates."""
    container = mark[0].partition(" of ")[0] if mark else "list"
    if container == "numpy.ndarray":
        array = np.empty(len(items), object)
        array[:] = items
        return array
    if container not in _CONTAINERS:
        return items
    try:
        contained = _CONTAINERS[container](items)
    except TypeError:
        return items
    return contained if len(contained) == len(items) else items


def _items(values: Any) -> list[Any]:
    """Python's scalars, None for NA."""
    if isinstance(values, np.ndarray):
        missing = np.ma.getmaskarray(values)
        return [None if gone else item for gone, item in zip(missing, np.ma.getdata(values).tolist(), strict=True)]
    kind = values.type
    try:
        if pa.types.is_timestamp(kind):
            zone = _zone(kind.tz)
            return [_moment(micros, zone) for micros in values.cast(pa.int64()).to_pylist()]
        if pa.types.is_duration(kind):
            numbers = values.cast(pa.int64()).to_pylist()
            return [None if micros is None else dt.timedelta(microseconds=micros) for micros in numbers]
        items: list[Any] = values.to_pylist()
    except (OverflowError, ValueError):
        raise TypeError("Python's dates are of the years 1 to 9999") from None
    return items


def _moment(micros: int | None, zone: dt.tzinfo | None) -> dt.datetime | None:
    if micros is None:
        return None
    moment = _EPOCH + dt.timedelta(microseconds=micros)
    return moment.replace(tzinfo=None) if zone is None else moment.astimezone(zone)


def _zone(name: str | None) -> dt.tzinfo | None:
    if name is None:
        return None
    if name == "UTC":
        return dt.UTC
    if name[0] in "+-":
        hours, _, minutes = name[1:].partition(":")
        offset = dt.timedelta(hours=int(hours), minutes=int(minutes))
        return dt.timezone(-offset if name[0] == "-" else offset)
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        raise TypeError(f"Python has no time zone {name}") from None


def _array(values: Any) -> np.ndarray[Any, Any]:
    """A NumPy array of R's type; what is NA is masked, unless the type has a value for it."""
    if isinstance(values, np.ndarray):
        return values if np.ma.getmaskarray(values).any() else np.asarray(np.ma.getdata(values))
    kind = values.type
    if isinstance(values, pa.DictionaryArray):
        values, kind = values.dictionary_decode(), kind.value_type
    if pa.types.is_timestamp(kind) or pa.types.is_duration(kind) or pa.types.is_date(kind):
        if pa.types.is_timestamp(kind) and kind.tz is not None:
            return _masked(np.array(_items(values), dtype=object), values)
        whole = values.cast(pa.int32() if pa.types.is_date(kind) else pa.int64()).fill_null(0)
        code = {"date32[day]": "M8[D]", "timestamp[us]": "M8[us]"}.get(str(kind), "m8[us]")
        array = whole.to_numpy(zero_copy_only=False).astype(np.int64).view(code)
        array[_missing(values)] = "NaT"
        return np.asarray(array)
    if pa.types.is_large_string(kind) or pa.types.is_string(kind):
        return _masked(np.array(values.fill_null("").to_pylist(), dtype=np.str_), values)
    if pa.types.is_time(kind):
        return _masked(np.array(values.to_pylist(), dtype=object), values)
    filled = values.fill_null(False if pa.types.is_boolean(kind) else 0)
    return _masked(np.array(filled.to_numpy(zero_copy_only=False)), values)


def _missing(values: pa.Array) -> np.ndarray[Any, Any]:
    return np.asarray(values.is_null().to_numpy(zero_copy_only=False))


def _masked(array: np.ndarray[Any, Any], values: pa.Array) -> np.ndarray[Any, Any]:
    return np.ma.MaskedArray(array, _missing(values)) if values.null_count else array


def _categorical(values: pa.DictionaryArray) -> Any:
    import pandas as pd

    codes = values.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return pd.Categorical.from_codes(codes, values.dictionary.to_pylist(), ordered=values.type.ordered)


def _series(form: Vector) -> Any:
    import pandas as pd

    name = form.mark[1] if len(form.mark) > 1 else None
    values = form.values
    if isinstance(values, np.ndarray):
        plain: Any = _array(values)
    elif isinstance(values, pa.DictionaryArray):
        plain = _categorical(values)
    elif values.null_count and (pa.types.is_boolean(values.type) or pa.types.is_int32(values.type)):
        plain = pd.array(values.to_pylist(), dtype="boolean" if pa.types.is_boolean(values.type) else "Int32")
    else:
        plain = values.to_pandas().array
    return pd.Series(plain, index=None if form.names is None else list(form.names), name=name)
