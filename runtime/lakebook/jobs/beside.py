"""What works beside a scheduler or a task, on a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: works until the event is set
Work = Callable[[threading.Event], None]


@contextmanager
def beside(work: Work, name: str) -> Iterator[threading.Thread]:
    """Within it something works on a thread; when it is left, that is told to stop, and has ended.

    Args:
        work: what is done.
        name: the thread's.
    """
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(stop,), name=name, daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join()
