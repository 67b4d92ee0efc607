"""What a kernel shows: in the cell that it belongs to, in a display that was there before, or in an Output widget."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from lakebook.lab.execution.displays import Displays
from lakebook.lab.execution.kernels import Kernel, Message
from lakebook.lab.execution.outputs import SHOWN
from lakebook.lab.execution.runs import Run
from lakebook.lab.execution.trust import Trust
from lakebook.lab.execution.widgets import OutputWidgets
from lakebook.lab.execution.writing import Writer

#: ended runs whose threads may still show something
_REMEMBERED = 100
_COMMS = frozenset({"comm_open", "comm_msg", "comm_close"})


class Showing:
    """What one kernel shows."""

    def __init__(self, kernel: Kernel, trust: Trust, writer: Writer) -> None:
        self._kernel = kernel
        self._trust = trust
        self._writer = writer
        self.forget()

    def forget(self) -> None:
        """The kernel has ended; what another one shows has nothing to do with it."""
        #: by the messages that asked for them
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._displays = Displays()
        self._widgets = OutputWidgets(self._kernel.send_to_comm)

    def begin(self, run: Run, request: str) -> None:
        """The kernel was asked for a run."""
        self._runs[request] = run
        while len(self._runs) > _REMEMBERED:
            self._runs.popitem(last=False)

    def run_of(self, message: Message) -> Run | None:
        """The run that a message belongs to."""
        return self._runs.get(message["parent_header"].get("msg_id", ""))

    def take(self, run: Run | None, kind: str, message: Message) -> None:
        """A message that all of the kernel's clients get."""
        content = message["content"]
        if kind in _COMMS:
            self._widgets.note(kind, content)
        elif kind == "update_display_data":
            for changed in self._displays.update(content):
                self._show(changed, content)
        elif run is None:
            return
        elif kind == "status":
            self._note_time(run, f"iopub.status.{content['execution_state']}", message)
        elif kind == "execute_input":
            self._note_time(run, "iopub.execute_input", message)
        elif (widget := self._widgets.capturing(message["parent_header"]["msg_id"])) is not None:
            self._widgets.take(widget, kind, content)
        elif kind == "clear_output":
            run.outputs.clear(content.get("wait", False))
            self._writer.note(run)
        elif kind in SHOWN:
            run.outputs.add(kind, content)
            self._displays.note(run, content)
            self._show(run, content)

    def reply(self, run: Run, message: Message) -> None:
        """The kernel's reply to a run."""
        run.reply = message["content"]
        if started := message["metadata"].get("started"):
            run.note_time("shell.execute_reply.started", started)
        run.note_time("shell.execute_reply", message["header"].get("date"))
        for payload in run.reply.get("payload") or ():
            self._take_payload(run, payload)

    def _note_time(self, run: Run, name: str, message: Message) -> None:
        run.note_time(name, message["header"].get("date"))
        if run.is_timed and not run.state.is_over:
            self._writer.note(run)

    def _show(self, run: Run, content: dict[str, Any]) -> None:
        self._trust.note(run.user, content.get("data"))
        self._writer.note(run)

    def _take_payload(self, run: Run, payload: dict[str, Any]) -> None:
        """What a kernel asks a notebook for: a page of help, or a next cell."""
        if payload.get("source") == "page":
            run.outputs.add("display_data", {"data": payload["data"], "metadata": {}})
        elif payload.get("source") == "set_next_input":
            if payload.get("replace"):
                run.notebook.replace_source(run.cell, payload["text"])
            else:
                run.notebook.insert_after(run.cell, payload["text"])
