"""Requests for MLflow's UI, handed on to a process that listens on a socket in a folder of this user's alone."""

from __future__ import annotations

import sys
import tempfile
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jupyter_server.utils import ensure_async, url_path_join
from jupyter_server_proxy.handlers import AddSlashHandler, SuperviseAndProxyHandler
from tornado import web

from lakebook.config import ConfigError, find_workspace
from lakebook.tracking import store
from lakebook.tracking.errors import shown

#: seconds that MLflow has to answer: it imports much, and may have to bring its database up to date
_START = 120


class MlflowHandler(SuperviseAndProxyHandler):
    """One request."""

    name = "mlflow"

    def initialize(self, state: dict[str, Any], root: Path) -> None:
        """Called by tornado."""
        super().initialize(state)
        self._root = root
        self.proxy_base = self.name
        self.requested_unix_socket = str(_socket(state))
        self.command = [sys.executable, "-m", "lakebook.lab.mlflow.serve", "{unix_socket}"]

    async def prepare(self, *_: Any, **__: Any) -> None:
        """Refuse what a page of another site asks for; lead to where runs are, if that is elsewhere."""
        await ensure_async(super().prepare())
        if self._finished:
            return
        if not self.check_origin():
            raise web.HTTPError(HTTPStatus.FORBIDDEN, "A page of another site asks for this.")
        try:
            uri = store.tracking_uri(find_workspace(self._root))
        except ConfigError as problem:
            self._tell(str(problem))
            return
        if urlsplit(uri).scheme in ("http", "https"):
            self._tell(f"Runs and models are on the MLflow server {shown(uri)}: its UI is there.")
        elif uri.startswith("databricks"):
            self._tell("Runs and models are in Databricks: its workspace shows them.")

    def get_cwd(self) -> str:
        """Where MLflow works."""
        return str(self._root)

    def get_timeout(self) -> int:
        """Seconds that it may take to start."""
        return _START

    def get_env(self) -> dict[str, str]:
        """What its process finds in its environment besides."""
        return {"LAKEBOOK_MLFLOW_ROOT": str(self._root)}

    def get_request_headers_override(self) -> dict[str, str]:
        """MLflow knows no other name of its host; where the request came from was looked at here."""
        return {"Host": "localhost", "Origin": "http://localhost", "Cookie": "", "Authorization": ""}

    def _tell(self, sentence: str) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(sentence + "\n")


def routes(base: str, root: str) -> list[tuple[Any, ...]]:
    """Paths, their handlers, and what these are made with.

    Args:
        base: of the server.
        root: the folder that it serves.
    """
    state: dict[str, Any] = {}
    return [
        (url_path_join(base, "mlflow"), AddSlashHandler),
        (url_path_join(base, "mlflow", "(.*)"), MlflowHandler, {"state": state, "root": Path(root)}),
    ]


def _socket(state: dict[str, Any]) -> Path:
    """The socket's path, in a new folder: paths of sockets have to be short."""
    if "socket" not in state:
        folder = tempfile.TemporaryDirectory(prefix="lakebook-")
        state["socket"] = folder, Path(folder.name) / "mlflow"
    path: Path = state["socket"][1]
    return path
