"""What it costs that names mean the same in every language."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from functools import partial
from types import TracebackType

import psutil

from benchmarks import frames
from benchmarks.kernels import Kernel
from benchmarks.measuring import (
    MEBIBYTES,
    MILLISECONDS,
    NO_GOAL,
    SECONDS,
    Comparison,
    Goal,
    Series,
    at_least,
    at_most,
    at_most_more,
    in_turn,
)
from benchmarks.place import Place

RUNS = 5
#: rpy2 takes about 20 s for one
REFERENCE_RUNS = 2
MEMORY_RUNS = 3
#: seconds between two looks at the memory
INTERVAL = 0.003


def to_r(place: Place) -> Iterator[Comparison]:
    """A cell of R that uses a frame of Python's; rpy2 makes text of whole numbers beyond 32 bits, ours must not."""
    ours, reference = _kernel_of_r(place), _kernel_of_rpy2(place)

    def one_of_ours() -> float:
        ours.seconds("frame = frame.copy()")
        return ours.seconds("%r\nnrow(frame)")

    def one_of_rpy2() -> float:
        return reference.seconds("%%R -i frame\nnrow(frame)")

    for words in frames.WORDS:
        for kernel in ours, reference:
            kernel.seconds(f"{frames.definition(words)}frame = made({frames.ROWS}, word)")
        one_of_ours()
        ours.seconds(f"%r\n{frames.definition_in_r(words)}")
        few = words == "few distinct texts"
        runs = in_turn(one_of_ours, one_of_rpy2, RUNS, reference_runs=REFERENCE_RUNS if few else 1)
        ours.seconds(frames.CHECK_IN_R)
        yield _frames(f"Frame to R, {words}", "%%R -i", at_least(50) if few else NO_GOAL, runs)


def from_r(place: Place) -> Iterator[Comparison]:
    """A cell of Python that uses a frame of R's."""
    ours, reference = _kernel_of_r(place), _kernel_of_rpy2(place)

    def one_of_ours() -> float:
        ours.seconds("%r\nframe <- kept")
        return ours.seconds("len(frame)")

    def one_of_rpy2() -> float:
        return reference.seconds("%%R -o frame\ninvisible()")

    for words in frames.WORDS:
        make = f"{frames.definition_in_r(words)}\nframe <- kept <- made({frames.ROWS})\ninvisible()"
        ours.seconds(f"%r\n{make}")
        reference.seconds(f"%%R\n{make}")
        one_of_ours()
        few = words == "few distinct texts"
        runs = in_turn(one_of_ours, one_of_rpy2, RUNS, reference_runs=REFERENCE_RUNS if few else 1)
        ours.seconds(f"{frames.definition(words)}{frames.CHECK_IN_PYTHON}")
        yield _frames(f"Frame from R, {words}", "%%R -o", at_least(10) if few else NO_GOAL, runs)


def by_reference(place: Place) -> Iterator[Comparison]:
    """A Spark DataFrame from Python over Scala to SQL, against the same cells that use names of their own language."""
    kernel = place.kernel("lakebook")
    make = "spark.range(10000000)"
    kernel.seconds(f"{make}.count()")
    kernel.seconds(f"%scala\nval own = {make}.toDF")
    kernel.seconds("%sql\nCREATE TEMPORARY VIEW own_twice AS SELECT id * 2 AS twice FROM range(10000000)")

    def cells(scala: str, bound: str, sql: str) -> float:
        question = f"%sql\nSELECT * FROM {sql} WHERE twice = 6 LIMIT 1"
        return kernel.seconds(f'%scala\nval {bound} = {scala}.selectExpr("id * 2 AS twice")') + kernel.seconds(question)

    def shared() -> float:
        kernel.seconds(f"numbers = {make}")
        return cells("numbers", "shared_twice", "shared_twice")

    own = partial(cells, "own", "unused", "own_twice")
    runs = in_turn(shared, own, 30, warm_up=15)
    yield Comparison("Python to Scala to SQL by reference", "own names", MILLISECONDS, at_most_more(0.05), *runs)


def again(place: Place) -> Iterator[Comparison]:
    """A cell of R that uses a Spark DataFrame which R has already, against one that uses it for the first time."""
    kernel = _kernel_of_r(place)
    kernel.seconds("spark.range(5000000).selectExpr('id', 'id % 1000 AS kind').write.saveAsTable('again_numbers')")

    def first() -> float:
        kernel.seconds("again = spark.table('again_numbers').groupBy('kind').sum('id')")
        return kernel.seconds("%r\nnrow(again)")

    def second() -> float:
        first()
        return kernel.seconds("%r\nnrow(again)")

    runs = in_turn(second, first, RUNS, warm_up=2)
    yield Comparison("Spark DataFrame that R has already", "its first use", SECONDS, NO_GOAL, *runs)


def no_share(place: Place) -> Iterator[Comparison]:
    """A cell of Python that uses no other language's names, of which there are some."""
    on, off = place.kernel("lakebook"), place.kernel("lakebook")
    for kernel in on, off:
        kernel.seconds("%r\nof_r <- 1")
        kernel.seconds("%scala\nval ofScala = 1")
    off.seconds("%share off")
    runs = in_turn(partial(on.seconds, "1 + 1"), partial(off.seconds, "1 + 1"), 400, warm_up=200)
    yield Comparison("Python cell that shares nothing", "%share off", MILLISECONDS, at_most_more(0.0003), *runs)


def share_memory(place: Place) -> Iterator[Comparison]:
    """The most memory that the kernel and R take during a transfer more than before it, the new copy included.

    What is counted is the proportional set size. The reference is the size of the frame's columns in Arrow. The frame
    is read from a file, in a new kernel for every run: no memory that its making has left behind is there to be used.
    """
    if sys.platform != "linux":
        return
    words = next(iter(frames.WORDS))
    frame = frames.made(frames.ROWS, frames.WORDS[words][0])
    of_python, of_r = place.folder() / "frame.pickle", place.folder() / "frame.rds"
    frame.to_pickle(of_python)
    with Kernel("lakebook", place.folder()) as kernel:
        make = f"{frames.definition_in_r(words)}\nsaveRDS(made({frames.ROWS}), '{of_r}', compress = FALSE)"
        kernel.seconds(f"%r\n{make}")
    size = Series([frames.arrow_size(frame)])
    cells = {
        "Memory of a frame to R": (f"frame = pandas.read_pickle({str(of_python)!r})", "%r\nnrow(frame)"),
        "Memory of a frame from R": (f"%r\nframe <- readRDS('{of_r}')", "len(frame)"),
    }
    for what, (read, use) in cells.items():
        taken = Series([_most_memory(place, read, use) for _ in range(MEMORY_RUNS)])
        yield Comparison(what, "the frame in Arrow", MEBIBYTES, at_most(2.2), taken, size)


def _most_memory(place: Place, read: str, use: str) -> float:
    with Kernel("lakebook", place.workspace.root) as kernel:
        # all that a first transfer loads, both ways
        kernel.seconds("import pandas\nframe = pandas.DataFrame({'word': ['a']})")
        kernel.seconds("%r\nframe$word <- frame$word")
        kernel.seconds("len(frame)")
        kernel.seconds(read)
        with Memory(kernel.process) as memory:
            kernel.seconds(use)
    return memory.most - memory.before


class Memory:
    """The memory of a process and what it has started, looked at all the time while the context is open."""

    def __init__(self, root: psutil.Process) -> None:
        self._processes = [root, *root.children(recursive=True)]
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._look)
        self.before = self.most = 0.0

    def __enter__(self) -> Memory:
        self.before = self.most = self._now()
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ended.set()
        self._watch.join()

    def _look(self) -> None:
        while not self._ended.wait(INTERVAL):
            self.most = max(self.most, self._now())

    def _now(self) -> float:
        return float(sum(process.memory_full_info().pss for process in self._processes))


def _kernel_of_r(place: Place) -> Kernel:
    kernel = place.kernel("lakebook")
    kernel.seconds("%r\n1")
    return kernel


def _kernel_of_rpy2(place: Place) -> Kernel:
    """ipykernel with rpy2's own magic, which has converted a frame already."""
    kernel = place.kernel("plain-python")
    kernel.seconds("%load_ext rpy2.ipython")
    kernel.seconds("import pandas\nsmall = pandas.DataFrame({'word': ['a']})")
    kernel.seconds("%%R -i small -o small\ninvisible()")
    return kernel


def _frames(what: str, against: str, goal: Goal, runs: tuple[Series, Series]) -> Comparison:
    return Comparison(what, f"rpy2's {against}", SECONDS, goal, *runs)
