"""A notebook with Scala and an MLflow store of its own, for the tests of what Scala cells log."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kernel.attached import AttachedHost
from kernel.standins import StandInOutput
from lakebook_kernel.languages.base import CellError
from lakebook_kernel.languages.scala import ScalaLanguage
from lakebook_kernel.questions import Subject
from lakebook_kernel.tracking.driver_verbs import DriverVerbs
from lakebook_kernel.tracking.spark_fits import SparkFits
from lakebook_kernel.tracking.verbs import Verbs

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run
    from py4j.java_gateway import JavaObject


@dataclass
class Tracking:
    """The kernel's, as far as Scala asks it."""

    fits: SparkFits
    autolog: bool = False

    def answer(self, verb: str, arguments: dict[str, Any]) -> dict[str, Any]:
        raise AssertionError(f"Scala asks from the driver, and not here for {verb}")

    def log_fits(self, fits: Sequence[JavaObject], *, interrupted: bool) -> None:
        self.fits.log(fits, interrupted=interrupted)


class Notebook:
    """Runs Scala cells that know MLflow, and reads back what they logged by MLflow's own client."""

    def __init__(self, host: AttachedHost, scala: ScalaLanguage) -> None:
        from mlflow import MlflowClient

        self.client: MlflowClient = MlflowClient()
        self.host = host
        self.scala = scala
        verbs = Verbs(host.folder)
        self._verbs = DriverVerbs(lambda: verbs, host.spark)
        host.driver.questions.answer = self._verbs.answer
        scala.tracking = self.tracking = Tracking(SparkFits(host.spark, host.say))
        self.output = StandInOutput()
        self.made: list[Run] = []

    def run(self, code: str, interrupt_after: float | None = None) -> list[Run]:
        """Run a cell; gives the runs that it made, the first one first."""
        before = {run.info.run_id for run in self.runs()}
        try:
            self.host.run(self.scala, code, interrupt_after)
        finally:
            self.output = self.host.output
            self.made = [run for run in self.runs() if run.info.run_id not in before]
        return self.made

    def one(self, code: str) -> Run:
        """Run a cell that makes one run."""
        (run,) = self.run(code)
        return run

    def runs(self) -> list[Run]:
        """All runs of the store, the first one first."""
        experiments = [experiment.experiment_id for experiment in self.client.search_experiments()]
        return sorted(self.client.search_runs(experiments), key=lambda run: (run.info.start_time, _is_child(run)))

    def failure(self, code: str) -> CellError:
        """How a cell fails."""
        try:
            self.run(code)
        except CellError as error:
            return error
        raise AssertionError("the cell did not fail")

    @contextmanager
    def autologging(self, *, on: bool = True) -> Iterator[None]:
        """Within it fits are logged, or are not."""
        before, self.tracking.autolog = self.tracking.autolog, on
        try:
            yield
        finally:
            self.tracking.autolog = before

    @contextmanager
    def answered_by(self, answer: Callable[[str, dict[str, Any], Subject], dict[str, Any]]) -> Iterator[None]:
        """Within it what cells ask of the kernel is answered by another."""
        self.host.driver.questions.answer = answer
        try:
            yield
        finally:
            self.host.driver.questions.answer = self._verbs.answer

    def artifacts(self, run: Run, path: str | None = None) -> set[str]:
        """The paths in a folder of a run's artifacts."""
        return {found.path for found in self.client.list_artifacts(run.info.run_id, path)}


def _is_child(run: Run) -> bool:
    return "mlflow.parentRunId" in run.data.tags


@contextmanager
def with_store(host: AttachedHost, scala: ScalaLanguage, folder: Path) -> Iterator[Notebook]:
    """Within it the notebook and this process log to a store in a folder."""
    import mlflow
    from mlflow.tracking import fluent

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder / 'mlflow.db'}")
        patch.setenv("MLFLOW_EXPERIMENT_NAME", "scala")
        for name in ("MLFLOW_EXPERIMENT_ID", "MLFLOW_RUN_ID"):
            patch.delenv(name, raising=False)
        patch.setattr(fluent, "_active_experiment_id", None)
        mlflow.set_tracking_uri(None)
        yield Notebook(host, scala)
        mlflow.set_tracking_uri(None)
