"""Kernels come and go: nothing of them stays."""

from __future__ import annotations

import ast
import json
import re
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from acceptance.live import Notebook
from acceptance.samples import HAS_R
from lakebook.config import find_workspace
from lakebook.spark import driver
from lakebook.spark.tables import FILE

#: threads of Spark's own pools, which grow with the work and shrink a minute later
SPARKS_POOLS = re.compile(
    r"thread-pool|Execution-\d|-exchange-\d|QueryStage|task-launch|Executor|delta-|ForkJoin", re.IGNORECASE
)

ONE = """
spark.range(3).createOrReplaceTempView('left')
spark.range(3).cache().count()
"""


def inside(notebook: Notebook) -> dict[str, int]:
    """What the driver's JVM holds on to."""
    code = (
        "import gc, json; gc.collect()\n"
        "spark._jvm.System.gc()\n"
        "threads = [thread.getName() for thread in spark._jvm.Thread.getAllStackTraces().keySet()]\n"
        "json.dumps({'threads': threads, 'persisted': sc._jsc.getPersistentRDDs().size()})"
    )
    found = json.loads(ast.literal_eval(notebook.good(code).text))
    own = [name for name in found["threads"] if not SPARKS_POOLS.search(name)]
    return {"threads": len(own), "persisted": found["persisted"]}


def files(workspace: Path) -> set[str]:
    temporary = {entry.name for entry in Path(tempfile.gettempdir()).iterdir()}
    state = find_workspace(workspace).state
    warehouse = find_workspace(workspace).warehouse
    return temporary | {
        str(path) for path in state.rglob("*") if warehouse not in path.parents and "metastore" not in str(path)
    }


def descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def settle(workspace: Path, wanted: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = driver.status(find_workspace(workspace))
        if found is not None and len(found["notebooks"]) <= wanted:
            return
        time.sleep(0.1)


@pytest.mark.long
def test_twenty_kernels_leave_nothing(workspace: Path, notebook: Notebook) -> None:
    notebook.good("%sql\nSHOW TABLES")  # which opens the catalog: the list of its tables is written at the cell's end
    assert (find_workspace(workspace).state / FILE).exists()
    found = driver.status(find_workspace(workspace))
    assert found is not None

    def visit(number: int) -> None:
        with Notebook(workspace) as visitor:
            visitor.good(ONE)
            if number % 5 == 0:
                visitor.good("%scala\ncase class Left(x: Int)\nSeq(Left(1)).toDS().count()")
                if HAS_R:
                    visitor.good("%r\n1")
        settle(workspace, 1)

    visit(0)
    before = files(workspace), descriptors(found["pid"]), inside(notebook)
    children = {child.pid for child in psutil.Process().children(recursive=True)}
    for number in range(20):
        visit(number)
    after = files(workspace), descriptors(found["pid"]), inside(notebook)
    assert {child.pid for child in psutil.Process().children(recursive=True)} <= children, "a process is left"
    assert after[0] <= before[0], f"files are left: {after[0] - before[0]}"
    assert after[1] <= before[1] + 10, "sockets or files are left open in the driver"
    assert after[2]["threads"] <= before[2]["threads"] + 5
    assert after[2]["persisted"] == before[2]["persisted"]
    assert "left" not in notebook.good("%sql\nSHOW VIEWS").text


#: counts them, when what the collector has found has been finalized
COMPILERS = """%scala
import java.lang.management.ManagementFactory
for (_ <- 1 to 4) { System.gc(); Thread.sleep(300) }
val objects = ManagementFactory.getPlatformMBeanServer.invoke(
  new javax.management.ObjectName("com.sun.management:type=DiagnosticCommand"), "gcClassHistogram",
  Array[Object](Array.empty[String]), Array("[Ljava.lang.String;")).toString
println("compilers:" + objects.linesIterator.filter(_.trim.endsWith("lakebook.bridge.CellCompiler")).map(_.trim.split("\\\\s+")(1)).mkString)
"""


def test_the_scala_of_kernels_that_have_gone_is_let_go(workspace: Path, notebook: Notebook) -> None:
    for _ in range(3):
        with Notebook(workspace) as visitor:
            visitor.good("%scala\nspark.range(3).count()")
        settle(workspace, 1)
    assert "compilers:1\n" in notebook.good(COMPILERS).stdout
