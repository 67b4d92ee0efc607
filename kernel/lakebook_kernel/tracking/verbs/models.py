"""Verbs on models: logged with a run, loaded again, registered under a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lakebook_kernel.tracking.verbs.errors import VerbError
from lakebook_kernel.tracking.verbs.registry import version_of
from lakebook_kernel.tracking.verbs.runs import known_run, run_or_started, texts

Answer = dict[str, Any]
#: seconds that a registry may take to have a version ready
_READY_WITHIN = 60


class ModelVerbs:
    """Relative paths start in the notebook's ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def log_model(
        self,
        path: str,
        flavors: Mapping[str, Mapping[str, Any]],
        name: str = "model",
        signature: Mapping[str, Any] | None = None,
        input_example: Mapping[str, Sequence[Any]] | None = None,
        run_id: str | None = None,
        registered_model_name: str | None = None,
    ) -> Answer:
        """Log a model that was saved in the folder ``path``; see ``lakebook.tracking.saved_model.save_model``.

        Args:
            signature: ``inputs`` and ``outputs``, as ``lakebook.tracking.saved_model.signature`` takes them.
            input_example: a list of values for each column.
            registered_model_name: register it under this name as well.

        Returns:
            ``model_id``, ``model_uri`` and ``run_id``, and the ``version`` when it was registered.
        """
        from mlflow.models import Model

        from lakebook.tracking import saved_model

        logged = Model.log(
            artifact_path=None,
            flavor=saved_model,
            name=name,
            run_id=run_or_started(run_id),
            registered_model_name=registered_model_name,
            await_registration_for=_READY_WITHIN,
            files=self._folder / path,
            flavors=flavors,
            signature=None if signature is None else saved_model.signature(**signature),
            input_example=input_example,
            validate_serving_input=False,
        )
        answer = {"model_id": logged.model_id, "model_uri": logged.model_uri, "run_id": logged.run_id}
        if registered_model_name is not None:
            answer["version"] = str(logged.registered_model_version)
        return answer

    def save_model(
        self,
        path: str,
        flavors: Mapping[str, Mapping[str, Any]],
        destination: str,
        signature: Mapping[str, Any] | None = None,
        input_example: Mapping[str, Sequence[Any]] | None = None,
    ) -> Answer:
        """As ``log_model``, into the folder ``destination`` instead of the store; answers its ``path``."""
        from mlflow.models import Model

        from lakebook.tracking import saved_model

        folder = self._folder / destination
        if folder.exists():
            raise VerbError(f"{folder} is there already: save the model to another folder, or remove this one.")
        saved_model.save_model(
            str(folder),
            Model(),
            files=self._folder / path,
            flavors=flavors,
            signature=None if signature is None else saved_model.signature(**signature),
            input_example=input_example,
        )
        return {"path": str(folder)}

    def load_model(self, model_uri: str, flavor: str | None = None, into: str | None = None) -> Answer:
        """Fetch a model: ``path``, its folder on this machine, and ``flavors``, their entries in ``MLmodel``.

        Args:
            model_uri: MLflow's URI of a model (``models:/…``, ``runs:/…``), or a folder.
            flavor: one that it has to have.
            into: the folder to which its files are copied; without it they are where MLflow has or puts them.
        """
        from mlflow.artifacts import download_artifacts
        from mlflow.models import Model

        folder = self._folder / Path(model_uri).expanduser()
        place = str(folder) if folder.is_dir() else download_artifacts(artifact_uri=model_uri, dst_path=into)
        flavors = Model.load(place).flavors
        if flavor is not None and flavor not in flavors:
            raise VerbError(f"{model_uri} is no model of the flavor {flavor}: it has {', '.join(flavors)}.")
        return {"path": place, "flavors": flavors}

    def register_model(
        self,
        name: str,
        model_uri: str | None = None,
        run_id: str | None = None,
        tags: Mapping[str, Any] | None = None,
        description: str | None = None,
    ) -> Answer:
        """Make a model a version of the registered model ``name``: the one at the URI, or the last one of a run."""
        import mlflow
        from mlflow import MlflowClient

        source = model_uri or f"models:/{_last_model(known_run(run_id))}"
        made = mlflow.register_model(source, name, _READY_WITHIN, tags=texts(tags))
        if description is not None:
            made = MlflowClient().update_model_version(name, made.version, description)
        return version_of(made)


def _last_model(run_id: str) -> str:
    """The id of the model that the run logged last."""
    from mlflow import MlflowClient

    client = MlflowClient()
    outputs = client.get_run(run_id).outputs
    if outputs is None or not outputs.model_outputs:
        raise VerbError(f"Run {run_id} has logged no model that could be registered.")
    logged = [client.get_logged_model(output.model_id) for output in outputs.model_outputs]
    return str(max(logged, key=lambda model: model.creation_timestamp).model_id)
