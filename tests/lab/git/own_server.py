"""A server of git's, as one sets up oneself: ``git http-backend`` on loopback, with a token for whoever may come in."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest

USER, TOKEN = "ann", "a-token-of-ann"


@dataclass(frozen=True)
class OwnServer:
    """It has all bare repositories of a folder."""

    folder: Path
    url: str

    def make(self, name: str) -> Path:
        """An empty repository."""
        bare = self.folder / f"{name}.git"
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", bare], check=True)
        return bare


@contextmanager
def own_server(folder: Path) -> Iterator[OwnServer]:
    backend = Path(subprocess.check_output(["git", "--exec-path"], text=True).strip()) / "git-http-backend"
    if not backend.exists():
        pytest.skip("this git has no http-backend")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            login = base64.b64encode(f"{USER}:{TOKEN}".encode()).decode()
            if self.headers.get("Authorization") != f"Basic {login}":
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="own server"')
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self._answer(self._run())

        do_POST = do_GET  # noqa: N815

        def _run(self) -> bytes:
            address = urlsplit(self.path)
            told = {
                "GIT_PROJECT_ROOT": str(folder),
                "GIT_HTTP_EXPORT_ALL": "1",
                "REMOTE_USER": USER,
                "REQUEST_METHOD": self.command,
                "PATH_INFO": address.path,
                "QUERY_STRING": address.query,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            }
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            return subprocess.run(
                [backend], input=body, env={**os.environ, **told}, stdout=subprocess.PIPE, check=True
            ).stdout

        def _answer(self, said: bytes) -> None:
            head, _, body = said.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
            self.send_response(int(headers.pop("Status", "200").split()[0]))
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """It says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = Thread(target=listening.serve_forever)
        thread.start()
        try:
            yield OwnServer(folder, f"http://127.0.0.1:{listening.server_port}")
        finally:
            listening.shutdown()
            thread.join()
