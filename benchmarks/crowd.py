"""Twenty notebooks on one driver: how they come, what each takes; and a small query beside a big one."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import psutil

from benchmarks.kernels import Kernel
from benchmarks.measuring import MEBIBYTES, SECONDS, Comparison, Series, at_least, at_most
from benchmarks.memory import pss
from benchmarks.place import Place
from lakebook.config import Workspace, find_workspace
from lakebook.spark import driver

NOTEBOOKS = 20
RUNS = 5
#: a cell whose answer is checked; in a first cell it starts the driver or attaches to it
_ANSWER = "assert spark.range({0}).selectExpr('count(id)').first()[0] == {0}"
#: many short tasks, of which few run at a time
_BIG = "sc.parallelize(range(100), 100).map(lambda i: __import__('time').sleep(0.1)).count()"
_SMALL = "spark.range(1000).selectExpr('sum(id)').collect()"
#: seconds after which the big one runs
_BEGUN = 1.0


def crowd(place: Place) -> Iterator[Comparison]:
    """A goal that is met says that the twentieth is no worse off than the second."""
    with ExitStack() as open_notebooks:

        def notebook(workspace: Workspace) -> Kernel:
            return open_notebooks.enter_context(Kernel("lakebook", workspace.root))

        workspace = place.new_workspace()
        alone = notebook(workspace)
        first = alone.seconds(_ANSWER.format(1))
        one = _memory(workspace, [alone])
        further = [notebook(workspace) for _ in range(NOTEBOOKS - 1)]
        attached = [kernel.seconds(_ANSWER.format(number)) for number, kernel in enumerate(further)]
        yield Comparison(
            f"Attaching the last of {NOTEBOOKS} notebooks",
            "the first ones",
            SECONDS,
            at_most(1.5),
            Series(attached[-3:]),
            Series(attached[:3]),
        )
        if sys.platform == "linux":
            each = (_memory(workspace, [alone, *further]) - one) / len(further)
            yield Comparison(
                f"Memory of each further of {NOTEBOOKS} notebooks",
                "the first with its driver",
                MEBIBYTES,
                at_most(0.35),
                Series([each]),
                Series([one]),
            )
        driver.stop(workspace)
    with ExitStack() as open_notebooks:
        workspace = place.new_workspace()
        herd = [notebook(workspace) for _ in range(NOTEBOOKS)]
        began = time.perf_counter()
        with ThreadPoolExecutor(NOTEBOOKS) as pool:
            list(pool.map(lambda numbered: numbered[1].seconds(_ANSWER.format(numbered[0])), enumerate(herd)))
        together = time.perf_counter() - began
        driver.stop(workspace)
    # in turn each of the others would take as long as one that attaches
    turns = first + sum(attached)
    yield Comparison(
        f"First cells of {NOTEBOOKS} notebooks at once",
        "one after the other",
        SECONDS,
        at_most(1.0),
        Series([together]),
        Series([turns]),
    )


def fairness(place: Place) -> Iterator[Comparison]:
    fair = place.workspace
    first_in = place.new_workspace()
    (first_in.root / "lakebook.toml").write_text('[spark.conf]\n"spark.scheduler.mode" = "FIFO"\n')
    first_in = find_workspace(first_in.root)
    beside, alone = _beside(fair)
    yield Comparison("Small query beside a big one", "alone", SECONDS, at_most(5), beside, alone)
    waiting, _ = _beside(first_in)
    yield Comparison("Small query beside a big one", "first in, first out", SECONDS, at_least(3), beside, waiting)


def _beside(workspace: Workspace) -> tuple[Series, Series]:
    """A small query's seconds while another notebook's big one runs, and alone."""
    beside, alone = [], []
    with Kernel("lakebook", workspace.root) as big, Kernel("lakebook", workspace.root) as small:
        big.seconds(_BIG)
        small.seconds(_SMALL)
        for _ in range(RUNS):
            alone.append(small.seconds(_SMALL))
            running = threading.Thread(target=big.seconds, args=(_BIG,))
            running.start()
            time.sleep(_BEGUN)
            beside.append(small.seconds(_SMALL))
            running.join()
    return Series(beside), Series(alone)


def _memory(workspace: Workspace, kernels: list[Kernel]) -> float:
    shared = driver.running(workspace)
    assert shared is not None
    return pss([*(kernel.process for kernel in kernels), psutil.Process(shared.pid)])
