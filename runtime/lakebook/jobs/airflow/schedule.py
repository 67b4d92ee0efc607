"""When a DAG runs: the Python text of its ``schedule`` and of what belongs to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lakebook.jobs import quartz_fields as fields
from lakebook.jobs.airflow.errors import ExportError
from lakebook.jobs.quartz import Quartz
from lakebook.jobs.quartz_days import DaysOfMonth, DaysOfWeek

_UNITS = {"HOURS": "hours", "DAYS": "days", "WEEKS": "weeks"}


def arguments(settings: Mapping[str, Any]) -> dict[str, str]:
    """Arguments of ``DAG``, as they stand in its file. Raises ``ExportError``."""
    found = {"schedule": "None", "catchup": "False"}
    cause = _cause(settings)
    if cause is None:
        return found
    kind, body = cause
    match kind:
        case "schedule":
            cron, zone = _cron(body["quartz_cron_expression"]), body["timezone_id"]
            found["schedule"] = f"CronTriggerTimetable({cron!r}, timezone={zone!r})"
        case "periodic":
            found["schedule"] = f"timedelta({_UNITS[body['unit']]}={body['interval']})"
        case "continuous":
            if body.get("task_retry_mode") == "ON_FAILURE":
                raise ExportError("continuous.task_retry_mode is ON_FAILURE: Airflow retries as each task says")
            found |= {"schedule": "'@continuous'", "max_active_runs": "1"}
        case _:
            raise ExportError(f"trigger.{kind}: Airflow does not watch it as Lakebook does")
    missed = (settings.get("lakebook") or {}).get("missed", "latest")
    if missed == "none" and kind != "continuous":
        raise ExportError("lakebook.missed is none, and Airflow makes up for the latest due time at least")
    found["catchup"] = str(missed == "all")
    found["is_paused_upon_creation"] = str(_is_paused(settings))
    return found


def _cause(settings: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
    for kind in ("schedule", "continuous"):
        if settings.get(kind) is not None:
            return kind, settings[kind]
    trigger = settings.get("trigger") or {}
    return next(((kind, body) for kind, body in trigger.items() if isinstance(body, Mapping)), None)


def _is_paused(settings: Mapping[str, Any]) -> bool:
    causes = [settings.get(kind) or {} for kind in ("schedule", "trigger", "continuous")]
    return any(cause.get("pause_status") == "PAUSED" for cause in causes)


def _cron(text: str) -> str:
    """An expression of cron that names the same times."""
    quartz = Quartz.parse(text)
    name = f"schedule.quartz_cron_expression {text!r}"
    if quartz.seconds != (0,):
        raise ExportError(f"{name}: Airflow's schedules have no seconds, only 0 can be exported")
    if len(quartz.years) != _count(fields.YEAR):
        raise ExportError(f"{name}: Airflow's schedules have no years")
    match quartz.days:
        case DaysOfMonth(days):
            day_of_month, day_of_week = _values(days, fields.DAY_OF_MONTH), "*"
        case DaysOfWeek(days, None):  # Quartz counts from 1, Sunday, and cron from 0
            day_of_month, day_of_week = "*", _values(tuple(day - 1 for day in days), fields.DAY_OF_WEEK)
        case _:
            raise ExportError(f"{name}: Airflow reads L, W and # otherwise, or not at all")
    minutes, hours = _values(quartz.minutes, fields.MINUTES), _values(quartz.hours, fields.HOURS)
    return f"{minutes} {hours} {day_of_month} {_values(quartz.months, fields.MONTH)} {day_of_week}"


def _values(found: tuple[int, ...], field: fields.Field) -> str:
    return "*" if len(found) == _count(field) else ",".join(map(str, found))


def _count(field: fields.Field) -> int:
    return field.highest - field.lowest + 1
