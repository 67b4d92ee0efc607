"""The workspace's jobs, asked from a server that must never wait."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from lakebook.config import Workspace, find_workspace
from lakebook.jobs.store import Store, open_store

_T = TypeVar("_T")
#: requests that are answered at once; more wait in line
_THREADS = 8


class Service:
    """The workspace of a folder and its store, which is opened when it is first asked for.

    Args:
        root: the folder that the server serves.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = threading.Lock()
        self._opened: Store | None = None
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="lakebook")

    async def call(self, function: Callable[[], _T]) -> _T:
        """Call a function that reads files or rows, on a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, function)

    @cached_property
    def workspace(self) -> Workspace:
        """The workspace. Raises ``ConfigError``."""
        return find_workspace(self._root)

    @property
    def store(self) -> Store:
        """The store. Raises ``StoreError``."""
        with self._lock:
            if self._opened is None:
                self._opened = open_store(self.workspace)
            return self._opened

    def close(self) -> None:
        """Wait for the requests under way, and close the store."""
        self._threads.shutdown()
        if self._opened is not None:
            self._opened.close()
