"""What a process was started with, also of one that is just beginning.

While Linux starts a program it shows neither its command line nor its environment for a moment, and that after its
parent was told that it runs. The moment takes microseconds of a processor's time; a busy machine may not have them at
once.
"""

from __future__ import annotations

import time

import psutil

#: seconds
_PATIENCE = 2.0


def command_line(process: psutil.Process) -> list[str]:
    """Its command line; ``[]`` if it has none, as the system's own processes.

    Raises:
        psutil.Error: it has ended.
    """
    deadline = time.monotonic() + _PATIENCE
    while not (found := process.cmdline()) and _has_program(process) and time.monotonic() < deadline:
        time.sleep(0.001)
    return found


def environment(process: psutil.Process) -> dict[str, str]:
    """The variables it was started with.

    Raises:
        psutil.Error: it has ended, or is another user's.
    """
    found = process.environ()
    if not found and _has_program(process):
        command_line(process)  # there when it has begun …
        time.sleep(0.001)
        found = process.environ()  # … and the variables just after it
    return found


def _has_program(process: psutil.Process) -> bool:
    """Whether it runs a program's file, as neither the system's own processes do nor one that is ending."""
    try:
        return bool(process.exe())
    except psutil.AccessDenied:
        return False
