"""A stand-in for the kernel that is attached to a real driver."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kernel.standins import StandInHost, StandInOutput
from lakebook_kernel.cell import Cell
from lakebook_kernel.driver import Driver
from lakebook_kernel.languages.base import Answer, Language

if TYPE_CHECKING:
    from py4j.java_gateway import JavaObject
    from pyspark.sql import SparkSession


#: runs a cell of a language that a module's tests are about
Run = Callable[[str], StandInOutput]


def pyspark_kept() -> Callable[[], None]:
    """Gives what puts PySpark back as it is now: a driver makes it lead to itself, and a process has but one notebook."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    changed: list[tuple[Any, str]] = [
        (SparkContext, "__init__"),
        (SparkContext, "getOrCreate"),
        (SparkContext, "stop"),
        (SparkSession.Builder, "getOrCreate"),
        (SparkSession, "stop"),
    ]
    before = [(kind, name, vars(kind)[name]) for kind, name in changed]

    def restore() -> None:
        for kind, name, value in before:
            setattr(kind, name, value)

    return restore


class AttachedHost(StandInHost):
    """A notebook with Spark. Events of the driver become messages of the running cell's output."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.output = StandInOutput()
        self._restore_pyspark = pyspark_kept()
        self.driver = Driver(folder, self.names, self.interrupts)

    def spark(self) -> SparkSession:
        return self.driver.session()

    def attached(self) -> bool:
        return self.driver.attached

    def notebook(self) -> JavaObject:
        return self.driver.notebook()

    def if_attached(self, ask: Callable[[Any], Answer], otherwise: Answer) -> Answer:
        return self.driver.if_attached(ask, otherwise)

    def say(self, text: str) -> None:
        self.driver.say(text)

    def run(self, language: Language, code: str, interrupt_after: float | None = None) -> StandInOutput:
        """Run a cell as the kernel does; returns what it wrote, which ``output`` keeps also when it fails.

        With ``interrupt_after`` the user interrupts so many seconds after the cell's first output.
        """
        with self.cell() as output:
            if interrupt_after is None:
                language.run(Cell(language.name, code), output)
            else:
                with self.interrupted(interrupt_after, since=output.first):
                    language.run(Cell(language.name, code), output)
        return output

    @contextmanager
    def cell(self) -> Iterator[StandInOutput]:
        """Within it a cell runs, whose output has all when it is over."""
        self.output = StandInOutput()
        self.driver.begin_cell(str(id(self.output)), self.output, self._event)
        try:
            yield self.output
        finally:
            self.driver.end_cell()

    def close(self) -> None:
        self.driver.detach()
        self._restore_pyspark()

    def _event(self, event: dict[str, Any]) -> None:
        match event["event"]:
            case "stream":
                self.output.stream(event["name"], event["text"])
            case "display":
                self.output.display(event["data"])
            case "warning":
                self.output.stream("stderr", event["text"] + "\n")
            case "table":
                self.output.keep("table", event["table"])
