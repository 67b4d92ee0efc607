from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from runtime.jobs.harness import Bench
from runtime.jobs.notifications.post import Post
from runtime.tracking.webhooks.receiver import Receiver


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOST", "PORT", "USER", "FROM", "TLS", "PASSWORD", "PASSWORD_FILE"):
        monkeypatch.delenv(f"LAKEBOOK_MAIL_{name}", raising=False)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def post(make_bench: Callable[..., Bench], tmp_path: Path) -> Iterator[Post]:
    with closing(Post(make_bench(), tmp_path)) as post:
        yield post
