"""WebSockets of people who may only look, and of those who may no longer do even that."""

from __future__ import annotations

import json
from typing import Any
from weakref import WeakSet

from jupyter_server.services.kernels.connection.base import deserialize_binary_message, deserialize_msg_from_ws_v1
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler
from jupyter_server_ydoc.handlers import YDocWebSocketHandler
from pycrdt import YMessageType, YSyncMessageType
from tornado.ioloop import PeriodicCallback
from tornado.websocket import WebSocketHandler

from lakebook.lab.people.access import Watched
from lakebook.lab.people.identity import LabIdentityProvider, LabUser
from lakebook.lab.people.presence import under_own_name
from lakebook.lab.people.store import Role

#: milliseconds within which who is no longer let in is put out
_ROUND = 2000
_NO_LONGER = 4403


class RoomHandler(Watched, YDocWebSocketHandler):
    """A shared document: a viewer gets all edits and shows where they look, and changes nothing.

    Nobody shows where they look under another person's name.
    """

    async def on_message(self, message: Any) -> None:
        """Take what a browser sends."""
        if _only_looks(self) and not is_look(message):
            return
        awareness = self.room.awareness
        own = under_own_name(message, self.current_user, awareness.states, awareness.client_id)
        if own is not None:
            await super().on_message(own)


class ChannelsHandler(Watched, KernelWebsocketHandler):
    """A kernel's messages: a viewer gets them, and asks for nothing but what kernel it is."""

    def on_message(self, ws_message: Any) -> None:
        """Take what a browser sends."""
        if not _only_looks(self) or is_greeting(ws_message, getattr(self, "selected_subprotocol", None)):
            super().on_message(ws_message)


def is_look(message: object) -> bool:
    """Whether a message about a document changes nothing in it: a request for its state, or where somebody looks."""
    if not isinstance(message, bytes):
        return False
    asks = bytes([YMessageType.SYNC, YSyncMessageType.SYNC_STEP1])
    return message[:2] == asks or message[:1] == bytes([YMessageType.AWARENESS])


def is_greeting(message: str | bytes, protocol: str | None) -> bool:
    """Whether a message to a kernel asks what kernel it is."""
    try:
        if protocol == "v1.kernel.websocket.jupyter.org":
            channel, parts = deserialize_msg_from_ws_v1(message)
            header = json.loads(parts[0])
        else:
            legacy = deserialize_binary_message(message) if isinstance(message, bytes) else json.loads(message)
            channel, header = legacy["channel"], legacy["header"]
        return bool(channel == "shell" and header["msg_type"] == "kernel_info_request")
    except (ValueError, KeyError, IndexError, TypeError):
        return False


class Doorkeeper:
    """Closes what is open by links that have ended."""

    def __init__(self, identity: LabIdentityProvider) -> None:
        self._identity = identity
        self._open: WeakSet[WebSocketHandler] = WeakSet()
        self._rounds = PeriodicCallback(self._look, _ROUND)

    def start(self) -> None:
        """Begin; called where an event loop will run."""
        self._identity.opened = self._open.add
        self._rounds.start()

    def _look(self) -> None:
        for socket in list(self._open):
            user = socket.current_user
            if isinstance(user, LabUser) and not self._identity.is_current(user):
                socket.close(_NO_LONGER, "This link has ended.")
                self._open.discard(socket)


def _only_looks(handler: Any) -> bool:
    user = handler.current_user
    return isinstance(user, LabUser) and user.role is Role.VIEWER
