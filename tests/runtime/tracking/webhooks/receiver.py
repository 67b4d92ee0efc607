"""A webhook's receiver on loopback, which answers as a test wants it to."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

#: seconds until a test gives up; nothing is said of how long it takes
PATIENCE = 240.0


@dataclass(frozen=True)
class Received:
    """A request, as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def delivery(self) -> str:
        return self.headers["X-MLflow-Delivery-Id"]

    @property
    def event(self) -> str:
        told = json.loads(self.body)
        return f"{told['entity']}.{told['action']}"

    @property
    def data(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(self.body)["data"]
        return data


class Receiver:
    """Accepts all, unless ``answers`` says how to answer the next requests: a status, or one with headers.

    ``hold`` lets it be slow: while it is cleared, no request is answered.
    """

    def __init__(self, port: int = 0) -> None:
        self.requests: list[Received] = []
        self.answers: list[int | tuple[int, dict[str, str]]] = []
        self.hold = threading.Event()
        self.hold.set()
        self._came = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/registry"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self) -> Receiver:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Go away: who connects afterwards is refused."""
        self.hold.set()
        self._server.shutdown()
        self._server.server_close()

    def wait_for(self, number: int) -> list[Received]:
        """The first requests, when so many have come."""
        with self._came:
            assert self._came.wait_for(lambda: len(self.requests) >= number, PATIENCE), self.requests
            return self.requests[:number]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = receiver._take(Received(self.path, dict(self.headers), body))
                receiver.hold.wait()
                status, headers = answer if isinstance(answer, tuple) else (answer, {})
                try:
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                except OSError:  # the sender did not wait
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    def _take(self, request: Received) -> int | tuple[int, dict[str, str]]:
        with self._came:
            self.requests.append(request)
            self._came.notify_all()
            return self.answers.pop(0) if self.answers else 200
