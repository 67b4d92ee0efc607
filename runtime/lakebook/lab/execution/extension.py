"""Puts the executor on Jupyter's server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_server.utils import url_path_join

from lakebook.config import STATE, ConfigError, find_workspace, make_state
from lakebook.lab.execution.executor import Executor
from lakebook.lab.execution.handlers import routes
from lakebook.lab.execution.journal import Journal
from lakebook.lab.execution.trust import Trust

_KERNELS = "https://events.jupyter.org/jupyter_server/kernel_actions/v1"
_DOCUMENTS = "https://schema.jupyter.org/jupyter_collaboration/session/v1"
#: what is done to a kernel: the error that the running cell shows, what is said, and whether the kernel is gone
_ENDS = {
    "restart": ("KernelRestarted", "The kernel was restarted", False),
    "shutdown": ("KernelShutDown", "The kernel was shut down", True),
}


def load(server: Any) -> None:
    """Add the handlers, and listen to what becomes of kernels and documents."""
    state = _state(server)
    journal = Journal(lambda: make_state(state), state / "lab-running.json")
    executor = Executor(server, journal, Trust(lambda: make_state(state) / "lab-shown.db"))
    base = server.web_app.settings["base_url"]
    server.web_app.add_handlers(".*$", [(url_path_join(base, path), *rest) for path, *rest in routes(executor)])
    Ends(executor).listen(server.event_logger)


def _state(server: Any) -> Path:
    root = Path(server.root_dir)
    try:
        return find_workspace(root).state
    except ConfigError as problem:
        server.log.warning("The settings of the workspace are left out: %s", problem)
        return root / STATE


class Ends:
    """Hears of the ends of kernels, and of the documents that an end of the server has left."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def listen(self, events: Any) -> None:
        """Hear what the server tells."""
        events.add_listener(schema_id=_KERNELS, listener=self._kernel)
        events.add_listener(schema_id=_DOCUMENTS, listener=self._document)

    async def _kernel(self, logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        end = _ENDS.get(data["action"])
        if end is not None and data.get("status") == "success":
            self._executor.kernel_ended(data["kernel_id"], *end)

    async def _document(self, logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        if data.get("action") == "initialize" and data.get("msg") == "Room initialized":
            await self._executor.open(data["room"])
