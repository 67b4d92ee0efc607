"""A cell to be run, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from benchmarks.soak.notebook import Outcome
from benchmarks.soak.values import marked


class Expected(Protocol):
    def complaint(self, outcome: Outcome) -> str | None:
        """What is wrong with the outcome of an undisturbed cell; None when nothing is."""


@dataclass(frozen=True)
class Runs:
    """It must not fail; ``characters``: and must print at least so many."""

    characters: int = 0

    def complaint(self, outcome: Outcome) -> str | None:
        if outcome.errors or outcome.status != "ok":
            return f"it failed: {outcome.error or outcome.status}"
        if outcome.characters < self.characters:
            return f"{outcome.characters:,} characters arrived of {self.characters:,}"
        return None


@dataclass(frozen=True)
class Shows:
    """It shows one of these."""

    values: frozenset[str]

    def complaint(self, outcome: Outcome) -> str | None:
        if failed := Runs().complaint(outcome):
            return f"{failed}\nexpected was {self.wanted}"
        if any(marked(value) in outcome.text for value in self.values):
            return None
        return f"a wrong value: {outcome.text[:2000]!r}\nexpected was {self.wanted}"

    @property
    def wanted(self) -> str:
        return " or ".join(sorted(marked(value) for value in self.values))


@dataclass(frozen=True)
class Fails:
    """It fails with one error that has one of these words."""

    words: tuple[str, ...]
    #: lines that the error may have
    lines: int = 40

    def complaint(self, outcome: Outcome) -> str | None:
        if len(outcome.errors) != 1:
            return f"{len(outcome.errors)} errors, and the status {outcome.status}; expected was one: {self.words}"
        if not any(word in outcome.error for word in self.words):
            return f"the error does not say {self.words}:\n{outcome.error}"
        if len(outcome.error.splitlines()) > self.lines:
            return f"the error has {len(outcome.error.splitlines())} lines:\n{outcome.error[:3000]}"
        return None


@dataclass(frozen=True)
class OneOf:
    """Several outcomes are right, such as a value and a clear refusal."""

    ways: tuple[Expected, ...]

    def complaint(self, outcome: Outcome) -> str | None:
        complaints = [way.complaint(outcome) for way in self.ways]
        return None if None in complaints else "\nnor: ".join(str(complaint) for complaint in complaints)


def nothing(sure: bool) -> None:
    """A cell without consequences."""


@dataclass(frozen=True)
class Trial:
    kind: str
    language: str
    #: with the language's line
    code: str
    expected: Expected = field(default_factory=Runs)
    #: called when the cell has run as expected (``sure``), or was disturbed and may have run
    then: Callable[[bool], None] = nothing
    #: processes whose death may be felt by it
    uses: frozenset[str] = frozenset()
    #: it goes on until it is interrupted; it prints ``started`` when it is worth interrupting
    endless: bool = False
    #: the process that the cell itself ends
    ends: str | None = None
    #: seconds after which it counts as hung
    patience: float = 150.0
    #: it wants much memory or both processors: one such cell at a time
    heavy: bool = False
    #: it must not be disturbed: a fork that gets an interrupt would be a second kernel
    steady: bool = False
    #: an error that is right too, and after which the cell has done nothing
    refusal: Expected | None = None
    #: cells to be run next, when this one has run
    following: tuple[Trial, ...] = ()

    def followed_by(self, *following: Trial) -> Trial:
        return replace(self, following=following)


def cell(language: str, code: str) -> str:
    magic = {"python": "", "shell": "%sh\n", "markdown": "%md\n"}.get(language, f"%{language}\n")
    return magic + code
