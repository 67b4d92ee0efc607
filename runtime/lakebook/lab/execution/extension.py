"""Puts the executor on Jupyter's server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.utils import url_path_join

from lakebook.config import STATE, ConfigError, find_workspace, make_state
from lakebook.lab.execution.executor import Executor
from lakebook.lab.execution.handlers import routes
from lakebook.lab.execution.journal import Journal
from lakebook.lab.execution.trust import Trust

_KERNELS = "https://events.jupyter.org/jupyter_server/kernel_actions/v1"
_DOCUMENTS = "https://schema.jupyter.org/jupyter_collaboration/session/v1"


def load(server: Any) -> None:
    """Add the handlers, and listen to what becomes of kernels and documents."""
    state = _state(server)
    journal = Journal(lambda: make_state(state), state / "lab-running.json")
    executor = Executor(server, journal, Trust(lambda: make_state(state) / "lab-shown.db"))
    base = server.web_app.settings["base_url"]
    server.web_app.add_handlers(".*$", [(url_path_join(base, path), *rest) for path, *rest in routes(executor)])
    Ends(executor).listen(server.event_logger)
    tell_of_restarts(executor, server.kernel_manager)


def _state(server: Any) -> Path:
    root = Path(server.root_dir)
    try:
        return find_workspace(root).state
    except ConfigError as problem:
        server.log.warning("The settings of the workspace are left out: %s", problem)
        return root / STATE


def tell_of_restarts(executor: Executor, kernels: Any) -> None:
    """Let the executor know when a restart begins: the server tells of it when it is done, and a cell that is run
    meanwhile is for the new kernel.

    Args:
        kernels: the server's manager of kernels.
    """
    restart = kernels.restart_kernel

    async def restart_kernel(kernel_id: str, *args: Any, **options: Any) -> None:
        executor.restart_begins(kernel_id)
        is_done = False
        try:
            await ensure_async(restart(kernel_id, *args, **options))
            is_done = True
        finally:
            executor.restart_ends(kernel_id, is_done=is_done)

    kernels.restart_kernel = restart_kernel


class Ends:
    """Hears of the ends of kernels, and of the documents that an end of the server has left."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def listen(self, events: Any) -> None:
        """Hear what the server tells."""
        events.add_listener(schema_id=_KERNELS, listener=self._kernel)
        events.add_listener(schema_id=_DOCUMENTS, listener=self._document)

    async def _kernel(self, logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        if data["action"] == "shutdown" and data.get("status") == "success":
            self._executor.kernel_ended(data["kernel_id"], "KernelShutDown", "The kernel was shut down", is_gone=True)

    async def _document(self, logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        if data.get("action") == "initialize" and data.get("msg") == "Room initialized":
            await self._executor.open(data["room"])
