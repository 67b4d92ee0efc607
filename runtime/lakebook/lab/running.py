"""Which lab runs on a workspace: there is one at a time, since its documents have one store."""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lakebook.atomic import write_bytes
from lakebook.lab.place import VARIABLE, Place

#: the environment variable with the number of a pipe that is closed when whoever started the server is gone
LIFELINE = "LAKEBOOK_LAB_LIFELINE"
#: seconds
_SOON = 0.02
_GRACE = 8.0


@dataclass(frozen=True)
class Running:
    """A lab that answers."""

    #: of its server
    pid: int
    #: of its front page, without a token
    url: str
    #: the owner's; empty where there is a password instead
    token: str

    @property
    def link(self) -> str:
        """What the owner's browser opens."""
        return link(self.url, self.token)


class AlreadyRunning(Exception):
    """Another lab has the workspace."""


def link(url: str, token: str, page: str = "lab") -> str:
    """An address that lets in whom the token is for, to a page below the lab's url."""
    return f"{url}{page}?token={token}" if token else f"{url}{page}"


@contextmanager
def alone(place: Place) -> Iterator[None]:
    """Be the one lab of a workspace.

    Raises:
        AlreadyRunning: there is one.
        OSError: its folder cannot be written.
    """
    with place.lock.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning from None
        with suppress(FileNotFoundError):
            place.running.unlink()
        try:
            yield
        finally:
            place.running.unlink(missing_ok=True)


def note(place: Place, running: Running) -> None:
    """Let others know of it."""
    write_bytes(place.running, json.dumps(asdict(running)).encode(), 0o600)


def find(place: Place) -> Running | None:
    """The lab that answers, as it noted itself."""
    try:
        return Running(**json.loads(place.running.read_bytes()))
    except FileNotFoundError:
        return None


def load(server: Any) -> None:
    """Note a server when it listens, and end it with whoever started it, if that is ``lakebook lab``.

    Args:
        server: Jupyter's ``ServerApp``.
    """
    folder = os.environ.get(VARIABLE)
    if not folder:
        return
    place = Place(Path(folder))

    def listening() -> None:
        if not hasattr(server, "_http_server"):  # it is being set up still
            server.io_loop.call_later(_SOON, listening)
            return
        note(place, Running(os.getpid(), server.connection_url, server.identity_provider.token))

    def abandoned(number: int, _events: int) -> None:
        server.io_loop.remove_handler(number)
        server.log.critical("The process that started the lab is gone; stopping")
        end = threading.Timer(_GRACE, os._exit, [1])
        end.daemon = True
        end.start()
        server.stop()

    server.io_loop.add_callback(server.io_loop.call_later, _SOON, listening)
    if number := os.environ.pop(LIFELINE, ""):
        server.io_loop.add_handler(int(number), abandoned, server.io_loop.READ)
