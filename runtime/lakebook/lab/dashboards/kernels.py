"""The kernels of dashboards: each belongs to one page, and ends when that is gone."""

from __future__ import annotations

import json
import logging
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from jupyter_core.utils import ensure_async
from tornado.ioloop import PeriodicCallback

from lakebook.databricks.calls import SHOWN_ARGUMENTS
from lakebook.lab.dashboards.parameters import Parameters

_log = logging.getLogger(__name__)
#: seconds for which a page may be unconnected: it is drawn and connects, or its connection is lost for a moment
_GRACE = 20.0
#: milliseconds
_ROUND = 3000


class DashboardKernels:
    """All of them.

    Args:
        manager: the server's manager of kernels.
    """

    def __init__(self, manager: Any) -> None:
        self.manager = manager
        self._pages: dict[str, KernelsOfPage] = {}
        #: when each page was last known to be there
        self._seen: dict[str, float] = {}
        self._rounds = PeriodicCallback(self._look, _ROUND)

    def add(self, kernel: str, page: KernelsOfPage) -> None:
        """A page has a kernel."""
        self._pages[kernel] = page
        self._seen[kernel] = time.monotonic()
        if not self._rounds.is_running():
            self._rounds.start()

    async def _look(self) -> None:
        for kernel, page in list(self._pages.items()):
            if kernel not in self.manager:
                self._forget(kernel)
            elif not page.is_drawn or self.manager.kernel_model(kernel)["connections"]:
                self._seen[kernel] = time.monotonic()
            elif time.monotonic() - self._seen[kernel] > _GRACE:
                self._forget(kernel)
                _log.info("The dashboard of %s was closed; its kernel %s ends", page.file, kernel)
                await ensure_async(self.manager.shutdown_kernel(kernel))
        if not self._pages:
            self._rounds.stop()

    def _forget(self, kernel: str) -> None:
        del self._pages[kernel], self._seen[kernel]


class KernelsOfPage:
    """What Voilà asks the manager of kernels for, while it draws one page.

    Args:
        file: the notebook.
    """

    def __init__(self, kernels: DashboardKernels, file: Path, parameters: Parameters) -> None:
        self.file = file
        self.parameters = parameters
        #: the browser has all of the page, or is gone
        self.is_drawn = False
        self._kernels = kernels

    async def start_kernel(self, *, env: dict[str, str], **settings: Any) -> str:
        """Start the page's kernel, which knows its notebook and what that is called with."""
        called = {"JPY_SESSION_NAME": str(self.file), SHOWN_ARGUMENTS: json.dumps(self.parameters.of_widgets)}
        env = {**_without_token(env), **called}
        kernel = str(await ensure_async(self._kernels.manager.start_kernel(env=env, **settings)))
        self._kernels.add(kernel, self)
        return kernel

    def get_kernel(self, kernel: str) -> Any:
        """The manager of one kernel."""
        return self._kernels.manager.get_kernel(kernel)


def _without_token(env: dict[str, str]) -> dict[str, str]:
    """Voilà tells notebooks the page's address; the token in it is nobody else's."""
    env = dict(env)
    for name in ("QUERY_STRING", "VOILA_REQUEST_URL"):
        if name not in env:
            continue
        parts = urlsplit(env[name] if name != "QUERY_STRING" else f"?{env[name]}")
        query = urlencode([(key, value) for key, value in parse_qsl(parts.query, True) if key != "token"])
        env[name] = query if name == "QUERY_STRING" else urlunsplit(parts._replace(query=query))
    return env
