"""Register what a run logged, and find the run whose model is best."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lakebook.tracking.errors import TrackingError
from lakebook.tracking.logged import RunsModel, models_of, read_mlmodel, wait_until_ready
from lakebook.tracking.lookup import every, find_experiment, find_run, likely
from lakebook.tracking.references import check_alias, check_name

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run
    from mlflow.entities.model_registry import ModelVersion

#: seconds that a model may take to be logged, and a version of it to be made
PATIENCE = 300
_PAGE = 100
_EXISTS = ("RESOURCE_ALREADY_EXISTS", "ALREADY_EXISTS")
_DEFAULT_STORE = "MLFLOW_TRACKING_URI"
_FINISHED = "attributes.status = 'FINISHED'"


@dataclass(frozen=True)
class Best:
    """The run of an experiment that is best by a metric."""

    run: Run
    value: float
    #: the runs that are better still, and logged no model
    passed_over: tuple[str, ...] = ()


def register(
    client: MlflowClient,
    run_id: str,
    name: str,
    *,
    model: str | None = None,
    alias: str | None = None,
    description: str | None = None,
    allow_no_signature: bool = False,
) -> ModelVersion:
    """Make a version of a registered model from the model that a run logged, and wait until it is ready.

    Args:
        name: of the registered model, which is made when there is none.
        model: which of the run's models, by its name or MLflow's id; may be left out when there is one.
        alias: set for the version when it is ready; a version that has it loses it.
        description: of the version.
        allow_no_signature: register the model also when nothing says what it takes and gives.

    Raises:
        TrackingError: there is no such run or model, the model has no signature, or a name cannot be one.
    """
    check_name(name)
    if alias is not None:
        check_alias(alias)
    run = find_run(client, run_id)
    chosen = _choose(run, models_of(client, run), model)
    wait_until_ready(client, chosen, PATIENCE)
    if read_mlmodel(client, chosen.location).signature is None and not allow_no_signature:
        raise TrackingError(
            f"Model {chosen.name} of run {run_id} has no signature, so nobody knows what it takes: log it with "
            "input_example= or signature=, or register it as it is with --allow-no-signature "
            "(allow_no_signature=True)."
        )
    made = _make_version(client, run, chosen, name, description)
    if alias is not None:
        client.set_registered_model_alias(name, alias, made.version)
    return client.get_model_version(name, made.version)


def best_run(client: MlflowClient, experiment: str, metric: str, maximize: bool) -> Best:
    """The finished run with the best last value of a metric, among those that logged a model.

    Args:
        experiment: its name, or its id.

    Raises:
        TrackingError: there is no such experiment, or no run of it has the metric and a model.
    """
    found = find_experiment(client, experiment)
    passed_over: list[str] = []
    for run in _by_metric(client, found.experiment_id, metric, maximize):
        value = run.data.metrics.get(metric, math.nan)
        if math.isnan(value):  # runs without a value, or without a number, come last
            break
        if models_of(client, run):
            return Best(run, value, tuple(passed_over))
        passed_over.append(run.info.run_id)
    if passed_over:
        raise TrackingError(f"No run of {found.name} with the metric {metric} logged a model.")
    there = {name for run in _finished(client, found.experiment_id) for name in run.data.metrics}
    raise TrackingError(f"No finished run of {found.name} has a metric {metric}{likely(metric, there)}")


def _choose(run: Run, there: list[RunsModel], wanted: str | None) -> RunsModel:
    run_id, names = run.info.run_id, ", ".join(sorted(model.name for model in there))
    if not there:
        raise TrackingError(f"Run {run_id} logged no model: log one in it, or name another run.")
    if wanted is None:
        if len(there) > 1:
            raise TrackingError(f"Run {run_id} logged {len(there)} models: say which by --model: {names}.")
        return there[0]
    for model in there:
        if wanted in (model.name, model.model_id, model.source):
            return model
    raise TrackingError(f"Run {run_id} logged no model {wanted}: it has {names}.")


def _make_version(
    client: MlflowClient, run: Run, chosen: RunsModel, name: str, description: str | None
) -> ModelVersion:
    from mlflow.exceptions import MlflowException

    try:
        client.create_registered_model(name)
    except MlflowException as problem:
        if problem.error_code not in _EXISTS:
            raise
    with _as_default_store(client):
        made = client.create_model_version(
            name,
            chosen.source,
            run.info.run_id,
            description=description,
            await_creation_for=PATIENCE,
            model_id=chosen.model_id,
        )
    if chosen.model_id is not None:
        _note_version(client, chosen.model_id, made)
    return made


def _note_version(client: MlflowClient, model_id: str, made: ModelVersion) -> None:
    """Say at the logged model that it was registered, where MLflow's UI looks for it."""
    import json

    from mlflow.utils.mlflow_tags import MLFLOW_MODEL_VERSIONS

    before = json.loads(client.get_logged_model(model_id).tags.get(MLFLOW_MODEL_VERSIONS, "[]"))
    after = [*before, {"name": made.name, "version": made.version}]
    client.set_logged_model_tags(model_id, {MLFLOW_MODEL_VERSIONS: json.dumps(after)})


@contextmanager
def _as_default_store(client: MlflowClient) -> Iterator[None]:
    """MLflow's SQL registry looks a logged model up in the process's default store, whichever store it is of."""
    import mlflow

    before, variable = mlflow.get_tracking_uri(), os.environ.get(_DEFAULT_STORE)
    if before == client.tracking_uri:
        yield
        return
    mlflow.set_tracking_uri(client.tracking_uri)
    try:
        yield
    finally:
        mlflow.set_tracking_uri(before)  # sets the variable too
        if variable is None:
            os.environ.pop(_DEFAULT_STORE, None)


def _by_metric(client: MlflowClient, experiment_id: str, metric: str, maximize: bool) -> Iterator[Run]:
    if "`" in metric:  # no metric is called so, and it would end the name in the search
        return iter(())
    return _finished(client, experiment_id, f"metrics.`{metric}` {'DESC' if maximize else 'ASC'}")


def _finished(client: MlflowClient, experiment_id: str, *order_by: str) -> Iterator[Run]:
    ordered = list(order_by)
    return every(
        lambda **page: client.search_runs([experiment_id], _FINISHED, max_results=_PAGE, order_by=ordered, **page)
    )
