"""A stand-in for the kernel that is attached to a real driver."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kernel.standins import StandInOutput
from lakebook.config import find_workspace
from lakebook.spark.attach import Attachment
from lakebook.spark.connection import connect
from lakebook_kernel.cell import Cell
from lakebook_kernel.languages.base import Language

if TYPE_CHECKING:
    from py4j.java_gateway import JavaObject
    from pyspark.sql import SparkSession


class AttachedHost:
    """A notebook with Spark. Events of the driver become messages of the running cell's output."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict[str, Any] = {}
        self.output = StandInOutput()
        #: seconds from a cell's first output to the user's interrupt; what it took from then to the cell's end
        self.interrupt_after: float | None = None
        self.took = 0.0
        self._done = threading.Event()
        connection = connect(find_workspace(folder), folder, "test")
        self.attachment = Attachment(connection, folder)
        connection.listen(self._event)

    def spark(self) -> SparkSession:
        return self.attachment.session

    def notebook(self) -> JavaObject:
        return self.attachment.notebook

    @contextmanager
    def waiting(self, stop: Callable[[], None]) -> Iterator[None]:
        if self.interrupt_after is None:
            yield
            return
        over = threading.Event()
        asked: list[float] = []

        def interrupt(delay: float) -> None:
            while not self.output.messages and not over.wait(0.02):
                pass
            while not over.wait(delay):
                asked.append(time.monotonic())
                self.notebook().interrupt()
                delay = 0.2

        thread = threading.Thread(target=interrupt, args=(self.interrupt_after,))
        thread.start()
        yield
        over.set()
        thread.join()
        self.took = time.monotonic() - asked[0] if asked else 0.0

    def run(self, language: Language, code: str, interrupt_after: float | None = None) -> StandInOutput:
        """Run a cell as the kernel does; returns what it wrote, which ``output`` keeps also when it fails."""
        self.output, self.interrupt_after = StandInOutput(), interrupt_after
        self._done.clear()
        self.notebook().beginCell("cell")
        try:
            language.run(Cell(language.name, code), self.output)
        finally:
            self.notebook().endCell("cell")
            assert self._done.wait(10)
        return self.output

    def close(self) -> None:
        self.attachment.detach()

    def _event(self, event: dict[str, Any]) -> None:
        match event["event"]:
            case "stream":
                self.output.stream(event["name"], event["text"])
            case "display":
                self.output.display(event["data"])
            case "table":
                self.output.messages.append(("table", event["table"]))
            case "done" | "closed":
                self._done.set()
