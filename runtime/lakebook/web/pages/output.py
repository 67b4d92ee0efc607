"""What a task run puts out, as it grows: its executed notebook and its log."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web
from typing_extensions import override

from lakebook.jobs.files import log_file, notebook_file
from lakebook.jobs.store import NotFound, TaskRun
from lakebook.web import rendered
from lakebook.web.pages.handlers import PageHandler
from lakebook.web.pages.tasks import name_of
from lakebook.web.service import Service

#: bytes of a log in one answer
_MOST = 512 * 1024


class NotebookHandler(PageHandler):
    """``/lakebook/tasks/7/notebook``: a document for a frame, in which nothing can run."""

    @property
    @override
    def content_security_policy(self) -> str:
        shown = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-same-origin"
        return f"{super(PageHandler, self).content_security_policy}; {shown}"

    @web.authenticated
    @authorized
    async def get(self, number: str) -> None:
        """The notebook, unless it is as the asker knows it."""
        task, file = await self.service.call(lambda: _found(self.service, int(number), notebook_file))
        self.set_header("Cache-Control", "no-cache")
        try:
            state = file.stat()
            self.set_header("Etag", f'"{state.st_mtime_ns}-{state.st_size}"')
            if self.check_etag_header():
                self.set_status(HTTPStatus.NOT_MODIFIED)
                return
            self.write(await self.service.call(lambda: rendered.page(file, name_of(task))))
        except FileNotFoundError:
            raise web.HTTPError(HTTPStatus.NOT_FOUND, "The task has no notebook yet.") from None
        except ValueError as problem:
            raise web.HTTPError(HTTPStatus.CONFLICT, "The notebook cannot be shown: %s", str(problem)) from None

    @override
    def write_error(self, status_code: int, **kwargs: Any) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(self.told(status_code, **kwargs))


class LogHandler(PageHandler):
    """``/lakebook/tasks/7/log?from=0``: the log from some byte on, as long as it is now."""

    @web.authenticated
    @authorized
    async def get(self, number: str) -> None:
        """What the log has from there on."""
        asked = self.get_query_argument("from", "0")
        start = int(asked) if asked.isdecimal() and len(asked) < 16 else 0
        _, file = await self.service.call(lambda: _found(self.service, int(number), log_file))
        text = await self.service.call(lambda: _part(file, start))
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.write(text)


def _found(service: Service, task_run_id: int, where: Callable[[Path, TaskRun], Path]) -> tuple[TaskRun, Path]:
    try:
        with service.store.read() as rows:
            task = rows.tasks.get(task_run_id)
    except NotFound as problem:
        raise web.HTTPError(HTTPStatus.NOT_FOUND, "%s", str(problem)) from None
    return task, where(service.workspace.state, task)


def _part(file: Path, start: int) -> bytes:
    try:
        with file.open("rb") as log:
            log.seek(start)
            return log.read(_MOST)
    except FileNotFoundError:
        return b""
