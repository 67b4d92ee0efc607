"""A kernel as a notebook sees it: cells in, messages out, by Jupyter's protocol."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from types import TracebackType
from typing import Any

import pytest
from jupyter_client.manager import KernelManager

from acceptance.samples import HAS_R
from lakebook_kernel.cell import read

#: seconds after which a cell counts as hung
HUNG = 90.0

_COLOUR = re.compile(r"\x1b\[[\d;]*m")


@dataclass
class Outcome:
    """All that one cell sent."""

    reply: dict[str, Any] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [message["content"] for message in self.messages if message["msg_type"] == kind]

    @property
    def ok(self) -> bool:
        return bool(self.reply["status"] == "ok")

    @property
    def stdout(self) -> str:
        return "".join(content["text"] for content in self.of("stream") if content["name"] == "stdout")

    @property
    def stderr(self) -> str:
        return "".join(content["text"] for content in self.of("stream") if content["name"] == "stderr")

    @property
    def bundles(self) -> list[dict[str, Any]]:
        """The MIME bundles of what is displayed and of results, in order; progress that has ended left out."""
        kinds = ("display_data", "execute_result")
        shown = [message["content"] for message in self.messages if message["msg_type"] in kinds]
        return [content["data"] for content in shown if "progress-" not in str(content.get("transient"))]

    @property
    def text(self) -> str:
        """What is printed and shown, as plain text."""
        return self.stdout + "\n".join(str(bundle.get("text/plain", "")) for bundle in self.bundles)

    @property
    def html(self) -> str:
        return "\n".join(str(bundle["text/html"]) for bundle in self.bundles if "text/html" in bundle)

    @property
    def errors(self) -> list[dict[str, Any]]:
        return self.of("error")

    @property
    def error(self) -> str:
        """The one error as it is shown."""
        assert len(self.errors) == 1, self.messages
        return _COLOUR.sub("", "\n".join(self.errors[0]["traceback"]))


class Notebook:
    """A running kernel and its client."""

    def __init__(self, folder: Path, kernel: str = "lakebook") -> None:
        self.manager = KernelManager(kernel_name=kernel)
        self.manager.start_kernel(cwd=str(folder))
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=HUNG)

    def __enter__(self) -> Notebook:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def run(self, code: str, timeout: float = HUNG, on_output: Callable[[str], None] | None = None) -> Outcome:
        """Run a cell to its end; ``on_output`` gets printed text as it comes."""
        request = self.start(code)
        return self.finish(request, timeout, on_output)

    def good(self, code: str, timeout: float = HUNG) -> Outcome:
        """Run a cell that must not fail."""
        outcome = self.run(code, timeout)
        assert outcome.ok, "\n".join(outcome.reply.get("traceback", [])) + outcome.stderr
        return outcome

    def start(self, code: str) -> str:
        if not HAS_R and read(code).language == "r":
            pytest.skip("R is not installed")
        request: str = self.client.execute(code, allow_stdin=False)
        return request

    def finish(self, request: str, timeout: float = HUNG, on_output: Callable[[str], None] | None = None) -> Outcome:
        outcome = Outcome()
        deadline = time.monotonic() + timeout
        idle = False
        while not idle:
            try:
                message = self.client.get_iopub_msg(timeout=1)
            except Empty:
                assert time.monotonic() < deadline, f"the cell hung; so far: {outcome.messages}"
                assert self.manager.is_alive(), "the kernel died"
                continue
            if message["parent_header"].get("msg_id") != request:
                continue
            outcome.messages.append(message)
            if message["msg_type"] == "stream" and on_output:
                on_output(message["content"]["text"])
            idle = message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"
        while True:
            reply = self.client.get_shell_msg(timeout=timeout)
            if reply["parent_header"].get("msg_id") == request:
                outcome.reply = reply["content"]
                return outcome

    def interrupted(self, code: str, sign: str = "started", after: float = 0.5) -> tuple[Outcome, float]:
        """Run a cell, interrupt it ``after`` seconds from when it printed ``sign``; and how long it then took to end."""
        seen: list[float] = []

        def watch(text: str) -> None:
            if sign in text and not seen:
                time.sleep(after)
                seen.append(time.monotonic())
                self.manager.interrupt_kernel()

        outcome = self.run(code, on_output=watch)
        assert seen, f"the cell ended before it printed {sign!r}: {outcome.messages}"
        return outcome, time.monotonic() - seen[0]

    def complete(self, code: str, cursor: int | None = None) -> list[str]:
        request = self.client.complete(code, cursor)
        matches: list[str] = self._reply(request)["matches"]
        return matches

    def inspect(self, code: str, cursor: int | None = None) -> str:
        return str(self._reply(self.client.inspect(code, cursor))["data"].get("text/plain", ""))

    def is_complete(self, code: str) -> str:
        return str(self._reply(self.client.is_complete(code))["status"])

    def _reply(self, request: str) -> dict[str, Any]:
        while True:
            reply = self.client.get_shell_msg(timeout=HUNG)
            if reply["parent_header"].get("msg_id") == request:
                content: dict[str, Any] = reply["content"]
                return content

    def kill(self) -> None:
        """End the kernel as ``kill -9`` does."""
        self.client.stop_channels()
        provisioner = self.manager.provisioner
        assert provisioner is not None
        provisioner.process.kill()  # type: ignore[attr-defined]
        provisioner.process.wait()  # type: ignore[attr-defined]

    def close(self) -> None:
        self.client.stop_channels()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel()
