"""What a task run is in Kubernetes: a Job with one pod, and a Secret that goes with it."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path, PurePosixPath
from typing import Any

import sqlalchemy

from lakebook.config import Workspace
from lakebook.config_kubernetes import KubernetesSettings
from lakebook.jobs.executors.base import LOG, OWNER
from lakebook.jobs.files import log_file
from lakebook.jobs.store.address import password_of, without_password
from lakebook.jobs.store.rows import TaskRun

#: the label that has the name of a pod's Job, also when that is gone
JOB = "lakebook/job"
#: of the workspace's state: what the tasks of all machines share. The rest is a pod's own, such as its Spark driver
SHARED = ("dbfs", "jobs", "lineage", "volumes", "warehouse")
#: and of its files those that a pod may read
_READ = ("mounts.json", "secrets.toml")
#: seconds between SIGTERM and SIGKILL
_GRACE = 20
_MANAGED = {"app.kubernetes.io/name": "lakebook", "app.kubernetes.io/managed-by": "lakebook"}
#: labels of everything that any workspace has in a namespace
EVERYTHING = "app.kubernetes.io/managed-by=lakebook"
#: characters of a Job's name, which becomes a label and a host's name
_LONGEST = 63


class Manifests:
    """Writes manifests.

    Args:
        workspace: which the pods have at the same path as this machine.
        settings: what pods are made of.
        url: the store's; its password goes to the Secret.
    """

    def __init__(self, workspace: Workspace, settings: KubernetesSettings, url: sqlalchemy.URL) -> None:
        self._workspace = workspace
        self._settings = settings
        self._url = url
        where = f"{settings.claim}\n{settings.sub_path}\n{workspace.root}"
        self._name = f"{_slug(workspace.root.name)}-{_digest(where)}".strip("-")

    def job(self, task: TaskRun) -> dict[str, Any]:
        """The Job, which does not begin yet: its Secret is to be there first, and belongs to it."""
        labels = {**self._labels(task), JOB: self.name(task)}
        return {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {"name": self.name(task), "labels": labels, "annotations": {"lakebook/task": task.task_key}},
            "spec": {
                "suspend": True,
                "backoffLimit": 0,
                "podReplacementPolicy": "Failed",
                "ttlSecondsAfterFinished": round(self._settings.keep),
                "template": {"metadata": {"labels": labels}, "spec": self._pod(task)},
            },
        }

    def secret(self, task: TaskRun, uid: str) -> dict[str, Any]:
        """The Secret, which goes when its Job goes.

        Args:
            task: whose token it has.
            uid: the Job's.
        """
        name = self.name(task)
        return {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {
                "name": name,
                "labels": {**self._labels(task), JOB: name},
                "ownerReferences": [{"apiVersion": "batch/v1", "kind": "Job", "name": name, "uid": uid}],
            },
            "type": "Opaque",
            "immutable": True,
            "stringData": self._secrets(task),
        }

    def name(self, task: TaskRun) -> str:
        """A name that no other attempt to start a task run has, and that tells nothing of the token."""
        end = f"-{task.task_run_id}-{_digest(task.owner or '')}"
        return f"lakebook-{self._name}"[: _LONGEST - len(end)].rstrip("-") + end

    @property
    def selector(self) -> str:
        """The label of all that the workspace has."""
        return f"lakebook/workspace={self._name}"

    def _labels(self, task: TaskRun) -> dict[str, str]:
        run = {"lakebook/run": str(task.run_id), "lakebook/task-run": str(task.task_run_id)}
        return {**_MANAGED, "lakebook/workspace": self._name, **run}

    def _secrets(self, task: TaskRun) -> dict[str, str]:
        """By the variables that they become."""
        password = password_of(self._url) or os.environ.get("PGPASSWORD")
        return {OWNER: task.owner or "", **({"PGPASSWORD": password} if password else {})}

    def _pod(self, task: TaskRun) -> dict[str, Any]:
        account = self._settings.service_account
        volumes = [
            {"name": "workspace", "persistentVolumeClaim": {"claimName": self._settings.claim}},
            {"name": "state", "emptyDir": {}},
        ]
        spec: dict[str, Any] = {
            "restartPolicy": "Never",
            "terminationGracePeriodSeconds": _GRACE,
            # a Service named lakebook would set variables that look like settings
            "enableServiceLinks": False,
            "automountServiceAccountToken": account is not None,
            # files of the workspace are for the scheduler's user alone
            "securityContext": {"runAsUser": os.getuid(), "runAsGroup": os.getgid()},
            "containers": [self._container(task)],
            "volumes": volumes,
        }
        if account is not None:
            spec["serviceAccountName"] = account
        if self._settings.node_selector:
            spec["nodeSelector"] = dict(self._settings.node_selector)
        return spec

    def _container(self, task: TaskRun) -> dict[str, Any]:
        root, name = str(self._workspace.root), self.name(task)
        secret = [
            {"name": variable, "valueFrom": {"secretKeyRef": {"name": name, "key": variable}}}
            for variable in self._secrets(task)
        ]
        plain = {"LAKEBOOK_WORKSPACE": root, LOG: str(log_file(self._workspace.state, task))}
        return {
            "name": "task",
            "image": self._settings.image,
            "command": ["python", "-m", "lakebook.jobs.worker"],
            "args": [without_password(self._url), str(task.task_run_id)],
            "workingDir": root,
            "env": [*({"name": variable, "value": value} for variable, value in plain.items()), *secret],
            "resources": {"requests": dict(self._settings.requests), "limits": dict(self._settings.limits)},
            "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
            "volumeMounts": self._mounts(),
        }

    def _mounts(self) -> list[dict[str, Any]]:
        """The workspace at its own path, and over its state one of the pod's own, which has what is shared."""
        root, state, start = self._workspace.root, self._workspace.state, self._settings.sub_path

        def of_volume(path: Path) -> dict[str, Any]:
            below = PurePosixPath(start or "", path.relative_to(root)).as_posix()
            return {"name": "workspace", "mountPath": str(path), **({} if below == "." else {"subPath": below})}

        shared = [of_volume(state / folder) for folder in SHARED]
        read = [{**of_volume(state / file), "readOnly": True} for file in _READ if (state / file).is_file()]
        return [of_volume(root), {"name": "state", "mountPath": str(state)}, *shared, *read]


def _slug(text: str) -> str:
    """What a text has in common with names of hosts."""
    return re.sub("[^a-z0-9]+", "-", text.lower())[:30].strip("-")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
