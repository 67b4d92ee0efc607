"""Forks of R, as parallel makes them: they end, say what they have to say, and leave the notebook alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel.standins import StandInHost, StandInOutput
from lakebook_kernel.cell import Cell
from lakebook_kernel.languages.r import RLanguage

pytestmark = [pytest.mark.r, pytest.mark.timeout(90)]


@pytest.fixture
def r(tmp_path: Path) -> Iterator[RLanguage]:
    language = RLanguage(StandInHost(tmp_path))
    yield language
    language.stop()


def _run(r: RLanguage, code: str) -> str:
    output = StandInOutput()
    r.run(Cell("r", code), output)
    assert {kind for kind, _ in output.messages} <= {"stdout", "stderr"}
    return output.text() + output.text("stderr")


def test_forks_right_after_output_come_to_their_end(r: RLanguage) -> None:
    """The thread that sends R's output may be at work when R forks: without care one cell in five hung."""
    for _ in range(60):
        text = _run(r, "for (i in 1:3) cat(i, '')\nx <- parallel::mclapply(1:2, function(i) cat('fork', i, '\\n'))")
        assert sorted(text) == sorted("1 2 3 fork 1 \nfork 2 \n")
    assert (
        _run(r, "for (i in 1:200) { cat('.'); x <- parallel::mclapply(1:2, function(i) cat('x')) }").count("x") == 400
    )


@pytest.mark.parametrize("shown", ["display(data.frame(a = 1))", "for (i in 1:2) plot(i)"])
def test_a_fork_shows_nothing(r: RLanguage, shown: str) -> None:
    told = _run(r, f"x <- suppressWarnings(parallel::mclapply(1:2, function(i) {{ {shown} }})); cat(x[[1]])")
    assert "A forked R (as of mclapply) cannot show this in the notebook: return it, and show it there." in told
    assert _run(r, "cat(1)") == "1"


def test_a_fork_asks_spark_nothing(r: RLanguage) -> None:
    told = _run(r, "x <- suppressWarnings(parallel::mclapply(1:2, function(i) sql('SELECT 1'))); cat(x[[1]])")
    assert "A forked R (as of mclapply) cannot ask the notebook" in told


def test_a_fork_that_quits_is_not_r(r: RLanguage) -> None:
    assert _run(r, "x <- suppressWarnings(parallel::mclapply(1:2, function(i) q())); cat('on')") == "on"
    assert _run(r, "cat(1)") == "1"


PYTHON_FORKS = """
import multiprocessing, os, sys, threading, time
from lakebook_kernel.languages.r.forks import make_forks_safe

def keep_the_lock_moving():
    while True:
        time.sleep(0)

make_forks_safe()
threading.Thread(target=keep_the_lock_moving, daemon=True).start()
for number in range(50):
    process = os.fork()
    if process == 0:
        os._exit(number)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == number
with multiprocessing.get_context("fork").Pool(2) as pool:
    print(pool.map(abs, [-1, -2]))
"""


def test_pythons_own_forks_stay_whole() -> None:
    told = subprocess.run([sys.executable, "-c", PYTHON_FORKS], capture_output=True, text=True, timeout=60, check=False)
    assert (told.returncode, told.stdout) == (0, "[1, 2]\n"), told.stderr
