"""Forks that R makes in C, as ``parallel::mclapply`` does: Python is not asked, and must be in order in the fork."""

from __future__ import annotations

import ctypes
import os

#: C's own library; a call of it lets go of Python's lock
_C = ctypes.CDLL(None, use_errno=True)


def make_forks_safe() -> None:
    """From now on every fork in R's code goes by what Python itself does around ``os.fork``.

    While R computes, another thread may have Python's lock. That thread does not exist in the fork, which would wait
    for the lock for ever once it writes to the console. So whoever forks has the lock while it does.

    Python's own ``os.fork`` has the lock already; so it lets go of it, and then forks as C does. That is not so for a
    ``preexec_fn`` of ``subprocess``, which is not to be used in this process.
    """
    python = ctypes.pythonapi
    # C's library runs the last of these first before a fork, and last after it; the lock is let go of without its
    # taker's state, which nobody can keep: R is always called without the lock
    _around_forks(python.PyOS_BeforeFork, python.PyOS_AfterFork_Parent, python.PyOS_AfterFork_Child)
    _around_forks(python.PyGILState_Ensure, python.PyEval_SaveThread, python.PyEval_SaveThread)
    os.fork = _fork


def _fork() -> int:
    """``os.fork``, without the lock until C's handlers take it."""
    process: int = _C.fork()
    if process < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return process


def _around_forks(
    before: ctypes._NamedFuncPointer, parent: ctypes._NamedFuncPointer, child: ctypes._NamedFuncPointer
) -> None:
    # in glibc pthread_atfork is a static function that calls this one, for the library that it is linked into
    register = getattr(_C, "pthread_atfork", None) or _C.__register_atfork
    if register(before, parent, child, None):
        raise MemoryError("no handler of forks can be registered")
