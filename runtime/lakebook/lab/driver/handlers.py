"""``/lakebook/api/driver``: how the driver is, its start and end, its settings, and a cell's jobs' cancelling."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from lakebook.lab.answers import AnswerHandler, Refused
from lakebook.lab.driver.looks import Looks
from lakebook.spark.looking import asked


class _Handler(AnswerHandler):
    auth_resource = "lakebook-driver"

    def initialize(self, looks: Looks) -> None:
        """Called by tornado."""
        self.looks = looks

    @property
    def folder(self) -> str:
        """Whose notebooks are meant, as Jupyter writes it."""
        return self.get_query_argument("folder", "")


class DriverHandler(_Handler):
    """``GET``: how it is, or was a moment ago; with ``now=yes``, how it is now.

    ``POST {"do": "start" | "stop" | "restart"}``: how it is afterwards.
    """

    # a page that is left open is no sign of somebody who works
    _track_activity = False

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Its state, memory and attached notebooks."""
        folder, now = self.folder, self.get_query_argument("now", "") == "yes"
        await self.answer(lambda: self.looks.of(folder, now=now))

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Start or end it."""
        folder, do = self.folder, self.body().get("do")
        await self.answer(lambda: self._do(do, folder))

    def _do(self, do: object, folder: str) -> dict[str, Any]:
        match do:
            case "start":
                return self.looks.start(folder)
            case "stop":
                return self.looks.stop(folder)
            case "restart":
                self.looks.stop(folder)
                return self.looks.start(folder)
        raise Refused(HTTPStatus.BAD_REQUEST, '"do" has to be start, stop or restart.')


class SettingsHandler(_Handler):
    """``GET``: the driver's settings by their names, without passwords."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Those it was started with."""
        folder = self.folder
        await self.answer(lambda: _asked(self.looks, folder, "settings")["settings"])


class CancelHandler(_Handler):
    """``POST {"notebook", "cell"}``, as a progress event has them: cancel that cell's Spark jobs, and nothing else."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Cancel them; the answer says whether the cell still ran."""
        folder, body = self.folder, self.body()
        notebook, cell = body.get("notebook"), body.get("id")
        if not (isinstance(notebook, str) and isinstance(cell, str)):
            raise web.HTTPError(HTTPStatus.BAD_REQUEST, 'The body has to have "notebook" and "id", both text.')
        await self.answer(lambda: _cancelled(self.looks, folder, notebook, cell))


def _cancelled(looks: Looks, folder: str, notebook: str, cell: str) -> dict[str, bool]:
    answer = _asked(looks, folder, "cancel", notebook=notebook, cell=cell)
    return {"cancelled": bool(answer["cancelled"])}


def _asked(looks: Looks, folder: str, command: str, **fields: str) -> dict[str, Any]:
    answer = asked(looks.workspaces.of(folder), command, **fields)
    if answer is None:
        raise Refused(HTTPStatus.NOT_FOUND, "No Spark driver runs in this workspace.")
    return answer
