"""The lifeline as a process sees it, with a socket in the driver's place."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from lakebook.spark.connection import Connection, Event

Ends = tuple[Connection, socket.socket]


@pytest.fixture
def ends() -> Iterator[Ends]:
    """A connection, and the driver's end of it."""
    ours, driver = socket.socketpair()
    with driver:
        yield Connection(ours, ours.makefile("rb"), {"port": 1, "secret": "", "id": "n1"}), driver


def test_what_a_killed_driver_wrote_in_part_is_its_end(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    failures: list[object] = []
    monkeypatch.setattr(threading, "excepthook", failures.append)
    connection, driver = ends
    events: list[Event] = []
    connection.listen(events.append)
    driver.sendall(b'{"event": "done"}\n{"event": "stre')
    driver.close()
    assert connection.wait_closed(10)
    assert connection._thread is not None
    connection._thread.join(10)
    assert [event["event"] for event in events] == ["done", "closed"]
    assert failures == []


def test_an_event_that_cannot_be_shown_ends_nothing(ends: Ends, caplog: pytest.LogCaptureFixture) -> None:
    connection, driver = ends
    events: list[str] = []

    def show(event: Event) -> None:
        if event["event"] == "stream":
            raise AttributeError("'NoneType' object has no attribute 'write'")
        events.append(event["event"])

    connection.listen(show)
    driver.sendall(b'{"event": "stream"}\n{"event": "stream"}\n{"event": "done"}\n')
    driver.shutdown(socket.SHUT_WR)
    assert connection._thread is not None
    connection._thread.join(10)
    assert events == ["done", "closed"]
    [told] = [record.getMessage() for record in caplog.records if record.name == "lakebook.spark.connection"]
    assert "(stream) cannot be shown: AttributeError: 'NoneType'" in told
