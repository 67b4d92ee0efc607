"""Verbs on runs: started and ended, and what is logged to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lakebook_kernel.tracking.verbs.errors import VerbError

if TYPE_CHECKING:
    from mlflow.entities import Run

Answer = dict[str, Any]
#: how a run may end
_ENDS = ("FINISHED", "FAILED", "KILLED")


class RunVerbs:
    """Times are milliseconds since 1970. Without ``run_id`` the active run is meant."""

    def start_run(
        self,
        run_id: str | None = None,
        experiment_id: str | None = None,
        run_name: str | None = None,
        nested: bool = False,
        tags: Mapping[str, Any] | None = None,
        description: str | None = None,
    ) -> Answer:
        """Start a run, or go on with one, and make it the active one; answers it as ``active_run`` does."""
        import mlflow

        active = mlflow.active_run()
        if active is not None and not nested:
            raise VerbError(
                f"Run {active.info.run_id} is still active: end it before, or start the new one as a nested one."
            )
        started = mlflow.start_run(
            run_id=run_id,
            experiment_id=experiment_id,
            run_name=run_name,
            nested=nested,
            tags=texts(tags),
            description=description,
        )
        return _head(started)

    def create_run(
        self,
        experiment_id: str | None = None,
        run_name: str | None = None,
        tags: Mapping[str, Any] | None = None,
        start_time: float | None = None,
    ) -> Answer:
        """Make a run that does not become the active one; answers it as ``active_run`` does."""
        from mlflow import MlflowClient
        from mlflow.tracking.context.registry import resolve_tags

        made = MlflowClient().create_run(
            experiment_id or current_experiment(), _whole(start_time), resolve_tags(texts(tags)), run_name
        )
        return _head(made)

    def end_run(
        self,
        status: str = "FINISHED",
        run_id: str | None = None,
        end_time: float | None = None,
        if_active: bool = False,
    ) -> Answer:
        """End the active run, or the named one, with ``if_active`` only if it is one of the active ones.

        Answers it as ``active_run`` does.
        """
        import mlflow
        from mlflow import MlflowClient
        from mlflow.tracking.fluent import _active_run_stack

        if status not in _ENDS:
            raise VerbError(f"A run does not end as {status}: it ends as one of {', '.join(_ENDS)}.")
        active = mlflow.active_run()
        ended = run_id or (active.info.run_id if active is not None else None)
        if ended is None:
            raise VerbError("There is no active run to end.")
        runs = _active_run_stack.get()
        client = MlflowClient()
        if active is not None and ended == active.info.run_id:
            mlflow.end_run(status)
        elif not if_active or any(run.info.run_id == ended for run in runs):
            client.set_terminated(ended, status)
            runs[:] = [run for run in runs if run.info.run_id != ended]
        if end_time is not None:
            client.set_terminated(ended, status, _whole(end_time))
        return _head(client.get_run(ended))

    def active_run(self) -> Answer:
        """``run_id``, ``run_name``, ``experiment_id``, ``status`` and ``artifact_uri``; nothing when none is active."""
        import mlflow

        active = mlflow.active_run()
        return {} if active is None else _head(active)

    def get_run(self, run_id: str | None = None) -> Answer:
        """All of a run: beside its head also ``metrics``, ``params`` and ``tags``, each a list of records."""
        from mlflow import MlflowClient

        return whole_run(MlflowClient().get_run(known_run(run_id)))

    def search_runs(
        self,
        experiment_ids: Sequence[str] | None = None,
        filter_string: str = "",
        order_by: Sequence[str] = (),
        run_view_type: str = "ACTIVE_ONLY",
        max_results: float = 1000,
    ) -> Answer:
        """``runs``: those of the experiments, or of the notebook's, for which MLflow's ``filter_string`` holds."""
        from mlflow import MlflowClient
        from mlflow.entities import ViewType

        where = list(experiment_ids) if experiment_ids is not None else [current_experiment()]
        found = MlflowClient().search_runs(
            where, filter_string, ViewType.from_string(run_view_type.lower()), round(max_results), list(order_by)
        )
        return {"runs": [whole_run(run) for run in found]}

    def delete_run(self, run_id: str) -> Answer:
        """Mark a run as deleted."""
        import mlflow
        from mlflow import MlflowClient

        active = mlflow.active_run()
        if active is not None and active.info.run_id == run_id:
            raise VerbError(f"Run {run_id} is active: end it before you delete it.")
        MlflowClient().delete_run(run_id)
        return {}

    def restore_run(self, run_id: str) -> Answer:
        """Take a deleted run back; answers it as ``get_run`` does."""
        from mlflow import MlflowClient

        MlflowClient().restore_run(run_id)
        return self.get_run(run_id)

    def log_param(self, key: str, value: Any, run_id: str | None = None) -> Answer:
        """Log a parameter, which a run has once. ``value`` becomes text as Python writes it."""
        from mlflow import MlflowClient
        from mlflow.exceptions import MlflowException

        client, run = MlflowClient(), run_or_started(run_id)
        try:
            client.log_param(run, key, value)
        except MlflowException:
            there = client.get_run(run).data.params.get(key)
            if there is None or there == str(value):
                raise
            raise VerbError(
                f"The parameter {key} of run {run} is {there} already and cannot become {value}: a run has a "
                "parameter once."
            ) from None
        return {"run_id": run}

    def log_metric(
        self,
        key: str,
        value: Any,
        step: float | None = None,
        timestamp: float | None = None,
        run_id: str | None = None,
    ) -> Answer:
        """Log a value of a metric: a number, or NaN or an infinity, also as the texts ``NaN`` and ``Infinity``."""
        import mlflow

        mlflow.log_metric(key, _number(key, value), _whole(step), timestamp=_whole(timestamp), run_id=run_id)
        return {"run_id": known_run(run_id)}

    def log_batch(
        self,
        metrics: Sequence[Mapping[str, Any]] = (),
        params: Sequence[Mapping[str, Any]] = (),
        tags: Sequence[Mapping[str, Any]] = (),
        run_id: str | None = None,
    ) -> Answer:
        """Log many at once: records with ``key`` and ``value``, of metrics also with ``step`` and ``timestamp``."""
        from mlflow import MlflowClient
        from mlflow.entities import Metric, Param, RunTag
        from mlflow.utils.time import get_current_time_millis

        now = get_current_time_millis()
        values = [
            Metric(
                one["key"],
                _number(one["key"], one["value"]),
                _whole(one.get("timestamp")) or now,
                _whole(one.get("step")) or 0,
            )
            for one in metrics
        ]
        run = run_or_started(run_id)
        MlflowClient().log_batch(
            run,
            values,
            [Param(one["key"], str(one["value"])) for one in params],
            [RunTag(one["key"], str(one["value"])) for one in tags],
        )
        return {"run_id": run}

    def get_metric_history(self, metric_key: str, run_id: str | None = None) -> Answer:
        """``metrics``: every value that was logged, a record each."""
        from mlflow import MlflowClient

        return {"metrics": [_metric(one) for one in MlflowClient().get_metric_history(known_run(run_id), metric_key)]}

    def set_tag(self, key: str, value: Any, run_id: str | None = None) -> Answer:
        """Set a tag. ``value`` becomes text as Python writes it."""
        return self._on_run(run_id, lambda client, run: client.set_tag(run, key, value))

    def delete_tag(self, key: str, run_id: str | None = None) -> Answer:
        """Delete a tag."""
        return self._on_run(run_id, lambda client, run: client.delete_tag(run, key))

    @staticmethod
    def _on_run(run_id: str | None, do: Callable[[Any, str], object]) -> Answer:
        from mlflow import MlflowClient

        run = run_or_started(run_id)
        do(MlflowClient(), run)
        return {"run_id": run}


def current_experiment() -> str:
    """The id of the experiment that a run would be started in: the notebook's, unless another was set."""
    from mlflow.tracking.fluent import _get_experiment_id

    return str(_get_experiment_id())


def run_or_started(run_id: str | None) -> str:
    """The named run, else the active one, which is started when there is none."""
    from mlflow.tracking.fluent import _get_or_start_run

    return run_id if run_id is not None else str(_get_or_start_run().info.run_id)


def known_run(run_id: str | None) -> str:
    """The named run, else the active one. Raises ``VerbError`` when there is none."""
    import mlflow

    if run_id is not None:
        return run_id
    active = mlflow.active_run()
    if active is None:
        raise VerbError("There is no active run: name one by run_id, or start one.")
    return str(active.info.run_id)


def whole_run(run: Run) -> Answer:
    """A run as ``get_run`` answers it."""
    return {
        **_head(run),
        "user_id": run.info.user_id,
        "start_time": run.info.start_time,
        "end_time": run.info.end_time,
        "lifecycle_stage": run.info.lifecycle_stage,
        "metrics": [_metric(one) for one in run.data._metric_objs],
        "params": [{"key": key, "value": value} for key, value in run.data.params.items()],
        "tags": [{"key": key, "value": value} for key, value in run.data.tags.items()],
    }


def _head(run: Run) -> Answer:
    return {
        "run_id": run.info.run_id,
        "run_name": run.info.run_name,
        "experiment_id": run.info.experiment_id,
        "status": run.info.status,
        "artifact_uri": run.info.artifact_uri,
    }


def _metric(metric: Any) -> Answer:
    return {"key": metric.key, "value": metric.value, "step": metric.step, "timestamp": metric.timestamp}


def _number(key: str, value: Any) -> float:
    try:
        if isinstance(value, bool):
            raise ValueError
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise VerbError(f"The metric {key} has to be a number, and {value!r} is none.") from None


def _whole(number: float | None) -> int | None:
    return None if number is None else round(number)


def texts(tags: Mapping[str, Any] | None) -> dict[str, str] | None:
    """Tags as MLflow takes them: values become text as Python writes them."""
    return None if tags is None else {key: str(value) for key, value in tags.items()}
