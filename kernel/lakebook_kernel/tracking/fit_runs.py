"""The runs that fits of Spark ML are logged to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lakebook.tracking import tags

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

#: the value of ``tags.AUTOLOG``
INTEGRATION = "spark.ml"
#: how many parameters, or metrics, MLflow takes at once
_BATCH = 100

Fit = Mapping[str, Any]


@dataclass(frozen=True)
class FitRun:
    """A run that a fit is logged to, while it still runs."""

    client: MlflowClient
    run: Run
    #: milliseconds since 1970
    ended: int

    @property
    def id(self) -> str:
        """MLflow's id of the run."""
        return str(self.run.info.run_id)

    def log_params(self, params: Mapping[str, Any]) -> None:
        """Log parameters, but not those that the run has already: what the user logged stays."""
        from mlflow.entities import Param

        new = [Param(name, str(value)) for name, value in params.items() if name not in self.run.data.params]
        for some in _batches(new):
            self.client.log_batch(self.id, params=some)

    def log_metrics(self, metrics: Mapping[str, Any]) -> None:
        """Log numbers; NaN and infinities may be texts."""
        self.log_histories({name: [value] for name, value in metrics.items()})

    def log_histories(self, histories: Mapping[str, Sequence[Any]]) -> None:
        """Log a number of each step."""
        from mlflow.entities import Metric

        points = [
            Metric(name, float(value), self.ended, step)
            for name, values in histories.items()
            for step, value in enumerate(values)
        ]
        for some in _batches(points):
            self.client.log_batch(self.id, metrics=some)

    def log_search(self, search: Fit) -> None:
        """Log the best point of a search, and a run within this one for each point.

        Args:
            search: as the bridge's ``FitSearch`` tells it.
        """
        points = search["points"]
        best = points[search["best"]]
        self.log_params({f"best_{name}": value for name, value in best["point"].items()})
        self.log_metrics({search["metric"]: best["value"]})
        own = self.client.get_run(self.id).data.tags
        for point in points:
            made = self.client.create_run(
                self.run.info.experiment_id, self.run.info.start_time, {**own, **_within(self.run)}
            )
            child = FitRun(self.client, made, self.ended)
            child.log_params(point["params"])
            child.log_metrics({search["metric"]: point["value"]})
            self.client.set_terminated(child.id, "FINISHED", self.ended)


class FitRuns:
    """Finds or makes the runs for the fits of one cell. Made on the main thread."""

    def __init__(self) -> None:
        from mlflow import MlflowClient

        self._client = MlflowClient()
        #: of calls of ``fit`` with several maps of parameters and without an active run, the run around theirs
        self._around: dict[int, Run] = {}

    @contextmanager
    def of(self, fit: Fit, *, several: bool, interrupted: bool) -> Iterator[FitRun]:
        """Within it the fit's run runs; one that was made for it then ends.

        Args:
            fit: as the bridge's ``Fit`` tells it.
            several: whether its call is one of several maps of parameters.
            interrupted: whether what failed was interrupted.
        """
        from mlflow.tracking.fluent import _last_active_run_id

        active = self._client.get_run(fit["run"]) if fit["run"] else None
        if active is not None and not several and tags.AUTOLOG not in active.data.tags:
            self._tag(active, fit)
            yield FitRun(self._client, active, fit["ended"])
            return
        if active is None and several:
            active = self._around.get(fit["call"]) or self._make_around(fit)
        run = self._make(fit, active)
        status = ("KILLED" if interrupted else "FAILED") if fit["failed"] else "FINISHED"
        try:
            yield FitRun(self._client, run, fit["ended"])
        finally:
            self._client.set_terminated(run.info.run_id, status, fit["ended"])
        if active is None:
            _last_active_run_id.set(run.info.run_id)

    def _make_around(self, fit: Fit) -> Run:
        self._around[fit["call"]] = made = self._make(fit, None)
        self._client.set_terminated(made.info.run_id, "FINISHED", fit["ended"])
        return made

    def _make(self, fit: Fit, around: Run | None) -> Run:
        from mlflow.tracking.context.registry import resolve_tags
        from mlflow.tracking.fluent import _get_experiment_id

        experiment = str(_get_experiment_id() if around is None else around.info.experiment_id)
        about = {**_about(fit), **({} if around is None else _within(around))}
        return self._client.create_run(experiment, fit["started"], resolve_tags(about))

    def _tag(self, run: Run, fit: Fit) -> None:
        from mlflow.entities import RunTag

        self._client.log_batch(run.info.run_id, tags=[RunTag(name, value) for name, value in _about(fit).items()])


def _about(fit: Fit) -> dict[str, str]:
    """Tags; those of the estimator are called as MLflow's autologging calls them."""
    return {tags.AUTOLOG: INTEGRATION, "estimator_name": fit["name"], "estimator_class": fit["class"]}


def _within(run: Run) -> dict[str, str]:
    from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

    return {MLFLOW_PARENT_RUN_ID: run.info.run_id}


def _batches(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[start : start + _BATCH] for start in range(0, len(values), _BATCH))
