"""What a Python value looks like: two stamps are equal only if the value is unchanged.

A copy that another language has of something mutable is used again only while the original's stamp is what it was.
"""

from __future__ import annotations

import hashlib
import pickle
import weakref
from collections.abc import Hashable
from datetime import date, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any

#: texts that are looked at together
ROWS = 2**16
_PLAIN = (type(None), bool, int, float, complex, str, bytes, Decimal, date, time, timedelta, tzinfo)
#: frames that nothing changes in place
_FIXED = {("pyarrow", "Table"), ("pyarrow", "RecordBatch"), ("pyspark", "DataFrame"), ("duckdb", "DuckDBPyRelation")}


class Same:
    """Equal to another one as long as both are of one living object."""

    def __init__(self, value: object) -> None:
        self._value = weakref.ref(value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self._value() is not None and self._value() is other._value()

    def __hash__(self) -> int:
        return hash(self._value)


class Unknown:
    """Equal to nothing: what cannot be looked into may have changed."""


def stamp(value: Any) -> Hashable:
    """The value's stamp; of the order of a second for a gigabyte."""
    kind = type(value)
    if kind in _PLAIN:
        # repr tells 0.0 from -0.0, and is right for NaN
        return (kind.__name__, repr(value)) if kind in (float, complex) else (kind.__name__, value)
    module = kind.__module__.partition(".")[0]
    if (module, kind.__name__) in _FIXED:
        return Same(value)
    try:
        if module == "numpy" and kind.__name__ == "ndarray" and not value.dtype.hasobject:
            return ("ndarray", value.dtype.str, value.shape, _digest(_memory(value)))
        if module == "pandas" and kind.__name__ == "DataFrame":
            return _of_pandas(value)
        return (kind.__qualname__, _pickled(value))
    except Exception:  # whatever a class of the user's does when it is pickled
        return Unknown()


def _of_pandas(frame: Any) -> Hashable:
    columns = [_of_column(frame.iloc[:, position]) for position in range(frame.shape[1])]
    return ("DataFrame", _pickled((frame.columns, frame.index)), *columns)


def _of_column(series: Any) -> Hashable:
    import pandas

    values = series.array
    if isinstance(series.dtype, pandas.api.extensions.ExtensionDtype):
        return (str(series.dtype), _pickled(values))
    array = series.to_numpy()
    if not array.dtype.hasobject:
        return (array.dtype.str, _digest(_memory(array)))
    if pandas.api.types.infer_dtype(array, skipna=True) == "string":
        return ("strings", _of_texts(array))
    return ("objects", _pickled(array))


def _of_texts(array: Any) -> bytes:
    """A digest of the texts' hashes, some rows at a time: they take more memory than the texts' own addresses."""
    import pandas

    whole = hashlib.blake2b(digest_size=16)
    for start in range(0, len(array), ROWS):
        whole.update(_memory(pandas.util.hash_array(array[start : start + ROWS])))
    return whole.digest()


def _memory(array: Any) -> Any:
    import numpy

    return numpy.ascontiguousarray(array).view(numpy.uint8).reshape(-1)


def _pickled(value: Any) -> tuple[bytes, ...]:
    """Digests of a pickle; memory of its own, as an array has, is not copied for it."""
    own: list[pickle.PickleBuffer] = []
    head = pickle.dumps(value, protocol=5, buffer_callback=own.append)
    return (_digest(head), *(_digest(buffer.raw()) for buffer in own))


def _digest(data: Any) -> bytes:
    """Of whatever lies in one piece of memory."""
    return hashlib.blake2b(data, digest_size=16).digest()
