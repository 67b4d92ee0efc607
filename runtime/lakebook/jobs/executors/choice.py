"""The executor that a workspace asks for."""

from __future__ import annotations

from lakebook.config import Workspace
from lakebook.jobs.executors.base import Executor, ExecutorError
from lakebook.jobs.executors.local import LocalExecutor
from lakebook.jobs.store import Store


def executor_of(workspace: Workspace, store: Store) -> Executor:
    """Where the task runs of a workspace have their processes.

    Raises:
        ExecutorError: they cannot have them there.
    """
    if workspace.jobs.executor == "kubernetes":
        return _kubernetes(workspace, store)
    return LocalExecutor(store.url, workspace.root, workspace.state)


def _kubernetes(workspace: Workspace, store: Store) -> Executor:
    from lakebook.jobs.executors.cluster import ClusterError, connect
    from lakebook.jobs.executors.kubernetes import KubernetesExecutor
    from lakebook.jobs.executors.manifests import Manifests

    settings = workspace.jobs.kubernetes
    if lacking := _lacking(workspace, store):
        raise ExecutorError(f'jobs.executor = "kubernetes" needs {lacking}.')
    assert settings is not None
    try:
        cluster = connect(settings.namespace)
    except ClusterError as problem:
        raise ExecutorError(str(problem)) from None
    return KubernetesExecutor(cluster, Manifests(workspace, settings, store.url), workspace)


def _lacking(workspace: Workspace, store: Store) -> str | None:
    """What other machines cannot do without."""
    if store.url.get_backend_name() == "sqlite":
        return "jobs.store to be a Postgres database: other machines cannot share the locks of an SQLite file"
    if workspace.metastore is None:
        return "metastore.url: each pod has a Spark driver of its own, which finds the workspace's tables there"
    if workspace.tracking.uri is None or workspace.tracking.uri.startswith("sqlite:"):
        return "tracking.uri to be MLflow's server: other machines cannot share the locks of an SQLite file"
    if not workspace.warehouse.is_relative_to(workspace.root):
        return f"warehouse.path to be in the workspace, which is all that pods have, and not {workspace.warehouse}"
    if workspace.jobs.kubernetes is None:
        return "a section [jobs.kubernetes] in lakebook.toml, with image and claim"
    return None
