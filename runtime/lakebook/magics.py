"""How a cell begins that names its language: what the kernel and whoever shows notebooks read alike.

The lab reads it too, in TypeScript; one table of cases holds all to the same rules.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PYTHON = "python"
MAGIC = re.compile(r"(%%?)(\w+(?:-\w+)*)(?=\s|$)")
#: an option directly after the language: ``-i a,b``, ``-o c``, ``--restart``, ``-e``
OPTION = re.compile(r"\s+(?:(-[io])(?:\s+(?!-)(\S+))?|(--?[A-Za-z][\w-]*))(?=\s|$)")
#: with which lines of comment begin that may stand before a magic, by the language of cells without one
COMMENTS = {PYTHON: "#", "sql": "--", "r": "#", "scala": "//", "duckdb": "--", "sh": "#"}
#: what may stand after the percent sign, and the language that it names
WORDS = {name: name for name in (PYTHON, "sql", "r", "scala", "duckdb", "sh", "md", "skip")} | {
    "py": PYTHON,
    "md-sandbox": "md",
}


@dataclass(frozen=True)
class Head:
    """The language of a cell, and where its magic is; without one all three places are 0."""

    language: str
    #: where the magic's line begins
    start: int = 0
    #: where its word ends
    word: int = 0
    #: where its options end
    end: int = 0


def first_line(lines: list[str], default: str) -> int | None:
    """The first line that is neither blank nor a comment of the default language."""
    comment = COMMENTS.get(default)
    written = ((number, line.strip()) for number, line in enumerate(lines))
    return next((number for number, line in written if line and not (comment and line.startswith(comment))), None)


def head(source: str, default: str) -> Head:
    """The language of a cell as its first line says; what other packages bring to the kernel is not known here."""
    lines = source.split("\n")
    first = first_line(lines, default)
    found = MAGIC.match(lines[first]) if first is not None else None
    if first is None or found is None:
        return Head(default)
    language = WORDS.get(found[2].lower())
    if language is None:
        return Head(PYTHON)
    end = found.end()
    while option := OPTION.match(lines[first], end):
        end = option.end()
    start = sum(len(line) + 1 for line in lines[:first])
    return Head(language, start, start + found.end(), start + end)
