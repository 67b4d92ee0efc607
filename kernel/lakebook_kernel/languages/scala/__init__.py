"""Scala cells, run by an interpreter of the notebook's own in the driver's JVM."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import override

from lakebook_kernel.cell import RUN, Cell
from lakebook_kernel.errors import excerpt, shorten
from lakebook_kernel.languages.base import (
    CellError,
    Completeness,
    Completion,
    Described,
    Host,
    Language,
    MimeBundle,
    Output,
)

if TYPE_CHECKING:
    from py4j.java_gateway import JavaObject

_LEFT_BEHIND = (
    "This cell is in library code that cannot be stopped. It goes on in the Spark driver and keeps a core; your values "
    "are kept and the next cell runs. To end it: lakebook driver stop\n"
)
#: frames' types as Scala writes them
_FRAME = re.compile(r"(?:org\.apache\.spark\.sql\.)?(?:classic\.)?(?:DataFrame$|Dataset\[)")
#: Spark's own errors, whose messages repeat the query or the plan
_SPARKS = ("AnalysisException", "ParseException")


class ScalaLanguage(Language):
    """Scala 2.13 with ``spark``, ``sc``, ``display``, ``mlflow``, ``dbutils``. What cells print comes as events."""

    name: ClassVar[str] = "scala"
    label: ClassVar[str] = "Scala"
    info: ClassVar[Mapping[str, Any]] = {
        "name": "scala",
        "version": "2.13",
        "mimetype": "text/x-scala",
        "codemirror_mode": {"name": "text/x-scala"},
        "pygments_lexer": "scala",
        "file_extension": ".scala",
    }
    frames_by_reference: ClassVar[bool] = True
    in_driver: ClassVar[bool] = True

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        #: whether the interpreter has been made; what an editor asks before must not start a driver
        self.started = False
        #: whether fits are noted, as the interpreter of this notebook's attachment was told
        self._noting: tuple[JavaObject | None, bool] = (None, False)

    @override
    def start(self) -> None:
        self._interpreter()
        self.started = True

    @override
    def run(self, cell: Cell, output: Output) -> None:
        interpreter = self._interpreter()
        self._note_fits(interpreter)
        try:
            with self.host.waiting(interpreter.interrupt):
                reply = json.loads(interpreter.run(cell.code))
        except KeyboardInterrupt:
            if interpreter.abandon():
                output.stream("stderr", _LEFT_BEHIND)
            self._log_fits(interpreter, interrupted=True)
            raise
        if reply["fits"]:
            self._log_fits(interpreter, interrupted=reply["status"] == "interrupted")
        if reply["status"] == "interrupted":
            raise KeyboardInterrupt
        if reply["status"] == "exit":
            from lakebook_kernel.databricks.errors import NotebookExit

            raise NotebookExit(reply["value"])
        if reply["status"] == "error":
            raise _told(reply, cell.code)

    def _note_fits(self, interpreter: JavaObject) -> None:
        """Tell the interpreter whether fits are noted, where it does not know."""
        notebook = self.host.notebook()
        wanted = self.tracking is not None and self.tracking.autolog
        if self._noting[1] != wanted or (wanted and self._noting[0] is not notebook):
            interpreter.autolog(wanted)
        self._noting = notebook, wanted

    def _log_fits(self, interpreter: JavaObject, *, interrupted: bool) -> None:
        fits = list(interpreter.takeFits())
        if fits and self.tracking is not None:
            self.tracking.log_fits(fits, interrupted=interrupted)

    @override
    def answers_beside(self, running: str) -> bool:
        return running not in (self.name, RUN)  # the compiler is one cell's alone

    @override
    def complete(self, code: str, cursor: int) -> Completion | None:
        if not self.started or not self.host.attached():
            return None
        found = json.loads(self._interpreter().complete(code, cursor))
        return Completion(found["matches"], found["start"], found["end"], found["kinds"])

    @override
    def inspect(self, code: str, cursor: int, detail: int = 0) -> MimeBundle | None:
        signatures = self._interpreter().inspect(code, cursor) if self.started and self.host.attached() else ""
        return {"text/plain": signatures} if signatures else None

    @override
    def is_complete(self, code: str) -> Completeness:
        if not self.started:
            return Completeness("unknown")
        status = self._interpreter().isComplete(code)
        return Completeness(status, "  " if status == "incomplete" else "")

    @override
    def free_names(self, code: str) -> set[str]:
        return set(self._interpreter().freeNames(code)) if self.started else set()

    @override
    def bound_names(self) -> set[str]:
        if not self.started:
            return set()
        return self.host.if_attached(lambda notebook: set(notebook.scala().boundNames()), set())

    @override
    def take(self, name: str) -> Any:
        from pyspark.sql import DataFrame

        from lakebook_kernel.languages.scala import reader

        interpreter = self._interpreter()
        block = interpreter.send(name)
        if block is None:
            if interpreter.isDefined(name):
                raise TypeError("it is a method or an object")
            raise KeyError(name)
        if reader.is_frame(block):
            return DataFrame(interpreter.value(name).toDF(), self.host.spark())
        return reader.read(block, name, self.host.say)

    @override
    def give(self, name: str, value: Any) -> None:
        from lakebook_kernel.languages.frames import is_frame
        from lakebook_kernel.languages.frames.spark import spark_frame
        from lakebook_kernel.languages.scala import writer

        if is_frame(value):
            frame = spark_frame(self.host.spark(), value, name, self.host.say)
            self._interpreter().bind(name, "_root_.org.apache.spark.sql.DataFrame", frame._jdf)
        else:
            self._interpreter().receive(name, *writer.write(value))

    @override
    def withdraw(self, name: str) -> None:
        self.host.if_attached(lambda notebook: notebook.scala().unbind(name), None)

    @override
    def protects(self, name: str) -> bool:
        return bool(self._interpreter().isDefined(name))

    @override
    def stamp(self, name: str) -> Hashable:
        return 0 if self._interpreter().isStable(name) else object()

    @override
    def version(self, name: str) -> Hashable:
        told = self._interpreter().frameVersion(name)
        return object() if told is None else told

    @override
    def describe(self) -> dict[str, Described]:
        variables = json.loads(self.host.if_attached(lambda notebook: notebook.scala().variables(), "{}"))
        return {
            name: Described(kind, glance=glance, is_frame=_FRAME.match(kind) is not None, is_aside="=>" in kind)
            for name, (kind, glance) in variables.items()
        }

    def _interpreter(self) -> JavaObject:
        return self.host.notebook().scala()


def _told(reply: dict[str, Any], code: str) -> CellError:
    """An error as the user sees it: what is wrong, and below it the line of the cell."""
    name, message = reply["ename"], reply["evalue"]
    if name in _SPARKS:
        message = shorten(message)
    problems = reply.get("problems") or [{"message": message, "line": reply["line"], "column": reply["column"]}]
    lines: list[str] = []
    for problem in problems:
        first, *rest = problem["message"].split("\n")
        lines += [f"{name}: {first}", *rest]
        if problem["line"] is not None:
            lines += excerpt(code, problem["line"], problem["column"])
    return CellError(name, message, lines, reply["trace"])
