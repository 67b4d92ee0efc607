"""What a transfer has let go of goes back to the system at once: it takes many megabytes, piece by piece."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

#: numbers of glibc's ``mallopt``
_TRIM, _MMAP = -1, -3
#: bytes from which a piece is the system's own, within a transfer …
_OWN = 2**20
#: … and else, as glibc itself comes to have it: computations use pieces again rather than give them back
_USUAL = 2**25

_within = ContextVar("within", default=False)


@contextmanager
def given_back() -> Iterator[None]:
    """Within it memory is taken such that it is given back when it is free; Arrow's as well.

    A transfer is a part of the one around it, if there is one.
    """
    if _within.get():
        yield
        return
    import pyarrow

    token = _within.set(True)
    usual = pyarrow.default_memory_pool()
    pyarrow.set_memory_pool(pyarrow.system_memory_pool())
    _set(_MMAP, _OWN)
    try:
        yield
    finally:
        _within.reset(token)
        pyarrow.set_memory_pool(usual)
        _set(_MMAP, _USUAL)
        _set(_TRIM, 2 * _USUAL)


def _set(what: int, size: int) -> None:
    mallopt = _mallopt()
    if mallopt is not None:
        mallopt(what, size)


@cache
def _mallopt() -> ctypes._NamedFuncPointer | None:
    """None where the C library has none."""
    return getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
