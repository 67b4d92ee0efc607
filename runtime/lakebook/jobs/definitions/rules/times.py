"""When a job starts by itself: schedule, trigger or continuous."""

from __future__ import annotations

from lakebook.jobs.definitions.tree import Node, Problems, kind
from lakebook.jobs.quartz import Quartz, QuartzError
from lakebook.jobs.zones import UnknownZone, zone

_STARTS = ("schedule", "trigger", "continuous")
_TRIGGERS = ("file_arrival", "table_update", "periodic")


def check(job: Node, problems: Problems) -> None:
    """One way to start at most, and one that can be."""
    starts = [name for name in _STARTS if name in job.fields]
    if len(starts) > 1:
        problems.at(job.fields[starts[1]], f"is beside {starts[0]}, expected one of {', '.join(_STARTS)}")
    _check_expression(job.at("schedule", "quartz_cron_expression"), problems)
    _check_zone(job.at("schedule", "timezone_id"), problems)
    if trigger := job.at("trigger"):
        _check_trigger(trigger, problems)
    if mode := job.at("continuous", "task_retry_mode"):
        for task in job.each("tasks"):
            if (retries := task.at("max_retries")) and retries.value != 0:
                wanted = f"continuous.task_retry_mode, {mode.value}, says how tasks are tried again"
                problems.at(retries, f"has no meaning here: {wanted}")


def _check_expression(expression: Node | None, problems: Problems) -> None:
    if expression is None:
        return
    try:
        Quartz.parse(expression.value)
    except QuartzError as problem:
        problems.at(expression, f"is {kind(expression.value)}: {problem}")


def _check_zone(name: Node | None, problems: Problems) -> None:
    if name is None:
        return
    try:
        zone(name.value)
    except UnknownZone as problem:
        problems.at(name, f"is wrong: {problem}")


def _check_trigger(trigger: Node, problems: Problems) -> None:
    named = [name for name in _TRIGGERS if name in trigger.fields]
    if len(named) > 1:
        problems.at(trigger, f"has {' and '.join(named)}, expected one of them")
    if not named and not problems.below("trigger."):
        problems.at(trigger, f"says not what starts the job, expected one of {', '.join(_TRIGGERS)}")
    tables = trigger.at("table_update", "table_names")
    if tables and not tables.items:
        problems.at(tables, "is empty, expected names of tables")
