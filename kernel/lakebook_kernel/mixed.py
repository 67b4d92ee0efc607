"""Cells in which a second magic stands further down: a cell has one language."""

from __future__ import annotations

import re
from collections.abc import Callable

from lakebook_kernel.cell import RUN, Cell
from lakebook_kernel.errors import excerpt
from lakebook_kernel.languages import PYTHON, named
from lakebook_kernel.languages.base import CellError

_MAGIC = re.compile(r"^(%%?)(\w+(?:-\w+)*)(?=\s|$)", re.MULTILINE)
_DASHES, _SLASHES, _HASH = r"--[^\n]*", r"//[^\n]*", r"#[^\n]*"
_THRICE, _STARS = r'""".*?"""', r"/\*.*?\*/"
_DOUBLE, _SINGLE, _BACK = r'"(?:\\.|[^"\\])*"', r"'(?:\\.|[^'\\])*'", r"`[^`]*`"
#: what is text to a language, in which a magic means nothing
_TEXT = {
    "sql": [_DASHES, _STARS, _DOUBLE, _SINGLE, _BACK],
    "r": [_HASH, _DOUBLE, _SINGLE, _BACK],
    "scala": [_SLASHES, _STARS, _THRICE, _DOUBLE],
    PYTHON: [_HASH, _THRICE, r"'''.*?'''", _DOUBLE, _SINGLE],
}
#: Databricks' magics that belong to no language; in Python they are magics of a line
_LINES = {RUN, "pip", "fs", "conda"}


def refuse_second_magic(cell: Cell, plain: Callable[[str], str]) -> None:
    """Raise ``CellError`` when a line further down is the magic of another cell, before anything of the cell is run.

    Args:
        cell: in any language; text and scripts may say what they like.
        plain: turns a cell of Python into plain Python, in which magics are calls.
    """
    if "%" not in cell.code or cell.language not in _TEXT:
        return
    code = cell.code
    start = len(code) - len(code.lstrip())
    if cell.language == PYTHON and code.startswith("%%", start):  # the rest is that magic's, whatever it is
        return
    text = re.compile("|".join(_TEXT[cell.language]), re.DOTALL)
    bare = text.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), code)
    for found in _MAGIC.finditer(bare, start):
        if _is_magic(found, cell, plain):
            line = code.count("\n", 0, found.start()) + 1
            evalue = (
                f"Line {line} begins with {found[0]}, and a cell has one language, which its first line names: "
                "split the cell there."
            )
            raise CellError("MixedCell", evalue, [f"MixedCell: {evalue}", *excerpt(code, line)])


def _is_magic(found: re.Match[str], cell: Cell, plain: Callable[[str], str]) -> bool:
    percent, word = found.groups()
    if cell.language == PYTHON:  # where a line of a long expression may begin with the remainder of a division
        return named(word) is not None and (percent == "%%" or f"run_line_magic({word!r}" in plain(cell.code))
    if cell.language == "sql" and word.lower() == "r" and percent == "%":
        return False  # the remainder of a division by the column ``r``
    return named(word) is not None or word in _LINES
