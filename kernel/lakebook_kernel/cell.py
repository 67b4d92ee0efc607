"""A cell: its language, options and code, read from its source text alone.

Notebook runners do not pass cell metadata to a kernel, so the first line must say the language.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass

#: What users write after the percent sign, and the language it names.
MAGICS = {
    "python": "python",
    "sql": "sql",
    "r": "r",
    "R": "r",
    "scala": "scala",
    "duckdb": "duckdb",
    "sh": "shell",
    "md": "markdown",
}


class BadOptions(ValueError):
    """The language's line cannot be read; the message says why."""


@dataclass(frozen=True)
class Cell:
    """The source of one cell, once its first line has been read.

    The language's line is an empty line in ``code``, so that line *n* of ``code`` is line *n* of the cell;
    ``removed`` is how many characters that took away (0 without such a line), to move offsets by.
    """

    language: str
    code: str
    options: tuple[str, ...] = ()
    #: ``-i``: names to bring into this language before the cell runs.
    inputs: tuple[str, ...] = ()
    #: ``-o``: names to hand to Python after it ran.
    outputs: tuple[str, ...] = ()
    removed: int = 0


def read(source: str, default: str = "python") -> Cell:
    """Read a cell's language from its first line that is not blank; without one it is ``default``.

    Raises:
        BadOptions: the options after the language cannot be read.
    """
    lines = source.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return Cell(default, source)
    word, _, rest = lines[first].removeprefix("%").removeprefix("%").partition(" ")
    language = MAGICS.get(word.strip())
    if language is None or not lines[first].startswith("%"):
        return Cell(default, source)
    options, names = _options(rest, word.strip())
    code = "\n".join([*lines[:first], "", *lines[first + 1 :]])
    return Cell(language, code, tuple(options), tuple(names["-i"]), tuple(names["-o"]), len(lines[first]))


def _options(rest: str, magic: str) -> tuple[list[str], dict[str, list[str]]]:
    try:
        words = iter(shlex.split(rest))
    except ValueError as problem:
        raise BadOptions(f"The options after %{magic} cannot be read: {problem}.") from None
    options: list[str] = []
    names: dict[str, list[str]] = {"-i": [], "-o": []}
    for word in words:
        if word not in names:
            options.append(word)
            continue
        given = next(words, None)
        if given is None:
            raise BadOptions(f"%{magic} {word} wants the names after it, such as %{magic} {word} a,b")
        names[word] += [name for name in given.split(",") if name]
    return options, names
