"""Waits until a kernel answers and what it shows arrives: no longer, where jupyter_client waits for silence as well."""

from __future__ import annotations

import time
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.manager import AsyncKernelManager

#: seconds until a kernel is asked again, since it did not answer, or what it showed was not heard
_ANSWER, _SHOWN = 1.0, 0.2


async def answer(manager: AsyncKernelManager, client: AsyncKernelClient, patience: float) -> dict[str, Any]:
    """What a kernel that was just started says of itself: the content of its ``kernel_info_reply``.

    Args:
        manager: the kernel's.
        client: one of it, whose channels are started.
        patience: seconds.

    Raises:
        RuntimeError: the kernel died, or did not answer in time.
    """
    end = time.monotonic() + patience
    while time.monotonic() < end:
        asked = client.kernel_info()
        reply = await _reply(client.shell_channel, asked)
        if reply is not None and await _is_heard(client.iopub_channel, asked):
            return reply
        if reply is None and not await manager.is_alive():
            raise RuntimeError("it died before it answered")
    raise RuntimeError(f"it did not answer within {patience:.0f} seconds")


async def _reply(channel: AsyncZMQSocketChannel, asked: str) -> dict[str, Any] | None:
    """The content of the reply to a request; None if none comes in time."""
    end = time.monotonic() + _ANSWER
    try:
        while True:
            message = await channel.get_msg(timeout=max(0.0, end - time.monotonic()))
            if message["parent_header"].get("msg_id") == asked:
                content: dict[str, Any] = message["content"]
                return content
    except Empty:
        return None


async def _is_heard(channel: AsyncZMQSocketChannel, asked: str) -> bool:
    """Whether what the kernel shows arrives. All that belongs to a request is taken, else what comes until silence."""
    heard = False
    try:
        while True:
            message = await channel.get_msg(timeout=_SHOWN)
            heard = True
            if message["parent_header"].get("msg_id") == asked and message["content"].get("execution_state") == "idle":
                return True
    except Empty:  # some kernels do not say that they are idle
        return heard
