"""Stand-ins for the kernel: a host without Spark, and an output that remembers."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lakebook_kernel.interrupts import Interrupts
from lakebook_kernel.languages.base import MimeBundle, Stream


@dataclass
class StandInOutput:
    """Keeps all messages in order: ``(kind, content)``."""

    messages: list[tuple[str, Any]] = field(default_factory=list)

    def stream(self, name: Stream, text: str) -> None:
        self.messages.append((name, text))

    def display(
        self,
        data: MimeBundle,
        metadata: dict[str, Any] | None = None,
        *,
        display_id: str | None = None,
        update: bool = False,
    ) -> None:
        self.messages.append(("update" if update else "display", (display_id, data)))

    def result(self, data: MimeBundle, metadata: dict[str, Any] | None = None) -> None:
        self.messages.append(("result", data))

    def of(self, kind: str) -> list[Any]:
        return [content for sent, content in self.messages if sent == kind]

    def text(self, name: Stream = "stdout") -> str:
        return "".join(self.of(name))

    @property
    def shown(self) -> MimeBundle:
        """The cell's one result."""
        (data,) = self.of("result")
        return dict(data)


class StandInHost:
    """A notebook without Spark, in a folder. Interrupts are the kernel's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict[str, Any] = {}
        self.interrupts = Interrupts()

    def spark(self) -> Any:
        raise AssertionError("nothing here may start Spark")

    notebook = spark

    def waiting(self, stop: Callable[[], None]) -> AbstractContextManager[None]:
        return self.interrupts.waiting(lambda elapsed: stop())

    @contextmanager
    def interrupted(self, *after: float) -> Iterator[None]:
        """Within it the user interrupts after so many seconds."""
        timers = [threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT)) for seconds in after]
        before = signal.signal(signal.SIGINT, self.interrupts.handle)
        for timer in timers:
            timer.start()
        try:
            yield
        finally:
            for timer in timers:
                timer.cancel()
            signal.signal(signal.SIGINT, before)
