"""The workspace's Spark driver in the lab: how it is, its end and its start, a cell's cancelling, Spark's own pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_server.utils import url_path_join


def load(server: Any) -> None:
    """Put it on Jupyter's ``ServerApp``."""
    from lakebook.lab.driver import handlers, pages
    from lakebook.lab.driver.looks import Looks
    from lakebook.lab.workspaces import Workspaces

    made = {"looks": Looks(Workspaces(Path(server.root_dir)))}
    base = server.web_app.settings["base_url"]
    routes = {
        "lakebook/api/driver": handlers.DriverHandler,
        "lakebook/api/driver/settings": handlers.SettingsHandler,
        "lakebook/api/driver/cancel": handlers.CancelHandler,
        rf"{pages.PLACE}/([\w=-]+)(/.*)?": pages.PagesHandler,
    }
    server.web_app.add_handlers(".*$", [(url_path_join(base, path), handler, made) for path, handler in routes.items()])
