"""Markdown cells: text that a code cell shows."""

from __future__ import annotations

from typing import ClassVar

from typing_extensions import override

from lakebook_kernel.cell import Cell
from lakebook_kernel.languages.base import Completeness, Language, Output


class MarkdownLanguage(Language):
    """Shows a cell's text; nothing runs, no name is bound."""

    name: ClassVar[str] = "md"
    label: ClassVar[str] = "Markdown"

    @override
    def run(self, cell: Cell, output: Output) -> None:
        text = cell.code.strip("\n")
        if text:
            output.display({"text/markdown": text, "text/plain": text})

    @override
    def is_complete(self, code: str) -> Completeness:
        return Completeness("complete")
