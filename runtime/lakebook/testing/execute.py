"""Runs a notebook as a test, in a kernel of its own, as ``lakebook run`` would."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from typing_extensions import override

from lakebook.databricks import formats
from lakebook.databricks.cells import CELL_KEY
from lakebook.parameters import arguments, parse
from lakebook.run import INTERRUPTED, SKIPPED, RunError, Runner, kernel_of, ready, runs
from lakebook.testing.results import CellResult, NotebookResult, Outcome
from lakebook.transcript import Transcript, plain, summary


def execute(source: Path, parameters: Sequence[str] = ()) -> NotebookResult:
    """Run a notebook of any format with parameters such as ``name=value``, and tell how it and its cells went."""
    began = time.monotonic()
    clock = _Clock()
    try:
        notebook, notes = ready(source, parse(list(parameters)))
        runner = Runner(
            notebook, clock, SKIPPED, lambda: None, arguments(list(parameters)), kernel_name=kernel_of(notebook)
        )
        code = asyncio.run(runner.run(formats.file_of(source).resolve().parent, source))
    except RunError as problem:
        whole = CellResult(source.name, Outcome.ERROR, time.monotonic() - began, str(problem), RunError.__name__)
        return NotebookResult(source, whole.seconds, (whole,), str(problem))
    return NotebookResult(
        source,
        time.monotonic() - began,
        _cells(notebook, clock, runner.failure),
        runner.failure or ("interrupted" if code else ""),
        code == INTERRUPTED,
        tuple(notes),
    )


class _Clock(Transcript):
    """Instead of printing: how long each cell that was begun took."""

    def __init__(self) -> None:
        super().__init__(0)
        self.seconds: list[float] = []
        self._began = 0.0

    @override
    def cell(self, number: int, source: str) -> None:
        self.seconds.append(0.0)
        self._began = time.monotonic()

    @override
    def time(self, number: int, seconds: float) -> None:
        self.seconds[-1] = seconds

    @override
    def problem(self, text: str) -> None:
        if self.seconds and not self.seconds[-1]:  # the kernel died within the cell
            self.seconds[-1] = time.monotonic() - self._began

    @override
    def message(self, message: dict[str, Any]) -> None:
        """What cells show is in the notebook."""

    @override
    def line(self, text: str) -> None:
        """Nothing but the results is printed."""


def _cells(notebook: NotebookNode, clock: _Clock, failure: str) -> tuple[CellResult, ...]:
    not_run = f"not run: {failure or 'the notebook had ended'}"
    results = []
    begun = 0
    for cell in notebook.cells:
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        if not runs(cell):
            results.append(CellResult(_name(cell), Outcome.SKIPPED, message="tagged skip-execution"))
        elif begun == len(clock.seconds):
            results.append(CellResult(_name(cell), Outcome.SKIPPED, message=not_run))
        else:
            begun += 1
            is_last = begun == len(clock.seconds)
            results.append(_ran(cell, clock.seconds[begun - 1], failure if is_last else ""))
    return tuple(results)


def _ran(cell: NotebookNode, seconds: float, failure: str) -> CellResult:
    errors = [output for output in cell.outputs if output.output_type == "error"]
    shown = _shown(cell)
    if not failure:
        return CellResult(_name(cell), Outcome.PASSED, seconds, output=shown)
    if not errors:
        return CellResult(_name(cell), Outcome.ERROR, seconds, failure, "DeadKernel", output=shown)
    error = errors[-1]
    message = f"{error.ename}: {error.evalue}"
    trace = plain("\n".join(error.traceback))
    return CellResult(_name(cell), Outcome.FAILED, seconds, message, error.ename, trace, shown)


def _name(cell: NotebookNode) -> str:
    return str(cell.metadata.get(CELL_KEY, {}).get("title") or "") or summary(cell.source)


def _shown(cell: NotebookNode) -> str:
    """What a cell showed, as text."""
    texts = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    return plain("".join(text if text.endswith("\n") else f"{text}\n" for text in texts if text))
