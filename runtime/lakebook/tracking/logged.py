"""The models that a run logged, and what is written in their ``MLmodel`` files."""

from __future__ import annotations

import time
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from lakebook.tracking.errors import TrackingError, is_unknown
from lakebook.tracking.references import SCHEME

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import LoggedModel, Run
    from mlflow.models import Model

_MLMODEL = "MLmodel"
_PAUSE = 0.5  # seconds between two looks at a model that is being logged


@dataclass(frozen=True)
class RunsModel:
    """A model of a run: one of MLflow 3's logged models, or a folder among the run's artifacts."""

    #: as it was logged, such as ``model``
    name: str
    #: what a registered version of it names as its source
    source: str
    #: the URI of the folder with its files
    location: str
    #: MLflow's id of a logged model; None for a folder of artifacts
    model_id: str | None = None


def models_of(client: MlflowClient, run: Run) -> list[RunsModel]:
    """The models that a run logged, one for each name: the one of the last step."""
    found = {model.name: model for model in _folders(client, run)}
    for logged in _logged(client, run):
        uri = f"{SCHEME}{logged.model_id}"
        found[logged.name] = RunsModel(logged.name, uri, logged.artifact_location, logged.model_id)
    return list(found.values())


def _logged(client: MlflowClient, run: Run) -> list[LoggedModel]:
    from mlflow.exceptions import MlflowException

    outputs = run.outputs.model_outputs if run.outputs is not None else []
    found = []
    for output in outputs:
        try:
            model = client.get_logged_model(output.model_id)
        except MlflowException as problem:
            if not is_unknown(problem):
                raise
            continue  # it was deleted
        found.append((output.step, model.creation_timestamp, model))
    return [model for *_, model in sorted(found, key=lambda one: one[:2])]


def _folders(client: MlflowClient, run: Run) -> list[RunsModel]:
    """How models were logged before MLflow 3, and what is not logged by MLflow's Python."""
    run_id, root = run.info.run_id, run.info.artifact_uri
    folders = [file.path for file in client.list_artifacts(run_id) if file.is_dir]
    return [
        RunsModel(folder, f"{root}/{folder}", f"{root}/{folder}")
        for folder in folders
        if f"{folder}/{_MLMODEL}" in {file.path for file in client.list_artifacts(run_id, folder)}
    ]


def wait_until_ready(client: MlflowClient, model: RunsModel, patience: float) -> None:
    """Return when all of a model has been logged.

    Args:
        patience: seconds that another process may take for it.

    Raises:
        TrackingError: it failed, or took too long.
    """
    if model.model_id is None:
        return
    deadline = time.monotonic() + patience
    while (status := str(client.get_logged_model(model.model_id).status)) == "PENDING":
        if time.monotonic() > deadline:
            raise TrackingError(f"Model {model.name} ({model.model_id}) is still being logged after {patience:g} s.")
        time.sleep(_PAUSE)
    if status == "FAILED":
        raise TrackingError(f"Model {model.name} ({model.model_id}) could not be logged in full: log it again.")


def read_mlmodel(client: MlflowClient, location: str) -> Model:
    """What a model's ``MLmodel`` file says: its signature, its flavors.

    Args:
        location: the URI of the model's folder.

    Raises:
        TrackingError: there is no such file any more.
    """
    from mlflow.artifacts import download_artifacts
    from mlflow.exceptions import MlflowException
    from mlflow.models import Model

    uri = client.tracking_uri
    with TemporaryDirectory() as folder:
        try:
            file = download_artifacts(f"{location}/{_MLMODEL}", dst_path=folder, tracking_uri=uri, registry_uri=uri)
        except MlflowException as problem:
            if not is_unknown(problem):
                raise
            raise TrackingError(f"The files of the model are gone: there is no {location}/{_MLMODEL}.") from None
        return Model.load(file)
