"""``register`` of a task: what its cells fitted becomes a version of a model, and gets the alias if it is good."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lakebook.config import Workspace
from lakebook.jobs.tracking.names import PARENT
from lakebook.tracking import registry
from lakebook.tracking.direction import lower_is_better
from lakebook.tracking.errors import TrackingError, in_users_terms, is_unknown
from lakebook.tracking.logged import models_of
from lakebook.tracking.lookup import every
from lakebook.tracking.store import client as client_of
from lakebook.tracking.store import tracking_uri

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run as MlflowRun

_COMPARISON = re.compile(r"\s*(<=|>=|<|>|==|!=)\s*(\S+)\s*")
_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_BETTER = "better"
#: the model among several of one run: a search logs its best as well
_MODEL = "model"


@dataclass(frozen=True)
class Registered:
    """A version that was made for a task."""

    model: str
    version: str
    run_id: str
    metric: str | None
    value: float | None
    alias: str | None
    #: whether it holds the alias now
    holds_alias: bool
    #: the metric of the version that held the alias before, if there was one that has it
    before: float | None

    @property
    def message(self) -> str:
        """One sentence."""
        measured = f" ({self.metric} {self.value:g})" if self.value is not None else ""
        if self.alias is None:
            return f"Registered version {self.version} of {self.model}{measured}."
        if self.holds_alias:
            return f"Registered version {self.version} of {self.model}{measured}, which is {self.alias} now."
        than = f" of {self.before:g}" if self.before is not None else ""
        return f"Registered version {self.version} of {self.model}{measured}; the {self.alias}{than} stays what it was."


def register(workspace: Workspace, wanted: Mapping[str, Any], mlflow_run: str | None) -> Registered:
    """Register the best model that a task has logged.

    Args:
        workspace: in whose registry.
        wanted: the task's ``register``.
        mlflow_run: the MLflow run of the task; None if nothing has been logged below it.

    Raises:
        TrackingError: there is no such model, or MLflow's store cannot be used.
    """
    client = client_of(workspace)
    with in_users_terms(tracking_uri(workspace)):
        best = _best(client, wanted, mlflow_run)
        several = len(models_of(client, best)) > 1
        metric, alias = wanted.get("metric"), wanted.get("alias")
        value = best.data.metrics[metric] if metric else None
        before = _holder(client, wanted)
        measured = before.data.metrics.get(metric) if before is not None and metric else None
        holds = alias is not None and _is_good_enough(wanted, value, measured)
        made = registry.register(client, best.info.run_id, wanted["model"], model=_MODEL if several else None)
        if alias is not None and holds:
            client.set_registered_model_alias(wanted["model"], alias, made.version)
    return Registered(wanted["model"], str(made.version), best.info.run_id, metric, value, alias, holds, measured)


def _best(client: MlflowClient, wanted: Mapping[str, Any], mlflow_run: str | None) -> MlflowRun:
    """The run with a model, below a task's, that is best by the metric, or without one the newest."""
    logged = [run for run in _below(client, mlflow_run) if models_of(client, run)] if mlflow_run is not None else []
    if not logged:
        raise TrackingError("The task logged no model, so there is nothing to register.")
    metric = wanted.get("metric")
    if metric is None:
        return max(logged, key=lambda run: run.info.start_time)
    measured = [run for run in logged if not math.isnan(run.data.metrics.get(metric, math.nan))]
    if not measured:
        known = sorted({name for run in logged for name in run.data.metrics})
        raise TrackingError(f"No model of the task has the metric {metric}; there are {', '.join(known) or 'none'}.")
    return (max if _higher(wanted) else min)(measured, key=lambda run: run.data.metrics[metric])


def _below(client: MlflowClient, mlflow_run: str) -> Iterator[MlflowRun]:
    """Runs that have ended well within a run, at any depth."""
    experiment = client.get_run(mlflow_run).info.experiment_id
    found = list(every(lambda **page: client.search_runs([experiment], f"tags.`{PARENT}` = '{mlflow_run}'", **page)))
    for run in found:
        if run.info.status == "FINISHED":
            yield run
        yield from _below(client, run.info.run_id)


def _holder(client: MlflowClient, wanted: Mapping[str, Any]) -> MlflowRun | None:
    """The run whose model has the alias now."""
    from mlflow.exceptions import MlflowException

    if wanted.get("alias") is None:
        return None
    try:
        held = client.get_model_version_by_alias(wanted["model"], wanted["alias"])
        return client.get_run(held.run_id) if held.run_id else None
    except MlflowException as problem:
        if not is_unknown(problem):
            raise
        return None


def _is_good_enough(wanted: Mapping[str, Any], value: float | None, before: float | None) -> bool:
    when = wanted.get("when")
    if when is None:
        return True
    if value is None:
        raise TrackingError(f"register has when: {when}, and no metric by which to tell.")
    if when == _BETTER:
        if before is None or math.isnan(before):
            return True  # nobody has the alias, or one of whom nothing is known
        return value > before if _higher(wanted) else value < before
    comparison = _COMPARISON.fullmatch(when)
    if comparison is None:
        raise TrackingError(f"register has when: {when}, expected better, or a comparison such as < 12.5.")
    return _OPERATORS[comparison[1]](value, float(comparison[2]))


def _higher(wanted: Mapping[str, Any]) -> bool:
    said = wanted.get("higher_is_better")
    return bool(said) if said is not None else not lower_is_better(wanted["metric"])
