"""A cell's language, options and code are read from its text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lakebook_kernel.cell import BadOptions, Cell, read

#: what the first line says; the lab reads the same by rules of its own, which are tried with these cells too
CASES = json.loads((Path(__file__).with_name("cell_languages.json")).read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['default']}-{case['source']!r}")
def test_the_first_line_names_the_language(case: dict[str, str]) -> None:
    assert read(case["source"], case["default"]).language == case["language"]


def test_a_cell_without_a_magic_is_in_the_default_language() -> None:
    assert read("SELECT 1", default="sql") == Cell("sql", "SELECT 1")
    assert read("%python\nx = 1", default="sql").language == "python"


@pytest.mark.parametrize(("default", "comment"), [("sql", "-- x"), ("r", "# x"), ("scala", "// x"), ("python", "# x")])
def test_comments_of_the_default_language_may_stand_before_a_magic(default: str, comment: str) -> None:
    source = f"{comment}\n{comment}\n%scala\nval x = 1"
    cell = read(source, default)
    assert cell == Cell("scala", "\n\n\nval x = 1", removed=len(source) - len("\n\n\nval x = 1"))


def test_another_languages_comment_is_code() -> None:
    assert read("-- x\n%python\n1", default="scala").language == "scala"
    assert read("// x\n%python\n1", default="python").language == "python"


def test_python_has_a_short_name_too() -> None:
    assert read("%py\nx = 1", default="sql") == Cell("python", "\nx = 1", removed=3)


@pytest.mark.parametrize("source", ["%pip install x", "%fs ls /", "%conda install x", "%whos", "%timeit 1", "%sqll\n1"])
@pytest.mark.parametrize("default", ["sql", "r", "scala"])
def test_other_magics_are_pythons_whatever_the_default(source: str, default: str) -> None:
    assert read(source, default) == Cell("python", source)


def test_databricks_magics_of_a_line_may_have_two_percent_signs() -> None:
    assert read("-- c\n%%fs ls /x", default="sql") == Cell("python", "\n%fs ls /x", removed=5)


def test_what_databricks_magics_of_a_line_do_may_stand_on_the_next() -> None:
    assert read("%fs\n\nls /x\n").code == "%fs ls /x\n\n\n"
    assert read("%fs ls /x\n1").code == "%fs ls /x\n1"
    assert read("%%run ./x") == Cell("run", "%run ./x", removed=1)


def test_a_comment_may_stand_before_a_cell_magic_of_ipythons() -> None:
    assert read("# c\n%%time\n1").code == "\n%%time\n1"
    assert read("# c\n%timeit 1").code == "# c\n%timeit 1"


def test_lines_keep_their_numbers_and_offsets_can_be_moved() -> None:
    source = "\n%sql  -i a\nSELECT x"
    cell = read(source)
    assert cell.code.split("\n")[2] == "SELECT x"
    assert source.index("x", 12) - cell.removed == cell.code.index("x")


def test_options_and_names() -> None:
    cell = read("%scala -i a,b -o result -i c --fast\n1")
    assert cell.inputs == ("a", "b", "c")
    assert cell.outputs == ("result",)
    assert cell.options == ("--fast",)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("%sql SELECT 1", "SELECT 1"),
        ("%sql -- a comment\nSELECT 1", "-- a comment\nSELECT 1"),
        ("%sh ls -l 'a b", "ls -l 'a b"),
        ("%md # Title", "# Title"),
        ("%scala -i a val b = -a", "val b = -a"),
        ("\n%r  x - 1", "\nx - 1"),
    ],
)
def test_code_may_begin_on_the_languages_line(source: str, code: str) -> None:
    cell = read(source)
    assert cell.code == code
    assert cell.removed == len(source) - len(code)


@pytest.mark.parametrize("source", ["%sql -i", "%scala -o", "%r -i -o x\n1"])
def test_names_that_are_missing_are_asked_for(source: str) -> None:
    with pytest.raises(BadOptions, match="wants the names"):
        read(source)
