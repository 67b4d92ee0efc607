"""The process that a user sees: it starts the lab's server, and ends it with all that it has started."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

import psutil

from lakebook.lab.place import Place
from lakebook.lab.running import LIFELINE, Running, find
from lakebook.lab.spared import drivers

_ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
#: seconds that the server has for ending by itself; with pages open it sometimes never does
_GRACE = 8.0
#: seconds that each of the processes has that it leaves behind
_LAST_GRACE = 3.0


class Failed(Exception):
    """The server ended before it answered; its last words."""


class Supervisor:
    """One server and all that it starts.

    Args:
        command: what starts it.
        environment: for it.
        place: where it says that it answers.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], place: Place) -> None:
        self._command = command
        self._environment = environment
        self._place = place
        self._asked_to_end = False

    def run(self, folder: Path, ready: Callable[[Running], None]) -> int:
        """Serve until the server ends, or SIGINT, SIGTERM or SIGHUP ends it.

        Args:
            folder: its working directory.
            ready: called when it answers.

        Returns:
            An exit code: 0 when it was asked to end.

        Raises:
            Failed: it did not start.
        """
        watched, kept = os.pipe()
        if self._place.log.exists():
            self._place.log.replace(self._place.log.with_suffix(".before"))
        with self._place.log.open("wb") as log:
            process = subprocess.Popen(
                self._command,
                cwd=folder,
                env={**self._environment, LIFELINE: str(watched)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[watched],
                start_new_session=True,  # Ctrl-C is for this process, and it ends the others in their order
            )
        os.close(watched)
        heard = [number for number in _ENDS if signal.getsignal(number) != signal.SIG_IGN]  # nohup ignores one
        before = {number: signal.signal(number, self._end) for number in heard}
        try:
            self._wait_until_ready(process, ready)
            while process.poll() is None and not self._asked_to_end:
                time.sleep(0.2)
        finally:
            self._end_tree(process)
            os.close(kept)
            for number, handler in before.items():
                signal.signal(number, handler)
        return 0 if self._asked_to_end else process.returncode

    def _end(self, number: int, frame: FrameType | None) -> None:
        self._asked_to_end = True

    def _wait_until_ready(self, process: subprocess.Popen[bytes], ready: Callable[[Running], None]) -> None:
        while not self._asked_to_end:
            if process.poll() is not None:
                raise Failed(_last_words(self._place.log))
            if running := find(self._place):
                return ready(running)
            time.sleep(0.05)
        return None

    def _end_tree(self, process: subprocess.Popen[bytes]) -> None:
        """End the server, then what it left behind."""
        tree = _below(process.pid)
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(_GRACE)
            except subprocess.TimeoutExpired:
                tree += _below(process.pid)
                process.kill()
                process.wait()
        spared = drivers(tree)
        left = [one for one in dict.fromkeys(tree) if one.pid not in spared and one.is_running()]
        for one in left:
            with suppress(psutil.NoSuchProcess):
                one.terminate()
        _, stubborn = psutil.wait_procs(left, _LAST_GRACE)
        for one in stubborn:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs(stubborn, _LAST_GRACE)


def _below(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _last_words(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    said = [line.partition("] ")[2] for line in lines if line.startswith("[C ")]
    return (said or lines or ["it said nothing"])[-1]
