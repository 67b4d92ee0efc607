"""Quartz expressions and triggers in words; what there are no words for is shown as it stands."""

from __future__ import annotations

from typing import Any

import pytest

from lakebook.web.pages.words import quartz, starts


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("0 30 6 * * ?", "every day at 06:30"),
        ("0 30 6 ? * * *", "every day at 06:30"),
        ("0 0 18 ? * MON-FRI", "from Monday to Friday at 18:00"),
        ("0 0 18 ? * 2-6", "from Monday to Friday at 18:00"),
        ("0 0 9 ? * MON,THU", "on Monday and Thursday at 09:00"),
        ("0 0 2 1 * ?", "on day 1 of each month at 02:00"),
        ("0 0 2 L * ?", "on the last day of each month at 02:00"),
        ("0 0/15 * * * ?", "every 15 minutes"),
        ("0 * * * * ?", "every minute"),
        ("0 5 * * * ?", "every hour at minute 5"),
        ("0 0 0/6 * * ?", "every 6 hours"),
        # no words that would be exact
        ("0 0/7 * * * ?", "by 0 0/7 * * * ?"),
        ("0 5/15 * * * ?", "by 0 5/15 * * * ?"),
        ("30 0 6 * * ?", "by 30 0 6 * * ?"),
        ("0 0 6 ? * 6#3", "by 0 0 6 ? * 6#3"),
        ("0 0 6 ? JAN *", "by 0 0 6 ? JAN *"),
        ("0 0 6 LW * ?", "by 0 0 6 LW * ?"),
        ("0 0 6 * * ? 2027", "by 0 0 6 * * ? 2027"),
        ("0 0 6,18 * * ?", "by 0 0 6,18 * * ?"),
    ],
)
def test_a_schedule(expression: str, words: str) -> None:
    assert quartz(expression) == words


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, ""),
        ({"trigger": {"periodic": {"interval": 1, "unit": "DAYS"}}}, "every day"),
        ({"trigger": {"periodic": {"interval": 4, "unit": "HOURS"}}}, "every 4 hours"),
        ({"trigger": {"file_arrival": {"url": "/data/in"}}}, "when files arrive in /data/in"),
        ({"trigger": {"table_update": {"table_names": ["a", "b"]}}}, "when a, b changed"),
        (
            {"trigger": {"table_update": {"table_names": ["a", "b"], "condition": "ALL_UPDATED"}}},
            "when all of a, b changed",
        ),
        ({"continuous": {}}, "always, one run after the other"),
    ],
)
def test_a_trigger(settings: dict[str, Any], words: str) -> None:
    assert starts(settings) == words
