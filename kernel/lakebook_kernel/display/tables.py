"""The one table that frames of every language are shown as: `text/html`, `text/plain`, and data for a browser of ours.

The HTML must look right where nobody trusted the notebook: JupyterLab's sanitizer then drops ``<style>``, scripts and
CSS variables, and its own rules for tables stay. So every style is inline and made of what the sanitizer lets pass, the
text has the theme's colour, and greys are transparency, which suits light and dark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from lakebook_kernel.languages.base import MimeBundle

#: Rows that the HTML and the text show of a frame …
ROWS = 20
#: … and that a notebook keeps for browsers that can scroll.
KEPT_ROWS = 100
#: Columns that are shown of a frame; the footer says how many there are.
COLUMNS = 100
#: Characters of one cell that are sent to the browser; what is cut is said in the cell.
CELL_CHARACTERS = 2_000

#: how the HTML of a table begins
HTML = '<div class="lakebook-table"'

_NOWRAP = "white-space:nowrap;"
_LONG = "display:block;max-width:32em;overflow:hidden;text-overflow:ellipsis;"
_CELL = "padding:2px 10px;vertical-align:top;"
_LINE = "1px solid rgba(128,128,128,0.4)"
_GREY = "opacity:0.55;"


@dataclass(frozen=True)
class Column:
    """A column: its name, and its type as the frame's own language writes it."""

    name: str
    type: str

    @property
    def numeric(self) -> bool:
        """Whether values are shown flush right and never cut."""
        from lakebook_kernel.display.kinds import kind_of_type

        return kind_of_type(self.type) in ("integer", "number")


@dataclass(frozen=True)
class Table:
    """The first rows of a frame, every value written out in full; None is null."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str | None]]
    #: The frame has rows after these.
    more: bool = False
    #: Rows of the whole frame, where that was known without counting.
    total: int | None = None

    @classmethod
    def from_json(cls, table: dict[str, Any]) -> Table:
        """Read the bridge's form: ``{"columns": [{"name", "type"}], "rows": [[…]], "more": …}``."""
        columns = [Column(column["name"], column["type"]) for column in table["columns"]]
        return cls(columns, table["rows"], table["more"], table.get("total"))

    def head(self, rows: int, columns: int) -> Table:
        """The same table with no more than these rows and columns."""
        return Table(
            self.columns[:columns],
            [row[:columns] for row in self.rows[:rows]],
            self.more or len(self.rows) > rows,
            self.total,
        )


def table_bundle(table: Table, limit: int = ROWS, note: str = "", handle: str | None = None) -> MimeBundle:
    """The display data of a table: its first ``limit`` rows; ``note`` comes after the number of rows.

    With a ``handle`` a browser can ask the kernel for the rest.
    """
    from lakebook_kernel.display.mime import TABLE_TYPE, table_data
    from lakebook_kernel.display.text import plain  # how wide characters are is a large table

    shown = table.head(limit, COLUMNS)
    footer = _footer(shown, len(table.columns)) + (f" · {note}" if note else "")
    data = table_data(table, note, handle)
    return {TABLE_TYPE: data, "text/html": _html(shown, footer), "text/plain": plain(shown, footer)}


def table_html(table: Table, limit: int = ROWS) -> str:
    """A table's first ``limit`` rows as HTML."""
    shown = table.head(limit, COLUMNS)
    return _html(shown, _footer(shown, len(table.columns)))


def _footer(shown: Table, columns: int) -> str:
    count = len(shown.rows)
    if shown.more and shown.total is not None:
        text = f"first {count:,} of {shown.total:,} rows"
    elif shown.more:
        text = f"first {count:,} rows, there are more"
    else:
        text = {0: "no rows", 1: "1 row"}.get(count, f"{count:,} rows")
    if columns > len(shown.columns):
        text += f", first {len(shown.columns):,} of {columns:,} columns"
    return text


def _html(table: Table, footer: str) -> str:
    head = "".join(_html_header(column) for column in table.columns)
    body = "".join("<tr>" + "".join(map(_html_cell, table.columns, row)) + "</tr>\n" for row in table.rows)
    return (
        f'{HTML} style="overflow-x:auto">\n'
        '<table style="border-collapse:collapse;margin:0 0 2px 0;width:auto">\n'
        f'<thead style="border-bottom:{_LINE}"><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n'
        f'<div style="font-size:85%;padding:2px 10px;{_GREY}">{footer}</div>\n</div>'
    )


def _html_header(column: Column) -> str:
    align = "right" if column.numeric else "left"
    return (
        f'<th style="text-align:{align};{_CELL}{_NOWRAP}">{_html_text(column.name)}<br>'
        f'<small style="font-weight:normal;{_GREY}">{_html_text(column.type)}</small></th>'
    )


def _html_cell(column: Column, value: str | None) -> str:
    align = "right" if column.numeric else "left"
    if value is None:
        return f'<td style="text-align:{align};{_CELL}"><i style="{_GREY}">null</i></td>'
    if column.numeric:
        return f'<td style="text-align:right;{_CELL}{_NOWRAP}">{escape(value)}</td>'
    return f'<td dir="auto" style="text-align:left;{_CELL}white-space:pre">{_html_text(value)}</td>'


def _html_text(text: str) -> str:
    """Escaped text; a long one is clipped by style alone, and whole in the tooltip."""
    if len(text) <= 40 and "\n" not in text:
        return escape(text)
    cut = len(text) - CELL_CHARACTERS
    text = escape(text[:CELL_CHARACTERS])
    rest = f"<i>… and {cut:,} more characters</i>" if cut > 0 else ""
    return f'<span title="{text}" style="{_LONG}{_NOWRAP}">{text}</span>' + rest
