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
        ("%md\n# title", "markdown"),
        ("%sh ls", "shell"),
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


def test_code_after_a_shell_magic_is_kept_as_an_option_list() -> None:
    assert read("%sh echo 'a b'").options == ("echo", "a b")


@pytest.mark.parametrize("source", ["%sql -i", "%scala -o", "%r -i 'a\n1"])
def test_options_that_cannot_be_read_are_said(source: str) -> None:
    with pytest.raises(BadOptions, match="%(sql|scala|r)"):
        read(source)
