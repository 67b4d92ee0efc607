"""Which events are sent to whom, in which order, and when again."""

from __future__ import annotations

from dataclasses import replace
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from lakebook.config import Workspace
from lakebook.tracking.webhooks import sending, subscriptions
from lakebook.tracking.webhooks.delivery import Deliverer
from lakebook.tracking.webhooks.outbox import Outbox
from lakebook.tracking.webhooks.settings import Settings
from runtime.tracking.webhooks.receiver import Receiver
from runtime.tracking.webhooks.stored import (
    DAY,
    QUICK,
    Clock,
    all_delivered,
    deliver_at,
    eventually,
    listed,
    register,
    rows,
    states,
)


def test_events_arrive_while_the_deliverer_runs(
    workspace: Workspace, file: Path, client: Any, receiver: Receiver, running: Deliverer
) -> None:
    subscriptions.add(workspace, "ci", receiver.url)
    register(client, "departures")
    (request,) = receiver.wait_for(1)
    assert (request.event, request.data["name"], request.path) == (
        "registered_model.created",
        "departures",
        "/registry",
    )
    eventually(all_delivered(file, 1))
    (delivery,) = listed(file)
    assert (delivery.id, delivery.attempts, delivery.status) == (request.delivery, 1, 200)


def test_only_the_events_that_were_asked_for_are_sent(
    workspace: Workspace, file: Path, client: Any, receiver: Receiver
) -> None:
    subscriptions.add(workspace, "ci", receiver.url, ["model_version_alias.created"])
    register(client, "departures")
    client.create_model_version("departures", "/models/1")
    client.set_registered_model_alias("departures", "champion", 1)
    Deliverer(file, QUICK).deliver_due()
    assert [request.event for request in receiver.requests] == ["model_version_alias.created"]


def test_what_happened_before_a_webhook_was_made_it_is_not_told(
    workspace: Workspace, file: Path, client: Any, receiver: Receiver
) -> None:
    subscriptions.add(workspace, "first", f"{receiver.url}/first")
    register(client, "before")
    subscriptions.add(workspace, "second", f"{receiver.url}/second")
    register(client, "after")
    Deliverer(file, QUICK).deliver_due()
    assert sorted((request.path, request.data["name"]) for request in receiver.requests) == [
        ("/registry/first", "after"),
        ("/registry/first", "before"),
        ("/registry/second", "after"),
    ]


def test_a_receiver_that_fails_is_tried_again_with_the_same_id_after_growing_pauses(
    workspace: Workspace, file: Path, client: Any, receiver: Receiver, running: Deliverer
) -> None:
    receiver.answers = [500, 404, 302]
    subscriptions.add(workspace, "ci", receiver.url)
    register(client, "departures")
    requests = receiver.wait_for(4)
    assert len({request.delivery for request in requests}) == 1
    assert len({request.body for request in requests}) == 1
    eventually(all_delivered(file, 1))
    (delivery,) = listed(file)
    assert (delivery.attempts, delivery.error) == (4, "")


def test_pauses_grow_up_to_the_longest() -> None:
    settings = Settings()
    pauses = [settings.pause(attempts) for attempts in range(1, 101)]
    growing = [pause for pause in pauses if pause < settings.longest_pause * (1 - settings.jitter)]
    assert growing == sorted(growing) and len(growing) > 5
    assert max(pauses) <= settings.longest_pause * (1 + settings.jitter)


def test_what_a_receiver_answered_is_listed(workspace: Workspace, file: Path, client: Any, receiver: Receiver) -> None:
    receiver.answers = [503, (307, {"Location": f"{receiver.url}/elsewhere"})]
    subscriptions.add(workspace, "ci", receiver.url)
    register(client, "a", "b")
    Deliverer(file, replace(QUICK, first_pause=60)).deliver_due()
    b, a = listed(file)
    assert (a.state, a.status, a.error) == ("pending", 503, "HTTP 503 Service Unavailable")
    assert (b.state, b.status) == ("pending", 307)
    assert b.error == "HTTP 307 Temporary Redirect, a redirect, which is not followed"
    assert [request.path for request in receiver.requests] == ["/registry", "/registry"]


def test_a_receiver_that_nobody_finds_is_said_so(workspace: Workspace, file: Path, client: Any) -> None:
    with Receiver() as gone:
        url = gone.url
    subscriptions.add(workspace, "down", url)
    subscriptions.add(workspace, "unknown", "http://nowhere.invalid/hook")
    register(client, "departures")
    Deliverer(file, QUICK).deliver_due()
    errors = {delivery.webhook: delivery.error for delivery in listed(file)}
    assert errors["down"] == "it cannot be reached (Connection refused)"
    assert errors["unknown"].startswith("its host's name is not known here")


def test_a_receiver_that_takes_too_long_is_tried_again(
    workspace: Workspace, file: Path, client: Any, receiver: Receiver
) -> None:
    receiver.hold.clear()
    subscriptions.add(workspace, "slow", receiver.url)
    register(client, "departures")
    Deliverer(file, replace(QUICK, timeout=0.2)).deliver_due()
    (delivery,) = listed(file)
    assert (delivery.state, delivery.error) == ("pending", "no answer within 0.2 s")
    receiver.hold.set()
    eventually(lambda: (Deliverer(file, QUICK).deliver_due(), states(file) == ["delivered"])[1])
    assert {request.delivery for request in receiver.requests} == {delivery.id}


def test_the_events_of_a_model_are_sent_in_their_order(
    workspace: Workspace, file: Path, client: Any, receiver: Receiver, running: Deliverer
) -> None:
    receiver.answers = [500, 500]
    subscriptions.add(workspace, "ci", receiver.url)
    register(client, "a")
    client.create_model_version("a", "/models/1")
    client.set_registered_model_alias("a", "champion", 1)
    client.rename_registered_model("a", "b")
    client.delete_registered_model_alias("b", "champion")
    eventually(all_delivered(file, 5))
    events = [request.event for request in receiver.requests]
    assert list(dict.fromkeys(events)) == [
        "registered_model.created",
        "model_version.created",
        "model_version_alias.created",
        "registered_model.renamed",
        "model_version_alias.deleted",
    ]
    assert len(events) == 7 and events == sorted(events, key=list(dict.fromkeys(events)).index)


def test_one_models_trouble_holds_up_no_other_models_events(
    workspace: Workspace, file: Path, client: Any, receiver: Receiver
) -> None:
    receiver.answers = [500]
    subscriptions.add(workspace, "ci", receiver.url)
    register(client, "a", "b")
    client.create_model_version("a", "/models/1")
    Deliverer(file, replace(QUICK, first_pause=60)).deliver_due()
    assert [request.data["name"] for request in receiver.requests] == ["a", "b"]
    assert states(file) == ["pending", "delivered", "pending"]


def test_a_receiver_that_asks_for_time_is_left_alone_that_long(
    workspace: Workspace, file: Path, client: Any, receiver: Receiver
) -> None:
    clock = Clock()
    receiver.answers = [(429, {"Retry-After": "120"})]
    subscriptions.add(workspace, "ci", receiver.url)
    register(client, "a", "b")
    deliver_at(file, clock, 1)
    assert [delivery.next_attempt for delivery in listed(file)] == [clock.now + 120] * 2
    clock.now += 119
    assert Outbox(file, QUICK, clock).waiting() == []
    clock.now += 1
    deliver_at(file, clock, 2)
    assert states(file) == ["delivered", "delivered"]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30),
        ("", 0),
        ("soon", 0),
        ("-5", 0),
        (formatdate(1_000_090, usegmt=True), 90),
        (formatdate(999_000, usegmt=True), 0),
    ],
)
def test_a_wait_is_asked_for_by_a_number_or_a_date(header: str, seconds: float) -> None:
    assert sending._asked_wait(header, 1_000_000.0) == seconds


def test_what_is_asked_of_us_has_a_bound(receiver: Receiver) -> None:
    receiver.answers = [(503, {"Retry-After": "99999999"})]
    outcome = sending.send(receiver.url, "secret", "id", "{}", QUICK)
    assert outcome.wait == QUICK.longest_wait


def test_a_delivery_is_given_up_after_days_and_sent_again_by_hand(
    workspace: Workspace, file: Path, client: Any, receiver: Receiver
) -> None:
    clock = Clock()
    receiver.answers = [500, 500, 500]
    subscriptions.add(workspace, "ci", receiver.url)
    register(client, "departures")
    client.create_model_version("departures", "/models/1")
    for day in (0, 1, 3):
        clock.now += day * DAY
        deliver_at(file, clock, 1)
    assert states(file) == ["failed", "pending"]
    (failed,) = listed(file, state="failed")
    assert (failed.attempts, failed.next_attempt, failed.error) == (3, None, "HTTP 500 Internal Server Error")
    outbox = Outbox(file, QUICK, clock)
    outbox.send_again(failed.id)
    deliver_at(file, clock, 2)
    assert states(file) == ["delivered", "delivered"]
    assert [request.delivery for request in receiver.requests].count(failed.id) == 4


def test_a_delivery_that_nobody_tried_for_weeks_is_tried(
    workspace: Workspace, file: Path, client: Any, receiver: Receiver
) -> None:
    clock = Clock()
    receiver.answers = [500]
    subscriptions.add(workspace, "ci", receiver.url)
    register(client, "departures")
    clock.now += 30 * DAY
    deliver_at(file, clock, 1)
    assert states(file) == ["pending"]


def test_what_is_sent_again_by_hand_holds_nothing_up(
    workspace: Workspace, file: Path, client: Any, receiver: Receiver
) -> None:
    subscriptions.add(workspace, "ci", receiver.url)
    register(client, "departures")
    Deliverer(file, QUICK).deliver_due()
    (delivery,) = listed(file)
    outbox = Outbox(file, QUICK)
    outbox.send_again(delivery.id)
    receiver.answers = [500]
    client.create_model_version("departures", "/models/1")
    Deliverer(file, replace(QUICK, first_pause=60)).deliver_due()
    assert states(file) == ["pending", "delivered"]


def test_when_somebody_is_there_again_nothing_waits_for_its_pause(
    workspace: Workspace, file: Path, client: Any
) -> None:
    with Receiver() as gone:
        subscriptions.add(workspace, "ci", gone.url)
    register(client, "a")
    Deliverer(file, replace(QUICK, first_pause=3600, longest_pause=3600)).deliver_due()
    register(client, "b")
    with Receiver(gone.port) as back:
        Deliverer(file, QUICK).deliver_due()
        assert [request.data["name"] for request in back.requests] == ["b", "a"]


def test_a_disabled_webhook_is_sent_nothing_and_told_nothing_of_that_time(
    workspace: Workspace, file: Path, client: Any, receiver: Receiver
) -> None:
    subscriptions.add(workspace, "ci", receiver.url)
    register(client, "before")
    subscriptions.enable(file, "ci", on=False)
    register(client, "meanwhile")
    Deliverer(file, QUICK).deliver_due()
    assert receiver.requests == []
    subscriptions.enable(file, "ci", on=True)
    register(client, "after")
    Deliverer(file, QUICK).deliver_due()
    assert [request.data["name"] for request in receiver.requests] == ["before", "after"]


def test_a_webhook_that_is_removed_gets_nothing_more(
    workspace: Workspace, file: Path, client: Any, receiver: Receiver
) -> None:
    subscriptions.add(workspace, "ci", receiver.url)
    subscriptions.add(workspace, "other", f"{receiver.url}/other")
    register(client, "departures")
    assert subscriptions.remove(file, "ci") == 1
    Deliverer(file, QUICK).deliver_due()
    assert [request.path for request in receiver.requests] == ["/registry/other"]
    subscriptions.add(workspace, "ci", receiver.url)
    Deliverer(file, QUICK).deliver_due()
    assert len(receiver.requests) == 1


def test_what_is_long_finished_is_forgotten(workspace: Workspace, file: Path, client: Any, receiver: Receiver) -> None:
    clock = Clock()
    receiver.answers = [200, 500]
    subscriptions.add(workspace, "ci", receiver.url)
    register(client, "a", "b")
    deliver_at(file, clock, 2)
    clock.now += QUICK.kept + 1
    Outbox(file, QUICK, clock).prune()
    assert states(file) == ["pending"]
    assert rows(file, "SELECT name FROM lakebook_registry_events") == [("b",)]


def test_a_proxy_is_not_asked_for_this_machines_own_receivers(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    assert sending.send(receiver.url, "secret", "id", "{}", QUICK).status == 200
    elsewhere = sending.send("http://elsewhere.invalid/", "secret", "id", "{}", QUICK)
    assert elsewhere.error.startswith("the proxy does not let it through")


def test_a_password_of_netrc_is_not_sent(receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password mine\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setattr(sending, "_is_loopback", lambda url: False)
    sending.send(receiver.url, "secret", "id", "{}", QUICK)
    assert "Authorization" not in receiver.requests[0].headers
