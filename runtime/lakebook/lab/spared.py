"""What outlives the lab by design: Spark drivers. Jobs and other notebooks may use them; they end by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import psutil

from lakebook.beginning import command_line
from lakebook.spark.launch import MAIN


def drivers(processes: Iterable[psutil.Process]) -> set[int]:
    """Those of the processes that are drivers, and those below them, by id."""
    spared: set[int] = set()
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            if MAIN in command_line(process):
                spared |= {process.pid, *(child.pid for child in process.children(recursive=True))}
    return spared
