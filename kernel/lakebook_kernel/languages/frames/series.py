"""A pandas column as Arrow holds it, whichever language it goes to."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    import pandas

#: where a frame of pandas keeps which types its columns of objects had elsewhere; pandas hands it on to what it makes
_TYPES = "arrow_schema"


def remember_types(frame: pandas.DataFrame, schema: pa.Schema) -> None:
    """Keep with a frame made of Arrow what its columns of objects are of, which shows in no column without a value."""
    places = [at for at, kind in enumerate(frame.dtypes) if kind.kind == "O"]
    if places:
        objects = pa.schema([schema.field(at).remove_metadata() for at in places])
        frame.attrs[_TYPES] = base64.b64encode(objects.serialize()).decode()


def arrow_of_series(series: Any) -> pa.Array | pa.ChunkedArray:
    """The column, in which missing values and NaN of plain floats are null.

    Raises:
        TypeError: it holds values of different types, of which Arrow would change some.
        pyarrow.ArrowException, OverflowError, ValueError: Arrow has no one type for its values.
    """
    array = pa.Array.from_pandas(series)
    categories = getattr(series.dtype, "categories", None)
    values, kind = (series, array.type) if categories is None else (categories, array.type.value_type)
    if values.dtype == object:
        if pa.types.is_null(array.type) and _TYPES in series.attrs:
            return pa.nulls(len(array), _remembered(series))
        kinds = set(map(type, values))
        for narrow, stranger in ((pa.date32(), datetime), (pa.binary(), str)):  # which Arrow would change
            if kind == narrow and any(issubclass(other, stranger) for other in kinds):
                names = ", ".join(sorted(other.__name__ for other in kinds))
                raise TypeError(f"holds values of different types: {names}")
    return array


def _remembered(series: Any) -> pa.DataType:
    """The type that a column of no values had elsewhere, null when that is not known."""
    schema = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(series.attrs[_TYPES])))
    at = schema.get_field_index(str(series.name))
    return pa.null() if at < 0 else schema.field(at).type
