"""A cell's language, options and code are read from its text."""

from __future__ import annotations

import pytest

from lakebook_kernel.cell import BadOptions, Cell, read


@pytest.mark.parametrize(
    ("source", "language"),
    [
        ("1 + 1", "python"),
        ("%sql\nSELECT 1", "sql"),
        ("%%sql\nSELECT 1", "sql"),
        ("%r\nx <- 1", "r"),
        ("%R\nx <- 1", "r"),
        ("%scala\nval x = 1", "scala"),
        ("%python\nx = 1", "python"),
        ("%md\n# title", "md"),
        ("%sh ls", "sh"),
        ("%duckdb\nSELECT 1", "duckdb"),
        ("\n\n  \n%sql\nSELECT 1", "sql"),
        ("%timeit 1", "python"),
        ("%%time\n1", "python"),
        ("%pip install x", "python"),
        ("%sqlite\n1", "python"),
        ("# %sql\n1", "python"),
        ("x = 1\n%sql", "python"),
        ("%%%sql\n1", "python"),
        ("", "python"),
    ],
)
def test_the_first_line_names_the_language(source: str, language: str) -> None:
    assert read(source).language == language


def test_a_cell_without_a_magic_is_in_the_default_language() -> None:
    assert read("SELECT 1", default="sql") == Cell("sql", "SELECT 1")
    assert read("%python\nx = 1", default="sql").language == "python"


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
