from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.coediting.serving import Person, Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Invite = Callable[[], Person]


@pytest.fixture(scope="package")
def server(extension: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("together"), tmp_path_factory.mktemp("around"), extension)
    started.start()
    yield started
    started.stop()


@pytest.fixture
def invite(browser: Browser, server: Server) -> Iterator[Invite]:
    """Lets one more person come."""
    from playwright.sync_api import expect

    expect.set_options(timeout=90_000)
    server.start_if_killed()  # by a test that failed before it came to that
    people: list[Person] = []

    def come() -> Person:
        people.append(Person(browser, server.url))
        return people[-1]

    yield come
    for person in people:
        person.leave()
