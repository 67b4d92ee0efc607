"""Runs another notebook in a process and kernel of its own, on this workspace's driver."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from pathlib import Path

from lakebook.databricks.calls import CALLERS, Call, callers
from lakebook_kernel.databricks.errors import NotebookRunError
from lakebook_kernel.interrupts import on_main_thread

#: seconds that a run whose time is over has to end its kernel
_END = 10.0


class Caller:
    """Runs notebooks; may be asked by many threads at once.

    Args:
        waiting: as ``Host.waiting``.
        state: the workspace's folder for files of our own.
    """

    def __init__(
        self, waiting: Callable[[Callable[[], None]], AbstractContextManager[None]], state: Callable[[], Path]
    ) -> None:
        self._waiting = waiting
        self._state = state
        #: the processes that other threads than the main one wait for
        self._elsewhere: set[subprocess.Popen[bytes]] = set()

    def interrupt(self) -> None:
        """Interrupt the notebooks that threads run, and cells of Scala's: the main thread asks to stop what it runs."""
        for process in list(self._elsewhere):
            process.send_signal(signal.SIGINT)

    def run(self, notebook: Path, name: str, arguments: dict[str, str], caller: Path | None, timeout: float) -> str:
        """Run a notebook to its end and return what it gave to ``dbutils.notebook.exit``.

        Args:
            notebook: its file.
            name: how it was called, for messages.
            arguments: the values of its widgets.
            caller: the file of this notebook, if it is known.
            timeout: seconds; 0 for none.

        Raises:
            NotebookRunError: it failed; the message names the notebook, the cell and the error.
        """
        waiting = [*callers(), *([str(caller)] if caller else [])]
        if str(notebook) in waiting:
            circle = " runs ".join(Path(one).name for one in [*waiting[waiting.index(str(notebook)) :], str(notebook)])
            raise NotebookRunError(f"Notebooks run each other in a circle, which would never end: {circle}.")
        with tempfile.TemporaryDirectory(dir=self._state(), prefix="called-") as folder:
            ended = Path(folder) / "ended.json"
            errors = Path(folder) / "stderr"
            in_time = self._process(Call(str(notebook), arguments, str(ended)), waiting, errors, timeout)
            if not in_time:
                raise NotebookRunError(f"The notebook {name} was ended: it took longer than {timeout:g} seconds.")
            if not ended.exists():
                last = (errors.read_text(errors="replace").strip().splitlines() or ["it left no word"])[-1]
                raise NotebookRunError(f"The notebook {name} could not be run: {last}")
            told = json.loads(ended.read_text())
        if told["code"]:
            raise NotebookRunError(f"The notebook {name} failed: {told['failure']}")
        return str(told["value"] or "")

    def _process(self, call: Call, waiting: list[str], errors: Path, timeout: float) -> bool:
        """Run the process of a call; False when it did not end in time and was ended."""
        with errors.open("wb") as stderr:
            process = subprocess.Popen(
                [sys.executable, "-m", "lakebook.databricks.called"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                env={**os.environ, CALLERS: json.dumps(waiting)},
                start_new_session=True,  # an interrupt of this kernel reaches it by `stop` alone
            )
        assert process.stdin is not None
        main = on_main_thread()
        wait = self._waiting(lambda: process.send_signal(signal.SIGINT)) if main else self._interruptible(process)
        with process.stdin, wait:
            process.stdin.write(json.dumps(asdict(call)).encode() + b"\n")
            process.stdin.flush()
            try:
                process.wait(timeout or None)
            except subprocess.TimeoutExpired:
                process.terminate()
                try:
                    process.wait(_END)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                return False
        return True

    @contextmanager
    def _interruptible(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
        """Within it ``interrupt`` reaches the process."""
        self._elsewhere.add(process)
        try:
            yield
        finally:
            self._elsewhere.discard(process)
