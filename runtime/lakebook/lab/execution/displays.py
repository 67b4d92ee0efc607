"""Which runs show the displays that can be updated, also long after they have ended."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from lakebook.lab.execution.runs import Run

#: displays of a kernel; the oldest ones cannot be updated any more when there are more
_REMEMBERED = 2000


class Displays:
    """The displays of a kernel, by their identifiers."""

    def __init__(self) -> None:
        self._runs: OrderedDict[str, list[Run]] = OrderedDict()

    def note(self, run: Run, content: dict[str, Any]) -> None:
        """A display that a run shows."""
        if display := _identifier(content):
            runs = self._runs.setdefault(display, [])
            runs[:] = [other for other in runs if other is not run and not other.is_replaced] + [run]
            self._runs.move_to_end(display)
            while len(self._runs) > _REMEMBERED:
                self._runs.popitem(last=False)

    def update(self, content: dict[str, Any]) -> list[Run]:
        """Change what a display shows, wherever it is. Returns the runs of which something changed."""
        display = _identifier(content)
        runs = self._runs.get(display, ()) if display else ()
        return [run for run in runs if run.outputs.update(display, content)]


def _identifier(content: dict[str, Any]) -> str:
    return (content.get("transient") or {}).get("display_id") or ""
