"""One deliverer for each store: a lock that the system frees when its process ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import TextIO

from lakebook.tracking.webhooks.errors import WebhookError


def take(database: Path) -> TextIO | None:
    """Become the store's deliverer, until the file that is returned is closed; None when another one is.

    Raises:
        WebhookError: the lock's file, beside the database, cannot be written.
    """
    file = _file(database)
    try:
        held = file.open("a+")
    except OSError as problem:
        raise WebhookError(f"{file} cannot be written: {problem.strerror}; who delivers needs it.") from problem
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        return None
    held.truncate(0)
    held.write(str(os.getpid()))
    held.flush()
    return held


def is_taken(database: Path) -> bool:
    """Whether the store has a deliverer."""
    try:
        with _file(database).open() as held:
            fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def holder(database: Path) -> str:
    """The process id of the store's deliverer."""
    return _file(database).read_text()


def _file(database: Path) -> Path:
    return database.with_name(f"{database.name}.deliverer")
