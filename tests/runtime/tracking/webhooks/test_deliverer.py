"""Every event arrives at least once, whatever becomes of its receiver, the deliverer and the disk meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lakebook.config import Workspace
from lakebook.tracking.webhooks import database, subscriptions
from lakebook.tracking.webhooks.database import transaction
from lakebook.tracking.webhooks.delivery import AlreadyDelivering, Deliverer, delivering
from lakebook.tracking.webhooks.errors import WebhookError
from lakebook.tracking.webhooks.outbox import Outbox
from runtime.tracking.webhooks.receiver import Receiver
from runtime.tracking.webhooks.stored import QUICK, all_delivered, eventually, listed, register, rows, states


@contextmanager
def process(workspace: Workspace) -> Iterator[subprocess.Popen[str]]:
    """The command that delivers, in a process of its own."""
    command = [sys.executable, "-u", "-m", "lakebook", "webhooks", "deliver"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    started = subprocess.Popen(
        command, cwd=workspace.root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


def test_a_deliverer_killed_in_the_midst_of_a_delivery_makes_it_again(
    workspace: Workspace, file: Path, client: Any, receiver: Receiver
) -> None:
    subscriptions.add(workspace, "ci", receiver.url)
    receiver.hold.clear()
    with process(workspace) as deliverer:
        register(client, "departures")
        receiver.wait_for(1)
        deliverer.kill()
        deliverer.wait()
    receiver.hold.set()
    with process(workspace) as deliverer:
        first, second = receiver.wait_for(2)
        assert (first.delivery, first.body) == (second.delivery, second.body)
        eventually(all_delivered(file, 1))
        deliverer.send_signal(signal.SIGTERM)
        said, _ = deliverer.communicate(timeout=60)
        assert (deliverer.returncode, said) == (0, "ci: registered_model.created of departures delivered\n")


def test_an_event_made_by_a_process_that_was_killed_right_after_is_not_lost(
    workspace: Workspace, file: Path, receiver: Receiver
) -> None:
    subscriptions.add(workspace, "ci", receiver.url)
    code = f"""if True:
        import os, signal
        from mlflow import MlflowClient
        MlflowClient("sqlite:///{file}", "sqlite:///{file}").create_registered_model("departures")
        os.kill(os.getpid(), signal.SIGKILL)
    """
    assert subprocess.run([sys.executable, "-c", code]).returncode == -signal.SIGKILL
    Deliverer(file, QUICK).deliver_due()
    assert [request.data["name"] for request in receiver.requests] == ["departures"]


def test_a_receiver_down_across_a_restart_gets_every_event(
    workspace: Workspace, file: Path, client: Any, running: Deliverer
) -> None:
    with Receiver() as before:
        subscriptions.add(workspace, "ci", before.url)
        register(client, "a")
        before.wait_for(1)
        eventually(all_delivered(file, 1))
    register(client, "b")
    eventually(lambda: listed(file)[0].attempts > 0)
    running.stop()
    register(client, "c")
    with Receiver(before.port) as after:
        again = Deliverer(file, QUICK)
        again.start()
        names = [request.data["name"] for request in after.wait_for(2)]
        eventually(all_delivered(file, 3))
        again.stop()
    assert sorted(names) == ["b", "c"]


def test_there_is_one_deliverer_for_a_store(
    workspace: Workspace, file: Path, client: Any, receiver: Receiver, running: Deliverer
) -> None:
    subscriptions.add(workspace, "ci", receiver.url)
    register(client, "a")
    receiver.wait_for(1)
    with pytest.raises(AlreadyDelivering, match=f"delivered by process {os.getpid()}"):
        Deliverer(file, QUICK).deliver_due()
    waits = Deliverer(file, QUICK)
    waits.start()
    running.stop()
    register(client, "b")
    receiver.wait_for(2)
    waits.stop()


def test_beside_mlflows_server_what_is_made_later_is_delivered_too(
    workspace: Workspace, file: Path, client: Any, receiver: Receiver
) -> None:
    with delivering(workspace):
        subscriptions.add(workspace, "ci", receiver.url)
        register(client, "departures")
        receiver.wait_for(1)
        eventually(all_delivered(file, 1))
    register(client, "later")
    Deliverer(file, QUICK).deliver_due()  # the lock is free


def test_a_registry_that_is_elsewhere_has_no_deliverer(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = replace(workspace, tracking=replace(workspace.tracking, uri="http://127.0.0.1:9"))
    with delivering(elsewhere):
        pass


def test_a_database_in_use_delays_and_loses_nothing(
    workspace: Workspace,
    file: Path,
    client: Any,
    receiver: Receiver,
    running: Deliverer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    subscriptions.add(workspace, "ci", receiver.url)
    receiver.hold.clear()
    register(client, "departures")
    receiver.wait_for(1)
    with transaction(file):
        receiver.hold.set()
        time.sleep(0.5)  # several tries to write down what came of it
    eventually(all_delivered(file, 1))
    assert len(receiver.requests) == 1


def test_a_full_disk_is_said_once_and_loses_nothing(
    workspace: Workspace, file: Path, client: Any, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    subscriptions.add(workspace, "ci", receiver.url)
    rows(file, "PRAGMA user_version")
    names = [f"{'long' * 50}-{number}" for number in range(100)]
    register(client, *names)
    full = [True]
    connect = database._connect

    def without_room(file: Path) -> Any:
        connection = connect(file)
        if full:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    monkeypatch.setattr(database, "_connect", without_room)
    deliverer = Deliverer(file, QUICK, said.append)
    deliverer.start()
    eventually(lambda: len(said) > 0)
    assert said == [f"{file} cannot grow, since its disk is full: what it holds is kept; make room and try again."]
    assert receiver.requests == []
    full.clear()
    eventually(all_delivered(file, 100))
    deliverer.stop()
    assert sorted(request.data["name"] for request in receiver.requests) == sorted(names)


def test_with_a_full_disk_one_look_is_one_sentence(
    workspace: Workspace, file: Path, client: Any, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscriptions.add(workspace, "ci", receiver.url)
    register(client, "departures")

    def without_room(*_: object) -> None:
        raise WebhookError("no room")

    monkeypatch.setattr(Outbox, "record", without_room)
    with pytest.raises(WebhookError, match="no room"):
        Deliverer(file, QUICK).deliver_due()
    assert len(receiver.requests) == 1
    monkeypatch.undo()
    Deliverer(file, QUICK).deliver_due()
    assert len({request.delivery for request in receiver.requests}) == 1
    assert (len(receiver.requests), states(file)) == (2, ["delivered"])


def test_a_slow_receiver_holds_up_no_other(
    workspace: Workspace, file: Path, client: Any, receiver: Receiver, running: Deliverer
) -> None:
    receiver.hold.clear()
    subscriptions.add(workspace, "slow", receiver.url)
    with Receiver() as quick:
        subscriptions.add(workspace, "quick", quick.url)
        register(client, "a", "b", "c")
        quick.wait_for(3)
        assert len(receiver.wait_for(1)) == 1
        assert {delivery.state for delivery in listed(file, webhook="slow")} == {"pending"}
        receiver.hold.set()
        eventually(all_delivered(file, 6))
