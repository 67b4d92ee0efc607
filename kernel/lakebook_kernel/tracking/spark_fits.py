"""What Scala cells fit by Spark ML, logged as MLflow's autologging logs what Python cells fit by it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from lakebook_kernel.errors import explain
from lakebook_kernel.tracking.fit_runs import FitRun, FitRuns
from lakebook_kernel.tracking.verbs.errors import first_sentence, told
from lakebook_kernel.tracking.verbs.server import Server

if TYPE_CHECKING:
    from py4j.java_gateway import JavaObject
    from pyspark.sql import SparkSession

#: where a run has its model, as MLflow's autologging calls it
MODEL = "model"
#: milliseconds that a model's metrics, or its example, may take to compute; as long as the fit took when that is more
_PATIENCE = 10_000


class SparkFits:
    """Logs each fit as a run: parameters, metrics of the training and the model.

    A fit goes into the run that was active when it was called; the second one there, and each of several maps of
    parameters, becomes a run within.

    Args:
        spark: gives the notebook's session.
        say: shows the user a line; what cannot be logged is told so, and fails nothing.
    """

    def __init__(self, spark: Callable[[], SparkSession], say: Callable[[str], None]) -> None:
        self._spark = spark
        self._say = say
        self._server = Server()

    def log(self, fits: Sequence[JavaObject], *, interrupted: bool = False) -> None:
        """Log what the bridge's ``takeFits`` gave; called on the main thread, when the cell has ended.

        Args:
            interrupted: whether the user has interrupted the cell, and waits for its end: nothing is computed any more.
        """
        all_told = [json.loads(fit.told()) for fit in fits]
        calls = Counter(about["call"] for about in all_told)
        runs = FitRuns()
        for fit, about in zip(fits, all_told, strict=True):
            try:
                self._server.check()
                with runs.of(about, several=calls[about["call"]] > 1, interrupted=interrupted) as run:
                    self._log(fit, about, run, interrupted)
            except Exception as problem:  # whatever it is, the cell itself has ended well
                self._say(f"The fit of {about['name']} was not logged: {_sentence(problem)}")

    def _log(self, fit: JavaObject, about: dict[str, Any], run: FitRun, interrupted: bool) -> None:
        run.log_params(about["params"])
        if about["unknown"]:
            self._say(f"The parameters of {about['name']} were not logged: {first_sentence(about['unknown'])}")
        if about["search"]:
            run.log_search(about["search"])
        if about["failed"]:
            return
        if interrupted:
            self._say(f"The metrics and the model of {about['name']} were not logged: the cell was interrupted.")
            return
        patience = max(_PATIENCE, about["ended"] - about["started"])
        self._log_metrics(fit, about, run, patience)
        self._log_model(fit, about, run, patience)

    def _log_metrics(self, fit: JavaObject, about: dict[str, Any], run: FitRun, patience: int) -> None:
        found = json.loads(fit.metrics(patience))
        run.log_metrics(found["metrics"])
        run.log_histories(found["histories"])
        if found["missing"]:
            missing = ", ".join(found["missing"])
            self._say(f"Not logged of {about['name']}, as they could not be computed in time: {missing}.")

    def _log_model(self, fit: JavaObject, about: dict[str, Any], run: FitRun, patience: int) -> None:
        from lakebook_kernel.tracking.spark_models import EXAMPLE_ROWS, log_model

        spark = self._spark()
        try:
            log_model(spark, fit.model(), run.id, MODEL, fit.example(EXAMPLE_ROWS, patience))
        except Exception as problem:
            self._say(f"The model of {about['name']} was not logged: {_sentence(problem)}")


def _sentence(problem: Exception) -> str:
    if sentence := told(problem, {}):
        return sentence
    explained = explain(problem)
    return first_sentence(explained.evalue if explained is not None else str(problem) or type(problem).__name__)
