"""What is left between two rounds: processes, files, sockets, views; and what the driver's memory has grown by."""

from __future__ import annotations

import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from benchmarks.soak.notebook import Notebook
from benchmarks.soak.tables import KEYS, ROWS, SharedTables
from lakebook.config import Workspace
from lakebook.spark import driver

#: in the environment of every process that the soak started, directly or not
MARK = "LAKEBOOK_SOAK"
#: seconds in which what has ended goes away, and what a cell left running for a while
SETTLE = 45.0

#: what Delta's writers make in a table
_DELTAS = re.compile(
    r"part-.*\.\w+\.parquet|\d{20}(\.json|\.checkpoint\.parquet)|_last_checkpoint|_delta_log|\w+_lineage"
)

#: how much more than after its first round the driver may have after a later one
HEAP = 96 * 2**20
THREADS = 12
DESCRIPTORS = 24
#: Delta keeps the state of each of the two shared tables
STATES = 2
#: classes that are named when the driver's memory grew
SHOWN = 12
#: how much a kernel may grow by from its 25th cell to its end: libraries, and what malloc keeps of large frames
KERNEL = 600 * 2**20

#: threads of Spark's own pools, which grow with the work and shrink a minute later
_POOLS = "('thread-pool', 'Execution-', '-exchange-', 'QueryStage', 'task-launch', 'Executor', 'delta-', 'ForkJoin')"

_MEASURE = f"""
import gc, json, time
gc.collect()
def _measured():
    runtime = spark._jvm.Runtime.getRuntime()
    for _ in range(3):
        spark._jvm.System.gc()
        time.sleep(0.5)
    threads = [thread.getName() for thread in spark._jvm.Thread.getAllStackTraces().keySet()]
    views = [row.viewName for row in spark.sql('SHOW VIEWS').collect()]
    views += [row.viewName for row in spark.sql('SHOW VIEWS IN global_temp').collect()]
    return {{
        'pid': spark._jvm.ProcessHandle.current().pid(),
        'heap': runtime.totalMemory() - runtime.freeMemory(),
        'threads': sum(not any(pool in name for pool in {_POOLS}) for name in threads),
        'persisted': sc._jsc.getPersistentRDDs().size(),
        'views': views,
    }}
print(json.dumps(_measured()))
"""
#: a table of classes and of the bytes that their objects have, the greatest first
_CLASSES = """%scala
import java.lang.management.ManagementFactory
import javax.management.ObjectName
println(ManagementFactory.getPlatformMBeanServer.invoke(new ObjectName("com.sun.management:type=DiagnosticCommand"),
  "gcClassHistogram", Array[Object](Array.empty[String]), Array("[Ljava.lang.String;")).toString.linesIterator.take(500).mkString("\\n"))
"""
_TABLES = f"""
import json
def _tables():
    batches, keys = {{}}, {{}}
    for batch, i in spark.table('{ROWS}').collect(): batches.setdefault(batch, []).append(i)
    for k, v in spark.table('{KEYS}').collect(): keys.setdefault(k, []).append(v)
    return {{'batches': batches, 'keys': keys}}
print(json.dumps(_tables()))
"""
MAKE_TABLES = f"CREATE TABLE {ROWS} (batch STRING, i INT); CREATE TABLE {KEYS} (k STRING, v BIGINT)"


@dataclass(frozen=True)
class Measured:
    pid: int
    heap: int
    threads: int
    persisted: int
    views: list[str]
    #: bytes of all objects of a class
    classes: dict[str, int]
    descriptors: int
    files: frozenset[str]

    def complaints(self, first: Measured) -> list[str]:
        """What has grown since the same driver was measured first."""
        grown = {
            "heap after a collection": (self.heap - first.heap, HEAP),
            "threads": (self.threads - first.threads, THREADS),
            "open files and sockets": (self.descriptors - first.descriptors, DESCRIPTORS),
            "persisted RDDs": (self.persisted - first.persisted, STATES),
        }
        wrong = [f"the driver's {what} grew by {by:,}" for what, (by, bound) in grown.items() if by > bound]
        if wrong:
            more = Counter(self.classes)
            more.subtract(first.classes)
            wrong[-1] += "; most by " + ", ".join(f"{name} {by:,}" for name, by in more.most_common(SHOWN))
        if self.views:
            wrong.append(f"views are left: {self.views}")
        if new := sorted(self.files - first.files):
            wrong.append(f"files are left: {new}")
        return wrong


class Witness:
    """A notebook that takes no part: it makes the tables, and sees what the others left."""

    def __init__(self, workspace: Workspace, temporary: Path, log: Path) -> None:
        self._workspace = workspace
        self._temporary = temporary
        self._log = log
        self._notebook = Notebook(workspace.root, log)
        self._run(f"%sql\n{MAKE_TABLES}")
        self._first: Measured | None = None
        #: the last round's, for the report
        self.line = ""

    def complaints(self, tables: SharedTables) -> list[str]:
        """What the others left, now that they have all ended."""
        self._run("spark.range(1).count()")  # which starts a driver, should it have been killed
        settle(lambda: len(self._attached()) <= 1)
        classes = self._told_by_a_visitor()
        settle(lambda: len(self._attached()) <= 1)
        wrong = [f"attached to the driver is still {entry}" for entry in self._attached()[1:]]
        allowed = self._family()
        settle(lambda: not left(allowed))
        wrong += [f"left running: {told(process)}" for process in left(allowed)]
        measured = self._measure(classes)
        if self._first is None or self._first.pid != measured.pid:
            self._first = measured
        wrong += measured.complaints(self._first)
        there = self._asked(_TABLES)
        wrong += tables.complaints(there["batches"], there["keys"])
        self.line = (
            f"driver {measured.pid}: heap {measured.heap / 2**20:.0f} MiB, {measured.threads} threads, "
            f"{measured.descriptors} files and sockets; {tables.writes} writes of the shared tables"
        )
        return wrong

    def close(self) -> None:
        self._notebook.close()

    def _run(self, code: str) -> str:
        outcome = self._notebook.run(code, 300)
        if outcome.status != "ok":
            raise RuntimeError(f"the witness cannot see: {outcome.ended} {outcome.error}")
        return outcome.text

    def _asked(self, code: str) -> Any:
        """What the cell prints as JSON, the driver's own words left out."""
        [line] = [line for line in self._run(code).splitlines() if line.startswith("{")]
        return json.loads(line)

    def _told_by_a_visitor(self) -> dict[str, int]:
        """The bytes of each class' objects, told by another notebook, whose Scala goes with it.

        Its R, where there is one, removes what was left by one that was killed together with its kernel.
        """
        visitor = Notebook(self._workspace.root, self._log)
        visitor.run("%r\n1", 300)
        outcome = visitor.run(_CLASSES, 300)
        visitor.close()
        if outcome.status != "ok":
            raise RuntimeError(f"the visitor cannot see: {outcome.ended} {outcome.error}")
        rows = [line.split() for line in outcome.text.splitlines()]
        return {row[3]: int(row[2]) for row in rows if len(row) >= 4 and row[0].endswith(":")}

    def _measure(self, classes: dict[str, int]) -> Measured:
        found = self._asked(_MEASURE)
        descriptors = len(list(Path(f"/proc/{found['pid']}/fd").iterdir()))
        return Measured(**found, classes=classes, descriptors=descriptors, files=frozenset(self._files()))

    def _files(self) -> Iterable[str]:
        state = self._workspace.state
        kept = (self._workspace.warehouse, state / "metastore_db")
        for path in self._temporary.iterdir():  # with what is in the driver's own folder, but native libraries
            inside = path.iterdir() if path.is_dir() else ()
            yield from (str(file) for file in (path, *inside) if ".so" not in file.suffixes)
        for path in state.rglob("*"):
            if not any(folder in path.parents for folder in kept) and not is_noted(path.relative_to(state)):
                yield str(path)

    def _attached(self) -> list[object]:
        found = driver.status(self._workspace)
        return list(found["notebooks"]) if found is not None else []

    def _family(self) -> set[int]:
        """The witness itself and the driver, with what they have started."""
        running = driver.running(self._workspace)
        roots = [self._notebook.process, *([psutil.Process(running.pid)] if running else [])]
        return {process.pid for root in roots for process in (root, *root.children(recursive=True))}


def is_noted(path: Path) -> bool:
    """Whether it is a file of lineage's tables, which grow with the notebooks' writes.

    Args:
        path: in the workspace's folder for its state.
    """
    return path.parts[0] == "lineage" and _DELTAS.fullmatch(path.name) is not None


def settle(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SETTLE
    while not done() and time.monotonic() < deadline:
        time.sleep(0.5)


def left(allowed: set[int]) -> list[psutil.Process]:
    """Processes that the soak started, whoever is their parent by now, but for those allowed."""
    mark = f"{MARK}={os.environ[MARK]}".encode()
    found = []
    for process in psutil.process_iter():
        try:
            environment = Path(f"/proc/{process.pid}/environ").read_bytes()
        except OSError:  # it has just ended, or is another user's
            continue
        if mark in environment.split(b"\0") and process.pid not in allowed:
            found.append(process)
    return found


def told(process: psutil.Process) -> str:
    with suppress(psutil.Error):  # it has just ended
        return f"{process.pid} {' '.join(process.cmdline())[:200]} (started by {process.ppid()})"
    return str(process.pid)
