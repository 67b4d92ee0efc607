"""``lakebook lab --demo``: the tour, ready to run."""

from __future__ import annotations

import shutil
from pathlib import Path

from lakebook import tour

NAME = "tour.ipynb"


def put_tour(folder: Path) -> Path:
    """Put the tour's notebook into a folder, unless it is there; somebody may have worked in it.

    Raises:
        RunError: the tour is not installed, or lacks what it imports.
        OSError: it cannot be written.
    """
    tour.check_needs()
    notebook = folder / NAME
    if not notebook.exists():
        shutil.copyfile(tour.source(), notebook)
    return notebook
