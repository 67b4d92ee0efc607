"""What a verb was refused for, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from lakebook_kernel.languages.base import CellError


class VerbError(CellError):
    """A verb was refused. The message is one sentence for the user."""

    def __init__(self, message: str) -> None:
        super().__init__("MlflowError", message)

    @override
    def __str__(self) -> str:
        return self.evalue


def told(problem: Exception, given: Mapping[str, Any]) -> str | None:
    """The sentence for what MLflow, its database or the disk has raised; None when it is none of these.

    Args:
        given: the verb's arguments.
    """
    import mlflow
    from mlflow.exceptions import MlflowException

    from lakebook.tracking.errors import in_the_way

    sentence = in_the_way(problem, mlflow.get_tracking_uri())
    if sentence is not None:
        return sentence
    if isinstance(problem, MlflowException):
        if problem.error_code == "RESOURCE_DOES_NOT_EXIST":
            for argument, kind in (("run_id", "run"), ("experiment_id", "experiment")):
                if argument in given:
                    return f"There is no {kind} {given[argument]} in {_store()}."
        return first_sentence(problem.message.removeprefix(f"{problem.error_code}: "))
    if isinstance(problem, OSError):
        place = f" ({problem.filename})" if problem.filename else ""
        return f"{problem.strerror or problem}{place}."
    if type(problem).__module__.startswith("sqlalchemy."):
        return f"{_store().capitalize()} cannot be written: {first_sentence(str(problem))}"
    return None


def _store() -> str:
    import mlflow

    return f"the MLflow store {mlflow.get_tracking_uri()}"


def first_sentence(message: str) -> str:
    """The first line that is not blank, with a full stop."""
    first = next((line.strip() for line in message.splitlines() if line.strip()), "MLflow refused it")
    return first if first.endswith((".", "!", "?")) else f"{first}."
