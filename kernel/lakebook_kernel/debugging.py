"""Jupyter's debugger in a notebook of several languages, and ``breakpoint()`` without it."""

from __future__ import annotations

import sys
from typing import Any

from ipykernel.debugger import Debugger
from IPython.core.debugger import InterruptiblePdb
from typing_extensions import override


class NotebookDebugger(Debugger):
    """ipykernel's, for this process alone; ``breakpoint()`` without it asks in the cell, as ``%debug`` does."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)  # type: ignore[no-untyped-call]
        self._jupyters_hook = sys.breakpointhook
        sys.breakpointhook = self._stop

    def _stop(self, *args: Any, **options: Any) -> Any:
        if self.is_started:
            return self._jupyters_hook(*args, **options)
        return InterruptiblePdb().set_trace(sys._getframe(1))

    @override
    def start(self) -> bool:
        """Start debugpy; whether it runs.

        Jupyter shows one process. In any other Python that the notebook starts, R's among them, debugpy would only
        wait for a client and print.
        """
        if not self.debugpy_initialized:
            import debugpy

            debugpy.configure(subProcess=False)
        return bool(super().start())  # type: ignore[no-untyped-call]

    @override
    async def process_request(self, message: dict[str, Any]) -> dict[str, Any]:
        """Answer a request; one that would end what is debugged ends the debugger alone.

        debugpy stops and kills the process's children, R and the Spark driver among them, and then the process itself.
        A kernel is ended by Jupyter's own request.
        """
        command = message["command"]
        arguments = {**message.get("arguments", {})}
        if command == "attach":
            arguments["terminateChildProcesses"] = False
        elif command in ("disconnect", "terminate"):
            arguments["terminateDebuggee"] = False
            message = {**message, "command": "disconnect"}
        reply: dict[str, Any] = await super().process_request({**message, "arguments": arguments})  # type: ignore[no-untyped-call]
        return {**reply, "command": command} if command == "terminate" else reply
