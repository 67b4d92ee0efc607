"""MLflow's own UI behind the lab's login, at ``/mlflow``; started when it is first opened."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any


def load(server: Any) -> None:
    """Add it, where jupyter-server-proxy is installed.

    Args:
        server: Jupyter's ``ServerApp``.
    """
    if find_spec("jupyter_server_proxy"):
        from lakebook.lab.mlflow.handlers import routes

        base = server.web_app.settings["base_url"]
        server.web_app.add_handlers(".*$", routes(base, server.root_dir))
