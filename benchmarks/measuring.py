"""Ours and its reference in turn, in the same run, so that a busy moment of the machine meets both."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

#: one run of a thing; returns what it took
Run = Callable[[], float]


@dataclass(frozen=True)
class Unit:
    name: str
    #: how many of it one of what is measured (a second, a byte) has
    scale: float

    def text(self, value: float) -> str:
        scaled = value * self.scale
        return f"{scaled:.{0 if scaled >= 100 else 1 if scaled >= 10 else 2}f} {self.name}"


SECONDS = Unit("s", 1.0)
MILLISECONDS = Unit("ms", 1e3)
MEBIBYTES = Unit("MiB", 2.0**-20)


class Goal(Protocol):
    """How ours is compared with the reference, and what must come of it."""

    def text(self, unit: Unit) -> str: ...

    def compared(self, ours: float, reference: float) -> float: ...

    def shown(self, compared: float, unit: Unit) -> str: ...

    def met(self, compared: float) -> bool | None:
        """None where there is no goal."""


@dataclass(frozen=True)
class Times:
    """``most``: ours takes at most so many times what the reference takes. ``least``: it is so many times better."""

    bound: Literal["most", "least"]
    times: float | None

    def text(self, unit: Unit) -> str:
        return "none" if self.times is None else f"{'≤' if self.bound == 'most' else '≥'} {self.times:g}×"

    def compared(self, ours: float, reference: float) -> float:
        return ours / reference if self.bound == "most" else reference / ours

    def shown(self, compared: float, unit: Unit) -> str:
        return f"{compared:.2f}×"

    def met(self, compared: float) -> bool | None:
        if self.times is None:
            return None
        return compared <= self.times if self.bound == "most" else compared >= self.times


@dataclass(frozen=True)
class More:
    """Ours takes at most so much more than the reference takes."""

    most: float

    def text(self, unit: Unit) -> str:
        return f"≤ +{unit.text(self.most)}"

    def compared(self, ours: float, reference: float) -> float:
        return ours - reference

    def shown(self, compared: float, unit: Unit) -> str:
        return f"{'-' if compared < 0 else '+'}{unit.text(abs(compared))}"

    def met(self, compared: float) -> bool:
        return compared <= self.most


def at_most(times: float) -> Goal:
    return Times("most", times)


def at_least(times: float) -> Goal:
    return Times("least", times)


def at_most_more(most: float) -> Goal:
    return More(most)


#: how many times better ours is, without a goal for it
NO_GOAL: Goal = Times("least", None)


@dataclass(frozen=True)
class Series:
    """What the runs of one side took."""

    values: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.values)


@dataclass(frozen=True)
class Comparison:
    """A figure of ours beside its reference."""

    what: str
    #: what ours is held against, in a few words
    against: str
    unit: Unit
    goal: Goal
    ours: Series
    reference: Series

    @property
    def compared(self) -> float:
        return self.goal.compared(self.ours.median, self.reference.median)

    @property
    def met(self) -> bool | None:
        return self.goal.met(self.compared)


def in_turn(
    ours: Run, reference: Run, runs: int, warm_up: int = 0, reference_runs: int | None = None
) -> tuple[Series, Series]:
    """Run both alternately; every other pair the other way round, so that neither always follows the other.

    Only the first ``reference_runs`` have the reference, where that takes too long for all of them.
    """
    for _ in range(warm_up):
        ours()
        reference()
    taken: dict[Run, list[float]] = {ours: [], reference: []}
    gc.collect()
    gc.disable()
    try:
        for number in range(runs):
            both = reference_runs is None or number < reference_runs
            pair = (ours, reference) if both else (ours,)
            for run in pair if number % 2 == 0 else reversed(pair):
                taken[run].append(run())
    finally:
        gc.enable()
    return Series(taken[ours]), Series(taken[reference])
