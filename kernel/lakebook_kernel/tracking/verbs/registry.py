"""Verbs on the registry: registered models, their versions, stages and aliases."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lakebook_kernel.tracking.verbs.errors import VerbError
from lakebook_kernel.tracking.verbs.runs import texts

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion

Answer = dict[str, Any]


class RegistryVerbs:
    """A version is answered as ``version_of`` writes it; whoever asks may give its number as a number or as a text."""

    def create_registered_model(
        self, name: str, tags: Mapping[str, Any] | None = None, description: str | None = None
    ) -> Answer:
        """Make a registered model without versions."""
        from mlflow import MlflowClient

        MlflowClient().create_registered_model(name, texts(tags), description)
        return self.get_registered_model(name)

    def get_registered_model(self, name: str) -> Answer:
        """``name``, ``description``, ``tags`` and ``aliases``, which say the version of each alias."""
        from mlflow import MlflowClient

        found = MlflowClient().get_registered_model(name)
        return {
            "name": found.name,
            "description": found.description,
            "tags": dict(found.tags),
            "aliases": {alias: str(version) for alias, version in found.aliases.items()},
        }

    def search_registered_models(self, filter_string: str | None = None, max_results: float = 100) -> Answer:
        """``names`` of the registered models for which MLflow's ``filter_string`` holds."""
        from mlflow import MlflowClient

        found = MlflowClient().search_registered_models(filter_string, max_results=round(max_results))
        return {"names": [model.name for model in found]}

    def search_model_versions(self, filter_string: str | None = None, max_results: float = 1000) -> Answer:
        """``versions`` for which MLflow's ``filter_string`` holds, as in ``name = 'taxi'``."""
        from mlflow import MlflowClient

        found = MlflowClient().search_model_versions(filter_string, round(max_results))
        return {"versions": [version_of(one) for one in found]}

    def get_model_version(self, name: str, version: Any = None, alias: str | None = None) -> Answer:
        """The version of that number, or the one that has the alias."""
        from mlflow import MlflowClient

        if (version is None) == (alias is None):
            raise VerbError("A version is asked for by its number or by an alias: give one of the two.")
        client = MlflowClient()
        if alias is not None:
            return version_of(client.get_model_version_by_alias(name, alias))
        return version_of(client.get_model_version(name, _digits(version)))

    def set_registered_model_alias(self, name: str, alias: str, version: Any) -> Answer:
        """Let an alias name a version."""
        from mlflow import MlflowClient

        MlflowClient().set_registered_model_alias(name, alias, _digits(version))
        return {}

    def delete_registered_model_alias(self, name: str, alias: str) -> Answer:
        """Let an alias name no version."""
        from mlflow import MlflowClient

        MlflowClient().delete_registered_model_alias(name, alias)
        return {}

    def transition_model_version_stage(
        self, name: str, version: Any, stage: str, archive_existing_versions: bool = False
    ) -> Answer:
        """Put a version into another stage."""
        from mlflow import MlflowClient

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # MLflow advises aliases instead
            return version_of(
                MlflowClient().transition_model_version_stage(name, _digits(version), stage, archive_existing_versions)
            )

    def update_model_version(self, name: str, version: Any, description: str) -> Answer:
        """Describe a version."""
        from mlflow import MlflowClient

        return version_of(MlflowClient().update_model_version(name, _digits(version), description))

    def get_latest_versions(self, name: str, stages: Sequence[str] = ()) -> Answer:
        """``versions``: the latest in each of the stages, or in each there is."""
        from mlflow import MlflowClient

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            found = MlflowClient().get_latest_versions(name, list(stages) or None)
        return {"versions": [version_of(one) for one in found]}

    def set_model_version_tag(self, name: str, version: Any, key: str, value: Any) -> Answer:
        """Set a tag of a version."""
        from mlflow import MlflowClient

        MlflowClient().set_model_version_tag(name, _digits(version), key, str(value))
        return {}

    def delete_model_version(self, name: str, version: Any) -> Answer:
        """Take a version out of the registry; the model stays with its run."""
        from mlflow import MlflowClient

        MlflowClient().delete_model_version(name, _digits(version))
        return {}

    def rename_registered_model(self, name: str, new_name: str) -> Answer:
        """Give a registered model another name."""
        from mlflow import MlflowClient

        MlflowClient().rename_registered_model(name, new_name)
        return self.get_registered_model(new_name)

    def delete_registered_model(self, name: str) -> Answer:
        """Delete a registered model and its versions; the models stay with their runs."""
        from mlflow import MlflowClient

        MlflowClient().delete_registered_model(name)
        return {}


def _digits(version: Any) -> str:
    return f"{version:.0f}" if isinstance(version, float) else str(version)


def version_of(version: ModelVersion) -> Answer:
    """A version of a registered model."""
    from mlflow.store.artifact.utils.models import _parse_model_id_if_present

    return {
        "name": version.name,
        "version": str(version.version),
        "stage": version.current_stage,
        "source": version.source,
        "run_id": version.run_id,
        "model_id": version.model_id
        or _parse_model_id_if_present(str(version.source)),  # SQL stores keep the source alone
        "description": version.description,
        "aliases": list(version.aliases),
        "tags": dict(version.tags),
    }
