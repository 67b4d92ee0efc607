"""The fields of a Quartz expression: from text to the values it names.

What Quartz reads without complaint but otherwise than it is written is an error here: a step after a name
(``MON-FRI/2``, where Quartz drops the step), a ``#`` or ``W`` in a list (where it drops the list), a doubled comma.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lakebook.jobs.quartz_days import Days, DaysOfMonth, DaysOfWeek, OneDay


class QuartzError(ValueError):
    """An expression is not Quartz's; the message says which field, what it has and what was expected."""


@dataclass(frozen=True)
class Field:
    """What a field may hold.

    Attributes:
        names: Names of values, the first letters of which are enough: ``MON``, ``MONDAY``.
        wraps: Whether a range may end before it starts, such as hours ``22-2``.
    """

    name: str
    lowest: int
    highest: int
    names: dict[str, int] = field(default_factory=dict)
    wraps: bool = True

    @property
    def expected(self) -> str:
        """The values in words."""
        listed = list(self.names)
        also = f" or {listed[0][:3]} to {listed[-1][:3]}" if listed else ""
        return f"{self.lowest} to {self.highest}{also}"

    def error(self, value: str, expected: str) -> QuartzError:
        """The error of a value of this field."""
        return QuartzError(f"{self.name} is {value}, expected {expected}")


_MONTHS = "JANUARY FEBRUARY MARCH APRIL MAY JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER"
_DAYS = "SUNDAY MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY"

SECONDS = Field("seconds", 0, 59)
MINUTES = Field("minutes", 0, 59)
HOURS = Field("hours", 0, 23)
DAY_OF_MONTH = Field("day-of-month", 1, 31)
MONTH = Field("month", 1, 12, {name: number for number, name in enumerate(_MONTHS.split(), 1)})
DAY_OF_WEEK = Field("day-of-week", 1, 7, {name: number for number, name in enumerate(_DAYS.split(), 1)})
YEAR = Field("year", 1970, 2099, wraps=False)

_ITEM = re.compile(r"(?P<all>\*)?(?:(?P<first>\w+)(?:-(?P<last>\w+))?)?(?:/(?P<step>\w+))?")
_ONE_DAY = re.compile(r"(?P<last>L(?:-(?P<before>[0-9]{1,4}))?)?(?P<day>[0-9]+)?(?P<weekday>W)?")
_OF_WEEK = re.compile(r"(?P<day>\w+?)(?:#(?P<nth>[^,]*)|(?P<last>L))")
_NUMBER = re.compile("[0-9]{1,4}")


def values(kind: Field, text: str) -> tuple[int, ...]:
    """The values of a list of single values, ranges and steps, ascending."""
    found: set[int] = set()
    for item in text.split(","):
        found.update(_item(kind, item, text))
    return tuple(sorted(found))


def days_of_month(text: str) -> Days:
    """The day-of-month field, other than ``?``."""
    if not re.search("[LW]", text):
        return DaysOfMonth(values(DAY_OF_MONTH, text))
    if "," in text:
        raise DAY_OF_MONTH.error(text, "L and W to stand alone, not in a list")
    found = _ONE_DAY.fullmatch(text)
    if not found or bool(found["last"]) == bool(found["day"]):
        raise DAY_OF_MONTH.error(text, "one day such as L, L-3, LW, L-3W or 15W")
    weekday = bool(found["weekday"])
    if found["day"]:
        return OneDay(_number(DAY_OF_MONTH, found["day"], text), weekday)
    before = int(found["before"] or 0)
    if before > 30:
        raise DAY_OF_MONTH.error(text, "at most 30 days before the last, L-30")
    return OneDay(-before, weekday)


def days_of_week(text: str) -> Days:
    """The day-of-week field, other than ``?``."""
    if text == "L":
        return DaysOfWeek((DAY_OF_WEEK.highest,))
    found = _OF_WEEK.fullmatch(text)
    if not found:
        if re.search(r"#|L\b", text):
            raise DAY_OF_WEEK.error(text, "one day before # or L, such as 6#3 or FRIL, and no list or range")
        return DaysOfWeek(values(DAY_OF_WEEK, text))
    day = (_number(DAY_OF_WEEK, found["day"], text),)
    if found["last"]:
        return DaysOfWeek(day, nth=-1)
    if not re.fullmatch("[1-5]", found["nth"]):
        raise DAY_OF_WEEK.error(text, "1 to 5 after #, such as 6#3 for the third Friday")
    return DaysOfWeek(day, nth=int(found["nth"]))


def _item(kind: Field, item: str, whole: str) -> range | list[int]:
    found = _ITEM.fullmatch(item)
    if not item or not found or bool(found["all"] and found["first"]):
        raise kind.error(whole, f"{kind.expected}, alone or as a list (1,2), a range (1-5) or with a step (1/5)")
    step = _step(kind, found["step"], whole)
    if found["first"] is None:
        return range(kind.lowest, kind.highest + 1, step)
    if found["step"] and not _NUMBER.fullmatch(found["first"]):
        raise kind.error(whole, "numbers before a step, since Quartz ignores the step after a name")
    first = _number(kind, found["first"], whole)
    if found["last"]:
        return _range(kind, first, _number(kind, found["last"], whole), step, whole)
    return range(first, kind.highest + 1, step) if found["step"] else [first]


def _range(kind: Field, first: int, last: int, step: int, whole: str) -> range | list[int]:
    if first <= last:
        return range(first, last + 1, step)
    if not kind.wraps:
        raise kind.error(whole, f"a range that ends after it starts, {last}-{first}")
    span = kind.highest - kind.lowest + 1
    return [(value - kind.lowest) % span + kind.lowest for value in range(first, last + span + 1, step)]


def _step(kind: Field, text: str | None, whole: str) -> int:
    if text is None:
        return 1
    highest = kind.highest - kind.lowest + 1 if kind.lowest else kind.highest
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= highest:
        raise kind.error(whole, f"a step of 1 to {highest} after /")
    return int(text)


def _number(kind: Field, text: str, whole: str) -> int:
    if _NUMBER.fullmatch(text):
        if kind.lowest <= int(text) <= kind.highest:
            return int(text)
    elif len(text) >= 3:
        for name, number in kind.names.items():
            if name.startswith(text):
                return number
    raise kind.error(whole, kind.expected)
