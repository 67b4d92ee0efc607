"""The workspace's catalog in the lab: catalogs, schemas, tables, columns and versions. Nothing of it starts Spark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_server.utils import url_path_join


def load(server: Any) -> None:
    """Put it on Jupyter's ``ServerApp``."""
    from lakebook.lab.catalog import handlers
    from lakebook.lab.workspaces import Workspaces

    made = {"workspaces": Workspaces(Path(server.root_dir))}
    base = server.web_app.settings["base_url"]
    routes = {
        "": handlers.CatalogHandler,
        "/schema": handlers.SchemaHandler,
        "/search": handlers.SearchHandler,
        "/table": handlers.TableHandler,
        "/history": handlers.HistoryHandler,
    }
    server.web_app.add_handlers(
        ".*$", [(url_path_join(base, f"lakebook/api/catalog{path}"), handler, made) for path, handler in routes.items()]
    )
