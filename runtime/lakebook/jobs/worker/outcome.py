"""How a task run has ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lakebook.jobs.model import Result


class TaskError(Exception):
    """A task cannot run; the message says why."""


@dataclass(frozen=True)
class Outcome:
    """What is written when a task run ends."""

    result: Result
    message: str | None = None
    #: None to leave what has been written
    output: dict[str, Any] | None = None

    @classmethod
    def failed(cls, message: str) -> Outcome:
        """It failed before it has put out anything."""
        return cls(Result.FAILED, message)


#: it ended because its process was asked to, by whomever
CANCELED = Outcome(Result.CANCELED, "Its process was ended by a signal from outside.")
