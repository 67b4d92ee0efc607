"""What disturbs a cell: an interrupt, or a process that is killed under it or before it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import psutil

from lakebook.config import Workspace
from lakebook.spark import driver


@dataclass
class DriverWatch:
    """The one driver: killed here alone, so that everybody can tell in which driver's time a cell ran."""

    workspace: Workspace
    #: counted before and after each
    deaths: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def kill(self) -> bool:
        with self._lock:
            try:
                found = driver.status(self.workspace)
            except (OSError, ValueError):
                return False
            if found is None:
                return False
            process = psutil.Process(found["pid"])
            self.deaths += 1  # who begins a cell now and fails finds it counted again
            process.kill()
            process.wait(30)
            self.deaths += 1
            return True


def kill_r(kernel: psutil.Process) -> bool:
    """Kill R of that kernel, if it has one."""
    try:
        children = kernel.children()
    except psutil.NoSuchProcess:
        return False
    for child in children:
        try:
            if "lakebook_kernel.languages.r.child" in child.cmdline():
                child.kill()
                return True
        except psutil.NoSuchProcess:
            continue
    return False


class Shares:
    """How many cells there were of each kind, and which disturbances, over all notebooks; keeps rare kinds rare."""

    def __init__(self, cells: int, seconds: float) -> None:
        self._lock = threading.Lock()
        self._left = cells
        self._deadline = time.monotonic() + seconds
        self.cells = 0
        self.kinds: Counter[tuple[str, str]] = Counter()
        self.disturbances: Counter[str] = Counter()
        self._granted: Counter[str] = Counter()

    @property
    def over(self) -> bool:
        return self._left <= 0 or time.monotonic() > self._deadline

    def next_cell(self) -> bool:
        """Whether there is one more cell to run."""
        with self._lock:
            if self.over:
                return False
            self._left -= 1
            self.cells += 1
            return True

    def granted(self, what: str, one_in: int) -> bool:
        """Whether something that is due once in so many cells may happen now; the first time half as early."""
        with self._lock:
            if one_in > 1 and (self._granted[what] + 0.5) * one_in > self.cells:
                return False
            self._granted[what] += 1
            return True

    def ran(self, language: str, kind: str) -> None:
        with self._lock:
            self.kinds[language, kind] += 1

    def disturbed(self, how: str) -> None:
        with self._lock:
            self.disturbances[how] += 1
