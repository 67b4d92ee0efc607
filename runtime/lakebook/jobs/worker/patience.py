"""Asks the database of jobs again and again, so that what a task has done is not lost with an attempt to write it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TypeVar

from lakebook.jobs.store import StoreError
from lakebook.jobs.worker.fence import Fence

T = TypeVar("T")

#: seconds between two attempts
_PAUSE = 1.0


def until_it_works(fence: Fence, what: str, action: Callable[[], T]) -> T:
    """What the action gives. Where there is a fence it is tried until that ends this process.

    Args:
        fence: of this process.
        what: cannot be done yet, as the log says it; a clause.
        action: reads or writes.

    Raises:
        StoreError: there is no fence, and the database cannot be used.
    """
    told = ""
    while True:
        try:
            return action()
        except StoreError as problem:
            if not fence.needed:
                raise
            if str(problem) != told:
                told = str(problem)
                print(f"lakebook: {what} yet: {told}", file=sys.stderr, flush=True)
        time.sleep(_PAUSE)
