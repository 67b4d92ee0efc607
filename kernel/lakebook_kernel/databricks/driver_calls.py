"""``dbutils`` for code that runs in the Spark driver: what ``Dbutils.scala`` asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lakebook_kernel.questions import Subject

Answer = Callable[[str, dict[str, Any], Subject], dict[str, Any]]
#: begins the name of a question that is one of ``dbutils``'s functions
PREFIX = "dbutils."


def answering(call: Callable[[str, list[Any]], Any], others: Answer) -> Answer:
    """What answers the driver's questions: those of ``dbutils`` with ``{"value": …}`` or ``{"exit": text}``.

    Args:
        call: as ``calls.call``.
        others: answers all other questions.
    """

    def answer(what: str, arguments: dict[str, Any], subject: Subject) -> dict[str, Any]:
        if not what.startswith(PREFIX):
            return others(what, arguments, subject)
        from lakebook_kernel.databricks.errors import NotebookExit

        try:
            return {"value": call(what.removeprefix(PREFIX), arguments["arguments"])}
        except NotebookExit as ended:
            return {"exit": ended.value}

    return answer
