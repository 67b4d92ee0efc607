"""Hands out the files that kernels make for a browser, each once."""

from __future__ import annotations

import re
import shutil
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado import web

from lakebook.downloads import ADDRESS, folder

#: bytes that are read and sent at a time
_PIECE = 2**20


class Download(JupyterHandler):
    """A file, behind the server's login; it is removed when it has been sent whole."""

    @web.authenticated
    async def get(self, token: str, name: str) -> None:
        """Send the file."""
        file = folder() / token / name
        if not re.fullmatch(r"[\w-]+", token) or not file.is_file():
            raise web.HTTPError(404, "This file is no longer there: ask for it again.")
        self.set_header("Content-Type", "application/octet-stream")
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        self.set_header("Content-Length", str(file.stat().st_size))
        self.set_header("Cache-Control", "no-store")
        with file.open("rb") as content:
            while piece := content.read(_PIECE):
                self.write(piece)
                await self.flush()
        shutil.rmtree(file.parent, ignore_errors=True)


def load(server: Any) -> None:
    """Put them on Jupyter's ``ServerApp``."""
    pattern = url_path_join(server.web_app.settings["base_url"], ADDRESS, r"([\w-]+)/([\w.-]+)")
    server.web_app.add_handlers(".*$", [(pattern, Download)])
