"""``dbutils`` for code that runs in the Spark driver: what ``Dbutils.scala`` asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lakebook_kernel.questions import Subject

if TYPE_CHECKING:
    from py4j.java_gateway import JavaObject
    from pyspark.sql import DataFrame

Answer = Callable[[str, dict[str, Any], Subject], dict[str, Any]]
#: begins the name of a question that is one of ``dbutils``'s functions
PREFIX = "dbutils."
#: functions whose first argument is a frame, which is the question's subject
_OF_FRAMES = {"data.summarize"}


def answering(
    call: Callable[[str, list[Any]], Any], frame: Callable[[JavaObject], DataFrame], others: Answer
) -> Answer:
    """What answers the driver's questions: those of ``dbutils`` with ``{"value": …}`` or ``{"exit": text}``.

    Args:
        call: as ``calls.call``.
        frame: PySpark's frame of one of the driver's.
        others: answers all other questions.
    """

    def answer(what: str, arguments: dict[str, Any], subject: Subject) -> dict[str, Any]:
        if not what.startswith(PREFIX):
            return others(what, arguments, subject)
        from lakebook_kernel.databricks.errors import DbutilsError, NotebookExit

        name, given = what.removeprefix(PREFIX), arguments["arguments"]
        if name in _OF_FRAMES:
            about = subject()
            if about is None:
                raise DbutilsError(f"Nobody waits for {what} any more.")
            given = [frame(about), *given]
        try:
            return {"value": call(name, given)}
        except NotebookExit as ended:
            return {"exit": ended.value}

    return answer
