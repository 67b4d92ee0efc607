"""A saved notebook as a page without its code; nothing runs."""

from __future__ import annotations

from typing import Any

from jupyter_server.nbconvert.handlers import NbconvertFileHandler
from jupyter_server.utils import url_path_join
from traitlets.config import Config
from typing_extensions import override

#: what ``jupyter nbconvert --no-input`` sets
_WITHOUT_CODE = {"exclude_input": True, "exclude_input_prompt": True, "exclude_output_prompt": True}


class SavedHandler(NbconvertFileHandler):
    """``GET lakebook/dashboards/saved/PATH``; with ``download=true`` as a file."""

    @property
    def config(self) -> Config:
        """The server's settings, and that no code is shown."""
        config: Config = self.settings["config"].copy()
        config.merge(Config({"TemplateExporter": _WITHOUT_CODE}))
        return config

    @override
    async def get(self, path: str) -> None:
        """Send the page."""
        page = super().get("html", path)
        assert page is not None
        await page


def set_up(server: Any) -> None:
    """Put it on Jupyter's ``ServerApp``."""
    pattern = url_path_join(server.web_app.settings["base_url"], r"lakebook/dashboards/saved/(.+)")
    server.web_app.add_handlers(".*$", [(pattern, SavedHandler)])
