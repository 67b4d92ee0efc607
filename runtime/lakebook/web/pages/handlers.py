"""The pages' handlers: they ask for Jupyter's login, read on a thread, and answer with what a template makes of it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado import template, web
from typing_extensions import override

from lakebook.config import ConfigError
from lakebook.jobs.store import NotFound, RepairError, RunError, StoreError
from lakebook.web.pages import actions, looks
from lakebook.web.service import Service

TEMPLATES = Path(__file__).parents[1] / "templates"
#: stands for the token of a form while a page is compared with an older one: the token is another every time
_TOKEN = secrets.token_hex(16)
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'self'"
)


@lru_cache(1)
def _templates() -> template.Loader:
    return template.Loader(str(TEMPLATES))


class PageHandler(JupyterHandler):
    """What all pages share."""

    auth_resource = "jobs"

    def initialize(self, service: Service) -> None:
        """Called by tornado."""
        self.service = service

    @property
    @override
    def content_security_policy(self) -> str:
        return f"{super().content_security_policy}; {_POLICY}"

    async def show(self, name: str, look: Callable[[], looks.Look]) -> None:
        """Answer with a page, or that it is as it was."""
        try:
            found = await self.service.call(look)
        except NotFound as problem:
            raise web.HTTPError(HTTPStatus.NOT_FOUND, "%s", str(problem)) from None
        except (ConfigError, StoreError) as problem:
            raise web.HTTPError(HTTPStatus.INTERNAL_SERVER_ERROR, "%s", str(problem)) from None
        page = await self.service.call(lambda: self._page(name, **found))
        self.set_header("Cache-Control", "no-cache")
        self.set_header("Etag", f'"{hashlib.sha256(page.encode()).hexdigest()}"')
        if self.check_etag_header():
            self.set_status(HTTPStatus.NOT_MODIFIED)
            return
        self.write(page.replace(_TOKEN, self.xsrf_token.decode()))

    @override
    def compute_etag(self) -> str | None:
        return None  # set where it is known

    @override
    def write_error(self, status_code: int, **kwargs: Any) -> None:
        told = self.told(status_code, **kwargs)
        self.finish(self._page("error.html", status=HTTPStatus(status_code), told=told, no_scheduler=False))

    def told(self, status_code: int, **kwargs: Any) -> str:
        """What a user is told of an error; what is no user's to know is in the log."""
        problem = (kwargs.get("exc_info") or (None, None))[1]
        if isinstance(problem, web.HTTPError) and problem.log_message:
            return str(problem.log_message % problem.args if problem.args else problem.log_message)
        failed = status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
        return "The server could not answer; its log says why." if failed else ""

    def _page(self, name: str, **values: Any) -> str:
        base = url_path_join(self.base_url, "lakebook")
        made: bytes = _templates().load(name).generate(base=base, token=_TOKEN, **values)
        return made.decode()

    def page_number(self) -> int:
        """Which page of a long list is asked for, from 0."""
        number = self.get_query_argument("page", "0")
        return int(number) if number.isdecimal() and len(number) < 10 else 0


class JobsPage(PageHandler):
    """``/lakebook``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """All jobs."""
        query, page = self.get_query_argument("name", ""), self.page_number()
        await self.show("jobs.html", lambda: looks.jobs(self.service, query, page))


class JobPage(PageHandler):
    """``/lakebook/jobs/5``."""

    @web.authenticated
    @authorized
    async def get(self, number: str) -> None:
        """A job."""
        page = self.page_number()
        await self.show("job.html", lambda: looks.job(self.service, int(number), page))


class RunsPage(PageHandler):
    """``/lakebook/runs``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """All runs."""
        page = self.page_number()
        await self.show("runs.html", lambda: looks.runs(self.service, page))


class RunPage(PageHandler):
    """``/lakebook/runs/6``."""

    @web.authenticated
    @authorized
    async def get(self, number: str) -> None:
        """A run."""
        await self.show("run.html", lambda: looks.run(self.service, int(number)))


class TaskPage(PageHandler):
    """``/lakebook/tasks/7``."""

    @web.authenticated
    @authorized
    async def get(self, number: str) -> None:
        """A task run."""
        await self.show("task.html", lambda: looks.task(self.service, int(number)))


class ActionHandler(PageHandler):
    """A button of a page. Jupyter has checked its ``_xsrf``."""

    @override
    def initialize(self, service: Service, action: actions.Action) -> None:  # type: ignore[override]
        super().initialize(service)
        self._action = action

    @web.authenticated
    @authorized
    async def post(self, number: str) -> None:
        """Do it, and go to the page that shows what has come of it."""
        names = [name for name in self.request.body_arguments if name != "_xsrf"]
        form = {name: self.get_body_arguments(name, strip=False) for name in names}

        def act() -> str:
            with self.service.store.write() as rows:
                return self._action(rows, int(number), form)

        try:
            place = await self.service.call(act)
        except NotFound as problem:
            raise web.HTTPError(HTTPStatus.NOT_FOUND, "%s", str(problem)) from None
        except (RepairError, RunError) as problem:
            raise web.HTTPError(HTTPStatus.BAD_REQUEST, "%s", str(problem)) from None
        except StoreError as problem:
            raise web.HTTPError(HTTPStatus.INTERNAL_SERVER_ERROR, "%s", str(problem)) from None
        self.redirect(url_path_join(self.base_url, "lakebook", place), status=HTTPStatus.SEE_OTHER)
