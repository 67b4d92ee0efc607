"""MLflow's verbs for code that runs in the driver."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lakebook_kernel.questions import Subject

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from lakebook_kernel.tracking.verbs import Verbs

#: milliseconds that the first rows of an input example may take
_PATIENCE = 10_000


class DriverVerbs:
    """What ``Mlflow.scala`` asks for: ``Verbs``, and ``log_model`` for models that stay in the driver.

    Args:
        verbs: gives the notebook's, which import MLflow when they are asked.
        spark: gives the notebook's session.
        before_end: called before a run ends, while its cell still runs.
    """

    def __init__(
        self,
        verbs: Callable[[], Verbs],
        spark: Callable[[], SparkSession],
        before_end: Callable[[], None] = lambda: None,
    ) -> None:
        self._verbs = verbs
        self._spark = spark
        self._before_end = before_end

    def answer(self, verb: str, arguments: dict[str, Any], subject: Subject) -> dict[str, Any]:
        """As ``Verbs.answer``; the subject of ``log_model`` is a ``ModelToLog``. Raises ``VerbError``."""
        if verb == "active_run" and "mlflow" not in sys.modules:
            return {}  # who asks before every fit need not wait for the import
        if verb == "log_model":
            return self._log_model(subject, **arguments)
        if verb == "end_run":
            self._before_end()
        return self._verbs().answer(verb, arguments)

    def _log_model(
        self,
        subject: Subject,
        model: str,
        name: str,
        run_id: str | None = None,
        registered_model_name: str | None = None,
    ) -> dict[str, Any]:
        from lakebook_kernel.tracking.spark_models import EXAMPLE_ROWS, NoModel, log_model
        from lakebook_kernel.tracking.verbs import VerbError

        given = subject()
        if given is None:
            raise VerbError("Nobody waits for the model to be logged any more.")
        run = run_id or self._active_run()
        example = given.example(EXAMPLE_ROWS, _PATIENCE)
        try:
            log_model(self._spark(), given.model(), run, name, example, registered_model_name)
        except NoModel as reason:
            raise VerbError(f"The model {model} cannot be logged: {reason}.") from reason
        return {"run_id": run}

    def _active_run(self) -> str:
        active = self._verbs().answer("active_run", {}) or self._verbs().answer("start_run", {})
        return str(active["run_id"])
