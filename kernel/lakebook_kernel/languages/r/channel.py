"""Messages between the kernel and the process that R runs in: a JSON object, then any number of byte blocks."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

_LENGTH = struct.Struct(">I")
Block = bytes | bytearray | memoryview


class Closed(Exception):
    """The other side is gone."""


@dataclass(frozen=True)
class Message:
    """``body`` always has a ``kind``; ``blocks`` are bytes that travel beside it."""

    body: dict[str, Any]
    blocks: list[Block] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """What the message is about, such as ``run`` or ``stream``."""
        return str(self.body["kind"])


class Channel:
    """One end. Any thread may send; one thread receives."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._sending = threading.Lock()

    def fileno(self) -> int:
        """So that ``select`` takes the channel itself."""
        return self._socket.fileno()

    def send(self, body: dict[str, Any], blocks: list[Block] | None = None) -> None:
        """Send one message whole; empties the list, so that what is sent need not stay. Raises ``Closed``."""
        waiting = [] if blocks is None else blocks
        sizes = [memoryview(block).nbytes for block in waiting]
        header = json.dumps({**body, "blocks": sizes}).encode()
        with self._sending:
            try:
                self._socket.sendall(_LENGTH.pack(len(header)) + header)
                while waiting:
                    self._socket.sendall(waiting.pop(0))
            except OSError as error:
                raise Closed from error

    def receive(self) -> Message:
        """Wait for the next message. Raises ``Closed``."""
        (length,) = _LENGTH.unpack(self._exactly(_LENGTH.size))
        body = json.loads(bytes(self._exactly(length)))
        return Message(body, [self._exactly(size) for size in body.pop("blocks")])

    def close(self) -> None:
        """End this end; whoever receives at the other one gets ``Closed``."""
        self._socket.close()

    def _exactly(self, size: int) -> bytearray:
        data = bytearray(size)
        for part in self._parts(memoryview(data)):
            if not part:
                raise Closed
        return data

    def _parts(self, rest: memoryview) -> Iterable[int]:
        while rest:
            try:
                count = self._socket.recv_into(rest)
            except OSError as error:
                raise Closed from error
            yield count
            rest = rest[count:]
