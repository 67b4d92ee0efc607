"""When a job runs by itself, in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from lakebook.jobs.due import DueError, next_due
from lakebook.jobs.store import Job, Trigger
from lakebook.jobs.zones import UnknownZone, zone

_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_SHORT = {name[:3].upper(): number for number, name in enumerate(_DAYS, start=1)}


def starts(settings: Mapping[str, Any]) -> str:
    """What starts a job, such as ``every day at 06:00``; empty if nothing does."""
    if schedule := settings.get("schedule"):
        return quartz(schedule["quartz_cron_expression"])
    if settings.get("continuous") is not None:
        return "always, one run after the other"
    trigger = settings.get("trigger") or {}
    if periodic := trigger.get("periodic"):
        number, unit = periodic["interval"], str(periodic["unit"]).lower()
        return f"every {unit.removesuffix('s')}" if number == 1 else f"every {number} {unit}"
    if files := trigger.get("file_arrival"):
        return f"when files arrive in {files['url']}"
    if tables := trigger.get("table_update") or trigger.get("table"):
        every = "all of" if tables.get("condition") == "ALL_UPDATED" and len(tables["table_names"]) > 1 else ""
        return " ".join(f"when {every} {', '.join(tables['table_names'])} changed".split())
    return ""


def quartz(expression: str) -> str:
    """A Quartz expression in words, or as it stands if it is not one of the usual ones."""
    fields = expression.split()
    as_it_stands = f"by {expression}"
    if len(fields) not in (6, 7) or (len(fields) == 7 and fields[6] != "*"):
        return as_it_stands
    second, minute, hour, day, month, weekday = fields[:6]
    if second != "0" or month != "*":
        return as_it_stands
    days, time = _days(day, weekday.upper()), _time(minute, hour)
    if days is None or time is None:
        return as_it_stands
    if time.startswith("at "):
        return f"{days or 'every day'} {time}"
    return f"{time} {days}".strip()


def due(job: Job, trigger: Trigger | None, now: int) -> str:
    """When a job is due next, in its own zone; empty if that is not known."""
    if job.paused:
        return ""
    if trigger is not None and trigger.armed_time == job.armed_time:
        moment = trigger.next_due
    else:
        moment = _next_due(job, now)
    return "" if moment is None else in_zone(moment, job.settings)


def in_zone(moment: int, settings: Mapping[str, Any]) -> str:
    """A time in the zone of a job's schedule, with its name."""
    name = (settings.get("schedule") or {}).get("timezone_id") or "UTC"
    try:
        local = datetime.fromtimestamp(moment / 1000, zone(name))
    except UnknownZone:
        local, name = datetime.fromtimestamp(moment / 1000, UTC), "UTC"
    return f"{local:%a %d %b %Y, %H:%M:%S} {name}".replace(":00 ", " ", 1)


def is_paused(job: Job) -> bool:
    """Whether what would start a job rests, for whatever reason."""
    fields = (job.settings.get(field) or {} for field in ("schedule", "trigger", "continuous"))
    return job.paused or any(field.get("pause_status") == "PAUSED" for field in fields)


def _next_due(job: Job, now: int) -> int | None:
    try:
        found = next_due(job.settings, datetime.fromtimestamp(now / 1000, UTC))
    except DueError:
        return None
    return round(found.timestamp() * 1000) if found else None


def _time(minute: str, hour: str) -> str | None:
    if minute.isdecimal() and hour.isdecimal():
        return f"at {int(hour):02}:{int(minute):02}"
    if minute.isdecimal():
        every = _step(hour, 24, "hour")
        return f"{every} at minute {int(minute)}" if every and int(minute) else every
    return _step(minute, 60, "minute") if hour == "*" else None


def _step(field: str, of: int, unit: str) -> str | None:
    if field == "*":
        return f"every {unit}"
    found = re.fullmatch(r"[*0]/(\d+)", field)
    if not found or int(found[1]) < 2 or of % int(found[1]):
        return None
    return f"every {found[1]} {unit}s"


def _days(day: str, weekday: str) -> str | None:
    """Empty for every day, None for what there are no words for here."""
    if day in ("*", "?") and weekday in ("*", "?"):
        return ""
    if weekday in ("*", "?"):
        if day == "L":
            return "on the last day of each month"
        return f"on day {int(day)} of each month" if day.isdecimal() else None
    if day not in ("*", "?"):
        return None
    if found := re.fullmatch(r"(\w+)-(\w+)", weekday):
        first, last = _weekday(found[1]), _weekday(found[2])
        return f"from {first} to {last}" if first and last else None
    names = [_weekday(one) for one in weekday.split(",")]
    return f"on {' and '.join(name for name in names if name)}" if all(names) else None


def _weekday(text: str) -> str | None:
    number = _SHORT.get(text) or (int(text) if text.isdecimal() else 0)
    return _DAYS[number - 1] if 1 <= number <= 7 else None
