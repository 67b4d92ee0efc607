"""``lakebook jobs notifications``: what became of each message."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import pytest

from lakebook.cli import CommandError
from lakebook.jobs.notifications import command
from runtime.jobs.harness import notebook
from runtime.jobs.notifications.post import Post

Say = Callable[..., str]


@pytest.fixture
def say(post: Post, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    monkeypatch.chdir(post.bench.folder)

    def call(*words: str) -> str:
        parser = argparse.ArgumentParser()
        command.add_to(parser.add_subparsers())
        options = parser.parse_args(["notifications", *words])
        assert options.command(options) == 0
        return capsys.readouterr().out

    return call


def test_messages_are_listed_with_what_became_of_them(post: Post, say: Say) -> None:
    assert say() == "No notifications yet\n"
    post.refused = {"bob@x.org": "550 no such user", "eve@x.org": "451 later"}
    people = ["ann@x.org", "bob@x.org", "eve@x.org"]
    run = post.bench.finish(post.bench.run(notebook("a"), email_notifications={"on_success": people})).run_id
    assert say().count("waits for the scheduler") == 3
    post.deliver()
    listed = say(str(run))
    assert "ann@x.org  sent 20" in listed
    assert "bob@x.org  given up after 1 attempt: 127.0.0.1 refuses bob@x.org: 550 no such user" in listed
    assert "after 1 attempt: 127.0.0.1 refuses eve@x.org: 451 later" in listed
    assert "ann@x.org" not in say("--failed")


def test_one_that_was_given_up_can_be_sent_again(post: Post, say: Say) -> None:
    post.refused = {"ann@x.org": "550 no such user"}
    post.bench.finish(post.bench.run(notebook("a"), email_notifications={"on_success": ["ann@x.org"]}))
    post.deliver()
    post.refused = {}
    (message,) = post.messages()
    assert say("--retry", str(message.id)) == f"Notification {message.id} is sent again by the scheduler\n"
    post.bench.store.time = time.time_ns() // 1_000_000  # the command's clock is the real one
    post.deliver()
    assert len(post.mails) == 1
    assert say("--failed") == "No notification has failed\n"


def test_one_that_is_not_there_is_said(say: Say) -> None:
    with pytest.raises(CommandError, match=r"There is no notification 12\."):
        say("--retry", "12")
