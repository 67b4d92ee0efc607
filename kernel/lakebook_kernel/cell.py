"""A cell: its language, options and code, read from its source text alone.

Notebook runners do not pass cell metadata to a kernel, so the first line must say the language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lakebook.magics import COMMENTS, MAGIC, OPTION, first_line
from lakebook_kernel import languages

#: in ``Cell.language``, of a cell that runs another notebook
RUN = "run"

#: Databricks' magics that Python has as magics of a line, and that may be written with two percent signs too
_LINES = {"pip", "conda", "fs"}


class BadOptions(ValueError):
    """The language's line cannot be read; the message says why."""


@dataclass(frozen=True)
class Cell:
    """The source of one cell, once its first line has been read.

    The language and its options are taken out of ``code``, the line stays, so that line *n* of ``code`` is line *n* of
    the cell; ``removed`` is how many characters that took away, to move offsets by.
    """

    language: str
    code: str
    #: what else begins with a dash, such as ``--restart``
    options: tuple[str, ...] = ()
    #: ``-i``: names to bring into this language before the cell runs.
    inputs: tuple[str, ...] = ()
    #: ``-o``: names to hand to Python after it ran.
    outputs: tuple[str, ...] = ()
    removed: int = 0


def read(source: str, default: str = "python") -> Cell:
    """Read a cell's language from its first line that is neither blank nor a comment; without one it is ``default``.

    Code may begin on that line, after the options: ``%sql SELECT 1``. Lines of comment before a magic are left blank in
    ``code``, since they are comments of the default language. A magic that names no language is IPython's, also where
    another language than Python is the default.

    Raises:
        BadOptions: ``-i`` or ``-o`` without names.
    """
    lines = source.split("\n")
    first = first_line(lines, default)
    if first is None or not (found := MAGIC.match(lines[first])):
        return Cell(default, source)
    word = found[2]
    language = languages.named(word)
    if language is None:
        return _of_ipython(found[1], word, lines, first, default)
    options: list[str] = []
    names: dict[str, list[str]] = {"-i": [], "-o": []}
    end = found.end()
    while option := OPTION.match(lines[first], end):
        direction, given, other = option.groups()
        if other:
            options.append(other)
        elif given is None:
            raise BadOptions(f"%{word} {direction} wants the names after it, such as %{word} {direction} a,b")
        else:
            names[direction] += [name for name in given.split(",") if name]
        end = option.end()
    code, removed = _without(lines, first, lines[first][end:].lstrip())
    return Cell(language, code, tuple(options), tuple(names["-i"]), tuple(names["-o"]), removed)


def first_magic(code: str) -> str | None:
    """The magic with which a cell of Python begins, with its percent signs; None when it begins otherwise."""
    lines = code.split("\n")
    first = first_line(lines, languages.PYTHON)
    found = MAGIC.match(lines[first]) if first is not None else None
    return found[0] if found else None


def _of_ipython(percent: str, word: str, lines: list[str], first: int, default: str) -> Cell:
    """A cell whose first line is a magic of IPython's, or of Databricks' that belongs to no language."""
    line = lines[first]
    if word == RUN and not re.match(r"%%?run\s+-", line):
        code, removed = _without(lines, first, line.removeprefix("%") if percent == "%%" else line)
        return Cell(RUN, code, removed=removed)
    if default not in COMMENTS:
        return Cell(default, "\n".join(lines))
    if word in _LINES:
        line = f"%{line.lstrip('%')}"
        below = next((number for number in range(first + 1, len(lines)) if lines[number].strip()), None)
        if line.strip() == f"%{word}" and below is not None:
            line = f"%{word} {lines[below].strip()}"
            lines = [*lines[:below], "", *lines[below + 1 :]]
    elif default == languages.PYTHON and percent == "%":
        return Cell(default, "\n".join(lines))
    code, removed = _without(lines, first, line)
    return Cell(languages.PYTHON, code, removed=removed)


def _without(lines: list[str], first: int, rest: str) -> tuple[str, int]:
    """The code with blank lines before the magic's, of which ``rest`` is left; and how many characters are gone."""
    code = "\n".join([*("" if line.strip() else line for line in lines[:first]), rest, *lines[first + 1 :]])
    return code, len("\n".join(lines)) - len(code)
