"""Programs that a cell starts: their output as it comes, and their end when the cell is interrupted."""

from __future__ import annotations

import array
import codecs
import fcntl
import os
import selectors
import signal
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from lakebook_kernel.languages.base import Host, Stream

#: seconds between the polite and the last word to an interrupted program
PATIENCE = 1.0
#: bytes read at once
_CHUNK = 1 << 16
#: seconds between two looks at whether a program that writes nothing has ended
_LOOK = 0.05


class Program:
    """A program in the notebook's folder, without input, and all that it starts, which is one process group.

    Raises:
        FileNotFoundError: there is no such program, or no such folder.
    """

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._interrupted_at: float | None = None

    def run(self, host: Host, write: Callable[[Stream, str], None]) -> int:
        """Wait for its end and pass on what it writes; returns its exit status. Raises ``KeyboardInterrupt``."""
        with host.waiting(self._interrupt):
            try:
                _copy(self._process, write)
                return self._process.wait()
            finally:
                if self._interrupted_at is not None:
                    self.kill()  # jobs in the background do not listen to SIGINT

    def kill(self) -> None:
        """End it at once."""
        self._signal(signal.SIGKILL)

    def _interrupt(self) -> None:
        """Send SIGINT; when asked again and that did not help in `PATIENCE` seconds, SIGKILL."""
        now = time.monotonic()
        if self._interrupted_at is None:
            self._interrupted_at = now
            self._signal(signal.SIGINT)
        elif now - self._interrupted_at > PATIENCE:
            self.kill()

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return


class Tail:
    """The end of what was written."""

    def __init__(self, characters: int = 2_000) -> None:
        self._characters = characters
        self.text = ""

    def add(self, text: str) -> None:
        """More has been written."""
        self.text = (self.text + text)[-self._characters :]


def _copy(process: subprocess.Popen[bytes], write: Callable[[Stream, str], None]) -> None:
    """Copy what the program writes until it has ended; its background jobs are not waited for, nor shown any more."""
    assert process.stdout is not None and process.stderr is not None
    pipes: dict[Stream, IO[bytes]] = {"stdout": process.stdout, "stderr": process.stderr}
    decoders = {name: codecs.getincrementaldecoder("utf-8")("replace") for name in pipes}

    def take(name: Stream, most: int) -> int:
        """Pass on as much as is there; how many bytes that was, none at the end."""
        chunk = os.read(pipes[name].fileno(), most)
        text = decoders[name].decode(chunk, final=not chunk)
        if text:
            write(name, text)
        return len(chunk)

    with selectors.DefaultSelector() as selector:
        for name, pipe in pipes.items():
            selector.register(pipe, selectors.EVENT_READ, name)
        while selector.get_map() and process.poll() is None:
            for key, _ in selector.select(_LOOK):
                if not take(key.data, _CHUNK):
                    selector.unregister(key.fileobj)
    process.wait()
    for name, pipe in pipes.items():
        left = _waiting(pipe)  # the program's own; a background job may write for ever
        while left:
            left -= take(name, left)
    threading.Thread(target=_drain, args=(list(pipes.values()),), name="lakebook-background", daemon=True).start()


def _waiting(pipe: IO[bytes]) -> int:
    """How many bytes can be read from a pipe at once."""
    count = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, count)
    return count[0]


def _drain(pipes: list[IO[bytes]]) -> None:
    """Take what background jobs write until the last has ended: with nobody to read it they would be killed for it."""
    with selectors.DefaultSelector() as selector:
        for pipe in pipes:
            selector.register(pipe, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select():
                if not os.read(key.fd, _CHUNK):
                    selector.unregister(key.fileobj)
    for pipe in pipes:
        pipe.close()
