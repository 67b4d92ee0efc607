"""Stand-ins for the kernel: a host without Spark, and an output that remembers."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lakebook.tracking.tables import TableVersion
from lakebook_kernel.interrupts import Interrupts
from lakebook_kernel.languages.base import Answer, MimeBundle, Namespace, Stream
from lakebook_kernel.sharing.automatic import SharedNames


@dataclass
class StandInOutput:
    """Keeps all messages in order: ``(kind, content)``."""

    messages: list[tuple[str, Any]] = field(default_factory=list)
    #: set by the first message
    first: threading.Event = field(default_factory=threading.Event)

    def keep(self, kind: str, content: Any) -> None:
        self.messages.append((kind, content))
        self.first.set()

    def stream(self, name: Stream, text: str) -> None:
        self.keep(name, text)

    def display(
        self,
        data: MimeBundle,
        metadata: dict[str, Any] | None = None,
        *,
        display_id: str | None = None,
        update: bool = False,
    ) -> None:
        self.keep("update" if update else "display", (display_id, data))

    def result(self, data: MimeBundle, metadata: dict[str, Any] | None = None) -> None:
        self.keep("result", data)

    def of(self, kind: str) -> list[Any]:
        return [content for sent, content in self.messages if sent == kind]

    def text(self, name: Stream = "stdout") -> str:
        return "".join(self.of(name))

    @property
    def shown(self) -> MimeBundle:
        """The cell's one result."""
        (data,) = self.of("result")
        return dict(data)


@contextmanager
def shared(sharing: SharedNames, code: str, space: Namespace) -> Iterator[None]:
    """Within it a cell runs, between what the kernel asks of sharing before and after it."""
    sharing.before(code, space)
    try:
        yield
    finally:
        sharing.after(space)


class StandInHost:
    """A notebook without Spark, in a folder. Interrupts are the kernel's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict[str, Any] = {}
        self.interrupts = Interrupts()
        #: lines that the user was shown
        self.said: list[str] = []
        #: tables that were read without Spark
        self.read: list[TableVersion] = []
        #: what the user types, or an exception instead of it
        self.typed: list[str | BaseException] = []

    def spark(self) -> Any:
        raise AssertionError("nothing here may start Spark")

    def ask(self, prompt: str, *, hidden: bool = False) -> str:
        answer = self.typed.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    notebook = spark

    def attached(self) -> bool:
        return False

    def if_attached(self, ask: Callable[[Any], Answer], otherwise: Answer) -> Answer:
        return otherwise

    def say(self, text: str) -> None:
        self.said.append(text)

    def used(self, read: TableVersion) -> None:
        self.read.append(read)

    def waiting(self, stop: Callable[[], None]) -> AbstractContextManager[None]:
        return self.interrupts.waiting(lambda elapsed: stop())

    @contextmanager
    def interrupted(self, *after: float, since: threading.Event | None = None) -> Iterator[None]:
        """Within it the user interrupts after so many seconds, counted from when ``since`` is set."""
        over = threading.Event()

        def interrupt() -> None:
            if since is not None:
                since.wait()
            began = time.monotonic()
            for seconds in after:
                if over.wait(began + seconds - time.monotonic()):
                    return
                os.kill(os.getpid(), signal.SIGINT)

        user = threading.Thread(target=interrupt, daemon=True)
        before = signal.signal(signal.SIGINT, self.interrupts.handle)
        before_break = signal.signal(signal.SIGUSR2, self.interrupts.break_wait)
        user.start()
        try:
            yield
        finally:
            over.set()
            signal.signal(signal.SIGINT, before)
            signal.signal(signal.SIGUSR2, before_break)
