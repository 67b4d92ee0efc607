"""What is wrong with a definition, and where."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: what, and what was expected instead."""

    #: None when what is checked was not read from a file
    file: Path | None
    line: int | None
    message: str

    def __str__(self) -> str:
        if self.file is None:
            return self.message
        place = shown(self.file) if self.line is None else f"{shown(self.file)}, line {self.line}"
        return f"{place}: {self.message}"


class DefinitionError(Exception):
    """A definition cannot be used. Its text is all that is wrong with it, one a line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def shown(file: Path) -> str:
    """A file as the reader of a message knows it: from the current folder, if it is below."""
    here = Path.cwd()
    return str(file.relative_to(here) if file.is_relative_to(here) else file)


def hint(name: str, known: Collection[str]) -> str:
    """The word that was meant, or all that there are if they are few."""
    return meant(name, known) or (f", expected one of {', '.join(sorted(known))}" if 0 < len(known) <= _FEW else "")


def meant(name: str, known: Collection[str]) -> str:
    """The word that was meant, if one is near."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f", did you mean {near[0]}?" if near else ""


_FEW = 12  # names that a sentence can list
