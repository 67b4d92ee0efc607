"""What stands for a state: a word, a sign and a tone, so that none has to be told by its colour alone."""

from __future__ import annotations

from dataclasses import dataclass

from lakebook.jobs.model import Result, State
from lakebook.jobs.store import Run, TaskRun


@dataclass(frozen=True)
class Mark:
    """A state as it is shown."""

    word: str
    sign: str
    #: a class of the style sheet
    tone: str


_RESULTS = {
    Result.SUCCESS: Mark("Succeeded", "✓", "good"),
    Result.SUCCESS_WITH_FAILURES: Mark("Succeeded with failures", "✓", "warn"),
    Result.FAILED: Mark("Failed", "✕", "bad"),
    Result.TIMEDOUT: Mark("Timed out", "◷", "bad"),
    Result.CANCELED: Mark("Canceled", "⊘", "warn"),
    Result.MAXIMUM_CONCURRENT_RUNS_REACHED: Mark("Skipped", "⇥", "off"),
    Result.EXCLUDED: Mark("Excluded", "–", "off"),
    Result.DISABLED: Mark("Disabled", "–", "off"),
    Result.UPSTREAM_FAILED: Mark("Upstream failed", "↥", "bad"),
    Result.UPSTREAM_CANCELED: Mark("Upstream canceled", "↥", "warn"),
}
_STATES = {
    State.QUEUED: Mark("Queued", "…", "wait"),
    State.PENDING: Mark("Starting", "…", "busy"),
    State.RUNNING: Mark("Running", "▶", "busy"),
    State.TERMINATING: Mark("Ending", "■", "busy"),
    State.BLOCKED: Mark("Waiting", "…", "wait"),
    State.WAITING_FOR_RETRY: Mark("Waiting to retry", "↻", "wait"),
    State.SKIPPED: Mark("Skipped", "⇥", "off"),
    State.TERMINATED: Mark("Ended", "–", "off"),
    State.INTERNAL_ERROR: Mark("Failed", "✕", "bad"),
}


def of(row: Run | TaskRun) -> Mark:
    """The mark of a run or task run."""
    return mark(row.state, row.result)


def mark(state: State, result: Result | None) -> Mark:
    """The mark of a state and, where it has ended, a result."""
    return _RESULTS[result] if state.is_ended and result else _STATES[state]
