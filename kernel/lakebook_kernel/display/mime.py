"""A table as data: what a browser that knows it sorts, filters and draws; saved in the notebook beside the HTML.

Values are texts, as the frame's own library writes them: a browser's numbers have 53 bits, and its times milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lakebook_kernel.display.kinds import kind_of_type
from lakebook_kernel.display.tables import CELL_CHARACTERS, KEPT_ROWS, Column, Table

#: the type in a bundle; browsers without a renderer of it take the HTML
TABLE_TYPE = "application/vnd.lakebook.table+json"
#: of the form below; a renderer shows the text of a table of another one
VERSION = 1
#: columns that a notebook keeps of a table, and characters of its rows; a first row of any length is kept
COLUMNS = 200
CHARACTERS = 100_000

#: a value's text, null, or the beginning of a long text: ``{"text", "cut"}`` with the number of characters that are cut
Cell = str | None | dict[str, Any]


def table_data(table: Table, note: str = "", handle: str | None = None) -> dict[str, Any]:
    """The data of a table under ``TABLE_TYPE``.

    Args:
        table: its first rows.
        note: what is said beside the number of rows.
        handle: by which a browser can ask the kernel for the rest.
    """
    rows: list[list[Cell]] = []
    size = 0
    for row in table.rows[:KEPT_ROWS]:
        cells = shown_cells(row[:COLUMNS])
        size += sum(map(_size, cells))
        if rows and size > CHARACTERS:
            break
        rows.append(cells)
    data: dict[str, Any] = {
        "version": VERSION,
        "columns": described(table.columns[:COLUMNS]),
        "columnCount": len(table.columns),
        "rows": rows,
        "more": table.more or len(rows) < len(table.rows),
        "total": table.total,
    }
    if note:
        data["note"] = note
    if handle:
        data["handle"] = handle
    return data


def described(columns: Sequence[Column]) -> list[dict[str, str]]:
    """Columns as a browser has them."""
    return [{"name": column.name, "type": column.type, "kind": kind_of_type(column.type)} for column in columns]


def shown_cells(row: Sequence[str | None]) -> list[Cell]:
    """A row's values; a long text says itself that it is not whole."""
    return [
        value
        if value is None or len(value) <= CELL_CHARACTERS
        else {"text": value[:CELL_CHARACTERS], "cut": len(value) - CELL_CHARACTERS}
        for value in row
    ]


def _size(cell: Cell) -> int:
    if cell is None:
        return 4
    return len(cell) if isinstance(cell, str) else len(cell["text"])
