"""Verbs on experiments, and on the store that they are in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lakebook_kernel.tracking.verbs.errors import VerbError
from lakebook_kernel.tracking.verbs.runs import current_experiment

if TYPE_CHECKING:
    from mlflow.entities import Experiment

Answer = dict[str, Any]


class ExperimentVerbs:
    """An experiment is answered with ``experiment_id``, ``name``, ``artifact_location``, ``lifecycle_stage``, and its
    ``tags`` as records.
    """

    def set_experiment(
        self, name: str | None = None, experiment_id: str | None = None, artifact_location: str | None = None
    ) -> Answer:
        """Make an experiment the one of later runs; one of a new name is made."""
        import mlflow
        from mlflow import MlflowClient

        if (name is None) == (experiment_id is None):
            raise VerbError("An experiment is set by its name or by its id: give one of the two.")
        if name is not None and artifact_location is not None:
            client = MlflowClient()
            if client.get_experiment_by_name(name) is None:
                client.create_experiment(name, artifact_location)
        return _experiment(mlflow.set_experiment(name, experiment_id))

    def create_experiment(
        self, name: str, artifact_location: str | None = None, tags: Mapping[str, Any] | None = None
    ) -> Answer:
        """Make an experiment; the current one stays."""
        from mlflow import MlflowClient

        client = MlflowClient()
        made = client.create_experiment(
            name, artifact_location, {key: str(value) for key, value in (tags or {}).items()}
        )
        return _experiment(client.get_experiment(made))

    def get_experiment(self, name: str | None = None, experiment_id: str | None = None) -> Answer:
        """The experiment of that name or id, else the current one."""
        from mlflow import MlflowClient

        client = MlflowClient()
        if name is None:
            return _experiment(client.get_experiment(experiment_id or current_experiment()))
        found = client.get_experiment_by_name(name)
        if found is None:
            raise VerbError(f"There is no experiment called {name}.")
        return _experiment(found)

    def search_experiments(
        self, filter_string: str | None = None, view_type: str = "ACTIVE_ONLY", max_results: float = 1000
    ) -> Answer:
        """``experiments``: those for which MLflow's ``filter_string`` holds."""
        from mlflow import MlflowClient
        from mlflow.entities import ViewType

        found = MlflowClient().search_experiments(
            ViewType.from_string(view_type.lower()), round(max_results), filter_string
        )
        return {"experiments": [_experiment(one) for one in found]}

    def rename_experiment(self, new_name: str, experiment_id: str | None = None) -> Answer:
        """Give an experiment another name."""
        from mlflow import MlflowClient

        renamed = experiment_id or current_experiment()
        MlflowClient().rename_experiment(renamed, new_name)
        return self.get_experiment(experiment_id=renamed)

    def delete_experiment(self, experiment_id: str) -> Answer:
        """Mark an experiment and its runs as deleted."""
        from mlflow import MlflowClient

        MlflowClient().delete_experiment(experiment_id)
        return self.get_experiment(experiment_id=experiment_id)

    def restore_experiment(self, experiment_id: str) -> Answer:
        """Take a deleted experiment and its runs back."""
        from mlflow import MlflowClient

        MlflowClient().restore_experiment(experiment_id)
        return self.get_experiment(experiment_id=experiment_id)

    def set_experiment_tag(self, key: str, value: Any, experiment_id: str | None = None) -> Answer:
        """Set a tag of an experiment."""
        from mlflow import MlflowClient

        MlflowClient().set_experiment_tag(experiment_id or current_experiment(), key, str(value))
        return {}

    def get_tracking_uri(self) -> Answer:
        """``uri``: where runs are logged to."""
        import mlflow

        return {"uri": mlflow.get_tracking_uri()}

    def set_tracking_uri(self, uri: str) -> Answer:
        """Log to another store from now on, in Python cells too."""
        import mlflow

        mlflow.set_tracking_uri(uri)
        return {"uri": mlflow.get_tracking_uri()}


def _experiment(experiment: Experiment) -> Answer:
    return {
        "experiment_id": experiment.experiment_id,
        "name": experiment.name,
        "artifact_location": experiment.artifact_location,
        "lifecycle_stage": experiment.lifecycle_stage,
        "tags": [{"key": key, "value": value} for key, value in experiment.tags.items()],
    }
