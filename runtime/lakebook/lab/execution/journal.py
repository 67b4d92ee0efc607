"""Which cells run, on disk: a server that is started anew says of them that they were cut off."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from pathlib import Path

from lakebook import atomic
from lakebook.lab.execution.runs import Run, State

_log = logging.getLogger(__name__)


class Journal:
    """The cells that run and that wait.

    Args:
        folder: gives the folder in which it is kept, once there is something to keep.
        left: the file that a server before this one may have left.
    """

    def __init__(self, folder: Callable[[], Path], left: Path) -> None:
        self._folder = folder
        #: of the server before this one: for each document its cells, and whether they had begun
        self._left = _read(left)
        self._name = left.name
        self._written = dict(self._left)

    def note(self, runs: Iterable[Run]) -> None:
        """These run and wait now."""
        now: dict[str, dict[str, bool]] = {name: dict(cells) for name, cells in self._left.items()}
        for run in runs:
            now.setdefault(run.notebook.name, {})[run.cell] = run.state is State.RUNNING
        if now == self._written:
            return
        self._written = now
        try:
            atomic.write_bytes(self._folder() / self._name, json.dumps(now).encode(), 0o600)
        except OSError as problem:
            _log.warning("If the server ends now, cells that run will not say so: %s", problem)

    def take(self, document: str) -> dict[str, bool]:
        """The cells of a document that were cut off when the server ended: whether each had begun."""
        return self._left.pop(document, {})


def _read(file: Path) -> dict[str, dict[str, bool]]:
    try:
        left = json.loads(file.read_bytes())
        return {str(name): {str(cell): bool(begun) for cell, begun in of.items()} for name, of in left.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError) as problem:
        _log.warning(
            "Which cells the server's end has cut off is not known, since %s cannot be read: %s", file, problem
        )
        return {}
