"""What is asked of Kubernetes' API server, about one namespace."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from urllib3.exceptions import HTTPError

#: seconds for a connection to the API server, and for its answer: the scheduler waits meanwhile
_TIMEOUT = (3.0, 5.0)
_GONE = 404


class ClusterError(Exception):
    """The API server cannot be asked, or refuses; the message says what and why."""


class Cluster:
    """Jobs, their pods and their Secrets.

    Args:
        client: the official client's ``ApiClient``.
        namespace: where they are.

    Raises:
        ClusterError: the namespace cannot be read.
    """

    def __init__(self, client: Any, namespace: str) -> None:
        from kubernetes.client import BatchV1Api, CoreV1Api

        self._batch = BatchV1Api(client)
        self._core = CoreV1Api(client)
        self._namespace = namespace
        found = self._call(f"read the namespace {namespace}", self._core.read_namespace, namespace)
        #: what no other namespace of any cluster has
        self.place = f"kubernetes/{namespace}/{found['metadata']['uid']}"

    def create_job(self, manifest: dict[str, Any]) -> str:
        """Returns its ``uid``."""
        made = self._call("create a Job", self._batch.create_namespaced_job, self._namespace, manifest)
        return str(made["metadata"]["uid"])

    def create_secret(self, manifest: dict[str, Any]) -> None:
        """Create a Secret."""
        self._call("create a Secret", self._core.create_namespaced_secret, self._namespace, manifest)

    def resume_job(self, name: str) -> None:
        """Let a Job begin that was created suspended."""
        patch = {"spec": {"suspend": False}}
        self._call(f"start the Job {name}", self._batch.patch_namespaced_job, name, self._namespace, patch)

    def delete_job(self, name: str, uid: str) -> None:
        """Have a Job's pods told to end; it stays until they have. One that is gone already is none to be deleted."""
        options = {"propagationPolicy": "Foreground", "preconditions": {"uid": uid}}
        call = self._batch.delete_namespaced_job
        self._call(f"delete the Job {name}", call, name, self._namespace, body=options, unless_gone=True)

    def jobs(self, selector: str) -> list[dict[str, Any]]:
        """Jobs with these labels."""
        return self._list("list Jobs", self._batch.list_namespaced_job, selector)

    def pods(self, selector: str) -> list[dict[str, Any]]:
        """Pods with these labels."""
        return self._list("list pods", self._core.list_namespaced_pod, selector)

    def _list(self, what: str, call: Callable[..., Any], selector: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self._call(what, call, self._namespace, label_selector=selector)["items"]
        return items

    def _call(
        self, what: str, call: Callable[..., Any], *arguments: Any, unless_gone: bool = False, **options: Any
    ) -> dict[str, Any]:
        from kubernetes.client import ApiException

        try:
            # the answer as it is: its models refuse some that are right, such as a Job for a Job that was deleted
            answer = call(*arguments, **options, _preload_content=False, _request_timeout=_TIMEOUT)
            found: dict[str, Any] = json.loads(answer.data)
        except ApiException as problem:
            if unless_gone and problem.status == _GONE:
                return {}
            raise ClusterError(f"Kubernetes does not let Lakebook {what}: {_reason(problem)}.") from None
        except (HTTPError, json.JSONDecodeError) as problem:
            raise ClusterError(f"Kubernetes' API server does not answer when asked to {what}: {problem}.") from None
        return found


def connect(namespace: str) -> Cluster:
    """The cluster in which this process runs as a pod, or else the one that the kubeconfig names.

    Raises:
        ClusterError: there is none, or it cannot be reached.
    """
    try:
        from kubernetes import client, config
    except ModuleNotFoundError:
        hint = "install it with: pip install 'lakebook[kubernetes]'"
        raise ClusterError(f"Kubernetes' client for Python is missing; {hint}") from None
    found = client.Configuration()
    found.retries = False
    try:
        try:
            config.load_incluster_config(client_configuration=found)
        except config.ConfigException:
            config.load_kube_config(client_configuration=found)
    except config.ConfigException as problem:
        text = " ".join(str(problem).split()).rstrip(".")
        raise ClusterError(f"This is no pod, and no kubeconfig names a cluster of Kubernetes: {text}.") from None
    return Cluster(client.ApiClient(found), namespace)


def _reason(problem: Any) -> str:
    """The API server's own words, where it has some."""
    try:
        message = json.loads(problem.body)["message"]
    except (ValueError, TypeError, KeyError):
        message = f"{problem.status} {problem.reason}"
    return str(message).rstrip(".")
