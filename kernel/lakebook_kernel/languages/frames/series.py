"""A pandas column as Arrow holds it, whichever language it goes to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pyarrow as pa


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
        kinds = set(map(type, values))
        for narrow, stranger in ((pa.date32(), datetime), (pa.binary(), str)):  # which Arrow would change
            if kind == narrow and any(issubclass(other, stranger) for other in kinds):
                names = ", ".join(sorted(other.__name__ for other in kinds))
                raise TypeError(f"holds values of different types: {names}")
    return array
