"""Jobs on Jupyter's server: Databricks' REST API, and pages to look at and to click."""

from __future__ import annotations

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "lakebook.web"}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Called by Jupyter's server when it starts."""
    from lakebook.web.extension import load

    load(server)
