"""Spark's own pages, behind the lab's login: fetched from the driver's port, which answers only who knows its secret.

``/lakebook/spark/<folder>/…``, where the folder says whose driver is meant; see ``key``. Nothing but these pages can be
reached: the port is the driver's own, and pages are looked at, not posted to.
"""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache
from http import HTTPStatus
from urllib.parse import urlsplit

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado import web
from tornado.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse
from typing_extensions import override

from lakebook.config import ConfigError
from lakebook.lab.answers import on_a_thread
from lakebook.lab.driver.looks import Looks
from lakebook.lab.workspaces import NoSuchFolder
from lakebook.spark.connection import ask
from lakebook.spark.driver import CONNECTION, Driver
from lakebook.spark.errors import DriverError

PLACE = "lakebook/spark"
#: stands for the served folder itself
_HERE = "-"
#: as ``PagesGuard.scala`` wants it
_SECRET = "X-Lakebook-Secret"
#: below which Spark's pages link to one another
_BELOW = "X-Forwarded-Context"
#: seconds; a page of a large query is slow
_PATIENCE = 60.0
#: what of an answer is passed on
_HEADERS = ("Content-Type", "Content-Disposition", "Cache-Control")


def key(folder: str) -> str:
    """A folder, as Jupyter writes it, as one part of a path."""
    return base64.urlsafe_b64encode(folder.encode()).decode() or _HERE


class PagesHandler(JupyterHandler):
    """One page, or what belongs to one."""

    auth_resource = "lakebook-driver"

    def initialize(self, looks: Looks) -> None:
        """Called by tornado."""
        self._looks = looks

    @property
    @override
    def content_security_policy(self) -> str:
        # Spark writes scripts into its pages; none of them gets at what else is on this server
        own = f"{self.request.host}{self._below}/"
        return (
            f"default-src 'none'; script-src {own} 'unsafe-inline' 'unsafe-eval'; style-src {own} 'unsafe-inline'; "
            f"img-src {own} data:; font-src {own} data:; connect-src {own}; form-action {own}; base-uri 'none'; "
            "frame-ancestors 'self'"
        )

    @property
    def _below(self) -> str:
        place = url_path_join(self.base_url, PLACE)
        key, _, _ = self.request.path.removeprefix(f"{place}/").partition("/")
        return f"{place}/{key}"

    @web.authenticated
    @authorized
    async def get(self, folder: str, path: str | None) -> None:
        """Fetch it."""
        if path is None:
            self.redirect(f"{self._below}/")
            return
        try:
            workspace = await on_a_thread(lambda: self._looks.workspaces.of(_folder(folder)))
            driver = Driver.read(workspace.state / CONNECTION)
            if driver is None or not driver.alive:
                raise web.HTTPError(HTTPStatus.NOT_FOUND, "No Spark driver runs in this workspace.")
            port = await on_a_thread(lambda: _port(driver))
        except NoSuchFolder as problem:
            raise web.HTTPError(HTTPStatus.NOT_FOUND, "%s", str(problem)) from None
        except (ConfigError, DriverError, OSError) as problem:
            raise web.HTTPError(HTTPStatus.CONFLICT, "%s", str(problem)) from None
        self._pass_on(await self._fetch(driver, port, path))

    async def _fetch(self, driver: Driver, port: int, path: str) -> HTTPResponse:
        query = "&".join(part for part in self.request.query.split("&") if not part.startswith("token="))
        raw = urlsplit(self.request.uri or "").path.removeprefix(self._below)
        request = HTTPRequest(
            f"http://127.0.0.1:{port}{raw}" + (f"?{query}" if query else ""),
            headers={_SECRET: driver.secret, _BELOW: self._below},
            follow_redirects=False,
            request_timeout=_PATIENCE,
        )
        try:
            return await AsyncHTTPClient().fetch(request, raise_error=False)
        except OSError as problem:
            raise web.HTTPError(HTTPStatus.BAD_GATEWAY, "Spark's pages do not answer: %s", problem) from None

    def _pass_on(self, answer: HTTPResponse) -> None:
        self.set_status(answer.code if answer.code < 599 else HTTPStatus.GATEWAY_TIMEOUT)
        for header in _HEADERS:
            if header in answer.headers:
                self.set_header(header, answer.headers[header])
        if "Location" in answer.headers:
            to = urlsplit(answer.headers["Location"])
            path = to.path if to.path.startswith(self._below) else self._below + to.path
            self.set_header("Location", path + (f"?{to.query}" if to.query else ""))
        self.finish(answer.body or b"")


@lru_cache(8)
def _port(driver: Driver) -> int:
    """Where the pages of a driver are; it lets them listen when it is asked first."""
    return int(ask(driver.port, driver.secret, "pages")["port"])


def _folder(part: str) -> str:
    """The folder of ``key``. Raises ``NoSuchFolder``."""
    try:
        return "" if part == _HERE else base64.urlsafe_b64decode(part.encode()).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise NoSuchFolder(f"There is no folder {part} here.") from None
