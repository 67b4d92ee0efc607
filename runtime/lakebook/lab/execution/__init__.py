"""Runs cells of shared notebooks in the server, which writes what they show into the shared document."""

from __future__ import annotations

from typing import Any


def load(server: Any) -> None:
    """Add it.

    Args:
        server: Jupyter's ``ServerApp``.
    """
    from lakebook.lab.execution.extension import load

    load(server)
