"""Who may use a server on loopback: whoever shows its secret. Other users of the machine reach the same port."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from hmac import compare_digest
from typing import Any
from urllib.parse import parse_qsl

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: the parameter of an address that shows the secret
PARAMETER = "token"

_REFUSED = b"This needs the whole address that `lakebook mlflow` printed, with the token in it.\n"
_ELSEWHERE = b"A page of another site asks for this.\n"


class Guard:
    """An ASGI application that lets requests through to another one when they show a secret.

    A browser shows it once, in the address, and gets a cookie; other clients send it as a bearer token, which is what
    MLflow's own does with ``MLFLOW_TRACKING_TOKEN``. As with Jupyter, a browser sends the cookie to every port of this
    host; what a page of another port asks for is therefore refused.
    """

    def __init__(self, app: App, secret: str, cookie: str) -> None:
        """Args: cookie: its name, another one for each port."""
        self._app = app
        self._secret = secret.encode()
        self._cookie = cookie

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or have it answered. WebSockets, which MLflow has none of, get no answer."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.lower(): value for name, value in scope["headers"]}
        if scope["method"] in ("GET", "HEAD") and any(map(self._is_secret, _shown(scope["query_string"]))):
            await self._welcome(send)
        elif not any(map(self._is_secret, self._carried(headers))):
            await _answer(send, 403, _REFUSED)
        elif headers.get(b"origin", b"http://" + headers.get(b"host", b"")) != b"http://" + headers.get(b"host", b""):
            await _answer(send, 403, _ELSEWHERE)
        else:
            await self._app(scope, receive, send)

    async def _welcome(self, send: Send) -> None:
        """Give the cookie, and lead to an address without the secret, which may be looked at and kept."""
        cookie = f"{self._cookie}={self._secret.decode()}; Path=/; HttpOnly; SameSite=Lax"
        await _answer(send, 303, b"", (b"location", b"/"), (b"set-cookie", cookie.encode()))

    def _carried(self, headers: dict[bytes, bytes]) -> Iterator[bytes]:
        for part in headers.get(b"cookie", b"").split(b";"):
            name, _, value = part.strip().partition(b"=")
            if name == self._cookie.encode():
                yield value
        kind, _, token = headers.get(b"authorization", b"").partition(b" ")
        if kind.lower() == b"bearer":
            yield token

    def _is_secret(self, given: bytes) -> bool:
        return compare_digest(given, self._secret)


def _shown(query: bytes) -> Iterator[bytes]:
    return (value for name, value in parse_qsl(query) if name == PARAMETER.encode())


async def _answer(send: Send, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    kind, kept = (b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")
    await send({"type": "http.response.start", "status": status, "headers": [kind, kept, *headers]})
    await send({"type": "http.response.body", "body": body})
