"""What stands for a missing value among Python's values."""

from __future__ import annotations

from typing import Any


def is_null(value: Any) -> bool:
    """Whether it is ``None`` or a null of pandas or NumPy; NaN is a number."""
    if value is None:
        return True
    kind = type(value)
    if kind.__name__ in ("NaTType", "NAType"):
        return True
    if kind.__name__ in ("MaskedArray", "MaskedConstant"):
        return value.ndim == 0 and bool(value.mask)
    return kind.__module__ == "numpy" and kind.__name__ in ("datetime64", "timedelta64") and bool(value != value)
