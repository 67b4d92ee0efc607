"""The memory of five notebooks, counting a page that n processes share as an nth for each."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack

import psutil

from benchmarks import plain
from benchmarks.kernels import Kernel
from benchmarks.measuring import MEBIBYTES, Comparison, at_most, in_turn
from benchmarks.place import Place
from lakebook.spark import driver

NOTEBOOKS = 5
RUNS = 3
#: seconds after the last count, for what has started to end
SETTLE = 3.0


def memory(place: Place) -> Iterator[Comparison]:
    if sys.platform != "linux":
        return
    table = place.table()

    def ours() -> float:
        workspace = place.new_workspace()
        with ExitStack() as open_notebooks:
            kernels = [open_notebooks.enter_context(Kernel("lakebook", workspace.root)) for _ in range(NOTEBOOKS)]
            for kernel in kernels:
                kernel.seconds(plain.count(table))
            shared = driver.running(workspace)
            assert shared is not None
            taken = pss([*(kernel.process for kernel in kernels), psutil.Process(shared.pid)])
        driver.stop(workspace)
        return taken

    def reference() -> float:
        with ExitStack() as open_notebooks:
            kernels = [open_notebooks.enter_context(Kernel("plain-python", place.folder())) for _ in range(NOTEBOOKS)]
            for kernel in kernels:
                kernel.seconds(f"{plain.session()}\n{plain.count(table)}")
            return pss(kernel.process for kernel in kernels)

    compared = in_turn(ours, reference, RUNS)
    yield Comparison("Memory of five notebooks", "five drivers", MEBIBYTES, at_most(0.35), *compared)


def pss(roots: Iterable[psutil.Process]) -> float:
    """Bytes of the processes and all that they have started."""
    time.sleep(SETTLE)
    processes = {process for root in roots for process in (root, *root.children(recursive=True))}
    return float(sum(process.memory_full_info().pss for process in processes))
