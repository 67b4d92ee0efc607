"""States and results in the API's words, of which it has an older and a newer set."""

from __future__ import annotations

from typing import Any

from lakebook.jobs.model import Result, State

#: said of what waits for a scheduler
NO_SCHEDULER = "No scheduler runs, so the run waits. Start one with: lakebook scheduler"

_V2 = {State.WAITING_FOR_RETRY: "WAITING", State.SKIPPED: "TERMINATED", State.INTERNAL_ERROR: "TERMINATED"}
_CODES = {
    Result.FAILED: "RUN_EXECUTION_ERROR",
    Result.TIMEDOUT: "RUN_EXECUTION_ERROR",
    Result.MAXIMUM_CONCURRENT_RUNS_REACHED: "MAX_CONCURRENT_RUNS_EXCEEDED",
    Result.CANCELED: "USER_CANCELED",
    Result.EXCLUDED: "SKIPPED",
    Result.UPSTREAM_FAILED: "SKIPPED",
    Result.UPSTREAM_CANCELED: "CANCELED",
}
_SUCCESSFUL = (Result.SUCCESS, Result.SUCCESS_WITH_FAILURES, Result.EXCLUDED, Result.DISABLED)


def both(state: State, result: Result | None, message: str | None) -> dict[str, Any]:
    """``state`` and ``status`` of a run, a task run or a repair."""
    return {"state": _older(state, result, message), "status": _newer(state, result, message)}


def _older(state: State, result: Result | None, message: str | None) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "life_cycle_state": state,
        "state_message": message or "",
        "user_cancelled_or_timedout": result in (Result.CANCELED, Result.TIMEDOUT),
    }
    if state.is_ended and result:
        shown["result_state"] = result
    if state is State.QUEUED and message:
        shown["queue_reason"] = message
    return shown


def _newer(state: State, result: Result | None, message: str | None) -> dict[str, Any]:
    shown: dict[str, Any] = {"state": _V2.get(state, state)}
    if state.is_ended and result:
        code = "INTERNAL_ERROR" if state is State.INTERNAL_ERROR else _CODES.get(result, result)
        kind = "SUCCESS" if result in _SUCCESSFUL else "CLIENT_ERROR"
        shown["termination_details"] = {
            "code": code,
            "type": "INTERNAL_ERROR" if code == "INTERNAL_ERROR" else kind,
            "message": message or "",
        }
    if state is State.QUEUED and message:
        shown["queue_details"] = {"code": "MAX_CONCURRENT_RUNS_REACHED", "message": message}
    return shown
