"""What the lab adds to Jupyter's server, part by part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lakebook import export
from lakebook.lab import catalog, comments, dashboards, downloads, driver, execution, git, mlflow, people, running

#: each puts one feature on Jupyter's ``ServerApp``, and works where another one does not
_PARTS: tuple[Callable[[Any], None], ...] = (
    running.load,
    people.load,
    mlflow.load,
    comments.load,
    execution.load,
    export.load,
    downloads.load,
    catalog.load,
    driver.load,
    dashboards.load,
    git.load,
)


def load(server: Any) -> None:
    """Add all of them.

    Args:
        server: Jupyter's ``ServerApp``.
    """
    for part in _PARTS:
        part(server)
