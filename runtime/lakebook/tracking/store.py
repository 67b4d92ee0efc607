"""Where a workspace's runs and models are: an SQLite file and a folder of artifacts, or what the settings name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from lakebook.config import STATE, Workspace
from lakebook.tracking.running import notebook_name

if TYPE_CHECKING:
    from mlflow import MlflowClient

_FOLDER = "mlflow"
_DATABASE = "mlflow.db"
_ARTIFACTS = "artifacts"
_SQLITE = "sqlite:///"
#: what we set ``MLFLOW_EXPERIMENT_NAME`` to, so that a process started by a notebook is told from a wish of the user's
_OURS = "LAKEBOOK_EXPERIMENT"


def database(workspace: Workspace) -> Path:
    """The SQLite file of a workspace that names no other store; may not exist yet."""
    return workspace.state / _FOLDER / _DATABASE


def own_uri(workspace: Workspace) -> str:
    """MLflow's URI of the workspace's own store, whether or not the settings name another."""
    return f"{_SQLITE}{database(workspace)}"


def tracking_uri(workspace: Workspace) -> str:
    """MLflow's tracking URI of the workspace, which is its registry's too."""
    return workspace.tracking.uri or own_uri(workspace)


def is_own(workspace: Workspace) -> bool:
    """Whether runs and models are in the workspace's own store."""
    return workspace.tracking.uri is None or sqlite_file(workspace.tracking.uri) == database(workspace)


def sqlite_file(uri: str) -> Path | None:
    """The file that an MLflow URI names; None when it is no SQLite file's."""
    return Path(unquote(uri.removeprefix(_SQLITE))) if uri.startswith(_SQLITE) else None


def artifacts_beside(database: Path) -> Path | None:
    """The folder of artifacts of a workspace's own store; None for another database."""
    mine = database.name == _DATABASE and database.parent.name == _FOLDER and database.parent.parent.name == STATE
    return database.parent / _ARTIFACTS if mine else None


def client(workspace: Workspace) -> MlflowClient:
    """MLflow's client of the workspace's store, which it makes when there is none."""
    from mlflow import MlflowClient

    uri = tracking_uri(workspace)
    return MlflowClient(tracking_uri=uri, registry_uri=uri)


def experiment_name(workspace: Workspace, notebook: Path) -> str:
    """The experiment of a notebook: its path from the workspace on, without the ending."""
    name = notebook_name(workspace.root, notebook.with_suffix("") if notebook.suffix == ".ipynb" else notebook)
    return workspace.root.name or name if name == "." else name  # a console's, which has no file but its folder


def environment(workspace: Workspace, notebook: Path, given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables that lead MLflow to the workspace's store and the notebook's experiment, in it or a process of it.

    MLflow's messages home about its use are off, unless the environment says something else.

    Args:
        notebook: the notebook's file; its folder where it has none.
        given: the environment, whose own wishes for an experiment are kept.
    """
    variables = {"MLFLOW_TRACKING_URI": tracking_uri(workspace)}
    if "MLFLOW_DISABLE_TELEMETRY" not in given:
        variables["MLFLOW_DISABLE_TELEMETRY"] = "true"
    named = given.get("MLFLOW_EXPERIMENT_NAME")
    if (named is None and "MLFLOW_EXPERIMENT_ID" not in given) or (named is not None and named == given.get(_OURS)):
        name = experiment_name(workspace, notebook)
        variables |= {"MLFLOW_EXPERIMENT_NAME": name, _OURS: name}
    return variables
