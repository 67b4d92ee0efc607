"""The child process of R, seen from the kernel: started, listened to, ended."""

from __future__ import annotations

import importlib.util
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from lakebook_kernel.languages.base import CellError, Stream
from lakebook_kernel.languages.r.channel import Channel, Closed, Message

#: seconds that R may take to be ready
PATIENCE = 60.0
#: seconds in which text that R has collected reaches the channel; what its children write meanwhile waits for its turn
SETTLE = 0.04
#: after these R writes nothing until it is asked again
_PAUSES = ("answer", "request", "quit")


def check_installed() -> None:
    """Raise ``CellError`` with what to install when R or rpy2 is missing, without importing either."""
    missing = []
    if shutil.which("R") is None and not os.environ.get("R_HOME"):
        missing.append("R itself (on Debian and Ubuntu: apt install r-base-dev r-cran-ggplot2 r-cran-dplyr r-cran-svglite)")
    if importlib.util.find_spec("rpy2") is None:
        missing.append("Python's bridge to it (then: pip install 'lakebook[r]')")
    if missing:
        raise CellError("RNotInstalled", "R cells need " + " and ".join(missing) + ". All else works without.")


class RProcess:
    """One child, from its start to its death. It leads a session and process group of its own."""

    def __init__(self, folder: Path) -> None:
        ours, theirs = socket.socketpair()
        control, self._control = os.pipe()
        self.channel = Channel(ours)
        command = [sys.executable, "-P", "-m", "lakebook_kernel.languages.r.child", str(theirs.fileno()), str(control)]
        self._child = subprocess.Popen(
            command,
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(theirs.fileno(), control),
            start_new_session=True,
        )
        theirs.close()
        os.close(control)
        self._temporary: Path | None = None
        assert self._child.stdout is not None and self._child.stderr is not None
        self._pipes: dict[int, Stream] = {self._child.stdout.fileno(): "stdout", self._child.stderr.fileno(): "stderr"}

    @property
    def pid(self) -> int:
        return self._child.pid

    def ready(self, write: Callable[[Stream, str], None]) -> None:
        """Wait until R answers. Raises ``CellError`` with what it wrote when it cannot start."""
        said: list[str] = []

        def note(stream: Stream, text: str) -> None:
            said.append(text)
            write(stream, text) if stream == "stdout" else None

        message = self.next(note, PATIENCE)
        if message is None or message.kind != "ready":
            self.kill()
            text = "".join(said).strip()
            reason = text.splitlines()[-1] if text else f"no answer after {PATIENCE:.0f} s"
            raise CellError("RNotStarted", f"R could not be started: {reason}", full=text)
        self._temporary = Path(message.body["folder"])

    def next(self, write: Callable[[Stream, str], None], timeout: float | None = None) -> Message | None:
        """The next message; None when R has ended or ``timeout`` is over.

        What R's children and C code write past R's console goes to ``write`` meanwhile.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            readable, _, _ = select.select([self.channel, *self._pipes], [], [], left)
            if not readable:
                return None
            seen = time.monotonic()
            waiting = any(pipe in readable for pipe in self._pipes)
            if waiting and self.channel not in readable:
                readable, _, _ = select.select([self.channel], [], [], SETTLE)
            message = self._receive() if self.channel in readable else None
            if message is not None and message.kind == "text":
                self._write_text(message, seen if waiting else None, write)
                continue
            if waiting or message is None or message.kind in _PAUSES:
                self._drain(write)
            if self.channel in readable:
                return message

    def _receive(self) -> Message | None:
        try:
            return self.channel.receive()
        except Closed:
            return None

    def _write_text(self, message: Message, seen: float | None, write: Callable[[Stream, str], None]) -> None:
        """R's own text, and in its place what its children had written by ``seen``."""
        stream, parts = message.body["stream"], message.body["parts"]
        if seen is not None:
            before = [text for began, text in parts if began <= seen]
            if before:
                write(stream, "".join(before))
            self._drain(write)
            parts = parts[len(before) :]
        if parts:
            write(stream, "".join(text for _, text in parts))

    def interrupt(self, cell: int) -> None:
        """Ask R to stop if it is still in this cell; any thread."""
        try:
            os.write(self._control, b"%d\n" % cell)
        except BrokenPipeError:
            pass  # it has ended by itself

    def kill(self) -> None:
        """End R and what it started; any thread."""
        try:
            os.killpg(self._child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # it has ended by itself

    def ended(self) -> str:
        """How R ended, for the user; to be called once the channel is closed."""
        try:
            status = self._child.wait(2)
        except subprocess.TimeoutExpired:
            self.kill()
            status = self._child.wait()
        self._forget()
        if status < 0:
            name = signal.Signals(-status).name
            return {"SIGSEGV": "a segmentation fault", "SIGKILL": "a kill signal (out of memory?)", "SIGABRT": "abort()"}.get(name, name)
        return f"exit code {status}"

    def close(self) -> None:
        """Let R end by itself, or end it."""
        self.channel.close()
        try:
            self._child.wait(2)
        except subprocess.TimeoutExpired:
            self.kill()
            self._child.wait()
        self._forget()

    def _drain(self, write: Callable[[Stream, str], None]) -> None:
        while self._pipes:
            readable, _, _ = select.select(list(self._pipes), [], [], 0)
            for pipe in readable:
                data = os.read(pipe, 65536)
                if data:
                    write(self._pipes[pipe], data.decode(errors="replace"))
                else:
                    del self._pipes[pipe]
            if not readable:
                return

    def _forget(self) -> None:
        self.channel.close()
        for pipe in (self._child.stdout, self._child.stderr):
            if pipe is not None:
                pipe.close()
        self._pipes.clear()
        if self._control >= 0:
            os.close(self._control)
            self._control = -1
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)


def _environment() -> dict[str, str]:
    """The kernel's environment, with a UTF-8 locale where it has none: R keeps text in the locale's encoding."""
    environment = dict(os.environ)
    locale = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG") or "C"
    if "utf" not in locale.lower():
        environment.pop("LC_ALL", None)
        environment["LC_CTYPE"] = "C.UTF-8"
    # else R asks timedatectl, which complains where systemd does not run
    environment.setdefault("TZ", _time_zone())
    if environment.get("PYTHONPATH"):
        # the child starts in another folder
        places = environment["PYTHONPATH"].split(os.pathsep)
        environment["PYTHONPATH"] = os.pathsep.join(os.path.abspath(place) for place in places)
    return environment


def _time_zone() -> str:
    """The machine's zone, as /etc/localtime or /etc/timezone name it."""
    place = os.path.realpath("/etc/localtime")
    _, found, name = place.partition("/zoneinfo/")
    if found:
        return name
    written = Path("/etc/timezone")
    return written.read_text().strip() if written.is_file() else "UTC"
