"""Which languages there are, and where: the one place that knows. Each is imported when first used.

A language's name is what users write after the percent sign. Other packages add theirs by an entry point of the group
``lakebook.languages``: its name is the language's, its value the place of the class, ``package.module:Class``.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lakebook_kernel.languages.base import Language

PYTHON = "python"
GROUP = "lakebook.languages"

_OURS = {
    "sql": "lakebook_kernel.languages.sql:SqlLanguage",
    "r": "lakebook_kernel.languages.r:RLanguage",
    "scala": "lakebook_kernel.languages.scala:ScalaLanguage",
    "duckdb": "lakebook_kernel.languages.duckdb:DuckDBLanguage",
    "sh": "lakebook_kernel.languages.shell:ShellLanguage",
    "md": "lakebook_kernel.languages.markdown:MarkdownLanguage",
    "skip": "lakebook_kernel.languages.skip:SkippedCells",
}
#: what users may write as well
_ALSO = {"py": PYTHON, "md-sandbox": "md"}


def named(word: str) -> str | None:
    """The language that a word after the percent sign names, in capitals or not; None where it names none."""
    plain = word.lower()
    name = _ALSO.get(plain, plain)
    if name == PYTHON or name in _OURS:
        return name
    return next((brought for brought in _brought() if brought.lower() == name), None)


def words() -> list[str]:
    """What users may write after the percent sign."""
    return [PYTHON, *_OURS, *_ALSO, *_brought()]


def load(name: str) -> type[Language]:
    """The class of a language other than Python.

    Raises:
        KeyError: there is no such language.
        ImportError: its module cannot be imported.
        TypeError: its class gives itself another name.
    """
    module, _, kind = (_OURS.get(name) or _brought()[name]).partition(":")
    language: type[Language] = getattr(import_module(module), kind)
    if language.name != name:
        raise TypeError(f"%{name} names {module}:{kind}, and that calls itself {language.name}")
    return language


@cache
def _brought() -> dict[str, str]:
    """What other packages bring. Looked for once, when a word is none of ours: packages installed later wait."""
    return {point.name: point.value for point in entry_points(group=GROUP)}
