"""Shell cells: a script for bash in the notebook's folder, its output as it comes."""

from __future__ import annotations

import array
import codecs
import fcntl
import os
import re
import selectors
import signal
import subprocess
import termios
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, ClassVar

from typing_extensions import override

from lakebook_kernel.cell import Cell
from lakebook_kernel.errors import excerpt
from lakebook_kernel.languages.base import CellError, Completeness, Host, Language, Output, Stream

#: seconds between the polite and the last word to an interrupted script
PATIENCE = 1.0
#: bytes read at once
_CHUNK = 1 << 16
#: seconds between two looks at whether a script that writes nothing has ended
_LOOK = 0.05


class ShellLanguage(Language):
    """bash; options after ``%sh`` are bash's own, such as ``-e``."""

    name: ClassVar[str] = "sh"
    label: ClassVar[str] = "bash"
    options: ClassVar[frozenset[str] | None] = None

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._script: _Script | None = None

    @override
    def run(self, cell: Cell, output: Output) -> None:
        if not cell.code.strip():
            return
        try:
            process = subprocess.Popen(
                ["bash", *cell.options, "-c", cell.code, "cell"],
                cwd=self.host.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except FileNotFoundError:
            if not self.host.folder.is_dir():
                gone = f"The notebook's folder {self.host.folder} is gone, and %sh runs there."
                raise CellError("FolderMissing", gone) from None
            raise CellError("ShellMissing", "There is no bash on this machine, and %sh needs it.") from None
        script = self._script = _Script(process)
        last_words = _Tail()

        def write(stream: Stream, text: str) -> None:
            if stream == "stderr":
                last_words.add(text)
            output.stream(stream, text)

        with self.host.waiting(script.interrupt):
            try:
                _copy(process, write)
                status = process.wait()
            finally:
                self._script = None
                if script.interrupted_at is not None:
                    script.signal(signal.SIGKILL)  # jobs in the background do not listen to SIGINT
        if status != 0:
            raise _failure(status, cell.code, last_words.text)

    @override
    def stop(self) -> None:
        if self._script is not None:
            self._script.signal(signal.SIGKILL)

    @override
    def is_complete(self, code: str) -> Completeness:
        checked = subprocess.run(["bash", "-n", "-c", code], capture_output=True, text=True, check=False)
        if checked.returncode == 0:
            return Completeness("complete")
        return Completeness("incomplete" if "unexpected end of file" in checked.stderr else "invalid")


@dataclass
class _Script:
    """A running script and all that it started, which is one process group."""

    process: subprocess.Popen[bytes]
    interrupted_at: float | None = None

    def interrupt(self) -> None:
        """Send SIGINT; when asked again and that did not help in `PATIENCE` seconds, SIGKILL."""
        now = time.monotonic()
        if self.interrupted_at is None:
            self.interrupted_at = now
            self.signal(signal.SIGINT)
        elif now - self.interrupted_at > PATIENCE:
            self.signal(signal.SIGKILL)

    def signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return


class _Tail:
    """The end of what was written."""

    def __init__(self, characters: int = 2_000) -> None:
        self._characters = characters
        self.text = ""

    def add(self, text: str) -> None:
        self.text = (self.text + text)[-self._characters :]


def _copy(process: subprocess.Popen[bytes], write: Callable[[Stream, str], None]) -> None:
    """Copy what the script writes until it has ended; its background jobs are not waited for, nor shown any more."""
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
        left = _waiting(pipe)  # the script's own; a background job may write for ever
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


def _failure(status: int, code: str, errors: str) -> CellError:
    ename = "ShellError"
    if status < 0:
        evalue = f"ended by {signal.Signals(-status).name}"
    else:
        evalue = f"exit status {status}"
    line = re.findall(r"^cell: line (\d+):", errors, re.MULTILINE)
    return CellError(ename, evalue, [f"{ename}: {evalue}", *(excerpt(code, int(line[-1])) if line else [])])
