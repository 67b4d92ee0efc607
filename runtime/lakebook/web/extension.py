"""Puts the REST API, the pages and the lab's parts on Jupyter's server."""

from __future__ import annotations

import atexit
from pathlib import Path
from typing import Any

from tornado.httputil import HTTPMessageDelegate, HTTPServerRequest
from tornado.routing import PathMatches, Router, Rule
from typing_extensions import override

from lakebook.lab import parts as lab

#: what the pages and the API import takes seconds: they are loaded this long after the server's start, in seconds, on a
#: thread, or when they are first asked for
_LATER = 15.0
#: below the server's base
_PATHS = r"(lakebook(/.*)?|api/2\.[012]/jobs/.+|api/2\.0/permissions/jobs/.+)$"


def load(server: Any) -> None:
    """Add all.

    Args:
        server: Jupyter's ``ServerApp``.
    """
    jobs = _Jobs(server)
    server.io_loop.call_later(_LATER, jobs.warm_up)
    lab.load(server)
    server.log.info("Jobs are at %slakebook", server.web_app.settings["base_url"])


class _Jobs(Router):
    """Stands for the pages and the API until they are loaded."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._rules: list[Rule] = server.web_app.default_router.rules
        self._rule = Rule(PathMatches(server.web_app.settings["base_url"] + _PATHS), self)
        self._rules.insert(-1, self._rule)  # before the one that takes what fits no other

    @override
    def find_handler(self, request: HTTPServerRequest, **_: Any) -> HTTPMessageDelegate | None:
        self._load()
        found: HTTPMessageDelegate | None = self._server.web_app.default_router.find_handler(request)
        return found

    async def warm_up(self) -> None:
        """Load what requests wait for, while none does."""
        await self._server.io_loop.run_in_executor(None, _import)
        self._load()

    def _load(self) -> None:
        if self._rule in self._rules:
            self._rules.remove(self._rule)
            _add(self._server)


def _import() -> None:
    import lakebook.web.pages.routes
    import lakebook.web.rest.handler  # noqa: F401


def _add(server: Any) -> None:
    from jupyter_server.utils import url_path_join

    from lakebook.web.pages.routes import routes
    from lakebook.web.rest.handler import JobsHandler, PermissionsHandler
    from lakebook.web.service import Service

    service = Service(Path(server.root_dir))
    atexit.register(service.close)
    handlers = [
        (r"/api/(2\.[012])/jobs/(.+)", JobsHandler, {"service": service}),
        (r"/api/2\.0/permissions/jobs/([^/]+)(/.*)?", PermissionsHandler, {"service": service}),
        *routes(service),
    ]
    base = server.web_app.settings["base_url"]
    server.web_app.add_handlers(".*$", [(url_path_join(base, path), *rest) for path, *rest in handlers])
