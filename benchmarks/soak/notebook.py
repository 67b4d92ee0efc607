"""A kernel that may die at any moment, as Jupyter meets it: cells in, what came of them out."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any, Literal

import psutil
from jupyter_client.manager import KernelManager

#: seconds that a kernel may take until it answers
READY = 120.0
#: seconds between the end of a cell and its reply
REPLY = 20.0
#: characters of a cell's output that are kept from its start, and from its end
KEPT = 100_000

_COLOUR = re.compile(r"\x1b\[[\d;]*m")


@dataclass
class Outcome:
    """What one cell sent, and how it ended: its reply came, its kernel died first, or neither in good time."""

    ended: Literal["replied", "died", "hung"] = "replied"
    status: str = ""
    errors: list[dict[str, Any]] = field(default_factory=list)
    #: printed characters, of which only some are kept
    characters: int = 0
    #: whether it has printed ``started``
    started: bool = False
    seconds: float = 0.0
    _first: str = ""
    _last: str = ""

    @property
    def text(self) -> str:
        """What was printed and shown; of much text the start and the end."""
        return self._first + self._last

    @property
    def error(self) -> str:
        """The errors as they are shown."""
        return _COLOUR.sub("", "\n".join("\n".join(error["traceback"]) for error in self.errors))

    def add(self, message: dict[str, Any]) -> None:
        content = message["content"]
        match message["msg_type"]:
            case "stream":
                self.started = self.started or (content["name"] == "stdout" and "started" in content["text"][:200])
                self.characters += len(content["text"])
                self._write(content["text"])
            case "display_data" | "execute_result":
                data = content["data"]
                shown = (str(data[kind]) for kind in ("text/plain", "text/html") if kind in data)
                self._write("\n".join(["", *shown, ""]))
            case "error":
                self.errors.append(content)

    def _write(self, text: str) -> None:
        room = KEPT - len(self._first)
        self._first += text[:room]
        self._last = (self._last + text[max(room, 0) :])[-KEPT:]


@dataclass(frozen=True)
class Due:
    """Something that happens while a cell runs: so many seconds after it was sent, or after it printed ``started``."""

    seconds: float
    act: Callable[[], None]
    after_start: bool = False


class Notebook:
    """A kernel and its client; to be used by one thread alone."""

    def __init__(self, folder: Path, log: Path) -> None:
        self._manager = KernelManager(kernel_name="lakebook")
        self._log = log.open("ab")  # a restarted kernel writes there too
        self._manager.start_kernel(cwd=str(folder), stdout=self._log, stderr=subprocess.STDOUT)
        self._client = self._manager.blocking_client()
        self._client.start_channels()
        self._wait_until_ready()

    @property
    def process(self) -> psutil.Process:
        provisioner = self._manager.provisioner
        assert provisioner is not None
        return psutil.Process(provisioner.pid)  # type: ignore[attr-defined]

    @property
    def alive(self) -> bool:
        return bool(self._manager.is_alive())

    def run(self, code: str, patience: float, dues: list[Due] | None = None) -> Outcome:
        """Run a cell until it has ended in one of the three ways."""
        waiting = list(dues or ())
        outcome = Outcome()
        request = self._client.execute(code, allow_stdin=False)
        began = time.monotonic()
        started: float | None = None
        idle = False
        while not idle:
            now = time.monotonic()
            outcome.seconds = now - began
            if started is None and outcome.started:
                started = now
            for due in list(waiting):
                since = started if due.after_start else began
                if since is not None and now - since >= due.seconds:
                    waiting.remove(due)
                    due.act()
            try:
                message = self._client.get_iopub_msg(timeout=0.02 if waiting else 0.5)
            except Empty:
                if not self.alive:
                    outcome.ended = "died"
                    return outcome
                if outcome.seconds > patience:
                    outcome.ended = "hung"
                    return outcome
                continue
            if message["parent_header"].get("msg_id") == request:
                outcome.add(message)
                idle = message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"
        self._replied(request, outcome)
        for due in waiting:  # it has ended sooner: then it happens between two cells
            due.act()
        return outcome

    def _replied(self, request: str, outcome: Outcome) -> None:
        deadline = time.monotonic() + REPLY
        while time.monotonic() < deadline:
            try:
                reply = self._client.get_shell_msg(timeout=1)
            except Empty:
                if not self.alive:
                    outcome.ended = "died"
                    return
                continue
            if reply["parent_header"].get("msg_id") == request:
                outcome.status = reply["content"]["status"]
                return
        outcome.ended = "hung"

    def interrupt(self) -> None:
        self._manager.interrupt_kernel()

    def kill(self) -> None:
        """End the kernel as ``kill -9`` does."""
        with suppress(psutil.NoSuchProcess):  # it has just died
            self.process.kill()

    def restart(self, *, politely: bool = False) -> None:
        """What Jupyter does when its user asks for it, and when the kernel has died."""
        self._manager.restart_kernel(now=not politely)
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        """Until it answers, and what it publishes arrives: nobody tells a client when its subscription holds.

        pandas is there then: an import that is interrupted may leave a library half made, which Python does not mend.
        """
        self._client.wait_for_ready(timeout=READY)
        deadline = time.monotonic() + READY
        while True:
            self._client.kernel_info()
            with suppress(Empty):
                self._client.get_iopub_msg(timeout=1)
                break
            if time.monotonic() > deadline:
                raise RuntimeError("The kernel publishes nothing")
        self.run("import pandas", READY)

    def close(self, *, politely: bool = True) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=not politely)
        self._log.close()
