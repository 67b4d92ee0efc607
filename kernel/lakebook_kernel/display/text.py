"""A table as ``text/plain``: whatever a terminal writes wide, in columns."""

from __future__ import annotations

from wcwidth import wcswidth

from lakebook_kernel.display.tables import Table

#: terminal columns of one cell of text
WIDTH = 60
#: characters of a cell that are looked at; digits beyond are no number's
CHARACTERS = 500


def plain(table: Table, footer: str) -> str:
    """A table in characters of one width, with its names and types above a rule and the footer below."""
    columns = [
        [_plain_text(text, column.numeric) for text in (column.name, column.type, *values)]
        for column, *values in zip(table.columns, *table.rows, strict=True)
    ]
    widths = [max(map(wcswidth, cells)) for cells in columns]
    lines = [
        "|".join(
            " " + _pad(cell, width, column.numeric) + " "
            for cell, width, column in zip(line, widths, table.columns, strict=True)
        ).rstrip()
        for line in zip(*columns, strict=True)
    ]
    rule = "+".join("-" * (width + 2) for width in widths)
    return "\n".join([*lines[:2], rule, *lines[2:], f"({footer})"])


def _plain_text(value: str | None, numeric: bool) -> str:
    if value is None:
        return "null"
    text = "".join(map(_visible, value[:CHARACTERS]))
    if numeric or (len(value) <= CHARACTERS and wcswidth(text) <= WIDTH):
        return text
    while wcswidth(text) > WIDTH - 1:
        text = text[: min(len(text) - 1, WIDTH)]
    return text + "…"


def _visible(character: str) -> str:
    return character if wcswidth(character) >= 0 else character.encode("unicode_escape").decode()


def _pad(text: str, width: int, right: bool) -> str:
    space = " " * (width - wcswidth(text))
    return space + text if right else text + space
