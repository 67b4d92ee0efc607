"""Quartz's cron expressions.

The table holds every example of Quartz's CronTrigger tutorial, with dates read off a calendar; the properties compare
with a matcher that steps through time and asks of each moment whether the text names it.
"""

import calendar
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lakebook.jobs.quartz import Quartz, QuartzError

THURSDAY = "2024-02-15 12:00:00"  # of a leap year; the month's Fridays are the 2nd, 9th, 16th and 23rd


def fires(expression, after, count, zone="UTC"):
    """The next times as the clocks of the zone show them, and None at the end."""
    place = ZoneInfo(zone)
    quartz, moment, found = Quartz.parse(expression), datetime.fromisoformat(after), []
    moment = moment if moment.tzinfo else moment.replace(tzinfo=place)
    for _ in range(count):
        moment = quartz.next_after(moment, place)
        if moment is None:
            return [*found, None]
        found.append(moment.astimezone(place).strftime("%Y-%m-%d %H:%M:%S"))
    return found


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        # the tutorial's table
        ("0 0 12 * * ?", THURSDAY, ["2024-02-16 12:00:00", "2024-02-17 12:00:00"]),
        ("0 15 10 ? * *", THURSDAY, ["2024-02-16 10:15:00", "2024-02-17 10:15:00"]),
        ("0 15 10 * * ?", THURSDAY, ["2024-02-16 10:15:00", "2024-02-17 10:15:00"]),
        ("0 15 10 * * ? *", THURSDAY, ["2024-02-16 10:15:00", "2024-02-17 10:15:00"]),
        ("0 15 10 * * ? 2005", "2005-12-30 11:00:00", ["2005-12-31 10:15:00", None]),
        ("0 * 14 * * ?", THURSDAY, ["2024-02-15 14:00:00", "2024-02-15 14:01:00"]),
        ("0 * 14 * * ?", "2024-02-15 14:59:00", ["2024-02-16 14:00:00"]),
        ("0 0/5 14 * * ?", "2024-02-15 14:50:00", ["2024-02-15 14:55:00", "2024-02-16 14:00:00"]),
        ("0 0/5 14,18 * * ?", "2024-02-15 14:50:00", ["2024-02-15 14:55:00", "2024-02-15 18:00:00"]),
        ("0 0-5 14 * * ?", "2024-02-15 14:04:00", ["2024-02-15 14:05:00", "2024-02-16 14:00:00"]),
        ("0 10,44 14 ? 3 WED", THURSDAY, ["2024-03-06 14:10:00", "2024-03-06 14:44:00", "2024-03-13 14:10:00"]),
        ("0 15 10 ? * MON-FRI", THURSDAY, ["2024-02-16 10:15:00", "2024-02-19 10:15:00", "2024-02-20 10:15:00"]),
        ("0 15 10 15 * ?", THURSDAY, ["2024-03-15 10:15:00", "2024-04-15 10:15:00"]),
        ("0 15 10 L * ?", THURSDAY, ["2024-02-29 10:15:00", "2024-03-31 10:15:00", "2024-04-30 10:15:00"]),
        ("0 15 10 L-2 * ?", THURSDAY, ["2024-02-27 10:15:00", "2024-03-29 10:15:00", "2024-04-28 10:15:00"]),
        ("0 15 10 ? * 6L", THURSDAY, ["2024-02-23 10:15:00", "2024-03-29 10:15:00", "2024-04-26 10:15:00"]),
        ("0 15 10 ? * 6L 2002-2005", "2005-11-26 00:00:00", ["2005-12-30 10:15:00", None]),
        ("0 15 10 ? * 6#3", THURSDAY, ["2024-02-16 10:15:00", "2024-03-15 10:15:00", "2024-04-19 10:15:00"]),
        (
            "0 0 12 1/5 * ?",
            THURSDAY,
            ["2024-02-16 12:00:00", "2024-02-21 12:00:00", "2024-02-26 12:00:00", "2024-03-01 12:00:00"],
        ),
        ("0 11 11 11 11 ?", THURSDAY, ["2024-11-11 11:11:00", "2025-11-11 11:11:00"]),
        # the examples of its text
        ("0/5 14,18,3-39,52 * ? JAN,MAR,SEP MON-FRI 2002-2010", "2010-09-30 23:52:54", ["2010-09-30 23:52:55", None]),
        ("0 0/5 * * * ?", THURSDAY, ["2024-02-15 12:05:00", "2024-02-15 12:10:00"]),
        ("10 0/5 * * * ?", THURSDAY, ["2024-02-15 12:00:10", "2024-02-15 12:05:10"]),
        ("0 30 10-13 ? * WED,FRI", THURSDAY, ["2024-02-16 10:30:00", "2024-02-16 11:30:00"]),
        (
            "0 0/30 8-9 5,20 * ?",
            "2024-02-20 08:45:00",
            ["2024-02-20 09:00:00", "2024-02-20 09:30:00", "2024-03-05 08:00:00"],
        ),
        ("0 0 12 ? * WED", THURSDAY, ["2024-02-21 12:00:00"]),
        ("0 0 12 ? * MON-WED,SAT", THURSDAY, ["2024-02-17 12:00:00", "2024-02-19 12:00:00"]),
        (
            "5/15 0 12 * * ?",
            "2024-02-15 12:00:05",
            ["2024-02-15 12:00:20", "2024-02-15 12:00:35", "2024-02-15 12:00:50"],
        ),
        ("0 0 0 1 7/6 ?", THURSDAY, ["2024-07-01 00:00:00", "2025-07-01 00:00:00"]),  # not every sixth month
        ("0 0 12 ? * 2#1", THURSDAY, ["2024-03-04 12:00:00"]),  # the first Monday
        ("0 0 12 ? * 4#5", THURSDAY, ["2024-05-29 12:00:00"]),  # neither March nor April has a fifth Wednesday
        ("0 0 12 15W 6,9,10 ?", THURSDAY, ["2024-06-14 12:00:00", "2024-09-16 12:00:00", "2024-10-15 12:00:00"]),
        ("0 0 12 1W 6 ?", THURSDAY, ["2024-06-03 12:00:00"]),  # the 1st is a Saturday
        ("0 0 12 LW 6 ?", THURSDAY, ["2024-06-28 12:00:00"]),  # the 30th is a Sunday
        ("0 0 12 L-3 * ?", THURSDAY, ["2024-02-26 12:00:00", "2024-03-28 12:00:00"]),
        ("0 0 22-2 ? * *", "2024-02-15 23:30:00", [f"2024-02-16 {hour}:00:00" for hour in ("00", "01", "02", "22")]),
        ("0 0 12 1 NOV-FEB ?", THURSDAY, ["2024-11-01 12:00:00", "2024-12-01 12:00:00", "2025-01-01 12:00:00"]),
        ("0 0 14-6 ? * FRI-MON", "2024-02-19 22:30:00", ["2024-02-19 23:00:00", "2024-02-23 00:00:00"]),
    ],
)
def test_examples_of_the_documentation(expression, after, expected):
    assert fires(expression, after, len(expected)) == expected


@pytest.mark.parametrize(
    ("expression", "same"),
    [
        ("0 0 12 ? * L", "0 0 12 ? * SAT"),
        ("0 0 12 ? * fril", "0 0 12 ? * 6L"),
        ("0 0 12 ? * Fri#3", "0 0 12 ? * 6#3"),
        ("0 0 12 ? january,may monday", "0 0 12 ? 1,5 2"),
        ("0 /15 12 * * ?", "0 0,15,30,45 12 * * ?"),
        ("0 */15 12 */10 * ?", "0 0/15 12 1,11,21,31 * ?"),
        ("0 5-40/10 12 * * ?", "0 5,15,25,35 12 * * ?"),
        ("0 50-10/7 12 * * ?", "0 4,50,57 12 * * ?"),
        ("0 0 12 28-3 * ?", "0 0 12 1-3,28-31 * ?"),
        ("0 0 12 ? * 6-2", "0 0 12 ? * 1,2,6,7"),
        ("0  05\t12 l-0 * ?", "0 5 12 L * ?"),
        ("0 5,* 12 * * ?", "0 * 12 * * ?"),
        ("0 0 12 1 1 ? */40", "0 0 12 1 1 ? 1970,2010,2050,2090"),
    ],
)
def test_ways_to_write_the_same(expression, same):
    assert fires(expression, THURSDAY, 30) == fires(same, THURSDAY, 30)


@pytest.mark.parametrize(
    "expression", ["0 0 0 30 2 ?", "0 0 0 31 2/2 ? 2023", "0 0 0 1 1 ? 2010", "0 0 0 L-30 2 ?", "0 0 0 31W APR ?"]
)
def test_an_expression_that_never_fires(expression):
    assert fires(expression, THURSDAY, 1) == [None]


def test_years_end_with_2099():
    assert fires("0 0 0 29 2 ?", "2095-01-01", 2) == ["2096-02-29 00:00:00", None]
    assert fires("* * * * * ?", "9999-12-31 23:59:59", 1) == [None]
    assert fires("0 0 0 1 1 ?", "0001-01-01", 1) == ["1970-01-01 00:00:00"]


def test_fractions_of_seconds_do_not_count():
    assert fires("* * * * * ?", "2024-02-15 12:00:00.999", 1) == ["2024-02-15 12:00:01"]


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ("0 60 12 * * ?", "minutes is 60, expected 0 to 59"),
        ("0 0 24 * * ?", "hours is 24, expected 0 to 23"),
        ("0 0 12 32 * ?", "day-of-month is 32, expected 1 to 31"),
        ("0 0 12 0/5 * ?", "day-of-month is 0/5, expected 1 to 31"),
        ("0 0 12 32W * ?", "day-of-month is 32W, expected 1 to 31"),
        ("0 0 12 1 FOO ?", "month is FOO, expected 1 to 12 or JAN to DEC"),
        ("0 0 12 1 JA ?", "month is JA, expected 1 to 12 or JAN to DEC"),
        ("0 0 12 ? * 0", "day-of-week is 0, expected 1 to 7 or SUN to SAT"),
        ("0 0 12 1 1 ? 1969", "year is 1969, expected 1970 to 2099"),
        ("0 0 12 1 1 ? 2030-2028", "year is 2030-2028, expected a range that ends after it starts, 2028-2030"),
        ("0 0/60 12 * * ?", "minutes is 0/60, expected a step of 1 to 59 after /"),
        ("0 0/0 12 * * ?", "minutes is 0/0, expected a step of 1 to 59 after /"),
        ("0 0 12 ? * MON-FRI/2", "day-of-week is MON-FRI/2, expected numbers before a step, since Quartz ignores the step after a name"),
        ("0 1,,2 12 * * ?", "minutes is 1,,2, expected 0 to 59, alone or as a list (1,2), a range (1-5) or with a step (1/5)"),
        (f"0 {'9' * 5000} 12 * * ?", f"minutes is {'9' * 5000}, expected 0 to 59"),
        ("0 0 12 L,5 * ?", "day-of-month is L,5, expected L and W to stand alone, not in a list"),
        ("0 0 12 10-15W * ?", "day-of-month is 10-15W, expected one day such as L, L-3, LW, L-3W or 15W"),
        ("0 0 12 L-31 * ?", "day-of-month is L-31, expected at most 30 days before the last, L-30"),
        ("0 0 12 ? * 6#6", "day-of-week is 6#6, expected 1 to 5 after #, such as 6#3 for the third Friday"),
        ("0 0 12 ? * 3#1,6#3", "day-of-week is 3#1,6#3, expected one day before # or L, such as 6#3 or FRIL, and no list or range"),
        ("0 0 12 ? * L,2", "day-of-week is L,2, expected one day before # or L, such as 6#3 or FRIL, and no list or range"),
        ("0 0 12 ? * ?", "day-of-month and day-of-week are both ?, expected it in one of them only"),
        ("0 0 12 1 * MON", "day-of-month is 1 and day-of-week is MON, expected ? in one of them, since Quartz does not implement both at once"),
        ("0 0 12 * * *", "day-of-month is * and day-of-week is *, expected ? in one of them, since Quartz does not implement both at once"),
        ("0 12 * * ?", "'0 12 * * ?' has 5 fields, expected six or seven: seconds minutes hours day-of-month month day-of-week [year]"),
        ("", "'' has 0 fields, expected six or seven: seconds minutes hours day-of-month month day-of-week [year]"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_a_sentence(expression, complaint):
    with pytest.raises(QuartzError) as raised:
        Quartz.parse(expression)
    assert str(raised.value) == complaint


@given(st.text("0123456789*?/-,LW#MONJAN ", max_size=30))
@example("0 0 12 ? * #")
def test_any_text_is_an_expression_or_has_an_error_of_one_line(text):
    try:
        Quartz.parse(text)
    except QuartzError as problem:
        assert len(str(problem).splitlines()) == 1


# clock changes


def offsets(expression, after, count, zone):
    """Fire times with the zone's offset, from a moment given with one."""
    found, place = [], ZoneInfo(zone)
    moment = datetime.fromisoformat(after)
    for _ in range(count):
        moment = Quartz.parse(expression).next_after(moment, place)
        found.append(moment.astimezone(place).strftime("%d %H:%M%z"))
    return found


@pytest.mark.parametrize(
    ("zone", "expression", "after", "expected"),
    [
        # skipped: not that day
        ("Europe/Berlin", "0 30 2 * * ?", "2024-03-30T01:00+01:00", ["30 02:30+0100", "01 02:30+0200"]),
        ("Europe/Berlin", "0 0 * * * ?", "2024-03-31T00:59+01:00", ["31 01:00+0100", "31 03:00+0200", "31 04:00+0200"]),
        ("America/New_York", "0 15 2 * * ?", "2024-03-09T12:00-05:00", ["11 02:15-0400"]),
        ("America/New_York", "0 15 * * * ?", "2024-03-10T01:00-05:00", ["10 01:15-0500", "10 03:15-0400"]),
        ("Australia/Lord_Howe", "0 0/15 * * * ?", "2024-10-06T01:40+10:30", ["06 01:45+1030", "06 02:30+1100"]),  # by half an hour
        ("Australia/Lord_Howe", "0 0 2 * * ?", "2024-10-05T03:00+10:30", ["07 02:00+1100"]),
        ("America/Sao_Paulo", "0 0 0 * * ?", "2018-11-03T12:00-03:00", ["05 00:00-0200"]),  # a day without midnight
        ("Asia/Beirut", "0 0/30 * * * ?", "2022-03-26T23:00+02:00", ["26 23:30+0200", "27 01:00+0300"]),
        ("Pacific/Apia", "0 0 0/12 * * ?", "2011-12-29T11:00-10:00", ["29 12:00-1000", "31 00:00+1400"]),  # a day that was left out
        # twice: the second time
        ("Europe/Berlin", "0 30 2 * * ?", "2024-10-26T03:00+02:00", ["27 02:30+0100", "28 02:30+0100"]),
        ("Europe/Berlin", "0 0/30 * * * ?", "2024-10-27T01:00+02:00", ["27 01:30+0200", "27 02:00+0100", "27 02:30+0100", "27 03:00+0100"]),
        ("America/New_York", "0 5 1 * * ?", "2024-11-02T12:00-04:00", ["03 01:05-0500", "04 01:05-0500"]),
        ("Australia/Lord_Howe", "0 0/15 * * * ?", "2024-04-07T01:00+11:00", ["07 01:15+1100", "07 01:30+1030", "07 01:45+1030", "07 02:00+1030"]),
        ("America/Sao_Paulo", "0 30 23 * * ?", "2018-02-17T12:00-02:00", ["17 23:30-0300", "18 23:30-0300"]),
        ("Asia/Beirut", "0 0 * * * ?", "2022-10-29T21:30+03:00", ["29 22:00+0300", "29 23:00+0200", "30 00:00+0200"]),
        # asked while the hour shows for the first time
        ("Europe/Berlin", "0 10 2 * * ?", "2024-10-27T02:40+02:00", ["27 02:10+0100", "28 02:10+0100"]),
        ("Europe/Berlin", "0 10 2 * * ?", "2024-10-27T02:40+01:00", ["28 02:10+0100"]),
        # no clock changes
        ("UTC", "0 30 2 * * ?", "2024-03-30T12:00+00:00", ["31 02:30+0000"]),
        ("Asia/Kathmandu", "0 0 9 * * ?", "2024-03-31T00:00+00:00", ["31 09:00+0545"]),
    ],
)  # fmt: skip
def test_clock_changes(zone, expression, after, expected):
    assert offsets(expression, after, len(expected), zone) == expected


# against a matcher that steps through time


def names(item, value, lowest, highest):
    """Whether an item such as ``7``, ``*``, ``3-9``, ``3-9/2``, ``5/15`` of a list names the value."""
    base, _, step = item.partition("/")
    first, _, last = base.replace("*", f"{lowest}-{highest}").partition("-")
    end = int(last or (highest if step else first))
    turn = highest - lowest + 1
    return (value - int(first)) % turn <= (end - int(first)) % turn and (value - int(first)) % turn % int(
        step or 1
    ) == 0


def listed(text, value, lowest, highest):
    return any(names(item, value, lowest, highest) for item in text.split(","))


def names_day(text, day):
    """Whether the day-of-month field names the date."""
    length = calendar.monthrange(day.year, day.month)[1]
    if text[0] != "L" and text[-1] != "W":
        return listed(text, day.day, 1, 31)
    place = text.removesuffix("W")
    wanted = length - int(place[2:] or 0) if place[0] == "L" else int(place)
    if not 1 <= wanted <= length:
        return False
    candidates = [n for n in range(1, length + 1) if "W" not in text or date(day.year, day.month, n).isoweekday() < 6]
    return day.day == min(candidates, key=lambda n: abs(n - wanted))


def names_weekday(text, day):
    """Whether the day-of-week field names the date."""
    number = day.isoweekday() % 7 + 1
    week = timedelta(days=7)
    if "#" in text:
        weekday, nth = text.split("#")
        in_month = [day - week * back for back in range(5) if (day - week * back).month == day.month]
        return number == int(weekday) and len(in_month) == int(nth)
    if text.endswith("L"):
        return number == int(text[:-1] or 7) and (text == "L" or (day + week).month != day.month)
    return listed(text, number, 1, 7)


def field(lowest, highest):
    value = st.integers(lowest, highest).map(str)
    step = st.integers(1, highest).map(str)
    a_range = st.tuples(value, value).map("-".join)
    item = st.one_of(
        value, value, a_range, st.just("*"), st.tuples(st.one_of(value, a_range, st.just("*")), step).map("/".join)
    )
    return st.lists(item, min_size=1, max_size=3).map(",".join)


def spans(start, length):
    """Moments within as many days."""
    return st.integers(0, length * 86400).map(
        lambda seconds: datetime.fromisoformat(start).replace(tzinfo=UTC) + timedelta(seconds=seconds)
    )


CHANGES = [
    ("UTC", "2024-03-01"),
    ("Europe/Berlin", "2024-03-30"),
    ("Europe/Berlin", "2024-10-26"),
    ("America/New_York", "2024-03-09"),
    ("America/New_York", "2024-11-02"),
    ("Australia/Lord_Howe", "2024-04-06"),
    ("Australia/Lord_Howe", "2024-10-05"),
    ("America/Sao_Paulo", "2018-02-17"),
    ("America/Sao_Paulo", "2018-11-03"),
    ("Asia/Beirut", "2022-03-26"),
    ("Asia/Beirut", "2022-10-29"),
    ("Pacific/Apia", "2011-12-29"),
]


@given(st.data(), field(0, 59), field(0, 23))
@settings(max_examples=200, deadline=None)
def test_times_of_a_day_are_those_that_match_minute_by_minute(data, minutes, hours):
    zone, day = data.draw(st.sampled_from(CHANGES))
    start = data.draw(spans(day, 2))
    expected = None
    minute = start.replace(second=0) + timedelta(minutes=1)
    for _ in range(2 * 24 * 60):
        local = minute.astimezone(ZoneInfo(zone))
        twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
        if listed(minutes, local.minute, 0, 59) and listed(hours, local.hour, 0, 23) and (local.fold or not twice):
            expected = minute
            break
        minute += timedelta(minutes=1)
    found = Quartz.parse(f"0 {minutes} {hours} * * ?").next_after(start, ZoneInfo(zone))
    assert found == expected or (expected is None and found >= minute)


@given(field(0, 59), field(0, 59), spans("2024-02-28", 2))
@settings(max_examples=200, deadline=None)
def test_seconds_are_those_that_match_second_by_second(seconds, minutes, start):
    moments = (start + timedelta(seconds=ahead) for ahead in range(1, 3700))
    expected = next(m for m in moments if listed(seconds, m.second, 0, 59) and listed(minutes, m.minute, 0, 59))
    assert Quartz.parse(f"{seconds} {minutes} * ? * *").next_after(start, UTC) == expected


days_of_month = st.one_of(
    field(1, 31),
    st.just("L"),
    st.just("LW"),
    st.integers(0, 30).map("L-{}".format),
    st.integers(0, 30).map("L-{}W".format),
    st.integers(1, 31).map("{}W".format),
)
days_of_week = st.one_of(
    field(1, 7),
    st.just("L"),
    st.integers(1, 7).map("{}L".format),
    st.tuples(st.integers(1, 7), st.integers(1, 5)).map(lambda pair: f"{pair[0]}#{pair[1]}"),
)


@given(
    st.one_of(days_of_month.map(lambda text: (text, "?")), days_of_week.map(lambda text: ("?", text))),
    field(1, 12),
    spans("2023-01-01", 1500),
)
@settings(max_examples=300, deadline=None)
def test_days_are_those_that_match_day_by_day(days, months, start):
    of_month, of_week = days
    noon = start.replace(hour=12, minute=0, second=0)
    noon += timedelta(days=noon <= start)
    expected = None
    for ahead in range(800):
        day = noon + timedelta(days=ahead)
        named = names_day(of_month, day) if of_week == "?" else names_weekday(of_week, day)
        if named and listed(months, day.month, 1, 12):
            expected = day
            break
    found = Quartz.parse(f"0 0 12 {of_month} {months} {of_week}").next_after(start, UTC)
    if expected is None:
        assert found is None or found > noon + timedelta(days=799)
    else:
        assert found == expected


@given(st.data(), field(0, 59), field(0, 23))
@settings(max_examples=100, deadline=None)
def test_a_schedule_does_not_depend_on_when_it_is_asked(data, minutes, hours):
    zone, day = data.draw(st.sampled_from(CHANGES))
    early, late = sorted(data.draw(st.tuples(spans(day, 2), spans(day, 2))))
    quartz, place = Quartz.parse(f"0 {minutes} {hours} * * ?"), ZoneInfo(zone)
    moment = early
    while moment <= late:
        moment = quartz.next_after(moment, place)
    assert quartz.next_after(late, place) == moment


# the closest that times may be


@pytest.mark.parametrize(
    ("seconds", "kept"),
    [
        ("*", (0, 10, 20, 30, 40, 50)),
        ("0/7", (0, 14, 28, 42)),
        ("5,6,58", (5,)),
        ("0/15", (0, 15, 30, 45)),
        ("30", (30,)),
    ],
)
def test_times_closer_than_a_gap_are_left_out(seconds, kept):
    thinned = Quartz.parse(f"{seconds} * * * * ?").no_closer_than(10)
    assert thinned.seconds == kept
    assert all(later - earlier >= 10 for earlier, later in pairwise((*kept, kept[0] + 60)))
