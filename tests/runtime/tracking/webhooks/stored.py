"""What is stored of webhooks, and how a test changes it."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from lakebook.tracking.webhooks import sending
from lakebook.tracking.webhooks.handout import hand_out_all
from lakebook.tracking.webhooks.outbox import Delivery, Outbox
from lakebook.tracking.webhooks.settings import Settings
from runtime.tracking.webhooks.receiver import PATIENCE

DAY = 86400.0
#: pauses that a test can wait for
QUICK = Settings(first_pause=0.05, longest_pause=0.2, poll=0.02, rest=0.05, timeout=5.0)


def rows(file: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    """What a statement gives, or changes, in a connection of its own."""
    with closing(sqlite3.connect(file, timeout=PATIENCE)) as connection, connection:
        return connection.execute(query, values).fetchall()


def told(file: Path) -> list[tuple[str, dict[str, Any]]]:
    """The events that have happened since the first webhook, with their data, handed out now."""
    hand_out_all(file, time.time())
    written = rows(file, "SELECT payload FROM lakebook_registry_events WHERE payload != '' ORDER BY id")
    bodies = [json.loads(payload) for (payload,) in written]
    return [(f"{body['entity']}.{body['action']}", body["data"]) for body in bodies]


def eventually(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def listed(file: Path, **wanted: Any) -> list[Delivery]:
    """The deliveries, the newest first."""
    return Outbox(file, QUICK).deliveries(**wanted)


def states(file: Path) -> list[str]:
    """In which state each delivery is, in the order of the events."""
    return [delivery.state for delivery in reversed(listed(file))]


def all_delivered(file: Path, number: int) -> Callable[[], bool]:
    return lambda: states(file) == ["delivered"] * number


def register(client: Any, *names: str) -> None:
    for name in names:
        client.create_registered_model(name)


class Clock:
    """A time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = time.time() + 1

    def __call__(self) -> float:
        return self.now


def deliver_at(file: Path, clock: Clock, number: int) -> None:
    """So many attempts at the clock's time, as the deliverer makes them."""
    outbox = Outbox(file, replace(QUICK, first_pause=5, longest_pause=3600), clock)
    outbox.hand_out()
    for _ in range(number):
        (webhook,) = outbox.waiting()
        due = outbox.due(webhook)
        assert due is not None
        outbox.record(due, sending.send(due.url, due.secret, due.id, due.body, QUICK))
