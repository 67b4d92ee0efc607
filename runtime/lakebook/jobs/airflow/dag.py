"""A job as the text of a DAG file, for Airflow 2.9 and later, and 3."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from textwrap import indent
from typing import Any

from lakebook.config import Workspace
from lakebook.jobs.airflow import schedule
from lakebook.jobs.airflow.errors import ExportError
from lakebook.jobs.airflow.tasks import Operators
from lakebook.jobs.airflow.templates import Templates
from lakebook.jobs.drivers import DriverOf
from lakebook.jobs.model import Job, defaults

_HEAD = '''\
"""A job of Lakebook, written by ``lakebook jobs export``: change the job and write it again, not this file."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

from airflow import DAG
from airflow.timetables.trigger import CronTriggerTimetable

try:
    from airflow.providers.standard.operators.bash import BashOperator
    from airflow.providers.standard.operators.empty import EmptyOperator
    from airflow.providers.standard.operators.python import ShortCircuitOperator
    from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
    from airflow.sdk import Param
except ImportError:  # Airflow 2
    from airflow.models.param import Param
    from airflow.operators.bash import BashOperator
    from airflow.operators.empty import EmptyOperator
    from airflow.operators.python import ShortCircuitOperator
    from airflow.operators.trigger_dagrun import TriggerDagRunOperator


def holds(op, left, right, wanted):
    """Whether a condition has the outcome that is wanted: equality is that of texts, order that of numbers."""
    if op in ("EQUAL_TO", "NOT_EQUAL"):
        return ((left == right) == (op == "EQUAL_TO")) == wanted
    a, b = Decimal(left.strip()), Decimal(right.strip())
    found = {
        "GREATER_THAN": a > b,
        "GREATER_THAN_OR_EQUAL": a >= b,
        "LESS_THAN": a < b,
        "LESS_THAN_OR_EQUAL": a <= b,
    }
    return found[op] == wanted


tasks = {}
'''


def dag_id(bundle: str, key: str) -> str:
    """What a bundle's job is called in Airflow."""
    return re.sub(r"[^\w.-]", "_", f"{bundle}_{key}", flags=re.ASCII)


def dag(
    settings: Mapping[str, Any], name: str, dag_ids: Mapping[str, str], workspace: Workspace, root: Path, today: date
) -> str:
    """The text of a DAG file.

    Args:
        settings: the job's.
        name: the DAG's.
        dag_ids: of the bundle's jobs, by their keys.
        workspace: whose notebooks run.
        root: from which relative paths count.
        today: since when due times count.

    Raises:
        ExportError: something of the job is not Airflow's.
    """
    if settings.get("git_source"):
        raise ExportError("git_source: only Lakebook's scheduler checks out a repository")
    if (settings.get("lakebook") or {}).get("driver") == DriverOf.OWN:
        raise ExportError("lakebook.driver: only Lakebook's scheduler starts drivers of a job's own")
    job = Job.read(settings)
    templates = Templates(job.name, defaults(settings))
    operators = Operators(templates, list(defaults(settings)), workspace, root, dag_ids)
    statements = [statement for task in job.tasks.values() for statement in operators.of(task)]
    statements += [statement for task in job.tasks.values() for statement in operators.edges(task)]
    arguments = _arguments(job, name, templates, today)
    listed = "".join(f"    {key}={value},\n" for key, value in arguments.items())
    return f"{_HEAD}\nwith DAG(\n{listed}):\n{indent(chr(10).join(statements), '    ')}\n"


def notes(settings: Mapping[str, Any]) -> list[str]:
    """What is not as it is with Lakebook's scheduler, and changes no result."""
    owners = [("", settings), *((f"{task['task_key']}.", task) for task in settings["tasks"])]
    silent = ("email_notifications", "webhook_notifications", "health")
    found = [
        f"{place}{name} is left to Airflow's own callbacks"
        for place, owner in owners
        for name in silent
        if owner.get(name)
    ]
    if not (settings.get("queue") or {}).get("enabled"):
        found.append("a run that is one too many waits in Airflow, and is not skipped")
    if any(task.get("min_retry_interval_millis") for task in settings["tasks"]):
        found.append("min_retry_interval_millis counts from the end of the attempt before in Airflow")
    return found


def _arguments(job: Job, name: str, templates: Templates, today: date) -> dict[str, str]:
    found = {
        "dag_id": repr(name),
        "description": repr(job.name),
        "start_date": f"datetime({today.year}, {today.month}, {today.day}, tzinfo=timezone.utc)",
        "max_active_runs": str(job.max_concurrent_runs),
        **schedule.arguments(job.settings),
    }
    if job.timeout is not None:
        found["dagrun_timeout"] = f"timedelta(milliseconds={job.timeout})"
    values = defaults(job.settings)
    if values:
        params = (
            f"{key!r}: {_param(templates.of(value, f'parameters.{key}'), value)}" for key, value in values.items()
        )
        found["params"] = "{" + ", ".join(params) + "}"
    return found


def _param(template: str, default: str) -> str:
    if template == default:
        return f"Param({default!r}, type='string')"
    return f"Param(None, type=['null', 'string'], description={f'default: {default}'!r})"
