"""Which days of a month Quartz's two day fields mean."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


class Days(Protocol):
    """A day field."""

    def of(self, year: int, month: int) -> Iterable[int]:
        """The days of this month, ascending."""


@dataclass(frozen=True)
class DaysOfMonth:
    """``1,15``, ``10-20/2``, ``*``."""

    days: tuple[int, ...]

    def of(self, year: int, month: int) -> Iterable[int]:
        """Those that the month has."""
        length = calendar.monthrange(year, month)[1]
        return (day for day in self.days if day <= length)


@dataclass(frozen=True)
class OneDay:
    """``L``, ``L-3``, ``15W``, ``LW``, ``L-3W``.

    Attributes:
        day: Counted from the first, 1; or from the last, 0, backwards: -3 is ``L-3``.
        weekday: Move to the nearest of Monday to Friday that is in the same month.
    """

    day: int
    weekday: bool

    def of(self, year: int, month: int) -> Iterable[int]:
        """The day, or nothing where the month is too short for it."""
        first, length = calendar.monthrange(year, month)
        day = self.day if self.day > 0 else length + self.day
        if not 1 <= day <= length:
            return ()
        if not self.weekday:
            return (day,)
        match (first + day - 1) % 7:
            case calendar.SATURDAY:
                return (day - 1,) if day > 1 else (3,)
            case calendar.SUNDAY:
                return (day + 1,) if day < length else (day - 2,)
        return (day,)


@dataclass(frozen=True)
class DaysOfWeek:
    """``MON-FRI``, ``2,4``, ``6#3``, ``6L``; days of the week as Quartz counts them, 1 is Sunday.

    Attributes:
        nth: Only the month's nth of each, the last for -1; each of them for None.
    """

    days: tuple[int, ...]
    nth: int | None = None

    def of(self, year: int, month: int) -> Iterable[int]:
        """The days of the month that fall on these days of the week."""
        first, length = calendar.monthrange(year, month)
        on_these = [day for day in range(1, length + 1) if (first + day) % 7 + 1 in self.days]
        if self.nth is None:
            return on_these
        if self.nth == -1:
            return [day for day in on_these if day + 7 > length]
        return [day for day in on_these if (day - 1) // 7 + 1 == self.nth]
