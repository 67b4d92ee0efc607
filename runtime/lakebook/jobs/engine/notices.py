"""Of what somebody wants to hear: ``email_notifications``, ``webhook_notifications`` and ``health``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lakebook.jobs.model import Result, State, Task
from lakebook.jobs.store.rows import Run, TaskRun

_SUCCESSFUL = (Result.SUCCESS, Result.SUCCESS_WITH_FAILURES, Result.EXCLUDED, Result.DISABLED)
_SKIPPED = Result.MAXIMUM_CONCURRENT_RUNS_REACHED
_SLOW = "on_duration_warning_threshold_exceeded"


@dataclass(frozen=True)
class Notice:
    """A message for the outbox, to one receiver."""

    kind: str
    payload: dict[str, Any] = field(default_factory=dict)


def of_start(settings: Mapping[str, Any]) -> list[Notice]:
    """Messages about the beginning of a run."""
    return _notices(settings, "on_start", {})


def of_run(settings: Mapping[str, Any], run: Run, result: Result, message: str | None) -> list[Notice]:
    """Messages about the end of a run."""
    wanted = settings.get("notification_settings") or {}
    silent = {Result.CANCELED: "no_alert_for_canceled_runs", _SKIPPED: "no_alert_for_skipped_runs"}
    if result in silent and wanted.get(silent[result]):
        return []
    found = _notices(
        settings,
        "on_success" if result in _SUCCESSFUL else "on_failure",
        {"repair": len(run.repairs), "result": result, "message": message},
    )
    if result is _SKIPPED and (settings.get("email_notifications") or {}).get("no_alert_for_skipped_runs"):
        return [notice for notice in found if "mail" not in notice.payload]
    return found


def of_slow_run(settings: Mapping[str, Any]) -> list[Notice]:
    """Messages about a run that takes longer than ``slow_after`` says."""
    return _notices(settings, _SLOW, {"seconds": _limit(settings)})


def of_task_start(task: Task, task_run: TaskRun) -> list[Notice]:
    """Messages about the start of an attempt."""
    if task_run.retry and (task.settings.get("notification_settings") or {}).get("alert_on_last_attempt"):
        return []
    return _of_task(task, task_run, "on_start")


def of_task(task: Task, task_run: TaskRun, final: bool) -> list[Notice]:
    """Messages about the end of an attempt.

    Args:
        task: the task's settings.
        task_run: the attempt.
        final: whether no other attempt follows.
    """
    settings = task.settings.get("notification_settings") or {}
    if task_run.state is State.SKIPPED or (not final and settings.get("alert_on_last_attempt")):
        return []
    if task_run.result is Result.CANCELED and settings.get("no_alert_for_canceled_runs"):
        return []
    kind = "on_success" if task_run.result in _SUCCESSFUL else "on_failure"
    return _of_task(task, task_run, kind, result=task_run.result, message=task_run.message)


def of_slow_task(task: Task, task_run: TaskRun) -> list[Notice]:
    """Messages about an attempt that takes longer than ``slow_after`` says."""
    return _of_task(task, task_run, _SLOW, seconds=_limit(task.settings))


def slow_after(settings: Mapping[str, Any]) -> int | None:
    """Milliseconds after which a run or a task is slow, if somebody wants to hear of it."""
    seconds = _limit(settings)
    return None if seconds is None or not any(_receivers(settings, _SLOW)) else seconds * 1000


def _limit(settings: Mapping[str, Any]) -> int | None:
    rules = (settings.get("health") or {}).get("rules") or ()
    return min((rule["value"] for rule in rules if rule["metric"] == "RUN_DURATION_SECONDS"), default=None)


def _of_task(task: Task, task_run: TaskRun, kind: str, **more: Any) -> list[Notice]:
    about = {"task_run_id": task_run.task_run_id, "task_key": task_run.task_key}
    return _notices(task.settings, kind, {**about, **more})


def _notices(settings: Mapping[str, Any], kind: str, payload: dict[str, Any]) -> list[Notice]:
    return [Notice(kind, {**payload, **receiver}) for receiver in _receivers(settings, kind)]


def _receivers(settings: Mapping[str, Any], kind: str) -> Iterator[dict[str, str]]:
    """Who wants to hear: each ``{mail: address}`` or ``{webhook: id}``."""
    for address in dict.fromkeys((settings.get("email_notifications") or {}).get(kind) or ()):
        yield {"mail": address}
    hooks = (settings.get("webhook_notifications") or {}).get(kind) or ()
    for receiver in dict.fromkeys(hook["id"] for hook in hooks):
        yield {"webhook": receiver}
