"""Notebooks find their kernels again when the server was started anew, however many browsers ask for one notebook's."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from pathlib import PurePosixPath
from typing import Any

from jupyter_client.kernelspec import NoSuchKernel


class NoKernel(LookupError):
    """There is no such kernel; the message is for the user."""


class Sessions:
    """Jupyter's sessions: which notebook is on which kernel.

    Args:
        server: Jupyter's ``ServerApp``.
    """

    def __init__(self, server: Any) -> None:
        self._server = server
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def of(self, path: str, kernel: str) -> dict[str, Any]:
        """The session of a notebook; a new one if it has none.

        Args:
            path: of the notebook, below the folder that the server serves.
            kernel: name of a kernelspec, for a new one.

        Raises:
            NoKernel: there is no such kernelspec.
        """
        manager = self._server.session_manager
        found: dict[str, Any]
        async with self._locks[path]:
            if await manager.session_exists(path=path):
                found = await manager.get_session(path=path)
            else:
                try:
                    found = await manager.create_session(
                        path=path, name=PurePosixPath(path).name, type="notebook", kernel_name=kernel
                    )
                except NoSuchKernel:
                    raise NoKernel(f"There is no kernel {kernel!r} here; choose another one.") from None
        return found
