"""What R writes to its console, on its way to the kernel at once and in order."""

from __future__ import annotations

import os
import threading
import time
from typing import Literal

from lakebook_kernel.languages.r.channel import Channel

#: seconds that a burst of output may wait to be sent together
DELAY = 0.03
#: characters that are sent without waiting for more
LIMIT = 16_384
#: seconds between two writes in which R may have run another program; its output belongs between them
GAP = 0.001


class Console:
    """Collects bursts of small writes; a single write goes out without delay.

    R forks for ``parallel::mclapply``: a fork must not write into the channel, so it writes to its standard output.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._process = os.getpid()
        self._lock = threading.RLock()
        self._stream = "stdout"
        self._parts: list[tuple[float, list[str]]] = []
        self._size = 0
        self._last = 0.0
        self._pending = threading.Event()
        self._calm = threading.Event()
        self._calm.set()
        threading.Thread(target=self._send_bursts, daemon=True).start()

    def write(self, stream: Literal["stdout", "stderr"], text: str) -> None:
        if os.getpid() != self._process:
            os.write(1 if stream == "stdout" else 2, text.encode())
            return
        with self._lock:
            if stream != self._stream:
                self._send()
                self._stream = stream
            now = time.monotonic()
            if self._parts and now - self._last < GAP:
                self._parts[-1][1].append(text)
            else:
                self._parts.append((now, [text]))
            self._last = now
            self._size += len(text)
            if self._size > LIMIT or (self._calm.is_set() and text.endswith("\n")):
                self._send()
                self._calm.clear()
            self._pending.set()

    def flush(self) -> None:
        """Send what waits; to be called before any other message, which then comes after the text."""
        with self._lock:
            self._send()

    def _send(self) -> None:
        if self._parts:
            parts = [(began, "".join(texts)) for began, texts in self._parts]
            self._parts.clear()
            self._size = 0
            self._channel.send({"kind": "text", "stream": self._stream, "parts": parts})

    def _send_bursts(self) -> None:
        idle = threading.Event()
        while True:
            self._pending.wait()
            idle.wait(DELAY)
            with self._lock:
                if self._parts:
                    self._send()
                else:
                    self._pending.clear()
                    self._calm.set()
