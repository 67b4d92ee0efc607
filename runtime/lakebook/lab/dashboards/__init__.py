"""A notebook without its code: run by Voilà for whoever opens it, or as it was saved."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Any

from lakebook.lab.place import VARIABLE


def load(server: Any) -> None:
    """Add both; where this is not the lab, Voilà stays as it comes.

    Args:
        server: Jupyter's ``ServerApp``.
    """
    from lakebook.lab.dashboards import saved

    saved.set_up(server)
    if os.environ.get(VARIABLE) and find_spec("voila"):
        from lakebook.lab.dashboards import live

        live.set_up(server)
