"""R's folder for temporary files, which goes in the end also when all who used it were killed."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

_PREFIX = "lakebook-r-"
#: a file in the folder, locked by all who use it; the system lets go of it when the last of them has ended
_LOCK = "lock"


class TemporaryFolder:
    """A new folder; those that nobody uses any more are removed first.

    ``lock`` is a descriptor for a process that uses the folder too: inherited, it keeps the folder beyond our end.
    """

    def __init__(self) -> None:
        _remove_unused()
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        unlocked = self.path / "unlocked"
        self.lock = os.open(unlocked, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self.lock, fcntl.LOCK_SH)
        unlocked.rename(self.path / _LOCK)  # only now can another find it, and it is in use

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        os.close(self.lock)
        shutil.rmtree(self.path, ignore_errors=True)


def _remove_unused() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            lock = os.open(folder / _LOCK, os.O_RDWR)
        except OSError:  # it is being made or removed, or is another user's
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)
