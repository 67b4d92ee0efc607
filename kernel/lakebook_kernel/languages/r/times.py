"""R's times: doubles of seconds since 1970."""

from __future__ import annotations

from typing import Any

import numpy as np


def microseconds(seconds: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Whole microseconds of finite doubles of seconds."""
    whole = np.floor(seconds)
    # the fraction by itself: a product with the whole would lose what the double still has
    fractions = np.round((seconds - whole) * 1e6).astype(np.int64)
    return np.asarray(whole.astype(np.int64) * 10**6 + fractions)
