"""R's errors and warnings as the notebook tells them."""

from __future__ import annotations

from typing import Any

from lakebook_kernel.errors import excerpt
from lakebook_kernel.languages.base import CellError

#: calls of a traceback that are shown at once; ``%trace`` has them all
SHORT = 6


def cell_error(outcome: dict[str, Any], code: str, trace: str = "") -> CellError:
    """The error that the child described; ``trace`` is Spark's own story of it."""
    name, message = outcome.get("name", "Error"), outcome["message"]
    call, line, column = outcome.get("call", ""), outcome.get("line"), outcome.get("column")
    calls = [
        text + (f"   # line {number}" if number else "")
        for text, number in zip(outcome.get("trace", []), outcome.get("trace_lines", []), strict=True)
    ]
    head = f"{name} in {call}: {message}" if call else f"{name}: {message}"
    shown = head.splitlines()
    if line is not None:
        shown += excerpt(code, line, None if column is None else column - 1)
    if len(calls) > 1:
        shown.append("Calls: " + " -> ".join(_function(text) for text in calls[-SHORT:]))
    story = [head, *(f"{number}: {text}" for number, text in enumerate(calls, 1)), trace]
    return CellError(name, message, shown, "\n".join(story).rstrip())


def _function(call: str) -> str:
    head, bracket, _ = call.partition("(")
    return head if bracket and head else call


def no_form(name: str, value: Any, reason: str) -> str:
    return f"{name} (a {type(value).__name__}) has no form in R: {reason}"
