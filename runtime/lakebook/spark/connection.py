"""A process's connection to a driver: the lifeline. When it ends, the driver frees all that belongs to the process."""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from lakebook.spark.errors import DriverError

Event = dict[str, Any]

_log = logging.getLogger(__name__)

#: seconds within which a driver answers; a first attachment makes a session
PATIENCE = 30.0


class Connection:
    """An attached process's own gateway in the driver, and the events that come from there."""

    def __init__(self, sock: socket.socket, lines: BinaryIO, answer: dict[str, Any]) -> None:
        self.port = int(answer["port"])
        self.secret = str(answer["secret"])
        #: the notebook's name in the driver: its jobs, pool and log lines carry it
        self.id = str(answer["id"])
        self._socket = sock
        self._lines = lines
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        #: whether it was said that an event could not be handled
        self._warned = False

    @property
    def closed(self) -> bool:
        """Whether the driver has ended or ``close`` was called; known only while somebody listens."""
        return self._ended.is_set()

    def wait_closed(self, timeout: float | None = None) -> bool:
        """Wait until ``closed``; returns whether it is."""
        return self._ended.wait(timeout)

    def listen(self, handler: Callable[[Event], None]) -> None:
        """Call ``handler`` on a thread of its own with every event; the last one is ``{"event": "closed"}``."""
        self._thread = threading.Thread(target=self._read, args=(handler,), name="lakebook driver events", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the lifeline."""
        with suppress(OSError):  # the driver was faster
            self._socket.shutdown(socket.SHUT_RDWR)
        if self._thread is None:
            self._end()

    def _read(self, handler: Callable[[Event], None]) -> None:
        try:
            for line in self._lines:
                if line.endswith(b"\n"):  # else the driver was killed while it wrote
                    self._tell(handler, json.loads(line))
        except OSError:
            pass  # a killed driver resets the connection
        finally:
            self._end()
            self._tell(handler, {"event": "closed"})

    def _tell(self, handler: Callable[[Event], None], event: Event) -> None:
        """What is wrong with showing an event is no reason to end the notebook's session."""
        try:
            handler(event)
        except Exception as problem:
            if not self._warned:
                self._warned = True
                _log.warning(
                    "What Spark's driver told (%s) cannot be shown: %s: %s",
                    *(event["event"], type(problem).__name__, problem),
                    exc_info=_log.isEnabledFor(logging.DEBUG),
                )

    def _end(self) -> None:
        self._ended.set()
        self._lines.close()
        self._socket.close()


def attach(port: int, secret: str, folder: Path, name: str, rows: int = 0) -> Connection:
    """Raises ``ConnectionError`` when the driver is gone, ``DriverError`` when it refuses."""
    request = {"command": "attach", "folder": str(folder.resolve()), "name": name, "rows": rows, "pid": os.getpid()}
    sock, lines, answer = _say(port, secret, request)
    sock.settimeout(None)
    return Connection(sock, lines, answer)


@contextmanager
def held(port: int, secret: str, timeout: float = PATIENCE) -> Iterator[socket.socket]:
    """Within it the driver does not end for want of notebooks. Raises like ``attach``."""
    sock, lines, _ = _say(port, secret, {"command": "hold"}, timeout)
    with sock, lines:
        yield sock


def ask(port: int, secret: str, command: str, timeout: float = PATIENCE, **fields: str) -> dict[str, Any]:
    """The driver's answer to a command that is over when it is answered, such as ``status``. Raises like ``attach``."""
    sock, lines, answer = _say(port, secret, {"command": command, **fields}, timeout)
    lines.close()
    sock.close()
    return answer


def _say(
    port: int, secret: str, request: dict[str, Any], timeout: float = PATIENCE
) -> tuple[socket.socket, BinaryIO, dict[str, Any]]:
    sock = socket.create_connection(("127.0.0.1", port), timeout)
    lines = sock.makefile("rb")
    try:
        sock.sendall((json.dumps({"secret": secret, **request}) + "\n").encode())
        answer = json.loads(lines.readline() or "null")
    except TimeoutError:
        sock.close()
        raise DriverError(f"The driver did not answer within {timeout:.0f} s: see lakebook driver logs.") from None
    except (OSError, ValueError) as problem:
        sock.close()
        raise ConnectionError(problem) from None
    if not isinstance(answer, dict):
        sock.close()
        raise ConnectionError("the driver ended before it answered")
    if not answer.get("ok"):
        sock.close()
        raise DriverError(f"The driver refused: {answer.get('error', 'without a reason')}.")
    return sock, lines, answer
