"""What R writes to its console, on its way to the kernel at once and in order."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Literal

from lakebook_kernel.languages.r.channel import Channel

Name = Literal["stdout", "stderr"]

#: seconds that a burst of output may wait to be sent together
DELAY = 0.03
#: characters that are sent without waiting for more
LIMIT = 16_384


class Console:
    """Collects bursts of small writes; a line by itself goes out without delay.

    ``pipes`` are the (non-blocking) reading ends of this process's own standard output and error, where programs that R
    runs write: what they wrote is put in its place here. The kernel reads the same pipes while R is silent and may have
    half a character: bytes that are none by themselves go there as they are, as ``surrogateescape`` does it.
    R forks for ``parallel::mclapply``: a fork must not write into the channel, so it writes to its standard output.
    """

    def __init__(self, channel: Channel, pipes: Mapping[int, Name]) -> None:
        self._channel = channel
        self._process = os.getpid()
        self._lock = threading.RLock()
        self._pipes = pipes
        self._parts: list[tuple[Name, list[str]]] = []
        self._size = 0
        self._pending = threading.Event()
        self._calm = threading.Event()
        self._calm.set()
        threading.Thread(target=self._send_bursts, daemon=True).start()

    def write(self, name: Name, text: str) -> None:
        """Take text that R writes; on R's thread."""
        if os.getpid() != self._process:
            os.write(1 if name == "stdout" else 2, text.encode())
            return
        with self._lock:
            self._collect()  # R may have run another program since the last write, in less than a millisecond
            self._append(name, text)
            if self._size > LIMIT or (self._calm.is_set() and text.endswith("\n")):
                self._send()
                self._calm.clear()
            self._pending.set()

    def flush(self) -> None:
        """Send what waits; to be called before any other message, which then comes after the text."""
        with self._lock:
            self._collect()
            self._send()

    def _append(self, name: Name, text: str) -> None:
        if self._parts and self._parts[-1][0] == name:
            self._parts[-1][1].append(text)
        else:
            self._parts.append((name, [text]))
        self._size += len(text)

    def _collect(self) -> None:
        for pipe, name in self._pipes.items():
            data = read_waiting(pipe)
            while data:
                self._append(name, data.decode(errors="surrogateescape"))
                data = read_waiting(pipe)

    def _send(self) -> None:
        if self._parts:
            parts = [(name, "".join(texts)) for name, texts in self._parts]
            self._parts.clear()
            self._size = 0
            self._channel.send({"kind": "text", "parts": parts})

    def _send_bursts(self) -> None:
        idle = threading.Event()
        while True:
            self._pending.wait()
            idle.wait(DELAY)
            with self._lock:
                if self._parts:
                    self.flush()
                else:
                    self._pending.clear()
                    self._calm.set()


def read_waiting(pipe: int) -> bytes:
    """What a non-blocking pipe holds now; nothing at its end."""
    try:
        return os.read(pipe, 65536)
    except BlockingIOError:
        return b""
