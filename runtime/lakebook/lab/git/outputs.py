"""Which outputs a notebook has that are to be left out of commits."""

from __future__ import annotations

import json
from collections.abc import Mapping

from lakebook import grammars

_NOT_KEPT = {"keep_output": None, "keep_count": True, "keep_id": True}


def is_notebook(content: bytes | str) -> bool:
    """Whether a file's content is a notebook, and not a file that only has the suffix of one."""
    try:
        value = json.loads(content)
    except ValueError:
        return False
    return isinstance(value, Mapping) and ("cells" in value or "worksheets" in value)


def has_outputs(text: str) -> bool:
    """Whether the text of a notebook has outputs, other than those that it says to keep; no notebook has none."""
    if not is_notebook(text):
        return False
    grammars.leave_out()
    import nbformat
    from nbstripout import strip_output

    notebook = nbformat.reads(text, nbformat.NO_CONVERT)
    before = _count(notebook)
    return _count(strip_output(notebook, **_NOT_KEPT)) < before


def _count(notebook: object) -> int:
    return sum(len(cell.get("outputs", ())) for cell in getattr(notebook, "cells", ()))
