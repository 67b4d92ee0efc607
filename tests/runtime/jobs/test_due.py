"""When a job is due, and what becomes of the times that passed while no scheduler ran."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakebook.jobs.due import (
    MOST_MISSED,
    DueError,
    Passed,
    continuous_due,
    is_continuous,
    missed,
    next_due,
)


def at(text):
    return datetime.fromisoformat(f"2024-{text}").replace(tzinfo=UTC)


def scheduled(expression="0 0 6 * * ?", zone="UTC", **others):
    return {"name": "load", "schedule": {"quartz_cron_expression": expression, "timezone_id": zone, **others}}


def periodic(interval=6, unit="HOURS", **others):
    return {"name": "load", "trigger": {"periodic": {"interval": interval, "unit": unit}, **others}}


def with_missed(job, policy):
    return {**job, "lakebook": {"missed": policy}}


NOON = at("02-15 12:00")


# when a job is due next


def test_a_schedule_is_due_by_the_clocks_of_its_zone():
    assert next_due(scheduled(zone="America/New_York"), NOON) == at("02-16 11:00")


def test_a_job_without_schedule_and_trigger_is_never_due():
    assert next_due({"name": "load", "schedule": None, "trigger": {"file_arrival": {"url": "/data"}}}, NOON) is None


@pytest.mark.parametrize("job", [scheduled(pause_status="PAUSED"), periodic(pause_status="PAUSED")])
def test_a_paused_job_is_not_due(job):
    assert next_due(job, NOON) is None
    assert missed(job, NOON, NOON + timedelta(days=30)) == Passed((), None)


def test_an_explicitly_unpaused_job_is_due():
    assert next_due(scheduled(pause_status="UNPAUSED"), NOON) == at("02-16 06:00")


@pytest.mark.parametrize(
    ("interval", "unit", "expected"),
    [
        (45, "MINUTES", at("02-15 12:45")),
        (5, "HOURS", at("02-15 15:00")),
        (2, "DAYS", at("02-16 09:00")),
        (1, "WEEKS", at("02-21 09:00")),
    ],
)
def test_a_periodic_trigger_counts_from_its_anchor(interval, unit, expected):
    deployed = at("02-14 09:00")
    assert next_due(periodic(interval, unit), NOON, deployed) == expected


def test_a_periodic_trigger_without_an_anchor_counts_from_the_moment():
    assert next_due(periodic(6, "HOURS"), NOON) == at("02-15 18:00")


def test_a_periodic_trigger_is_not_due_when_it_is_deployed_but_an_interval_later():
    assert next_due(periodic(6, "HOURS"), NOON - timedelta(hours=40), anchor=NOON) == at("02-15 18:00")


def test_of_a_schedule_and_a_trigger_the_earlier_counts():
    both = scheduled() | periodic(1, "DAYS")
    assert next_due(both, NOON) == at("02-16 06:00")
    assert next_due(both, at("02-16 06:00"), anchor=NOON) == at("02-16 12:00")


def test_a_schedule_is_due_every_ten_seconds_at_most():
    assert next_due(scheduled("* * * * * ?"), NOON) == at("02-15 12:00:10")


@pytest.mark.parametrize(
    ("job", "complaint"),
    [
        (scheduled("0 60 6 * * ?"), "schedule.quartz_cron_expression: minutes is 60, expected 0 to 59"),
        (scheduled(zone="Europe/Berlim"), "schedule.timezone_id: Europe/Berlim is no known time zone, did you mean Europe/Berlin?"),
        (scheduled(pause_status="ON"), "schedule.pause_status is ON, expected PAUSED or UNPAUSED"),
        ({"schedule": {"timezone_id": "UTC"}}, "schedule.quartz_cron_expression is missing"),
        (periodic(0), "trigger.periodic.interval is 0, expected a whole number from 1"),
        (periodic(1, "YEARS"), "trigger.periodic.unit is YEARS, expected one of MINUTES, HOURS, DAYS, WEEKS"),
    ],
)  # fmt: skip
def test_settings_that_do_not_say_when(job, complaint):
    with pytest.raises(DueError) as raised:
        next_due(job, NOON)
    assert str(raised.value) == complaint


# missed times


def test_nothing_has_passed_before_the_next_due_time():
    assert missed(scheduled(), NOON, at("02-16 05:59:59")) == Passed((), None)


@pytest.mark.parametrize("policy", ["latest", "all", "none"])
def test_a_time_that_has_just_come_is_due_whatever_the_policy(policy):
    assert missed(with_missed(scheduled(), policy), NOON, at("02-16 06:00:30")) == Passed((at("02-16 06:00"),), None)


def test_by_default_the_latest_missed_time_gets_a_run():
    assert missed(scheduled(), NOON, at("02-19 08:00")) == Passed(
        (at("02-19 06:00"),), left_out=(at("02-16 06:00"), at("02-18 06:00"))
    )


def test_all_missed_times_get_a_run_if_the_job_says_so():
    passed = missed(with_missed(scheduled(), "all"), NOON, at("02-19 08:00"))
    assert passed == Passed(tuple(at(f"02-{day} 06:00") for day in (16, 17, 18, 19)), None)


def test_no_missed_time_gets_a_run_if_the_job_says_so():
    passed = missed(with_missed(scheduled(), "none"), NOON, at("02-19 08:00"))
    assert passed == Passed((), left_out=(at("02-16 06:00"), at("02-19 06:00")))


def test_after_missed_times_one_that_has_just_come_is_due():
    passed = missed(with_missed(scheduled(), "none"), NOON, at("02-19 06:00:30"))
    assert passed == Passed((at("02-19 06:00"),), left_out=(at("02-16 06:00"), at("02-18 06:00")))


def test_of_very_many_missed_times_the_newest_get_a_run_and_the_others_are_told():
    job, now = with_missed(scheduled("0 * * * * ?"), "all"), NOON + timedelta(days=30, seconds=5)
    passed = missed(job, NOON, now)
    assert len(passed.fire) == MOST_MISSED
    assert passed.fire[-1] == NOON + timedelta(days=30)
    assert passed.left_out == (NOON + timedelta(minutes=1), passed.fire[0] - timedelta(minutes=1))


def test_missed_times_of_a_periodic_trigger_keep_to_its_anchor():
    passed = missed(
        with_missed(periodic(1, "DAYS"), "all"), at("02-15 09:00"), at("02-17 12:00"), anchor=at("01-01 09:00")
    )
    assert passed.fire == (at("02-16 09:00"), at("02-17 09:00"))


def test_moments_may_be_of_the_zone_of_the_schedule():
    berlin = ZoneInfo("Europe/Berlin")
    first, second = (datetime(2024, 10, 27, 2, 30, tzinfo=berlin, fold=fold) for fold in (0, 1))
    job = with_missed(scheduled("0 15 2 * * ?", "Europe/Berlin"), "all")
    assert missed(job, first - timedelta(days=1), first).fire == ()
    assert missed(job, first, second).fire == (at("10-27 01:15"),)


def test_a_clock_that_was_set_back_misses_nothing():
    assert missed(scheduled(), NOON, NOON - timedelta(days=3)) == Passed((), None)


def test_an_unknown_policy_is_an_error():
    with pytest.raises(DueError, match=r"^lakebook\.missed is twice, expected one of latest, all, none$"):
        missed(with_missed(scheduled(), "twice"), NOON, NOON)


@given(
    st.sampled_from([scheduled("0/7 0/13 * * * ?"), scheduled("0 30 1-3 * * ?", "Europe/Berlin"), periodic(7, "HOURS"), scheduled() | periodic(5, "HOURS")]),
    st.datetimes(datetime(2024, 10, 25), datetime(2024, 10, 28)),
    st.timedeltas(timedelta(0), timedelta(days=3)),
)  # fmt: skip
@settings(max_examples=20, deadline=None)
def test_every_time_that_passed_is_fired_or_told(job, last, length):
    last = last.replace(tzinfo=UTC)
    now, times, moment = last + length, [], next_due(job, last)
    while moment <= now:
        times.append(moment)
        moment = next_due(job, moment, anchor=last)
    everything = missed(with_missed(job, "all"), last, now)
    latest = missed(job, last, now)
    assert everything.fire == tuple(times[-MOST_MISSED:])
    assert latest.fire == tuple(times[-1:])
    assert latest.left_out == ((times[0], times[-2]) if len(times) > 1 else None)
    if len(times) > MOST_MISSED:
        assert everything.left_out == (times[0], times[-MOST_MISSED - 1])


# continuous jobs


@pytest.mark.parametrize(
    ("continuous", "expected"),
    [(None, False), ({}, True), ({"pause_status": "UNPAUSED"}, True), ({"pause_status": "PAUSED"}, False)],
)
def test_a_continuous_job_always_has_a_run(continuous, expected):
    job = {"name": "stream", "continuous": continuous}
    assert is_continuous(job) is expected
    assert continuous_due(job, NOON, 0) == (NOON if expected else None)
    assert next_due(job, NOON) is None


@pytest.mark.parametrize(("failures", "seconds"), [(1, 10), (2, 20), (3, 40), (9, 2560), (10, 3600), (100000, 3600)])
def test_a_continuous_job_that_fails_waits_longer_each_time(failures, seconds):
    assert continuous_due({"continuous": {}}, NOON, failures) == NOON + timedelta(seconds=seconds)
