"""Rows of text in columns, as wide as a terminal writes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wcwidth import wcswidth

_GAP = "  "


def columns(rows: Iterable[Sequence[str]], indent: str = "") -> str:
    """A line for each row, each column as wide as the widest of its cells. Every row has as many cells as the first.

    Args:
        indent: what each line begins with.
    """
    cells = [[_one_line(cell) for cell in row] for row in rows]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    lines = (
        _GAP.join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)) for row in cells
    )
    return "\n".join((indent + line).rstrip() for line in lines)


def _one_line(cell: str) -> str:
    return " ".join(cell.split()) if cell.splitlines()[1:] else cell


def _width(cell: str) -> int:
    return max(wcswidth(cell), 0)
