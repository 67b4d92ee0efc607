"""A kernel as the server's own client of it: requests go out, what they show comes in."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.session import Session

_log = logging.getLogger(__name__)
#: seconds until a kernel is asked again whether it is heard, and how often it is
_HEARD, _TRIES = 0.5, 120

Message = dict[str, Any]


class Kernel:
    """A client of a kernel.

    It has a session of its own: two clients of one session would get each other's replies.

    Args:
        manager: the kernel's ``KernelManager``.
        receive: called with each message and the name of its channel: ``shell``, ``iopub``, ``stdin``.
    """

    def __init__(self, manager: Any, receive: Callable[[str, Message], None]) -> None:
        session = Session(
            key=manager.session.key, signature_scheme=manager.session.signature_scheme, username="lakebook"
        )
        self._client: AsyncKernelClient = manager.client(session=session)
        self._receive = receive
        self._reading: list[asyncio.Task[None]] = []
        #: the request by which is found out whether the kernel is heard, and when it is
        self._asked = ""
        self._heard = asyncio.Event()

    async def connect(self) -> None:
        """Connect if it is not done, and wait until what the kernel shows is heard, which takes a moment."""
        if not self._reading:
            self._start()
        self._heard.clear()
        for _ in range(_TRIES):
            # on this channel a kernel answers also while it runs a cell
            self._asked = self._send(self._client.control_channel, "kernel_info_request", {})
            try:
                await asyncio.wait_for(self._heard.wait(), _HEARD)
                return
            except TimeoutError:
                continue
        _log.warning("A kernel does not tell what it does; what the first cell shows may be missing")

    def execute(self, source: str, cell: str) -> str:
        """Ask it to run a cell. Returns the message's identifier."""
        content = {
            "code": source,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": True,
            "stop_on_error": True,
        }
        return self._send(self._client.shell_channel, "execute_request", content, {"cellId": cell})

    def answer(self, value: str) -> None:
        """Give it what it asked a person for."""
        self._client.input(value)

    def send_to_comm(self, comm: str, data: dict[str, Any]) -> None:
        """Send to what is on the kernel's side of a comm."""
        self._send(self._client.shell_channel, "comm_msg", {"comm_id": comm, "data": data})

    async def close(self) -> None:
        """Leave it."""
        for task in self._reading:
            task.cancel()
        await asyncio.gather(*self._reading, return_exceptions=True)
        self._client.stop_channels()

    def _start(self) -> None:
        self._client.start_channels(shell=True, iopub=True, stdin=True, hb=False, control=True)
        channels: dict[str, AsyncZMQSocketChannel] = {
            "shell": self._client.shell_channel,
            "iopub": self._client.iopub_channel,
            "stdin": self._client.stdin_channel,
            "control": self._client.control_channel,
        }
        self._reading = [asyncio.create_task(self._read(name, channel)) for name, channel in channels.items()]

    def _send(self, channel: Any, kind: str, content: dict[str, Any], metadata: dict[str, Any] | None = None) -> str:
        message = self._client.session.msg(kind, content, metadata=metadata)
        channel.send(message)
        return str(message["header"]["msg_id"])

    async def _read(self, name: str, channel: AsyncZMQSocketChannel) -> None:
        while True:
            try:
                message = await channel.get_msg()
            except ValueError as problem:  # not signed with the kernel's key, or sent twice
                _log.warning("A message on a kernel's %s channel was left out: %s", name, problem)
                continue
            if name == "iopub" and message["parent_header"].get("msg_id") == self._asked:
                self._heard.set()
            elif name != "control":
                self._take(name, message)
            await asyncio.sleep(0)  # a kernel that shows very much leaves the server time for others

    def _take(self, name: str, message: Message) -> None:
        try:
            self._receive(name, message)
        except Exception:  # one message that is not as it should be is no reason to hear no other
            _log.exception("A kernel's message %s could not be read", message["header"].get("msg_type"))
