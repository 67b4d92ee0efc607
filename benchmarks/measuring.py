"""Ours and its reference in turn, in the same run, so that a busy moment of the machine meets both."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

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


@dataclass(frozen=True)
class Goal:
    """``most``: ours takes at most so many times what the reference takes. ``least``: it is so many times better."""

    bound: Literal["most", "least"]
    times: float

    @property
    def text(self) -> str:
        return f"{'≤' if self.bound == 'most' else '≥'} {self.times:g}×"

    def ratio(self, ours: float, reference: float) -> float:
        return ours / reference if self.bound == "most" else reference / ours

    def met(self, ratio: float) -> bool:
        return ratio <= self.times if self.bound == "most" else ratio >= self.times


def at_most(times: float) -> Goal:
    return Goal("most", times)


def at_least(times: float) -> Goal:
    return Goal("least", times)


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
    def ratio(self) -> float:
        return self.goal.ratio(self.ours.median, self.reference.median)

    @property
    def met(self) -> bool:
        return self.goal.met(self.ratio)


def in_turn(ours: Run, reference: Run, runs: int, warm_up: int = 0) -> tuple[Series, Series]:
    """Run both alternately; every other pair the other way round, so that neither always follows the other."""
    for _ in range(warm_up):
        ours()
        reference()
    taken: dict[Run, list[float]] = {ours: [], reference: []}
    gc.collect()
    gc.disable()
    try:
        for number in range(runs):
            for run in (ours, reference) if number % 2 == 0 else (reference, ours):
                taken[run].append(run())
    finally:
        gc.enable()
    return Series(taken[ours]), Series(taken[reference])
