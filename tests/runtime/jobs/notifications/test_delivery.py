"""Messages arrive, are sent again until they do, and keep nobody waiting."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from lakebook.jobs.engine.scheduler import Scheduler
from lakebook.jobs.model import Result
from lakebook.tracking.webhooks.signing import SIGNATURE, TIMESTAMP, signature
from runtime.jobs.harness import notebook
from runtime.jobs.notifications.post import PASSWORD, Post
from runtime.tracking.webhooks.receiver import PATIENCE, Receiver

DAY = 86_400
MAIL = {"email_notifications": {"on_failure": ["ann@x.org"]}}


def failed(post: Post, **settings: Any) -> int:
    """A run that has failed."""
    post.bench.world.bodies = {"load": Result.FAILED}
    return post.bench.finish(post.bench.run(notebook("load"), **{"name": "Daily flights", **settings})).run_id


def hook(receiver: str) -> dict[str, Any]:
    return {"webhook_notifications": {"on_failure": [{"id": receiver}]}}


def test_a_failed_run_is_told_by_mail(post: Post) -> None:
    run = failed(post, **MAIL)
    post.deliver()
    (mail,) = post.mails
    assert (mail["subject"], mail["from"], mail["to"]) == ("Daily flights: failed", "jobs@x.org", "ann@x.org")
    text = mail.get_content().splitlines()
    assert "Task load failed." in text
    assert f"lakebook jobs show {run}" in text
    (message,) = post.messages()
    assert (message.sent_time, message.due, message.failure) == (post.bench.store.time, None, None)


@pytest.mark.parametrize("name", ["Tägliche Flüge ✈", "two\nlines"])
def test_a_jobs_name_may_be_any_text(post: Post, name: str) -> None:
    failed(post, name=name, **MAIL)
    post.deliver()
    assert post.mails[0]["subject"] == f"{' '.join(name.split())}: failed"


def test_a_password_goes_through_an_encrypted_connection(
    post: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(post.certificate))
    secret = tmp_path / "mail.password"
    secret.write_text(f"{PASSWORD}\n")
    secret.chmod(0o600)
    post.settings(
        f'[mail]\nhost = "127.0.0.1"\nport = {post.secret_port}\nuser = "jobs"\nfrom = "jobs@x.org"\n'
        f'password_file = "{secret}"'
    )
    failed(post, **MAIL)
    post.deliver()
    assert (post.users, len(post.mails)) == (["jobs"], 1)


def test_the_environments_password_is_the_one_that_counts(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(post.certificate))
    monkeypatch.setenv("LAKEBOOK_MAIL_PASSWORD", "wrong")
    post.settings(f'[mail]\nhost = "127.0.0.1"\nport = {post.secret_port}\nuser = "jobs"\nfrom = "jobs@x.org"')
    failed(post, **MAIL)
    post.deliver()
    assert post.messages()[0].failure == "127.0.0.1 refuses: 535 5.7.8 Authentication credentials invalid"


def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(post: Post) -> None:
    post.settings(f'[mail]\nhost = "127.0.0.1"\nport = {post.secret_port}\nfrom = "jobs@x.org"')
    failed(post, **MAIL)
    post.deliver()
    assert "cannot be spoken to in secret (mail.tls)" in (post.messages()[0].failure or "")
    assert post.mails == []


def test_a_webhook_gets_what_databricks_documents(post: Post, receiver: Receiver) -> None:
    run = failed(post, **hook(receiver.url))
    post.deliver()
    (request,) = receiver.requests
    assert json.loads(request.body) == {
        "event_type": "jobs.on_failure",
        "workspace_id": post.bench.folder.name,
        "run": {"run_id": run},
        "job": {"job_id": post.bench.get(run).job_id, "name": "Daily flights"},
    }
    assert SIGNATURE not in request.headers


def test_a_webhook_about_a_task_names_it_and_its_run(post: Post, receiver: Receiver) -> None:
    post.bench.world.bodies = {"load": Result.FAILED}
    run = post.bench.finish(post.bench.run(notebook("load", **hook(receiver.url)))).run_id
    post.deliver()
    told = json.loads(receiver.requests[0].body)
    assert told["task"] == {"task_key": "load"}
    assert told["run"] == {"run_id": post.bench.task(run, "load").task_run_id, "parent_run_id": run}


def test_a_webhook_by_name_is_signed_with_its_secret(post: Post, receiver: Receiver) -> None:
    secret = post.bench.folder / "team.secret"
    secret.write_text("s3cret\n")
    secret.chmod(0o600)
    post.settings(f'[webhooks.team]\nurl = "{receiver.url}"\nsecret_file = "team.secret"')
    failed(post, **hook("team"))
    post.deliver()
    (request,) = receiver.requests
    expected = signature("s3cret", request.delivery, request.headers[TIMESTAMP], request.body)
    assert request.headers[SIGNATURE] == expected


def test_what_does_not_arrive_is_sent_again_until_it_does(post: Post, receiver: Receiver) -> None:
    receiver.answers = [500, 503]
    failed(post, **hook(receiver.url))
    post.deliver()
    assert post.messages()[0].failure == "HTTP 500 Internal Server Error"
    post.deliver()
    assert len(receiver.requests) == 1, "it is not sent again before its time"
    for seconds in (5, 10):
        post.bench.pass_time(seconds)
        post.deliver()
    (message,) = post.messages()
    assert (message.attempts, message.failure, message.due) == (3, None, None)
    assert len({request.delivery for request in receiver.requests}) == 1, "the receiver knows it by its id"


def test_an_attempt_that_was_cut_off_is_made_again(post: Post) -> None:
    failed(post, **MAIL)
    (message,) = post.messages()
    with post.bench.store.write() as rows:
        assert rows.outbox.begin(message, message.created_time + 120_000)
    post.deliver()
    assert post.mails == []
    post.bench.pass_time(120)
    post.deliver()
    assert len(post.mails) == 1


def test_an_attempt_belongs_to_one(post: Post) -> None:
    failed(post, **MAIL)
    (message,) = post.messages()
    with post.bench.store.write() as rows:
        again = message.created_time + 120_000
        assert [rows.outbox.begin(message, again), rows.outbox.begin(message, again)] == [True, False]


def test_a_receiver_that_may_be_asked_later_is(post: Post, receiver: Receiver) -> None:
    receiver.answers = [(429, {"Retry-After": "60"})]
    failed(post, **hook(receiver.url))
    post.deliver()
    assert post.messages()[0].due == post.bench.store.time + 60_000


def test_a_message_is_given_up_after_three_days_and_ten_attempts(post: Post, receiver: Receiver) -> None:
    receiver.answers = [500] * 20
    failed(post, **hook(receiver.url))
    for _ in range(9):
        post.bench.pass_time(DAY)
        post.deliver()
    assert post.messages()[0].due is not None, "nobody may have been there to send it"
    post.bench.pass_time(DAY)
    post.deliver()
    (message,) = post.messages()
    assert (message.attempts, message.due, message.failure) == (10, None, "HTTP 500 Internal Server Error")


def test_an_address_that_the_server_does_not_know_is_given_up(post: Post) -> None:
    post.refused = {"ann@x.org": "550 no such user"}
    failed(post, email_notifications={"on_failure": ["ann@x.org", "bob@x.org"]})
    post.deliver()
    ann, bob = post.messages()
    assert (ann.due, ann.failure) == (None, "127.0.0.1 refuses ann@x.org: 550 no such user")
    assert bob.sent_time is not None


def test_a_slow_receiver_holds_up_no_other(post: Post, receiver: Receiver) -> None:
    receiver.hold.clear()
    failed(post, **MAIL, **hook(receiver.url))
    deliverer = post.deliverer()
    deliverer.look()
    receiver.wait_for(1)
    try:
        deliverer._lanes["mail"].join(PATIENCE)
        assert len(post.mails) == 1
    finally:
        receiver.hold.set()


@pytest.mark.parametrize(
    ("settings", "failure"),
    [
        ("", "no mail server is named: set host and from under [mail] in lakebook.toml"),
        ('[mail]\nhost = "127.0.0.1"', "no sender is named: set from under [mail] in lakebook.toml"),
        ('[mail]\nhost = "127.0.0.1"\nport = 1\nfrom = "a@b.c"', "127.0.0.1 cannot be reached: Connection refused"),
    ],
)
def test_what_is_missing_for_mail_is_said(post: Post, settings: str, failure: str) -> None:
    post.settings(settings)
    failed(post, **MAIL)
    post.deliver()
    assert post.messages()[0].failure == failure


def test_a_password_is_not_sent_where_others_may_read_it(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAKEBOOK_MAIL_PASSWORD", PASSWORD)
    post.settings('[mail]\nhost = "mail.invalid"\ntls = "none"\nfrom = "a@b.c"')
    failed(post, **MAIL)
    post.deliver()
    assert "anybody on the way could read the password" in (post.messages()[0].failure or "")


@pytest.mark.parametrize(
    ("mode", "text", "failure"),
    [
        (0o644, "s", "webhooks.team.secret_file: others may read {0}; make it yours alone: chmod 600 {0}"),
        (0o600, "", "webhooks.team.secret_file: {0} is empty"),
        (None, "", "webhooks.team.secret_file: {0} cannot be read: No such file or directory"),
    ],
)
def test_a_secret_that_is_none_is_said(
    post: Post, receiver: Receiver, mode: int | None, text: str, failure: str
) -> None:
    secret = post.bench.folder / "team.secret"
    if mode is not None:
        secret.write_text(text)
        secret.chmod(mode)
    post.settings(f'[webhooks.team]\nurl = "{receiver.url}"\nsecret_file = "team.secret"')
    failed(post, **hook("team"))
    post.deliver()
    assert post.messages()[0].failure == failure.format(secret)
    assert receiver.requests == []


def test_a_webhook_that_nobody_has_named_is_said(post: Post) -> None:
    failed(post, **hook("team"))
    post.deliver()
    assert (post.messages()[0].failure or "").startswith("there is no team under [webhooks] in lakebook.toml")


def test_a_scheduler_sends_what_is_due_also_at_its_end(post: Post) -> None:
    failed(post, **MAIL)
    bench = post.bench
    bench.scheduler.leadership.give_up()
    stop = threading.Event()
    stop.set()
    Scheduler(post.deliverer()._workspace, bench.store, bench.executor).run(stop)
    assert len(post.mails) == 1
