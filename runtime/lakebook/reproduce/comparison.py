"""The metrics of a run beside those of the run that was made again."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lakebook.columns import columns

if TYPE_CHECKING:
    from mlflow.entities import Run

#: how far apart two values may be, relative to the larger one
TOLERANCE = 1e-9
#: and in absolute terms: what is nearly zero is mostly noise
_NOISE = 1e-12
#: names of metrics that say how long something took, or what else the machine was busy with
_TIMES = ("_time",)
_OF_THE_MACHINE = ("system/",)
_PARENT = "mlflow.parentRunId"


@dataclass(frozen=True)
class Compared:
    """One metric of both runs."""

    name: str
    #: None where the run does not have it
    original: float | None
    reproduced: float | None
    tolerance: float

    @property
    def counts(self) -> bool:
        """Whether it should agree: how long something took need not."""
        return not self.name.endswith(_TIMES) and not self.name.startswith(_OF_THE_MACHINE)

    @property
    def agrees(self) -> bool:
        """Whether the two are the same within the tolerance."""
        if self.original is None or self.reproduced is None:
            return False
        if math.isnan(self.original) or math.isnan(self.reproduced):
            return math.isnan(self.original) and math.isnan(self.reproduced)
        return math.isclose(self.original, self.reproduced, rel_tol=self.tolerance, abs_tol=_NOISE)

    def row(self) -> tuple[str, str, str, str, str]:
        """As it is printed: name, original, reproduced, difference, what to think of it."""
        values = [repr(value) if value is not None else "missing" for value in (self.original, self.reproduced)]
        both = self.original is not None and self.reproduced is not None
        difference = f"{self.reproduced - self.original:.3g}" if both else ""  # type: ignore[operator]
        verdict = "" if self.agrees else "differs" if self.counts else "a time: not compared"
        return self.name, values[0], values[1], difference, verdict


def compare(original: Run, reproduced: Run, tolerance: float) -> list[Compared]:
    """All metrics that either run has, by name.

    Args:
        tolerance: how far apart two values may be, relative to the larger one.
    """
    old, new = original.data.metrics, reproduced.data.metrics
    return [Compared(name, old.get(name), new.get(name), tolerance) for name in sorted(old.keys() | new.keys())]


def table(compared: Iterable[Compared]) -> str:
    """The metrics as lines of text, under a heading."""
    return columns([("metric", "original", "reproduced", "difference", ""), *(one.row() for one in compared)])


def same_run(original: Run, of_its_cell: Sequence[Run], candidates: Sequence[Run]) -> Run | None:
    """The one among the runs of the cell that ran again which stands for the original; None when there is none.

    It has the same parameters, and among those that have them the same place in the order of beginning. When no run
    has them, as when one of them is a date, the place alone decides.

    Args:
        of_its_cell: the original and the other runs of its cell, in the order in which they began.
        candidates: the runs that the same cell made when it ran again, in that order.
    """
    for alike in (_same_parameters, _same_depth):
        before = [run for run in of_its_cell if alike(run, original)]
        after = [run for run in candidates if alike(run, original)]
        place = [run.info.run_id for run in before].index(original.info.run_id)
        if place < len(after):
            return after[place]
    return None


def _same_depth(run: Run, other: Run) -> bool:
    """Whether both are runs within another one, or neither is."""
    return (_PARENT in run.data.tags) == (_PARENT in other.data.tags)


def _same_parameters(run: Run, other: Run) -> bool:
    return _same_depth(run, other) and bool(run.data.params == other.data.params)
