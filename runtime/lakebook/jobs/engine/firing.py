"""Due times become runs: each one once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from time import sleep
from typing import Any

from lakebook.jobs import due
from lakebook.jobs.engine.leader import Leadership
from lakebook.jobs.model import Result, TriggerType
from lakebook.jobs.store import LeaseLost, Store, StoreError, Transaction
from lakebook.jobs.store.rows import Job, Trigger

_log = logging.getLogger(__name__)

#: what is to be done about jobs, by their numbers
_Change = Callable[[Transaction, Sequence[int]], None]

_SUCCESSFUL = (Result.SUCCESS, Result.SUCCESS_WITH_FAILURES)
#: failures of a continuous job that are counted
_MOST_FAILURES = 20
#: jobs in one transaction; processes that run tasks wait for its end with their signs of life
_BATCH = 100
#: seconds between two of them: whoever waits for SQLite looks only now and then whether it is free
_PAUSE = 0.02


class Firing:
    """Makes runs for schedules, periodic triggers and continuous jobs.

    Args:
        leadership: under which everything is written.
        store: where jobs and triggers are.
    """

    def __init__(self, leadership: Leadership, store: Store) -> None:
        self._leadership = leadership
        self._store = store

    def fire(self) -> int | None:
        """Make the runs that are due. Returns when the next one will be."""
        with self._store.read() as rows:
            changes: list[tuple[_Change, Sequence[int]]] = [
                (_arm, rows.triggers.unarmed()),
                (_fire, rows.triggers.due(rows.now)),
                (_rest, rows.triggers.resting()),
            ]
        batches = [
            (change, job_ids[first : first + _BATCH])
            for change, job_ids in changes
            for first in range(0, len(job_ids), _BATCH)
        ]
        for number, (change, job_ids) in enumerate(batches):
            if number:
                sleep(_PAUSE)
            self._write(change, job_ids)
        with self._store.read() as rows:
            return rows.triggers.earliest()

    def _write(self, change: _Change, job_ids: Sequence[int]) -> None:
        """All in one transaction; if it cannot be made for one job, each in its own, so that the others' are."""
        try:
            with self._leadership.write() as rows:
                change(rows, job_ids)
        except (LeaseLost, StoreError):
            raise
        except Exception:
            if len(job_ids) > 1:
                for job_id in job_ids:
                    self._write(change, [job_id])
                return
            with self._leadership.write() as rows:
                job = rows.jobs.get(job_ids[0])
                rows.triggers.put(job, None, None)
            _log.exception("Job %s runs only when asked to: its settings cannot be followed.", job.name)


def kind_of(settings: Mapping[str, Any]) -> str | None:
    """What makes a job run by itself: ``schedule``, ``continuous`` or the kind of its trigger."""
    for name in ("schedule", "continuous"):
        if settings.get(name) is not None:
            return name
    return next((name for name, value in (settings.get("trigger") or {}).items() if isinstance(value, dict)), None)


def _arm(rows: Transaction, job_ids: Sequence[int]) -> None:
    """Begin to count due times of jobs, from when these became what they are."""
    for job in rows.jobs.several(job_ids):
        rows.triggers.put(job, *_armed(job))


def _armed(job: Job) -> tuple[str | None, int | None]:
    """What makes a job run by itself now, and when it is due first."""
    kind = None if job.paused else kind_of(job.settings)
    next_due = None
    try:
        if kind == "continuous":
            next_due = job.armed_time if due.is_continuous(job.settings) else None
        elif kind in ("schedule", "periodic"):
            next_due = _milliseconds(due.next_due(job.settings, _moment(job.armed_time)))
    except due.DueError as problem:
        _log.error("Job %s runs only when asked to: %s.", job.name, problem)
    is_paused = next_due is None if kind in ("continuous", "schedule", "periodic") else _is_trigger_paused(job.settings)
    return None if is_paused else kind, next_due


def _is_trigger_paused(settings: Mapping[str, Any]) -> bool:
    return (settings.get("trigger") or {}).get("pause_status") == "PAUSED"


def _fire(rows: Transaction, job_ids: Sequence[int]) -> None:
    """Make the runs of jobs that are due, and say when these are due next."""
    next_due: list[tuple[Trigger, int | None, dict[str, Any]]] = []
    due_times: list[tuple[Job, int]] = []
    for job, trigger in rows.triggers.live(job_ids):
        if trigger.kind == "continuous":
            next_due.append((trigger, None, trigger.state))
            if not rows.runs.page(job.job_id, active=True, limit=1):
                rows.runs.create(job.job_id, TriggerType.CONTINUOUS, creator=job.creator)
            continue
        now, anchor = _moment(rows.now), _moment(job.armed_time)
        passed = due.missed(job.settings, _moment(trigger.state.get("last", job.armed_time)), now, anchor)
        if passed.left_out is not None:
            _log.warning(
                "Job %s was not run for due times from %s to %s, which were missed.", job.name, *passed.left_out
            )
        due_times += [(job, round(moment.timestamp() * 1000)) for moment in passed.fire]
        next_due.append((trigger, _milliseconds(due.next_due(job.settings, now, anchor)), {"last": rows.now}))
    rows.triggers.fired(next_due)
    rows.runs.create_due(due_times)


def _rest(rows: Transaction, job_ids: Sequence[int]) -> None:
    """Say when the next runs of continuous jobs begin, whose last ones have ended."""
    for job, trigger in rows.triggers.live(job_ids):
        last = rows.runs.page(job.job_id, active=False, since=trigger.armed_time, limit=_MOST_FAILURES)
        failures = next((count for count, run in enumerate(last) if not _is_failure(run.result)), len(last))
        ended = max((run.end_time or 0 for run in last), default=rows.now)
        next_due = _milliseconds(due.continuous_due(job.settings, _moment(ended), failures))
        rows.triggers.change(trigger, next_due=next_due)


def _is_failure(result: Result | None) -> bool:
    """To cancel a continuous job's run is to restart it."""
    return result not in _SUCCESSFUL and result is not Result.CANCELED


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)
