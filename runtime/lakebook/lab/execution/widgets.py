"""ipywidgets' Output: what it captures is shown in it, not in the cell."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from lakebook.lab.execution.outputs import SHOWN, Output, Outputs

_TARGET, _MODEL = "jupyter.widget", "OutputModel"
#: seconds; what is captured in this time is sent together
_BETWEEN = 0.1


class OutputWidgets:
    """The Output widgets of a kernel, by what its comms say.

    Args:
        send: gives the kernel's side of a comm what its widget shows; it passes it on to all browsers.
    """

    def __init__(self, send: Callable[[str, dict[str, Any]], None]) -> None:
        self._send = send
        self._outputs: dict[str, Outputs] = {}
        #: which of them capture what a request shows; the last one does
        self._capturing: dict[str, list[str]] = {}
        self._due: set[str] = set()

    def note(self, kind: str, content: dict[str, Any]) -> None:
        """A message of a comm."""
        comm, data = content["comm_id"], content.get("data") or {}
        if kind == "comm_close":
            self._outputs.pop(comm, None)
            self._capture(comm, "")
        elif kind == "comm_open":
            state = data.get("state") or {}
            if content.get("target_name") == _TARGET and state.get("_model_name") == _MODEL:
                self._outputs[comm] = Outputs()
                self._change(comm, state)
        elif comm in self._outputs and data.get("method") == "update":
            self._change(comm, data.get("state") or {})

    def capturing(self, request: str) -> str | None:
        """The comm of the widget that captures what a request shows."""
        comms = self._capturing.get(request)
        return comms[-1] if comms else None

    def take(self, comm: str, kind: str, content: dict[str, Any]) -> None:
        """Something that a widget captures."""
        if kind == "clear_output":
            self._outputs[comm].clear(content.get("wait", False))
        elif kind in SHOWN:
            self._outputs[comm].add(kind, content)
        else:
            return
        if comm not in self._due:
            self._due.add(comm)
            asyncio.get_running_loop().call_later(_BETWEEN, self._send_state, comm)

    def _send_state(self, comm: str) -> None:
        self._due.discard(comm)
        if comm in self._outputs:
            shown = [_as_json(output) for output in self._outputs[comm].shown]
            self._send(comm, {"method": "update", "state": {"outputs": shown}, "buffer_paths": []})

    def _change(self, comm: str, state: dict[str, Any]) -> None:
        if "outputs" in state:
            self._outputs[comm] = Outputs()
            for output in state["outputs"]:
                self._outputs[comm].add(output["output_type"], output)
        if "msg_id" in state:
            self._capture(comm, state["msg_id"])

    def _capture(self, comm: str, request: str) -> None:
        for comms in self._capturing.values():
            if comm in comms:
                comms.remove(comm)
        self._capturing = {known: comms for known, comms in self._capturing.items() if comms}
        if request:
            self._capturing.setdefault(request, []).append(comm)


def _as_json(output: Output) -> dict[str, Any]:
    if output.stream is None:
        return output.content
    return {**output.content, "text": output.stream.text()}
