"""How messages go out to all who listen: in full, even to one who reads more slowly than a cell prints."""

from __future__ import annotations

from typing import Any

import zmq

#: seconds in which a listener who is behind must read something
PATIENCE = 10.0


class WaitingSocket:
    """ipykernel's publishing socket, to be used on its thread alone.

    ZeroMQ drops what is published while a listener is a thousand messages behind: output is lost, and with the message
    that a cell has ended the notebook waits for ever. So this one waits for the listener, and with it the cell that
    prints. One who reads nothing at all for ``PATIENCE`` seconds is not waited for until it reads again.
    """

    def __init__(self, socket: zmq.Socket[bytes]) -> None:
        self._socket = socket
        self._socket.setsockopt(zmq.SNDTIMEO, int(PATIENCE * 1000))
        #: whether somebody has not read for so long
        self._stalled = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)

    def send_multipart(self, parts: Any, flags: int = 0, copy: bool = True, track: bool = False) -> Any:
        """As ``zmq.Socket`` does."""
        self._socket.setsockopt(zmq.XPUB_NODROP, 1)
        try:
            sent = self._socket.send_multipart(parts, flags | (zmq.NOBLOCK if self._stalled else 0), copy, track)
        except zmq.Again:
            self._stalled = True
            self._socket.setsockopt(zmq.XPUB_NODROP, 0)  # dropped for who has stalled, not for the others
            return self._socket.send_multipart(parts, flags, copy, track)
        self._stalled = False
        return sent
