"""The notebook as it ran: its cells in the order of running, as a notebook's file."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

#: on a cell that failed: whoever runs the notebook again goes on after it, as the user did
_FAILED = "raises-exception"


def notebook_as_ran(
    sources: Sequence[str], ids: Mapping[int, str], failed: Collection[int], metadata: Mapping[str, Any]
) -> str:
    """A notebook's file (nbformat 4.5) of the cells that have run, without outputs.

    Args:
        sources: the text of each run of a cell, in order; the first has the number 1.
        ids: by number, the id of the cell in the notebook's own file.
        failed: the numbers of those that failed.
        metadata: the notebook's: ``kernelspec`` and ``language_info``.
    """
    cells = [
        {
            "cell_type": "code",
            "execution_count": number,
            "id": f"run-{number}",
            "metadata": _metadata(ids.get(number), number in failed),
            "outputs": [],
            "source": source,
        }
        for number, source in enumerate(sources, 1)
        if source.strip()
    ]
    whole = {"cells": cells, "metadata": dict(metadata), "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _metadata(cell: str | None, failed: bool) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if cell:
        told["lakebook"] = {"cell_id": cell}
    if failed:
        told["tags"] = [_FAILED]
    return told
