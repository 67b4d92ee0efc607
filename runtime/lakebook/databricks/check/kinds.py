"""How something that is not here looks where it is used: as a name, a module, a path, a statement…"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property

from lakebook.databricks.check.uses import Uses


class Kind(Enum):
    """As what something is used."""

    #: a name in code, and what is below it: ``dbutils.credentials``
    NAME = auto()
    #: a module of Python's or a package of Scala's, and what is below it
    MODULE = auto()
    #: the name of a data source
    FORMAT = auto()
    #: a text in code, such as a path
    TEXT = auto()
    #: the words with which a SQL statement begins, in capitals or not, with any blanks between them
    STATEMENT = auto()
    #: words anywhere in SQL
    CLAUSE = auto()
    #: a function in SQL
    FUNCTION = auto()
    #: the word after the percent sign
    MAGIC = auto()


@dataclass(frozen=True)
class Unsupported:
    """One thing that is not here."""

    kind: Kind
    #: a regular expression; a blank stands for any blanks
    pattern: str
    #: a sentence: why, and what to do instead
    instead: str
    #: the only language in which it means that
    language: str | None = None
    #: whether the jars and settings of ``[spark.conf]`` can bring it
    by_jar: bool = False
    #: the path of Databricks' at which a copy of it would be
    copied_to: str | None = None

    @cached_property
    def expression(self) -> re.Pattern[str]:
        """What it looks like where it is used."""
        spaced = self.pattern.replace(" ", r"\s+")
        match self.kind:
            case Kind.NAME:
                return re.compile(rf"(?:{spaced})(?:[.(].*)?", re.DOTALL)
            case Kind.MODULE:
                return re.compile(rf"({spaced})(?:\..*)?")
            case Kind.FORMAT | Kind.MAGIC:
                return re.compile(spaced, re.IGNORECASE)
            case Kind.TEXT:
                return re.compile(f"({spaced})")
            case Kind.STATEMENT:
                return re.compile(rf"(?:\A|;)\s*({spaced})", re.IGNORECASE)
            case Kind.CLAUSE:
                return re.compile(rf"(?<![\w.`])({spaced})", re.IGNORECASE)
            case Kind.FUNCTION:
                return re.compile(rf"(?<![\w.`])({spaced})(?=\s*\()", re.IGNORECASE)

    def found_in(self, uses: Uses) -> Iterator[str]:
        """Each use of it, as it stands there."""
        whole = {Kind.NAME: uses.names, Kind.MODULE: uses.modules, Kind.FORMAT: uses.formats, Kind.MAGIC: uses.magics}
        if self.kind in whole:
            for match in filter(None, map(self.expression.fullmatch, whole[self.kind])):
                yield _named(match[1] if self.kind is Kind.MODULE else match[0], self.kind)
        else:
            for text in uses.texts if self.kind is Kind.TEXT else uses.statements:
                yield from (_named(match[1], self.kind) for match in self.expression.finditer(text))


_LONGEST = 60  # characters of a text that are shown


def _named(found: str, kind: Kind) -> str:
    plain = " ".join(found.split())
    match kind:
        case Kind.MODULE:
            return f"import {plain}"
        case Kind.FORMAT:
            return f'format("{plain}")'
        case Kind.MAGIC:
            return f"%{plain}"
        case Kind.FUNCTION:
            return f"{plain.lower()}()"
        case Kind.STATEMENT | Kind.CLAUSE if "." not in plain:
            return plain.upper()
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 1]}…"
