"""The variables with which a task's kernel is started."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from lakebook.jobs import files
from lakebook.jobs.drivers import cluster_of, name_of_own, name_of_task
from lakebook.jobs.executors.base import OWNER
from lakebook.jobs.store.address import without_password
from lakebook.jobs.tracking.names import experiment_of
from lakebook.jobs.worker.assignment import Assignment
from lakebook.spark.own import OwnDriver
from lakebook.spark.surroundings import changed


def environment(assignment: Assignment, packages: Path | None, checkout: Path | None) -> dict[str, str]:
    """What a kernel is told: of its job, and what the job wants for the task.

    Args:
        assignment: the task.
        packages: the folder of packages that it asked for, if it did.
        checkout: the folder of its repository, if its files are in one.
    """
    cluster = cluster_of(assignment.task.settings, assignment.run.settings)
    conf = {name: str(value) for name, value in (cluster.get("spark_conf") or {}).items()}
    wanted = {name: str(value) for name, value in (cluster.get("spark_env_vars") or {}).items()}
    found = wanted | _of_job(assignment)
    if not {"MLFLOW_EXPERIMENT_NAME", "MLFLOW_EXPERIMENT_ID"} & found.keys():
        found["MLFLOW_EXPERIMENT_NAME"] = experiment_of(assignment.run.run_name)
    if conf:
        found["LAKEBOOK_TASK_SPARK_CONF"] = json.dumps(conf)
    if driver := _own_driver(assignment, conf, wanted):
        found |= driver.told()
    if checkout is not None:
        found["LAKEBOOK_WORKSPACE"] = str(assignment.workspace.root)
    path = [str(folder) for folder in (packages, checkout) if folder is not None]
    if path:
        inherited = found.get("PYTHONPATH", os.environ.get("PYTHONPATH"))
        found["PYTHONPATH"] = os.pathsep.join([*path, *([inherited] if inherited else [])])
    return changed(found)


def own_driver(assignment: Assignment) -> str | None:
    """The name of the driver that the task uses in place of the workspace's."""
    return name_of_own(
        assignment.task.settings,
        assignment.run.settings,
        assignment.run.run_id,
        assignment.row.task_run_id,
        apart=assignment.workspace.jobs.executor == "kubernetes",
    )


def _own_driver(assignment: Assignment, conf: Mapping[str, str], variables: Mapping[str, str]) -> OwnDriver | None:
    name = own_driver(assignment)
    if name is None:
        return None
    log = files.driver_log_file(assignment.workspace.state, assignment.row, name)
    # one that is the task's alone is found by the task's token if its worker is killed, as its kernel is
    inherits = (OWNER,) if name == name_of_task(assignment.row.task_run_id) else ()
    return OwnDriver(name, log, conf, variables, inherits)


def _of_job(assignment: Assignment) -> dict[str, str]:
    values = files.values_folder(assignment.workspace.state, assignment.run.run_id)
    values.mkdir(mode=0o700, parents=True, exist_ok=True)
    told = {
        "LAKEBOOK_TASK_VALUES": str(values),
        "LAKEBOOK_TASK_KEY": assignment.row.task_key,
        "LAKEBOOK_TASK_JOB_NAME": assignment.run.run_name,
        "LAKEBOOK_TASK_JOB_RUN_ID": str(assignment.run.run_id),
        "LAKEBOOK_TASK_STORE": without_password(assignment.store.url),
        "LAKEBOOK_TASK_RUN_ID": str(assignment.row.task_run_id),
    }
    job = assignment.run.job_id
    return told | ({"LAKEBOOK_TASK_JOB_ID": str(job)} if job is not None else {})
