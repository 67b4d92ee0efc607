"""Kernels as clients of Jupyter's protocol meet them, and how long their answers take."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil
from jupyter_client.manager import KernelManager

from lakebook.kernelspecs import install

#: seconds after which a cell counts as hung
HUNG = 300.0

#: the kernels that ours is held against
_REFERENCES: dict[str, dict[str, Any]] = {
    "plain-python": {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "ipykernel",
        "language": "python",
    },
    "plain-r": {
        "argv": ["R", "--slave", "-e", "IRkernel::main()", "--args", "{connection_file}"],
        "display_name": "IRkernel",
        "language": "R",
    },
}


def install_all(prefix: Path) -> Path:
    """Write the kernelspecs of our kernels and of the references; returns what ``JUPYTER_PATH`` must be."""
    install(prefix=prefix)
    place = prefix / "share" / "jupyter"
    for name, spec in _REFERENCES.items():
        folder = place / "kernels" / name
        folder.mkdir()
        (folder / "kernel.json").write_text(json.dumps(spec))
    return place


class CellFailed(Exception):
    """A cell of a benchmark must not fail; the message says how it did."""


class Kernel:
    """A running kernel and its client."""

    def __init__(self, name: str, folder: Path, *, ready: bool = True) -> None:
        self._manager = KernelManager(kernel_name=name)
        self._manager.start_kernel(cwd=str(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._client = self._manager.blocking_client()
        self._client.start_channels()
        if ready:
            self._client.wait_for_ready(timeout=HUNG)

    def __enter__(self) -> Kernel:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel()

    @property
    def process(self) -> psutil.Process:
        provisioner = self._manager.provisioner
        assert provisioner is not None
        return psutil.Process(provisioner.pid)  # type: ignore[attr-defined]

    def seconds(self, code: str) -> float:
        """From sending a cell until the kernel says that it is idle again."""
        began = time.perf_counter()
        request = self._client.execute(code, allow_stdin=False)
        self._until(request, "status", execution_state="idle")
        taken = time.perf_counter() - began
        self._check(request)
        return taken

    def stopped(self, code: str, after: float = 1.0) -> float:
        """From interrupting a cell, ``after`` seconds from its first output, until the kernel is idle again."""
        request = self._client.execute(code, allow_stdin=False)
        self._until(request, "stream")
        time.sleep(after)
        began = time.perf_counter()
        self._manager.interrupt_kernel()
        while not self._idle(self._client.get_iopub_msg(timeout=HUNG), request):
            pass
        taken = time.perf_counter() - began
        while self._client.get_shell_msg(timeout=HUNG)["parent_header"].get("msg_id") != request:
            pass
        return taken

    @staticmethod
    def _idle(message: dict[str, Any], request: str) -> bool:
        mine = message["parent_header"].get("msg_id") == request
        return bool(mine and message["content"].get("execution_state") == "idle")

    def show(self, code: str) -> None:
        """Run a cell, which may be the first thing that the kernel is asked, until its result is shown."""
        self._until(None, "iopub_welcome")
        request = self._client.execute(code, allow_stdin=False)
        self._until(request, "execute_result")
        self._check(request)

    def _until(self, request: str | None, kind: str, **content: str) -> None:
        while True:
            message = self._client.get_iopub_msg(timeout=HUNG)
            parent = message["parent_header"].get("msg_id")
            if request is not None and parent != request:
                continue
            if message["msg_type"] == "error" and parent == request:
                raise CellFailed("\n".join(message["content"]["traceback"]))
            if message["msg_type"] == kind and content.items() <= message["content"].items():
                return

    def _check(self, request: str) -> None:
        while True:
            reply = self._client.get_shell_msg(timeout=HUNG)
            if reply["parent_header"].get("msg_id") == request:
                break
        if reply["content"]["status"] != "ok":
            raise CellFailed(str(reply["content"].get("evalue")))
