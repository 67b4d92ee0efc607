"""Cells that are not run."""

from __future__ import annotations

from typing import ClassVar

from typing_extensions import override

from lakebook_kernel.cell import Cell
from lakebook_kernel.languages.base import Completeness, Language, Output


class SkippedCells(Language):
    """``%skip``: the cell says that it was skipped; nothing runs, whatever its text is."""

    name: ClassVar[str] = "skip"
    label: ClassVar[str] = "text"
    options: ClassVar[frozenset[str] | None] = None

    @override
    def run(self, cell: Cell, output: Output) -> None:
        output.stream("stdout", "Skipped: the cell begins with %skip.\n")

    @override
    def is_complete(self, code: str) -> Completeness:
        return Completeness("complete")
