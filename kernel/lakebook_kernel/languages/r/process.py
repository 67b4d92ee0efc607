"""The child process of R, seen from the kernel: started, listened to, ended."""

from __future__ import annotations

import codecs
import contextlib
import importlib.util
import os
import selectors
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
from lakebook_kernel.languages.r.console import read_waiting
from lakebook_kernel.languages.r.temporary import TemporaryFolder

#: how R may be ended by a signal, for the user
SIGNALS = {
    "SIGSEGV": "a segmentation fault",
    "SIGKILL": "a kill signal (out of memory?)",
    "SIGABRT": "a call of abort() in its C code",
}
#: seconds that R may take to be ready
PATIENCE = 60.0
#: seconds in which R puts what its programs write in its place among its own text; later it is read from here
SETTLE = 0.04


def check_installed() -> None:
    """Raise ``CellError`` with what to install when R or rpy2 is missing, without importing either."""
    there = shutil.which("R") is not None or bool(os.environ.get("R_HOME"))
    if there and importlib.util.find_spec("rpy2") is not None:
        return
    from lakebook.doctor import r_checks

    missing = [check for check in r_checks() if check.state == "without"]
    raise CellError("RNotInstalled", "\n".join(f"{one.name}: {one.text}; to get it: {one.remedy}" for one in missing))


class RProcess:
    """One child, from its start to its death. It leads a session and process group of its own."""

    def __init__(self, folder: Path) -> None:
        ours, theirs = socket.socketpair()
        control, self._control = os.pipe()
        self.channel = Channel(ours)
        stdout, child_stdout = os.pipe()
        stderr, child_stderr = os.pipe()
        self._pipes: dict[int, Stream] = {stdout: "stdout", stderr: "stderr"}
        self._decoders = {stream: codecs.getincrementaldecoder("utf-8")("replace") for stream in self._pipes.values()}
        for pipe in self._pipes:
            os.set_blocking(pipe, False)
        self._temporary = TemporaryFolder()  # R's own is inside, and R removes neither when it is killed
        passed = (theirs.fileno(), control, stdout, stderr)
        self._child = subprocess.Popen(
            [sys.executable, "-P", "-m", "lakebook_kernel.languages.r.child", *map(str, passed)],
            cwd=folder,
            env=_environment() | {"TMPDIR": str(self._temporary.path)},
            stdin=subprocess.DEVNULL,
            stdout=child_stdout,
            stderr=child_stderr,
            pass_fds=(*passed, self._temporary.lock),
            start_new_session=True,
        )
        # readable once R has ended; a fork of R's may keep the channel open longer
        self._life = os.pidfd_open(self._child.pid)
        theirs.close()
        for end in (control, child_stdout, child_stderr):
            os.close(end)

    @property
    def pid(self) -> int:
        """R's, which is its process group too."""
        return self._child.pid

    def ready(self, write: Callable[[Stream, str], None]) -> None:
        """Wait until R answers. Raises ``CellError`` with what it wrote when it cannot start."""
        said: list[str] = []

        def note(stream: Stream, text: str) -> None:
            said.append(text)
            if stream == "stdout":
                write(stream, text)

        message = self.next(note, PATIENCE)
        if message is None or message.kind != "ready":
            died = bool(_readable([self._life], SETTLE))
            self.kill()
            end = self.ended()
            how = f"it has ended by {end}" if died else f"no answer after {PATIENCE:.0f} s"
            text = "".join(said).strip()
            reason = text.splitlines()[-1] if text else how
            raise CellError("RNotStarted", f"R could not be started: {reason}", full=text)

    def next(self, write: Callable[[Stream, str], None], timeout: float | None = None) -> Message | None:
        """The next message; None when R has ended or ``timeout`` is over.

        What R's children and C code write past R's console goes to ``write`` meanwhile.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        channel = self.channel.fileno()
        while True:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            readable = _readable([channel, self._life, *self._pipes], left)
            if not readable:
                return None
            if channel in readable:
                message = self._receive()
                if message is not None and message.kind == "text":
                    for stream, text in message.body["parts"]:
                        self._show(stream, text.encode(errors="surrogateescape"), write)
                    continue
                if message is None:
                    self._drain(write)
                return message
            if _readable([channel], SETTLE):
                continue
            self._drain(write)
            if self._life in readable:
                return None

    def _receive(self) -> Message | None:
        try:
            return self.channel.receive()
        except Closed:
            return None

    def interrupt(self, cell: int) -> None:
        """Ask R to stop if it is still in this cell; any thread."""
        with contextlib.suppress(BrokenPipeError):  # it has ended by itself
            os.write(self._control, b"%d\n" % cell)

    def kill(self) -> None:
        """End R and what it started; any thread."""
        with contextlib.suppress(ProcessLookupError):  # it has ended by itself
            os.killpg(self._child.pid, signal.SIGKILL)

    def ended(self) -> str:
        """How R ended, for the user; to be called once it has stopped talking."""
        status = self._end()
        if status < 0:
            name = signal.Signals(-status).name
            return SIGNALS.get(name, name)
        return f"exit code {status}"

    def close(self) -> None:
        """Let R end by itself, or end it."""
        self.channel.close()
        self._end()

    def _end(self) -> int:
        """Wait for R's end, enforce it when it does not come; what R started ends too. R's exit status."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(2)
        self.kill()
        status = self._child.wait()
        self._forget()
        return status

    def _drain(self, write: Callable[[Stream, str], None]) -> None:
        for pipe in _readable(list(self._pipes), 0):
            data = read_waiting(pipe)
            if data:
                self._show(self._pipes[pipe], data, write)

    def _show(self, stream: Stream, data: bytes, write: Callable[[Stream, str], None]) -> None:
        """Pass on what is whole; half a character waits for the rest."""
        text = self._decoders[stream].decode(data)
        if text:
            write(stream, text)

    def _forget(self) -> None:
        self.channel.close()
        for pipe in self._pipes:
            os.close(pipe)
        self._pipes.clear()
        for file in (self._control, self._life):
            os.close(file)
        self._temporary.remove()


def _readable(files: list[int], timeout: float | None) -> list[int]:
    """Those of the files that can be read, or have ended, within so many seconds."""
    with selectors.PollSelector() as selector:  # select.select refuses files beyond the 1,024th of a process
        for file in files:
            selector.register(file, selectors.EVENT_READ)
        return [key.fd for key, _ in selector.select(timeout)]


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
        environment["PYTHONPATH"] = os.pathsep.join(str(Path(place).absolute()) for place in places)
    return environment


def _time_zone() -> str:
    """The machine's zone, as /etc/localtime or /etc/timezone name it."""
    place = os.path.realpath("/etc/localtime")
    _, found, name = place.partition("/zoneinfo/")
    if found:
        return name
    written = Path("/etc/timezone")
    return written.read_text().strip() if written.is_file() else "UTC"
