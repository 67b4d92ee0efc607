"""Times and durations as commands, pages and messages show them: in the zone of the machine that shows them."""

from __future__ import annotations

from datetime import datetime

from lakebook.transcript import duration


def moment(milliseconds: int | None) -> str:
    """A time with its offset: ``2026-11-29T20:11:15+01:00``; nothing of None."""
    return "" if milliseconds is None else _local(milliseconds).isoformat(timespec="seconds")


def date_and_time(milliseconds: int | None) -> str:
    """A time for a page: ``2026-11-29 20:11:15``; nothing of None."""
    return "" if milliseconds is None else f"{_local(milliseconds):%Y-%m-%d %H:%M:%S}"


def clock(milliseconds: int) -> str:
    """The time of day."""
    return _local(milliseconds).strftime("%H:%M:%S")


def lasted(start: int | None, end: int | None) -> str:
    """How long something took; nothing of what has not ended."""
    return "" if start is None or end is None else duration((end - start) / 1000)


def _local(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000).astimezone()
