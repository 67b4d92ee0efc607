"""How the tests went: of a notebook, and of each of its cells."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class Outcome(Enum):
    """How a cell went."""

    PASSED = "passed"
    #: a cell raised an error
    FAILED = "failed"
    #: the notebook could not be run, or the kernel died
    ERROR = "error"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class CellResult:
    """How a cell went.

    Args:
        name: its title, or its first line.
        outcome: how.
        seconds: how long it took.
        message: why it did not pass, in one line.
        kind: the error's type.
        details: the traceback.
        output: what it showed, as text.
    """

    name: str
    outcome: Outcome
    seconds: float = 0.0
    message: str = ""
    kind: str = ""
    details: str = ""
    output: str = ""


@dataclass(frozen=True)
class NotebookResult:
    """How a notebook went; ``failure`` is empty if it passed."""

    notebook: Path
    seconds: float
    cells: tuple[CellResult, ...]
    failure: str = ""
    interrupted: bool = False
    notes: tuple[str, ...] = ()
