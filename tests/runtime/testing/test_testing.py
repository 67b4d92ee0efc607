"""``lakebook test``: notebooks as tests. With ipykernel's own kernel."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest

from lakebook.cli import INTERRUPTED, WRONG_USE, main
from lakebook.databricks.cells import CELL_KEY

Captured = pytest.CaptureFixture[str]
Cell = str | tuple[str, dict[str, object]]
Make = Callable[..., Path]
PLAIN = {"name": "python3", "display_name": "Python 3", "language": "python"}


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Writes a notebook into the current folder: each cell its source, or its source and metadata."""
    monkeypatch.chdir(tmp_path)

    def made(name: str, *cells: Cell) -> Path:
        file = Path(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        pairs = [(cell, {}) if isinstance(cell, str) else cell for cell in cells]
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source, metadata=metadata) for source, metadata in pairs],
            metadata={"kernelspec": PLAIN},
        )
        nbformat.write(notebook, file)
        return file

    return made


def report(*arguments: str) -> tuple[int, ElementTree.Element]:
    """The exit code, and the report."""
    code = main(["test", *arguments, "--junit", "report.xml"])
    return code, ElementTree.parse("report.xml").getroot()


def outcome(case: ElementTree.Element) -> tuple[str, str]:
    found = next((child for child in case if child.tag != "system-out"), None)
    return ("passed", "") if found is None else (found.tag, found.get("message", ""))


def test_notebooks_that_pass_are_a_line_each(make: Make, capsys: Captured) -> None:
    make("a.ipynb", "1 + 1")
    make("b.ipynb", "2 + 2")
    assert main(["test", "a.ipynb", "b.ipynb"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [(line.split()[0], line.split()[-1]) for line in lines[:2]] == [("passed", "a.ipynb"), ("passed", "b.ipynb")]
    assert lines[2].startswith("2 notebooks: 2 passed in ")


def test_each_cell_is_a_case_with_its_title_or_first_line_and_what_came_of_it(make: Make, capsys: Captured) -> None:
    make(
        "a.ipynb",
        ("print('<shown>')", {CELL_KEY: {"title": "The title", "showTitle": True}}),
        ("never()", {"tags": ["skip-execution"]}),
        ("never()", {"tags": ["raises-exception"]}),
        "",
        "# what fails\nprint('before\\x1b[31m\\x00')\n1 / 0",
        "after = 1",
    )
    code, suites = report("a.ipynb")
    assert code == 1
    (suite,) = suites
    cases = suite.findall("testcase")
    assert [case.get("name") for case in cases] == [
        "1: The title",
        "2: never()",
        "3: never()",
        "4: # what fails",
        "5: after = 1",
    ]
    assert {case.get("classname") for case in cases} == {"a.ipynb"}
    assert [outcome(case) for case in cases] == [
        ("passed", ""),
        ("skipped", "tagged skip-execution"),
        ("passed", ""),
        ("failure", "ZeroDivisionError: division by zero"),
        ("skipped", "not run: cell 3 failed: ZeroDivisionError: division by zero"),
    ]
    assert cases[0].findtext("system-out") == "<shown>\n"
    assert (cases[3].findtext("system-out") or "").startswith("before")
    assert "1 / 0" in (cases[3].findtext("failure") or "")
    assert "1 / 0" in capsys.readouterr().out


# attributes and elements as Jenkins' schema of JUnit reports has them
ALLOWED = {
    "testsuites": ({"name", "time", "tests", "failures", "errors", "disabled"}, {"testsuite"}),
    "testsuite": (
        {
            "name",
            "tests",
            "failures",
            "errors",
            "time",
            "disabled",
            "skipped",
            "timestamp",
            "hostname",
            "id",
            "package",
        },
        {"properties", "testcase", "system-out", "system-err"},
    ),
    "testcase": (
        {"name", "assertions", "time", "classname", "status"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "failure": ({"type", "message"}, set()),
    "error": ({"type", "message"}, set()),
    "skipped": ({"message"}, set()),
    "system-out": (set(), set()),
}


def test_the_report_has_the_shape_that_ci_systems_know(make: Make) -> None:
    make("a.ipynb", "print(1)", "1 / 0", "2")
    make("b.ipynb", "import os\nos.kill(os.getpid(), 9)")
    Path("c.ipynb").write_text("{")
    code, suites = report("a.ipynb", "b.ipynb", "c.ipynb")
    assert code == 1
    for element in suites.iter():
        attributes, children = ALLOWED[element.tag]
        assert set(element.keys()) <= attributes, element.tag
        assert {child.tag for child in element} <= children, element.tag
    for suite in [suites, *suites]:
        cases = list(suite.iter("testcase"))
        assert suite.get("tests") == str(len(cases))
        for attribute, tag in (("failures", "failure"), ("errors", "error")):
            assert suite.get(attribute) == str(sum(case.find(tag) is not None for case in cases))
        assert float(suite.get("time", "")) >= 0
    assert [outcome(case) for case in suites.iter("testcase")][3:] == [
        ("error", "the kernel was killed by SIGKILL"),
        ("error", "c.ipynb is not a Jupyter notebook."),
    ]


def test_every_notebook_has_a_kernel_and_a_folder_of_its_own(make: Make) -> None:
    make("one/a.ipynb", "import os\nleft = 1\nassert os.path.basename(os.getcwd()) == 'one'")
    make("two/b.ipynb", "import os\nassert os.path.basename(os.getcwd()) == 'two'\nassert 'left' not in globals()")
    assert main(["test", "."]) == 0


def test_parameters(make: Make, capsys: Captured) -> None:
    make("a.ipynb", ("year = 0", {"tags": ["parameters"]}), "assert year == 2013")
    assert main(["test", "a.ipynb", "-p", "year=2013"]) == 0
    assert main(["test", "a.ipynb", "-p", "yaer=2013"]) == 1
    assert "note: the notebook's parameters cell has no yaer; did you mean year?" in capsys.readouterr().out


def test_fail_fast_runs_no_notebook_after_one_that_failed(make: Make, capsys: Captured) -> None:
    make("a.ipynb", "1 / 0")
    make("b.ipynb", "open('ran', 'w')")
    assert main(["test", ".", "--fail-fast"]) == 1
    assert not Path("ran").exists()
    assert capsys.readouterr().out.splitlines()[-1].startswith("2 notebooks: 1 failed, 1 not run in ")


def test_ctrl_c_interrupts_the_cell_and_the_report_is_written(make: Make) -> None:
    make("a.ipynb", "open('running', 'w')\nimport time\ntime.sleep(600)")
    make("b.ipynb", "open('ran', 'w')")
    process = subprocess.Popen([sys.executable, "-m", "lakebook", "test", ".", "--junit", "report.xml"])
    try:
        while not Path("running").exists():
            assert process.poll() is None
        os.kill(process.pid, signal.SIGINT)
        assert process.wait() == INTERRUPTED
    finally:
        process.kill()
    assert not Path("ran").exists()
    assert [case.get("name") for case in ElementTree.parse("report.xml").iter("testcase")] == [
        "1: open('running', 'w')"
    ]


# -- which notebooks --------------------------------------------------------------------------------------------------


def collected(capsys: Captured, *arguments: str) -> list[str]:
    assert main(["test", "--collect-only", *arguments]) == 0
    return capsys.readouterr().out.splitlines()


@pytest.fixture
def tree(make: Make) -> None:
    make("flights/load.ipynb", "1")
    make("flights/.ipynb_checkpoints/load-checkpoint.ipynb", "1")
    Path("flights/daily").mkdir()
    Path("flights/daily/fit.py").write_text("# Databricks notebook source\n1\n")
    Path("flights/daily/helpers.py").write_text("def helper():\n    return 1\n")
    Path("flights/report.sql").write_text("-- Databricks notebook source\nSELECT 1\n")
    Path("flights/notes.md").write_text("# Notes\n")


@pytest.mark.usefixtures("tree")
def test_a_folder_stands_for_all_that_say_they_are_notebooks(capsys: Captured) -> None:
    everything = ["flights/load.ipynb", "flights/report.sql", "flights/daily/fit.py"]
    assert collected(capsys, "flights") == everything
    assert collected(capsys, "flights/load.ipynb", "flights") == everything, "each once"


@pytest.mark.usefixtures("tree")
def test_a_pattern_and_a_part_of_a_path(capsys: Captured) -> None:
    assert collected(capsys, "flights/**/*.py") == ["flights/daily/fit.py"]
    assert collected(capsys, "flights", "-k", "fit") == ["flights/daily/fit.py"]
    assert collected(capsys, "flights/daily/helpers.py") == ["flights/daily/helpers.py"], "a script that is named"


@pytest.mark.usefixtures("make")
def test_all_notebooks_of_an_archive(capsys: Captured) -> None:
    with zipfile.ZipFile("two.dbc", "w") as archive:
        for name in ("a.python", "folder/b.python"):
            archive.writestr(name, "{}")
    assert collected(capsys, "two.dbc") == ["two.dbc:a.python", "two.dbc:folder/b.python"]
    assert collected(capsys, "two.dbc:a") == ["two.dbc:a"]


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["missing.ipynb"],
            "missing.ipynb names no notebook: expected a folder or .ipynb, .py, .sql, .r, .scala, .dbc.",
        ),
        (["flights/notes.md"], "flights/notes.md names no notebook"),
        (["flights", "-k", "nothing"], "None of the 3 notebooks has 'nothing' in its path."),
        (["flights", "-p", "year"], "-p year: expected name=value"),
        (["flights", "--junit", "none/report.xml"], "none/report.xml cannot be written: there is no folder none."),
    ],
)
def test_what_is_wrong_is_said_before_anything_runs(arguments: list[str], said: str, capsys: Captured) -> None:
    assert main(["test", *arguments]) == WRONG_USE
    captured = capsys.readouterr()
    assert said in captured.err
    assert not captured.out
