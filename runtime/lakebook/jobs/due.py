"""When a job is due: by its ``schedule``, by a ``trigger.periodic``, or always, being ``continuous``.

A time is missed if no scheduler ran when it came. Quartz and Databricks run late what is late; the job says what that
means for several missed times, in a field of ours, ``lakebook: {missed: latest | all | none}``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from typing import Any

from lakebook.jobs.quartz import Quartz, QuartzError
from lakebook.jobs.zones import UnknownZone, zone

#: seconds: "Databricks enforces a minimum interval of 10 seconds between subsequent runs triggered by the schedule"
MINIMUM_INTERVAL = 10
#: how late a time may be handled without being missed, as in Quartz (``misfireThreshold``)
ON_TIME = timedelta(minutes=1)
#: how many missed times ``all`` runs at most
MOST_MISSED = 1000

_UNITS = {
    "MINUTES": timedelta(minutes=1),
    "HOURS": timedelta(hours=1),
    "DAYS": timedelta(days=1),
    "WEEKS": timedelta(weeks=1),
}
_MOMENT = timedelta(microseconds=1)
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=1)

_Times = Callable[[datetime], "datetime | None"]


class DueError(ValueError):
    """Settings do not say when the job is due; the message has the place, what stands there and what was expected."""


class Missed(StrEnum):
    """What becomes of due times that passed while no scheduler ran."""

    LATEST = "latest"
    """One run, for the latest of them."""
    ALL = "all"
    """A run for each, the oldest first."""
    NONE = "none"
    """No run."""


@dataclass(frozen=True)
class Passed:
    """Due times that passed since the last one that was handled.

    Attributes:
        fire: Those that get a run, the oldest first.
        left_out: The first and the last of those that get none.
    """

    fire: tuple[datetime, ...]
    left_out: tuple[datetime, datetime] | None


def next_due(settings: Mapping[str, Any], after: datetime, anchor: datetime | None = None) -> datetime | None:
    """The first due time later than ``after``, in UTC; None if the job has none, for instance since it is paused.

    Args:
        settings: The job's.
        after: An aware time.
        anchor: From when a periodic trigger counts, such as when the job was deployed; else from ``after``.

    Raises:
        DueError: The settings are not right.
    """
    return _times(settings, anchor or after)(after.astimezone(UTC))


def missed(settings: Mapping[str, Any], last: datetime, now: datetime, anchor: datetime | None = None) -> Passed:
    """What to run at ``now`` of the due times later than ``last``, as the job's policy says.

    Args:
        settings: The job's.
        last: The due time that was handled last, or when the job was deployed or resumed.
        now: An aware time.
        anchor: As in ``next_due``; else ``last``.

    Raises:
        DueError: The settings are not right.
    """
    policy = missed_policy(settings)
    times = _times(settings, anchor or last)
    last, now = last.astimezone(UTC), now.astimezone(UTC)  # times of one zone are compared as its clocks show them
    first = times(last)
    if first is None or first > now:
        return Passed((), None)
    latest = _latest(times, last, now)
    if policy is Missed.ALL:
        fire = _newest(times, last, now)
    else:
        fire = () if policy is Missed.NONE and now - latest > ON_TIME else (latest,)
    if not fire:
        return Passed((), (first, latest))
    if fire[0] == first:
        return Passed(fire, None)
    return Passed(fire, (first, _latest(times, last, fire[0] - _MOMENT)))


def is_continuous(settings: Mapping[str, Any]) -> bool:
    """Whether a run of the job is always due when none is active."""
    continuous = settings.get("continuous")
    return continuous is not None and not _paused(continuous, "continuous")


def continuous_due(settings: Mapping[str, Any], ended: datetime, failures: int) -> datetime | None:
    """When the next run of a continuous job is due, after the last one ended as one of so many failures in a row.

    At once after a success.
    """
    if not is_continuous(settings):
        return None
    return ended + backoff(failures)


def backoff(failures: int) -> timedelta:
    """How long a continuous job waits after so many failures in a row.

    10 seconds, then twice as long each time, at most an hour; without a failure not at all.
    """
    return min(_FIRST_WAIT * (1 << min(failures - 1, 16)), _LONGEST_WAIT) if failures else timedelta()


def missed_policy(settings: Mapping[str, Any]) -> Missed:
    """The job's ``lakebook.missed``."""
    value = (settings.get("lakebook") or {}).get("missed", Missed.LATEST)
    try:
        return Missed(value)
    except ValueError:
        raise DueError(f"lakebook.missed is {value}, expected one of {', '.join(Missed)}") from None


def _times(settings: Mapping[str, Any], anchor: datetime) -> _Times:
    """The job's due times as a function: the first one later than a moment, both in UTC."""
    sources: list[_Times] = []
    if schedule := settings.get("schedule"):
        sources.append(_scheduled(schedule))
    if periodic := (settings.get("trigger") or {}).get("periodic"):
        sources.append(_periodic(settings["trigger"], periodic, anchor))

    def first(moment: datetime) -> datetime | None:
        return min((due for source in sources if (due := source(moment))), default=None)

    return first


def _scheduled(schedule: Mapping[str, Any]) -> _Times:
    try:
        quartz = _quartz(schedule["quartz_cron_expression"])
        place = zone(schedule["timezone_id"])
    except KeyError as missing:
        raise DueError(f"schedule.{missing.args[0]} is missing") from None
    except QuartzError as problem:
        raise DueError(f"schedule.quartz_cron_expression: {problem}") from None
    except UnknownZone as problem:
        raise DueError(f"schedule.timezone_id: {problem}") from None
    if _paused(schedule, "schedule"):
        return _never
    return lambda moment: quartz.next_after(moment, place)


@lru_cache(maxsize=4096)
def _quartz(expression: str) -> Quartz:
    return Quartz.parse(expression).no_closer_than(MINIMUM_INTERVAL)


def _periodic(trigger: Mapping[str, Any], periodic: Mapping[str, Any], anchor: datetime) -> _Times:
    unit, interval = periodic.get("unit"), periodic.get("interval")
    if unit not in _UNITS:
        raise DueError(f"trigger.periodic.unit is {unit}, expected one of {', '.join(_UNITS)}")
    if not isinstance(interval, int) or isinstance(interval, bool) or interval < 1:
        raise DueError(f"trigger.periodic.interval is {interval}, expected a whole number from 1")
    if _paused(trigger, "trigger"):
        return _never
    start, every = anchor.astimezone(UTC), interval * _UNITS[unit]

    def first(moment: datetime) -> datetime:
        return start + max((moment - start) // every + 1, 1) * every

    return first


def _never(moment: datetime) -> None:
    return None


def _paused(what: Mapping[str, Any], place: str) -> bool:
    status = what.get("pause_status") or "UNPAUSED"
    if status not in ("PAUSED", "UNPAUSED"):
        raise DueError(f"{place}.pause_status is {status}, expected PAUSED or UNPAUSED")
    return bool(status == "PAUSED")


def _between(times: _Times, after: datetime, until: datetime, most: int) -> tuple[datetime, ...]:
    """The first so many due times later than ``after``, up to ``until``."""

    def each() -> Iterator[datetime]:
        moment = times(after)
        while moment is not None and moment <= until:
            yield moment
            moment = times(moment)

    return tuple(islice(each(), most))


def _latest(times: _Times, last: datetime, now: datetime) -> datetime:
    """The latest due time up to ``now``, where there is one later than ``last``."""
    found = _between(times, last, now, 2)
    if len(found) == 1:
        return found[0]
    before, _ = _turn(lambda moment: not _between(times, moment, now, 1), last, now)
    return _between(times, before, now, MOST_MISSED)[-1]


def _newest(times: _Times, last: datetime, now: datetime) -> tuple[datetime, ...]:
    """The newest ``MOST_MISSED`` due times later than ``last`` up to ``now``."""

    def few(moment: datetime) -> bool:
        return len(_between(times, moment, now, MOST_MISSED + 1)) <= MOST_MISSED

    start = last if few(last) else _turn(few, last, now)[1]
    return _between(times, start, now, MOST_MISSED)


def _turn(holds: Callable[[datetime], bool], low: datetime, high: datetime) -> tuple[datetime, datetime]:
    """Two moments at most a second apart, where ``holds``, which is false at ``low``, has become true."""
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        if holds(middle):
            high = middle
        else:
            low = middle
    return low, high
