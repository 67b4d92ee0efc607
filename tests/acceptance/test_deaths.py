"""A process or interpreter dies; the kernel does not, the next cell works and says what was lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from acceptance.live import Notebook
from lakebook.config import find_workspace
from lakebook.spark import driver


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workspace with a driver of its own, that may be killed."""
    folder = tmp_path_factory.mktemp("workspace")
    (folder / "lakebook.toml").write_text("[spark]\nmaster = 'local[1]'\n")
    yield folder
    driver.stop(find_workspace(folder))


def driver_id(place: Path) -> int:
    found = driver.status(find_workspace(place))
    assert found is not None
    return int(found["pid"])


def kill_driver(place: Path) -> None:
    process = psutil.Process(driver_id(place))
    process.kill()
    process.wait(10)


CRASH = "tools::pskill(Sys.getpid(), 11)"


def test_r_crashes(notebook: Notebook) -> None:
    notebook.good("x = 1\n")
    notebook.good("%r\ny <- 2")
    failed = notebook.run(f"%r\n{CRASH}")
    assert "R" in failed.error and len(failed.error.splitlines()) <= 4
    after = notebook.good("%r\n1 + 1")
    assert "2" in after.text
    assert "y" in failed.error + after.stderr, "nothing says what was lost"
    assert notebook.good("x").text == "1"


def test_quit_ends_r_alone(notebook: Notebook) -> None:
    notebook.good("z = 3")
    notebook.run("%r\nquit()")
    assert "5" in notebook.good("%r\n2 + 3").text
    assert notebook.good("z").text == "3"


def test_the_driver_is_killed_between_cells(place: Path) -> None:
    with Notebook(place) as notebook:
        notebook.good(
            "local = 'kept'\nspark.range(5).createOrReplaceTempView('a_view')\nspark.range(2).write.saveAsTable('kept')"
        )
        notebook.good("%scala\nval a_value = 1")
        notebook.good("%r\nr_value <- 'kept in R'")
        kill_driver(place)
        after = notebook.good("spark.table('kept').count()")
        assert after.text == "2"
        assert "a_view" in after.stderr and "a_value" in after.stderr
        assert notebook.good("local").text == "'kept'"
        assert "kept in R" in notebook.good("%r\nr_value").text
        assert "2" in notebook.good("%sql\nSELECT count(*) FROM kept").text
        assert "4" in notebook.good("%scala\n2 + 2").text


@pytest.mark.parametrize(
    "cell",
    [
        "import time\nspark.range(1).count()\nprint('started')\nsc.parallelize([1]).map(lambda x: time.sleep(60)).collect()",
        '%scala\nprintln("started")\nThread.sleep(60000)',
        "%r\nsql('SELECT 1')\ncat('started\\n')\nsql('SELECT count(*) FROM range(9000000) a JOIN range(9000000) b ON a.id % 3 = b.id % 3')",
    ],
    ids=["python", "scala", "r"],
)
def test_the_driver_is_killed_under_a_cell(place: Path, cell: str) -> None:
    with Notebook(place) as notebook:
        notebook.good("local = 'kept'\nspark.range(1).count()")
        killed: list[bool] = []

        def kill(text: str) -> None:
            if "started" in text and not killed:
                killed.append(True)
                time.sleep(0.5)
                kill_driver(place)

        outcome = notebook.run(cell, timeout=60, on_output=kill)
        assert not outcome.ok
        assert "driver" in outcome.error and len(outcome.error.splitlines()) < 12
        assert "py4j" not in outcome.error
        assert notebook.good("spark.range(3).count()").text == "3"
        assert notebook.good("local").text == "'kept'"


def test_an_error_of_spark_is_told_once_though_the_driver_has_ended(place: Path) -> None:
    """PySpark's and Delta's exceptions ask the driver for their words."""
    with Notebook(place) as notebook:
        notebook.good(
            "import psutil\n"
            "from delta.exceptions.captured import ConcurrentAppendException\n"
            "kept = ConcurrentAppendException('Transaction conflict detected.', 'at io.delta.Somewhere')\n"
            "spark.range(1).count()"
        )
        failed = notebook.run(
            f"driver = psutil.Process({driver_id(place)})\ndriver.kill()\ndriver.wait(10)\nraise kept"
        )
        assert "ConcurrentAppendException: Transaction conflict detected." in failed.error
        assert "io.delta.Somewhere" not in failed.error
        for key in ("ename", "evalue", "traceback"):
            assert failed.errors[0][key] == failed.reply[key]
        assert notebook.good("1").reply["execution_count"] == failed.reply["execution_count"] + 1
        assert notebook.good("spark.range(3).count()").text == "3"


@pytest.mark.r
def test_r_hears_that_a_value_of_scalas_has_ended_with_the_driver(place: Path) -> None:
    with Notebook(place) as notebook:
        notebook.good("%scala\nval far = 41")
        failed = notebook.run(f"%r\ntools::pskill({driver_id(place)}, 9)\nSys.sleep(1)\nfar + 1")
        assert "far is gone: it was Scala's, and Spark's driver has ended" in failed.error
        assert "3" in notebook.good("%r\n1 + 2").text


def test_a_killed_kernel_leaves_nothing_in_the_driver(place: Path) -> None:
    survivor = Notebook(place)
    with survivor:
        survivor.good("spark.range(1).count()")
        victim = Notebook(place)
        victim.good(
            "spark.range(1).write.saveAsTable('t')\nspark.readStream.table('t').writeStream.format('noop').start()"
        )
        victim.good("%scala\nval held = 1")
        victim.start(
            "spark.sql('SELECT count(*) FROM range(9000000) a JOIN range(9000000) b ON a.id % 3 = b.id % 3').collect()"
        )
        time.sleep(2)
        victim.kill()
        running = (
            "import time\n"
            "def busy(): return len(list(sc.statusTracker().getActiveJobsIds()))\n"
            "deadline = time.time() + 20\n"
            "while busy() and time.time() < deadline: time.sleep(0.2)\n"
            "busy()"
        )
        assert survivor.good(running).text == "0"
        deadline = time.monotonic() + 20
        while attached(place) > 1 and time.monotonic() < deadline:
            time.sleep(0.2)
        assert attached(place) == 1


def attached(place: Path) -> int:
    """How many notebooks the driver counts."""
    found = driver.status(find_workspace(place))
    return len(found["notebooks"]) if found is not None else 0


def test_the_driver_outlives_the_kernel_that_started_it(place: Path) -> None:
    with Notebook(place) as first:
        first.good("spark.range(1).count()")
        before = driver.status(find_workspace(place))
    with Notebook(place) as second:
        second.good("spark.range(1).count()")
        after = driver.status(find_workspace(place))
    assert before is not None and after is not None and before["pid"] == after["pid"]
