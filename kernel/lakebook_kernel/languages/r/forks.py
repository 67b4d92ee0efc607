"""Forks that R makes in C, as ``parallel::mclapply`` does: Python is not asked, and must be in order in the fork."""

from __future__ import annotations

import ctypes


def make_forks_safe() -> None:
    """From now on every fork in R's code goes by what Python itself does around ``os.fork``.

    While R computes, another thread may have Python's lock. That thread does not exist in the fork, which would wait
    for the lock for ever once it writes to the console. So whoever forks has the lock while it does.

    Python's own ``os.fork`` is not to be called in this process: it has the lock already.
    """
    python = ctypes.pythonapi
    # C's library runs the last of these first before a fork, and last after it; the lock is let go of without its
    # taker's state, which nobody can keep: R is always called without the lock
    _around_forks(python.PyOS_BeforeFork, python.PyOS_AfterFork_Parent, python.PyOS_AfterFork_Child)
    _around_forks(python.PyGILState_Ensure, python.PyEval_SaveThread, python.PyEval_SaveThread)


def _around_forks(
    before: ctypes._NamedFuncPointer, parent: ctypes._NamedFuncPointer, child: ctypes._NamedFuncPointer
) -> None:
    library = ctypes.CDLL(None)
    # in glibc pthread_atfork is a static function that calls this one, for the library that it is linked into
    register = getattr(library, "pthread_atfork", None) or library.__register_atfork
    if register(before, parent, child, None):
        raise MemoryError("no handler of forks can be registered")
