"""From nothing to the first count of a Delta table shown."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import plain
from benchmarks.kernels import Kernel
from benchmarks.measuring import SECONDS, Comparison, Run, at_least, in_turn
from benchmarks.place import Place
from lakebook.config import Workspace
from lakebook.spark import driver

_SCRIPT = "PySpark script"
RUNS = 5


def first_notebook(place: Place) -> Iterator[Comparison]:
    table = place.table()

    def ours() -> float:
        workspace = place.new_workspace()
        taken = _notebook_seconds(workspace, table)
        driver.stop(workspace)
        return taken

    yield _starts("First notebook to a Delta count", 2, ours, place, table)


def second_notebook(place: Place) -> Iterator[Comparison]:
    place.kernel("lakebook").seconds(plain.count(place.table()))

    def ours() -> float:
        return _notebook_seconds(place.workspace, place.table())

    yield _starts("Second notebook to a Delta count", 5, ours, place, place.table())


def _starts(what: str, times: float, ours: Run, place: Place, table: Path) -> Comparison:
    def reference() -> float:
        return plain.script_seconds(place.folder(), table)

    return Comparison(what, _SCRIPT, SECONDS, at_least(times), *in_turn(ours, reference, RUNS, warm_up=1))


def _notebook_seconds(workspace: Workspace, table: Path) -> float:
    began = time.perf_counter()
    with Kernel("lakebook", workspace.root, ready=False) as kernel:
        kernel.show(plain.count(table))
        return time.perf_counter() - began
