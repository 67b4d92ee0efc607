"""A cell: its language, options and code, read from its source text alone.

Notebook runners do not pass cell metadata to a kernel, so the first line must say the language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lakebook_kernel import languages

_MAGIC = re.compile(r"%%?(\w+)(?=\s|$)")
#: an option directly after the language: ``-i a,b``, ``-o c``, ``--restart``, ``-e``
_OPTION = re.compile(r"\s+(?:(-[io])(?:\s+(?!-)(\S+))?|(--?[A-Za-z][\w-]*))(?=\s|$)")


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
    """Read a cell's language from its first line that is not blank; without one it is ``default``.

    Code may begin on that line, after the options: ``%sql SELECT 1``.

    Raises:
        BadOptions: ``-i`` or ``-o`` without names.
    """
    lines = source.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is None or not (found := _MAGIC.match(lines[first])):
        return Cell(default, source)
    language = languages.named(found[1])
    if language is None:
        return Cell(default, source)
    options: list[str] = []
    names: dict[str, list[str]] = {"-i": [], "-o": []}
    end = found.end()
    while option := _OPTION.match(lines[first], end):
        direction, given, other = option.groups()
        if other:
            options.append(other)
        elif given is None:
            raise BadOptions(f"%{found[1]} {direction} wants the names after it, such as %{found[1]} {direction} a,b")
        else:
            names[direction] += [name for name in given.split(",") if name]
        end = option.end()
    rest = lines[first][end:].lstrip()
    code = "\n".join([*lines[:first], rest, *lines[first + 1 :]])
    removed = len(lines[first]) - len(rest)
    return Cell(language, code, tuple(options), tuple(names["-i"]), tuple(names["-o"]), removed)
