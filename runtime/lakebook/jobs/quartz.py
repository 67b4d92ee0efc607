"""Quartz cron expressions: ``seconds minutes hours day-of-month month day-of-week [year]``.

An expression names wall clock times of a zone. Where clocks change, Quartz's ``CronExpression`` decides, which counts
with Java's ``Calendar``:

- A time that the clocks skip in spring does not fire that day: ``0 30 2 * * ?`` in Berlin fires on 30 and then on
  1 April, and an hourly one at 1:00 and then at 3:00.
- A time that occurs twice in autumn fires once, the second time: 2:30 in Berlin is 2:30 winter time, and one that
  fires every half hour pauses from 1:30 summer time to 2:00 winter time.

Quartz asked for the next time while the clocks show such an hour for the first time forgets what the second showing
has before that minute. Here the answer does not depend on when one asks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from lakebook.jobs import quartz_fields as fields
from lakebook.jobs.quartz_days import Days
from lakebook.jobs.quartz_fields import QuartzError

__all__ = ["Quartz", "QuartzError"]

_SECOND = timedelta(seconds=1)
_EVERY_YEAR = range(fields.YEAR.lowest, fields.YEAR.highest + 1)


@dataclass(frozen=True)
class Quartz:
    """An expression; ``str()`` is its text."""

    text: str
    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: Days
    months: tuple[int, ...]
    years: range | tuple[int, ...]

    @classmethod
    def parse(cls, text: str) -> Quartz:
        """Read an expression.

        Raises:
            QuartzError: It is not Quartz's, or gives both a day of the month and a day of the week.
        """
        parts = text.upper().split()
        if len(parts) not in (6, 7):
            raise QuartzError(
                f"{text!r} has {len(parts)} fields, expected six or seven: "
                "seconds minutes hours day-of-month month day-of-week [year]"
            )
        seconds, minutes, hours, day_of_month, month, day_of_week, *year = parts
        return cls(
            text=text,
            seconds=fields.values(fields.SECONDS, seconds),
            minutes=fields.values(fields.MINUTES, minutes),
            hours=fields.values(fields.HOURS, hours),
            days=_days(day_of_month, day_of_week),
            months=fields.values(fields.MONTH, month),
            years=fields.values(fields.YEAR, year[0]) if year else _EVERY_YEAR,
        )

    def __str__(self) -> str:
        return self.text

    def no_closer_than(self, gap: int) -> Quartz:
        """The same without the times that are less than ``gap`` seconds, at most 60, after another of a minute."""
        kept = [self.seconds[0]]
        for second in self.seconds[1:]:
            if kept[-1] + gap <= second <= kept[0] + 60 - gap:
                kept.append(second)
        return replace(self, seconds=tuple(kept))

    def next_after(self, moment: datetime, zone: tzinfo) -> datetime | None:
        """The first time later than an aware ``moment`` that the expression names in ``zone``.

        Returns:
            It in UTC, since Python compares times of one zone without regard to which of two equal ones they are;
            None if there is none until the end of 2099.
        """
        if moment.year > fields.YEAR.highest:
            return None
        earliest = moment.astimezone(UTC).replace(microsecond=0) + _SECOND
        while True:
            local = earliest.astimezone(zone)
            again = local.replace(fold=1).astimezone(UTC)
            if again > earliest:  # the clocks show this time for the first time
                local = _change(earliest, again, zone).astimezone(zone)
            wall = self._first_from(local.replace(tzinfo=None))
            if wall is None:
                return None
            found = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
            if found.astimezone(zone).replace(tzinfo=None) == wall:
                return found
            # the clocks skip it: go on where they go on
            earliest = _change(found, wall.replace(tzinfo=zone, fold=0).astimezone(UTC), zone)

    def _first_from(self, wall: datetime) -> datetime | None:
        for day in self._dates_from(wall.date()):
            found = self._first_time_from(wall.time() if day == wall.date() else time.min)
            if found:
                return datetime.combine(day, found)
        return None

    def _dates_from(self, start: date) -> Iterator[date]:
        for year in self.years[bisect_left(self.years, start.year) :]:
            first_month = start.month if year == start.year else 1
            for month in self.months[bisect_left(self.months, first_month) :]:
                for day in self.days.of(year, month):
                    if (year, month, day) >= (start.year, start.month, start.day):
                        yield date(year, month, day)

    def _first_time_from(self, start: time) -> time | None:
        for hour in self.hours[bisect_left(self.hours, start.hour) :]:
            if hour > start.hour:
                return time(hour, self.minutes[0], self.seconds[0])
            for minute in self.minutes[bisect_left(self.minutes, start.minute) :]:
                if minute > start.minute:
                    return time(hour, minute, self.seconds[0])
                for second in self.seconds[bisect_left(self.seconds, start.second) :]:
                    return time(hour, minute, second)
        return None


def _days(day_of_month: str, day_of_week: str) -> Days:
    match (day_of_month == "?", day_of_week == "?"):
        case (True, True):
            raise QuartzError("day-of-month and day-of-week are both ?, expected it in one of them only")
        case (False, False):
            raise QuartzError(
                f"day-of-month is {day_of_month} and day-of-week is {day_of_week}, expected ? in one of them, "
                "since Quartz does not implement both at once"
            )
        case (True, False):
            return fields.days_of_week(day_of_week)
    return fields.days_of_month(day_of_month)


def _change(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The first second that has the offset from UTC of ``after``; both are UTC, and the clocks change between them."""
    offset = after.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after
