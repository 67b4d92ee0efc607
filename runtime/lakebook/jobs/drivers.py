"""Which Spark driver a task uses: the workspace's, one that tasks of its run share, or one of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class DriverOf(StrEnum):
    """``lakebook.driver`` of a job, of a job's cluster or of a task."""

    SHARED = "shared"
    OWN = "own"


def cluster_of(task: Mapping[str, Any], job: Mapping[str, Any]) -> Mapping[str, Any]:
    """The cluster that a task asks for, its own or one of the job's."""
    return task.get("new_cluster") or _job_cluster(task, job).get("new_cluster") or {}


def name_of_own(
    task: Mapping[str, Any], job: Mapping[str, Any], run_id: int, task_run_id: int, *, apart: bool = False
) -> str | None:
    """The name of the driver that a task run uses in place of the workspace's; None if it does not.

    What the task says counts more than what its cluster says, and that more than what the job says. As with Databricks'
    job clusters, tasks of a run share one if they name the same of ``job_clusters``, or none; a task has one alone if
    it has a ``new_cluster`` or asks for it itself.

    Args:
        task: its settings; of an iteration, those of what is repeated.
        job: the run's settings.
        run_id: the run.
        task_run_id: the task run.
        apart: whether each task runs on a machine of its own, where none can share.
    """
    asked = _asked(task)
    alone = apart or asked is not None or bool(task.get("new_cluster"))
    wanted = asked or (None if task.get("new_cluster") else _asked(_job_cluster(task, job))) or _asked(job)
    if wanted != DriverOf.OWN:
        return None
    if alone:
        return name_of_task(task_run_id)
    key = task.get("job_cluster_key")
    return f"run-{run_id}" if key is None else f"run-{run_id}.{key}"


def name_of_task(task_run_id: int) -> str:
    """The name of a driver that one task run alone uses."""
    return f"task-{task_run_id}"


def user_of(name: str) -> tuple[str, int] | None:
    """What a driver of this name is for: ``run`` or ``task``, and the number of that run or task run."""
    found = re.fullmatch(r"(run|task)-(\d+)(\..+)?", name)
    return (found[1], int(found[2])) if found else None


def _asked(settings: Mapping[str, Any]) -> str | None:
    return (settings.get("lakebook") or {}).get("driver")


def _job_cluster(task: Mapping[str, Any], job: Mapping[str, Any]) -> Mapping[str, Any]:
    key = task.get("job_cluster_key")
    return next((one for one in job.get("job_clusters") or () if one["job_cluster_key"] == key), {})
