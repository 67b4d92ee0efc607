"""What browsers ask of the executor, and what they are told."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar, cast

from jupyter_client.jsonutil import json_default
from jupyter_server.auth.decorator import authorized, ws_authenticated
from jupyter_server.base.handlers import APIHandler, JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado import web
from tornado.websocket import WebSocketClosedError, WebSocketHandler
from typing_extensions import override

from lakebook.lab.execution.audience import Event, Listener
from lakebook.lab.execution.documents import NoDocument
from lakebook.lab.execution.executor import Asked, Executor, NoCell
from lakebook.lab.execution.sessions import NoKernel

_Method = TypeVar("_Method", bound=Callable[..., Any])


def _allowed(action: str, resource: str, refusal: str | None = None) -> Callable[[_Method], _Method]:
    """Jupyter's decorator, with types."""
    return cast(Callable[[_Method], _Method], authorized(action, resource, refusal))


_may_run = _allowed("execute", "kernels", "You may look at this notebook, but not run its cells.")
_may_read = _allowed("read", "contents")


class _Handler(APIHandler):
    """A question or an order, as JSON."""

    def initialize(self, executor: Executor) -> None:
        """Called by tornado."""
        self._executor = executor

    @property
    def _user(self) -> str:
        return str(self.current_user.username)

    def _body(self) -> dict[str, Any]:
        body = self.get_json_body()
        if not isinstance(body, dict):
            _refuse(400, "The body has to be a JSON object.")
        return body


class RunHandler(_Handler):
    """``POST lakebook/execution/runs``: run cells."""

    @web.authenticated
    @_may_run
    async def post(self) -> None:
        """Let cells wait for their kernel."""
        body = self._body()
        document, kernel, cells = _text(body, "document"), _text(body, "kernel"), body.get("cells")
        if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
            _refuse(400, "The body's 'cells' has to be a list of objects.")
        asked = [Asked(_text(cell, "cell"), _text(cell, "source"), bool(cell.get("timed"))) for cell in cells]
        try:
            runs = await self._executor.run(document, kernel, asked, self._user)
        except (NoDocument, NoKernel, NoCell) as problem:
            _refuse(404, str(problem))
        self.set_status(202)
        self.finish({"runs": runs})


class AnswerHandler(_Handler):
    """``POST lakebook/execution/answers``: answer what a cell asks for."""

    @web.authenticated
    @_may_run
    async def post(self) -> None:
        """Give the kernel an answer, if nobody else has."""
        body = self._body()
        question = self._executor.questions.of(_text(body, "run"))
        if question is None:
            _refuse(404, "This cell asks for nothing now: somebody else has answered, or it has ended.")
        question.answer(_text(body, "value"))
        self.set_status(204)


class SessionHandler(_Handler):
    """``POST lakebook/execution/sessions``: the session of a notebook."""

    @web.authenticated
    @_may_run
    async def post(self) -> None:
        """Find it, or start it on a kernel of a name."""
        body = self._body()
        try:
            session = await self._executor.sessions.of(_text(body, "path"), _text(body, "kernel"))
        except NoKernel as problem:
            _refuse(404, str(problem))
        self.finish(json.dumps(session, default=json_default))


class TrustHandler(_Handler):
    """``POST lakebook/execution/trust``: which outputs are what a kernel sent to this person."""

    @web.authenticated
    @_may_read
    async def post(self) -> None:
        """Say it of each."""
        shown = self._body().get("outputs")
        if not isinstance(shown, list) or not all(isinstance(data, dict) for data in shown):
            _refuse(400, "The body's 'outputs' has to be a list of objects.")
        self.finish({"trusted": self._executor.trust.of(self._user, shown)})


class EventsHandler(WebSocketMixin, WebSocketHandler, JupyterHandler):
    """``lakebook/execution/events``: a browser's tab is told how runs go."""

    def initialize(self, executor: Executor) -> None:
        """Called by tornado."""
        self._executor = executor
        self._listener: Listener | None = None

    @ws_authenticated
    @_may_read
    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Let in whoever may read."""
        await super().get(*args, **kwargs)

    def open(self, *args: str, **kwargs: str) -> None:
        """Say what there is, which a tab that was here before may have missed."""
        super().open(*args, **kwargs)
        executor = self._executor
        self._listener = Listener(str(self.current_user.username), self._send)
        executor.audience.join(self._listener)
        self._send({"event": "hello", "server": executor.identifier, "runs": executor.unfinished()})
        for event in executor.ends():
            self._send(event)
        executor.questions.repeat(self._listener)

    @override
    def on_message(self, message: str | bytes) -> None:
        """Tabs say nothing here."""

    @override
    def on_close(self) -> None:
        if self._listener is not None:
            self._executor.audience.leave(self._listener)
            self._executor.questions.pass_on(self._listener.user)
        super().on_close()

    def _send(self, event: Event) -> None:
        try:
            self.write_message(json.dumps(event))
        except WebSocketClosedError:  # it is told when it comes back
            self.log.debug("A tab was closed before it was told of %s", event["event"])


def routes(executor: Executor) -> list[tuple[str, type[Any], dict[str, Any]]]:
    """All of them."""
    for_all = {"executor": executor}
    return [
        ("/lakebook/execution/runs", RunHandler, for_all),
        ("/lakebook/execution/answers", AnswerHandler, for_all),
        ("/lakebook/execution/sessions", SessionHandler, for_all),
        ("/lakebook/execution/trust", TrustHandler, for_all),
        ("/lakebook/execution/events", EventsHandler, for_all),
    ]


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        _refuse(400, f"{name!r} has to be a text.")
    return value


def _refuse(status: int, reason: str) -> NoReturn:
    raise web.HTTPError(status, reason)
