"""Names handed from one language to another because the cell asks for it: ``%scala -i frame -o result``."""

from __future__ import annotations

from typing import Any

from lakebook_kernel.cell import Cell
from lakebook_kernel.languages.base import CellError, Language


def bring(cell: Cell, language: Language, names: dict[str, Any]) -> None:
    """Give the language the names after ``-i``, before the cell runs."""
    for name in cell.inputs:
        if name not in names:
            raise CellError("NameError", f"%{cell.language} -i {name}: Python has no variable of that name.")
        try:
            language.give(name, names[name])
        except TypeError as reason:
            raise CellError("TypeError", f"%{cell.language} -i {name}: {reason}.") from None


def hand_over(cell: Cell, language: Language, names: dict[str, Any]) -> None:
    """Bind the names after ``-o`` in Python, after the cell ran."""
    for name in cell.outputs:
        try:
            names[name] = language.take(name)
        except KeyError:
            message = f"%{cell.language} -o {name}: the cell has run and there is no variable of that name."
            raise CellError("NameError", message) from None
        except TypeError as reason:
            raise CellError("TypeError", f"%{cell.language} -o {name}: {reason}.") from None
