"""A model of Spark ML that is logged where its run has one already takes that one's place.

MLflow puts the second one's files beside the first one's, and what is loaded has the rows of both: a tree has each node
twice. It takes no more than a model that logs itself and is logged by the user, or two fits within one run.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlflow.models.model import ModelInfo
    from mlflow.store.artifact.artifact_repo import ArtifactRepository

#: files of Spark's that are named anew whenever something is written; others are written over
_PART = "part-"


def wrap() -> None:
    """Have ``mlflow.spark.log_model`` do so; to be called when it has just been imported."""
    module = sys.modules["mlflow.spark"]  # what ``mlflow.spark`` is while this is imported is not that yet
    original = module.log_model

    @functools.wraps(original)
    def log_model(spark_model: Any, artifact_path: str, *args: Any, **kwargs: Any) -> ModelInfo:
        repository = _artifacts_of_run()
        before = [] if repository is None else list(_parts(repository, artifact_path))
        logged: ModelInfo = original(spark_model, artifact_path, *args, **kwargs)
        if repository is not None:
            for file in before:
                repository.delete_artifacts(file)
        return logged

    module.log_model = log_model  # type: ignore[attr-defined]


def _artifacts_of_run() -> ArtifactRepository | None:
    """Of the active run; without one a run is begun, which has none."""
    import mlflow
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    run = mlflow.active_run()
    return None if run is None else get_artifact_repository(run.info.artifact_uri)


def _parts(repository: ArtifactRepository, folder: str) -> Iterator[str]:
    for file in repository.list_artifacts(folder):
        if file.is_dir:
            yield from _parts(repository, file.path)
        elif file.path.rpartition("/")[2].removeprefix(".").startswith(_PART):
            yield file.path
