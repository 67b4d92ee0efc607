"""A language that another package brings: found by its entry point, and as much at home as our own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from acceptance.live import Notebook
from kernel.languages import lisp

DEFINE = '%lisp\n(define side 4)\n(define (square x) (* x x))\n(define names (list "a" "b"))'


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of packages with one that brings the language, as pip would install it, on the kernels' path."""
    folder = tmp_path_factory.mktemp("packages")
    about = folder / "lakebook_lisp-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: lakebook-lisp\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "[lakebook.languages]\n"
        "lisp = lakebook_lisp:LispLanguage\n"
        "gone = a_package_that_is_gone:Language\n"
        "scheme = lakebook_lisp:LispLanguage\n"
    )
    (folder / "lakebook_lisp.py").write_text(Path(lisp.__file__).read_text())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]))
        yield folder


@pytest.fixture(scope="module")
def notebook(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    folder = tmp_path_factory.mktemp("toy")
    (folder / "lakebook.toml").touch()
    with Notebook(folder) as made:
        yield made


def test_its_cells_run_and_show_values_and_print(notebook: Notebook) -> None:
    outcome = notebook.good('%%lisp\n(define (square x) (* x x))\n(print "first")\n(square 12)')
    assert outcome.stdout == '"first"\n'
    assert outcome.bundles == [{"text/plain": "144"}]


def test_its_names_are_the_others_and_the_others_are_its(notebook: Notebook) -> None:
    notebook.good(DEFINE)
    assert notebook.good("[side + 1, names]").text == "[5, ['a', 'b']]"
    notebook.good("side = 6")
    outcome = notebook.good("%lisp\n(square side)")
    assert outcome.text == "36"
    assert outcome.stderr == "side is Python's now, which bound it last; Lisp's own is replaced.\n"


@pytest.mark.r
def test_r_has_them_too(notebook: Notebook) -> None:
    notebook.good("%lisp\n(define ours (list 1 2 3))")
    assert "6" in notebook.good("%r\ntheirs <- sum(ours)\ntheirs").text
    assert notebook.good("%lisp\n(+ theirs 1)").text == "7.0"


def test_a_function_follows_the_names_that_it_reads(notebook: Notebook) -> None:
    notebook.good("%lisp\n(define (taxed price) (* price rate))")
    notebook.good("rate = 2")
    assert notebook.good("%lisp\n(taxed 10)").text == "20"
    notebook.good("rate = 3")
    assert notebook.good("%lisp\n(taxed 10)").text == "30"


def test_what_cannot_travel_stays_and_whoever_uses_it_is_told(notebook: Notebook) -> None:
    notebook.good(DEFINE)
    notebook.good("when = {'a': 1}")
    assert notebook.run("square(2)").errors[0]["evalue"] == "square lives in Lisp and cannot come: it is a function."
    failed = notebook.run("%lisp\n(length when)")
    assert "when lives in Python and cannot come: a dict has no form in Lisp." in failed.error


def test_by_hand(notebook: Notebook) -> None:
    notebook.good("%share off\nside = 9")
    notebook.good("%lisp -i side -o doubled\n(define doubled (+ side side))")
    assert notebook.good("%share on\ndoubled").text.endswith("18")


def test_a_name_that_it_forgets_is_gone(notebook: Notebook) -> None:
    notebook.good("%lisp\n(define gone 1)")
    notebook.good("gone")
    notebook.good("%lisp\n(forget gone)\n(define dropped 1)\n(forget dropped)")
    assert notebook.run("dropped").errors[0]["ename"] == "NameError"


def test_whos_lists_its_names_beside_the_others(notebook: Notebook) -> None:
    notebook.good(DEFINE)
    notebook.good("side + 1")
    rows = [line.split("|") for line in notebook.good("%whos side square names").text.splitlines()]
    listed = {row[0].strip(): [cell.strip() for cell in row[1:] if cell.strip()] for row in rows}
    assert listed["side"] == ["int", "Lisp", "Python"]
    assert listed["square"] == ["function", "Lisp"]
    assert listed["names"] == ["list", "2", "Lisp"]


def test_an_error_shows_its_line(notebook: Notebook) -> None:
    failed = notebook.run("%lisp\n(define a 1)\n(+ a nosuch)")
    assert failed.error == "Unbound: nosuch is not bound\n   3 | (+ a nosuch)\n     |      ^"


def test_what_a_failed_cell_bound_is_there(notebook: Notebook) -> None:
    notebook.run("%lisp\n(define half 1)\n(nosuch)")
    assert notebook.good("half").text == "1"


def test_tab_knows_its_words_and_the_others_names(notebook: Notebook) -> None:
    notebook.good("length_of_day = 24")
    assert notebook.complete("%lisp\n(+ leng") == ["length_of_day", "length"]
    assert notebook.inspect("%lisp\n(length names)", 9).startswith("(length list)")


def test_a_console_asks_for_more_lines(notebook: Notebook) -> None:
    assert notebook.is_complete("%lisp\n(+ 1 2)") == "complete"
    assert notebook.is_complete("%lisp\n(+ 1") == "incomplete"


def test_an_interrupt_stops_it_and_keeps_its_names(notebook: Notebook) -> None:
    notebook.good("%lisp\n(define kept 41)")
    outcome, _ = notebook.interrupted('%lisp\n(print "started")\n(while #t 1)')
    assert outcome.errors[0]["ename"] == "KeyboardInterrupt"
    assert notebook.good("%lisp\n(+ kept 1)").text == "42"


def test_an_option_that_it_does_not_take_is_refused(notebook: Notebook) -> None:
    assert notebook.run("%lisp --fast\n1").errors[0]["evalue"] == "%lisp has no option --fast; it takes -i, -o."


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("gone", "No module named 'a_package_that_is_gone' (%gone failed; %trace shows where)"),
        (
            "scheme",
            "%scheme names lakebook_lisp:LispLanguage, and that calls itself lisp (%scheme failed; %trace shows where)",
        ),
    ],
)
def test_a_package_that_is_broken_is_told_by_its_cells_alone(notebook: Notebook, language: str, said: str) -> None:
    assert notebook.complete(f"%{language}\nab") == []
    assert notebook.run(f"%{language}\n1").errors[0]["evalue"] == said
    assert notebook.good("1 + 1").text == "2"


def test_a_default_language_that_is_none_is_refused_at_the_start(installed: Path, tmp_path: Path) -> None:
    start = [sys.executable, "-m", "lakebook_kernel", "-f", str(tmp_path / "connection.json"), "--language", "nosuch"]
    done = subprocess.run(start, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert "--language nosuch: no installed package brings a language of that name." in done.stderr


@pytest.mark.spark
def test_spark_has_them_too(installed: Path, workspace: Path) -> None:
    with Notebook(workspace) as notebook:
        notebook.good('%lisp\n(define least 2)\n(define words (list "a" "b"))')
        assert "3" in notebook.good("%sql\nSELECT count(*) AS n FROM range(5) WHERE id >= :least").text
        assert "b" in notebook.good("%scala\nval last = words.last").text
        assert notebook.good("%lisp\n(list last (length words))").text == '("b" 2)'
