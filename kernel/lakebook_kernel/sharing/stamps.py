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

from lakebook_kernel.languages.frames import Kind, kind_of
from lakebook_kernel.memory import given_back

_PLAIN = (type(None), bool, int, float, complex, str, bytes, Decimal, date, time, timedelta, tzinfo)
_SPARKS = Kind("pyspark", "lazy")
#: frames that nothing changes in place; what one of Spark's reads may change, which `version` tells
_FIXED = {Kind("pyarrow", "table"), _SPARKS}
#: texts that are looked at together
ROWS = 2**16


class Same:
    """Equal to another one as long as both are of one living object."""

    def __init__(self, value: object) -> None:
        self._value = weakref.ref(value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self._value() is not None and self._value() is other._value()

    def __hash__(self) -> int:
        return hash(self._value)


def stamp(value: Any) -> Hashable:
    """The value's stamp; of the order of a second for a gigabyte."""
    kind = type(value)
    if kind in _PLAIN:
        # repr tells 0.0 from -0.0, and is right for NaN
        return (kind.__name__, repr(value)) if kind in (float, complex) else (kind.__name__, value)
    frame = kind_of(value)
    try:
        if frame in _FIXED:
            return Same(value)
        if frame is not None and frame.form == "lazy":
            return object()  # equal to nothing: what it reads may have changed
        if kind.__module__ == "numpy" and kind.__name__ == "ndarray" and not value.dtype.hasobject:
            return ("ndarray", value.dtype.str, value.shape, _digest(_memory(value)))
        if frame is not None and frame.library == "pandas":
            return _of_pandas(value)
        return (kind.__qualname__, _pickled(value))
    except Exception:  # whatever a class of the user's does when it is pickled
        return object()  # equal to nothing: it may have changed


def version(value: Any) -> Hashable:
    """Of a Spark DataFrame, something that is another when it may hold other rows; None of whatever is none.

    Nothing is computed for it. What reads sources without a version, or runs code of the user, may always hold others.
    """
    if kind_of(value) != _SPARKS:
        return None
    try:
        told = value.sparkSession.sparkContext._gateway.entry_point.frameVersion(value._jdf)
    except Exception:  # its driver has ended: who collects the frame is told
        told = None
    return object() if told is None else told


@given_back()
def _of_pandas(value: Any) -> Hashable:
    """Of a frame or a series by what it holds: its pickle changes with what pandas keeps beside that."""
    import pandas

    frame = value.to_frame(name="") if isinstance(value, pandas.Series) else value
    label = value.name if isinstance(value, pandas.Series) else list(value.columns)
    columns = [_of_column(frame.iloc[:, position]) for position in range(frame.shape[1])]
    names = (type(value).__name__, label, list(frame.columns.names), list(frame.index.names))
    return (_pickled(names), _of_index(frame.index), *columns)


def _of_index(index: Any) -> Hashable:
    import pandas

    if isinstance(index, pandas.RangeIndex):
        return ("range", index.start, index.stop, index.step)
    return tuple(_of_column(index.get_level_values(level).to_series()) for level in range(index.nlevels))


def _of_column(series: Any) -> Hashable:
    import pandas

    if isinstance(series.dtype, pandas.CategoricalDtype):
        categories = pandas.Series(series.cat.categories)
        return ("category", series.cat.ordered, _of_column(categories), _digest(_memory(series.cat.codes.to_numpy())))
    if isinstance(series.dtype, pandas.api.extensions.ExtensionDtype):
        return _of_extension(series)
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


def _of_extension(series: Any) -> Hashable:
    """Of a column in a type of pandas' own, or of a library's: its Arrow form, else its pickle."""
    import pyarrow

    name = str(series.dtype)
    numpy_type = getattr(series.dtype, "numpy_dtype", None)
    missing = series.isna().to_numpy()
    if numpy_type is not None and numpy_type.kind in "biuf" and not name.endswith("[pyarrow]"):
        values = series.array.to_numpy(dtype=numpy_type, na_value=0)
        return (name, _digest(_memory(values)), _digest(_memory(missing)))
    array = pyarrow.array(series.array, from_pandas=True)
    chunks = array.chunks if isinstance(array, pyarrow.ChunkedArray) else [array]
    return (name, *(_of_arrow(chunk) for chunk in chunks))


def _of_arrow(array: Any) -> Hashable:
    import pyarrow

    if pyarrow.types.is_nested(array.type):
        return _digest(pyarrow.RecordBatch.from_arrays([array], names=[""]).serialize())
    buffers = [b"" if buffer is None else _digest(buffer) for buffer in array.buffers()]
    return (array.offset, len(array), *buffers)


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
