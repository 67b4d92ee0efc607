"""A fit that a language has found by itself: autologging beside Python."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from lakebook.tracking import tags
from lakebook_kernel.tracking.verbs.models import ModelVerbs

Answer = dict[str, Any]


class FitVerbs:
    """What languages ask for when the user asked for nothing."""

    def __init__(self, models: ModelVerbs) -> None:
        self._models = models

    def log_fit(
        self,
        language: str,
        params: Mapping[str, Any] = MappingProxyType({}),
        metrics: Mapping[str, float] = MappingProxyType({}),
        model: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Log a fitted model to the active run, else to a run of its own.

        A fit whose parameters the active run has with other values goes to a run nested in it.

        Args:
            metrics: those that are no finite numbers are left out.
            model: the arguments of ``ModelVerbs.log_model``.

        Returns:
            ``run_id``, and the ``model_id`` when there is a model.
        """
        import mlflow
        from mlflow import MlflowClient

        texts = {name: str(value) for name, value in params.items()}
        active = mlflow.active_run()
        there = {} if active is None else MlflowClient().get_run(active.info.run_id).data.params
        differs = any(there.get(name, text) != text for name, text in texts.items())
        own = mlflow.start_run(nested=True) if active is None or differs else None
        run, status = own or active, "FAILED"
        assert run is not None
        try:
            mlflow.set_tag(tags.AUTOLOG, language)
            mlflow.log_params(texts)
            mlflow.log_metrics({name: value for name, value in metrics.items() if math.isfinite(value)})
            answer = {"run_id": run.info.run_id}
            if model is not None:
                answer |= {"model_id": self._models.log_model(**model)["model_id"]}
            status = "FINISHED"
            return answer
        finally:
            if own is not None:
                mlflow.end_run(status)
