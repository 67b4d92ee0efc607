"""The lab as one person's server of a JupyterHub, which says who that is and who else may come in."""

from __future__ import annotations

import os


def is_here() -> bool:
    """Whether a JupyterHub has started this process."""
    return bool(os.environ.get("JUPYTERHUB_API_TOKEN") and os.environ.get("JUPYTERHUB_SERVICE_URL"))
