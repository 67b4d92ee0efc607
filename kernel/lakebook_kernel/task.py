"""What a job says to the kernel that runs one of its tasks."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from lakebook_kernel.languages.base import CellError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

#: settings of Spark's for the task's session: a JSON object of texts
SPARK_CONF = "LAKEBOOK_TASK_SPARK_CONF"
#: what of the notebook's context a job knows, by the variables that say it
_CONTEXT = {
    "jobId": "LAKEBOOK_TASK_JOB_ID",
    "jobName": "LAKEBOOK_TASK_JOB_NAME",
    "taskKey": "LAKEBOOK_TASK_KEY",
    "runId": "LAKEBOOK_TASK_RUN_ID",
    "multitaskParentRunId": "LAKEBOOK_TASK_JOB_RUN_ID",
}


def context(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What the notebook's context has of the job; nothing outside of one."""
    return {name: environment[variable] for name, variable in _CONTEXT.items() if variable in environment}


def configure(session: SparkSession, say: Callable[[str], None], environment: Mapping[str, str] = os.environ) -> None:
    """Set what the task's cluster has in ``spark_conf``; say what only the driver's start could set.

    Raises:
        CellError: Spark does not take a value.
    """
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    wanted: dict[str, str] = json.loads(environment.get(SPARK_CONF, "{}"))
    unmet, wrong = [], []
    for name, value in wanted.items():
        try:
            session.conf.set(name, value)
        except (PySparkException, Py4JJavaError) as problem:
            if not _is_of_driver(problem):
                wrong.append(f"{name} of the job's spark_conf cannot be {json.dumps(value)}: {_reason(problem)}")
            elif session.conf.get(name, None) != value:
                unmet.append(name)
    if wrong:
        raise CellError("SparkConfError", "\n".join(wrong))
    if unmet:
        say(f"{', '.join(unmet)} of the job's spark_conf cannot be set {_why_unmet(environment)}")


def _why_unmet(environment: Mapping[str, str]) -> str:
    from lakebook.spark.own import OwnDriver

    if OwnDriver.of_task(environment) is not None:
        return "by a job: all drivers of a workspace have it from lakebook.toml."
    return (
        "by a session: the driver runs already, and is shared. Set it under [spark.conf] in lakebook.toml, then: "
        "lakebook driver stop. Or let the job have a driver of its own: lakebook: {driver: own}"
    )


def _is_of_driver(problem: Exception) -> bool:
    """Whether Spark has refused a setting whatever the value, and not a value."""
    condition = getattr(problem, "getCondition", lambda: None)()
    return condition in ("CANNOT_MODIFY_CONFIG", "CANNOT_MODIFY_STATIC_CONFIG")


def _reason(problem: Exception) -> str:
    java = getattr(problem, "java_exception", None)
    return str(problem if java is None else java.getMessage()).partition("\n")[0]
