"""``lakebook webhooks``: who is told of the registry's events, and what became of each."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from lakebook.config import Workspace, find_workspace
from lakebook.tracking.webhooks.errors import WebhookError

if TYPE_CHECKING:
    from lakebook.tracking.webhooks.outbox import Delivery

Action = Callable[[Workspace, argparse.Namespace], int]


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line's."""
    webhooks = commands.add_parser("webhooks", help="tell other systems of what happens in the model registry")
    actions = webhooks.add_subparsers(required=True, metavar="ACTION")

    add = _action(actions, "add", _add, "tell a receiver from now on")
    add.add_argument("name", metavar="NAME")
    add.add_argument("url", metavar="URL")
    add.add_argument("--event", action="append", default=[], metavar="EVENT", dest="events", help="only of this one")
    add.add_argument("--secret-file", type=Path, metavar="FILE", help="sign with the text of a file, not a new secret")

    _action(actions, "list", _list, "say which there are")
    for name, action, text in (
        ("remove", _remove, "forget a webhook and its deliveries"),
        ("enable", _enable, "tell a webhook again"),
        ("disable", _disable, "tell a webhook nothing until it is enabled"),
        ("test", _test, "send an example now and say what the receiver answers"),
    ):
        _action(actions, name, action, text).add_argument("name", metavar="NAME")

    deliveries = _action(actions, "deliveries", _deliveries, "say what was sent, what waits and what failed")
    deliveries.add_argument("--failed", action="store_true", help="only those that were given up")
    deliveries.add_argument("--webhook", metavar="NAME", help="only those of one webhook")
    deliveries.add_argument("--limit", type=int, default=50, metavar="N", help="the newest so many (50)")
    _action(actions, "retry", _retry, "send a delivery again").add_argument("delivery", metavar="DELIVERY_ID")

    deliver = _action(actions, "deliver", _deliver, "send what is due, until stopped")
    deliver.add_argument("--once", action="store_true", help="send what is due now and end")


def _action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, action: Action, text: str
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=text)
    parser.set_defaults(command=lambda options: action(find_workspace(), options))
    return parser


def _database(workspace: Workspace) -> Path:
    """The store's database; its triggers are brought back where a migration dropped them."""
    from lakebook.tracking.webhooks import database, triggers

    file = database.registry_file(workspace)
    if file.exists():
        triggers.keep(file)
    return file


def _add(workspace: Workspace, options: argparse.Namespace) -> int:
    from lakebook.tracking.webhooks import subscriptions

    secret = _secret(options.secret_file) if options.secret_file else None
    webhook = subscriptions.add(workspace, options.name, options.url, options.events, secret)
    print(f"Added {webhook.name}: {webhook.url} is told of {', '.join(webhook.events) or 'all events'}")
    if secret is None:
        print(f"Its secret, which is not shown again: {webhook.secret}")
    _say_if_nobody_delivers(_database(workspace))
    return 0


def _secret(file: Path) -> str:
    try:
        return file.read_text().rstrip("\r\n")
    except UnicodeDecodeError:
        raise WebhookError(f"{file} is not UTF-8 text, and a secret is.") from None
    except OSError as problem:
        raise WebhookError(f"{file} cannot be read: {problem.strerror}.") from None


def _list(workspace: Workspace, _: argparse.Namespace) -> int:
    from lakebook.tracking.webhooks import subscriptions
    from lakebook.tracking.webhooks.outbox import Outbox
    from lakebook.tracking.webhooks.settings import Settings

    file = _database(workspace)
    known = subscriptions.webhooks(file)
    if not known:
        print("No webhooks yet: lakebook webhooks add NAME URL")
        return 0
    counts = Outbox(file, Settings()).counts()
    for webhook in known:
        of_state = counts.get(webhook.name, {})
        told = ", ".join(f"{of_state.get(state, 0)} {state}" for state in ("delivered", "pending", "failed"))
        print(f"{webhook.name}  {webhook.url}{'' if webhook.enabled else '  (disabled)'}")
        print(f"    events      {', '.join(webhook.events) or 'all'}")
        print(f"    deliveries  {told}")
    _say_if_nobody_delivers(file)
    return 0


def _say_if_nobody_delivers(file: Path) -> None:
    from lakebook.tracking.webhooks import lock

    if not lock.is_taken(file):
        print("Nobody delivers now; events wait until: lakebook webhooks deliver", file=sys.stderr)


def _remove(workspace: Workspace, options: argparse.Namespace) -> int:
    from lakebook.tracking.webhooks import subscriptions

    left = subscriptions.remove(_database(workspace), options.name)
    print(f"Removed {options.name}" + (f", and {left} of its deliveries had not arrived" if left else ""))
    return 0


def _enable(workspace: Workspace, options: argparse.Namespace) -> int:
    from lakebook.tracking.webhooks import subscriptions

    subscriptions.enable(_database(workspace), options.name, on=True)
    print(f"Enabled {options.name}: it is told of what happens from now on")
    return 0


def _disable(workspace: Workspace, options: argparse.Namespace) -> int:
    from lakebook.tracking.webhooks import subscriptions

    subscriptions.enable(_database(workspace), options.name, on=False)
    print(f"Disabled {options.name}: what had not arrived waits, what happens from now on it is not told")
    return 0


def _test(workspace: Workspace, options: argparse.Namespace) -> int:
    import time
    from uuid import uuid4

    from lakebook.tracking.webhooks import subscriptions
    from lakebook.tracking.webhooks.events import EVENTS, example
    from lakebook.tracking.webhooks.sending import send
    from lakebook.tracking.webhooks.settings import Settings

    webhook = subscriptions.find(_database(workspace), options.name)
    event = next(iter(webhook.events or EVENTS))
    body = example(event, int(time.time() * 1000))
    outcome = send(webhook.url, webhook.secret, str(uuid4()), body, Settings())
    if outcome.error:
        print(f"An example of {event} did not arrive: {outcome.error}")
        return 1
    print(f"An example of {event} arrived: HTTP {outcome.status}")
    return 0


def _deliveries(workspace: Workspace, options: argparse.Namespace) -> int:
    from lakebook.tracking.webhooks import subscriptions
    from lakebook.tracking.webhooks.outbox import Outbox
    from lakebook.tracking.webhooks.settings import Settings

    file = _database(workspace)
    if options.webhook:
        subscriptions.find(file, options.webhook)
    state = "failed" if options.failed else None
    found = Outbox(file, Settings()).deliveries(webhook=options.webhook, state=state, limit=options.limit)
    if not found:
        print("No delivery has failed" if options.failed else "No deliveries yet")
    for delivery in found:
        print(_described(delivery))
    return 0


def _described(delivery: Delivery) -> str:
    attempts = f"{delivery.attempts} attempt{'' if delivery.attempts == 1 else 's'}"
    lines = [
        f"{delivery.id}  {delivery.state:9}  {_when(delivery.time)}  {delivery.webhook}",
        f"    {delivery.event} of {delivery.about}: {attempts}",
    ]
    if delivery.status and not delivery.error:
        lines[1] += f", HTTP {delivery.status}"
    if delivery.error:
        lines[1] += f", {delivery.error}"
    if delivery.next_attempt and delivery.attempts:
        lines[1] += f"; again {_when(delivery.next_attempt)}"
    return "\n".join(lines)


def _when(seconds: float) -> str:
    from datetime import datetime

    return f"{datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M:%S}"


def _retry(workspace: Workspace, options: argparse.Namespace) -> int:
    from lakebook.tracking.webhooks.outbox import Outbox
    from lakebook.tracking.webhooks.settings import Settings

    file = _database(workspace)
    Outbox(file, Settings()).send_again(options.delivery)
    print(f"{options.delivery} is sent again")
    _say_if_nobody_delivers(file)
    return 0


def _deliver(workspace: Workspace, options: argparse.Namespace) -> int:
    import signal

    from lakebook.tracking.webhooks import subscriptions
    from lakebook.tracking.webhooks.delivery import AlreadyDelivering, Deliverer

    file = _database(workspace)
    if not subscriptions.webhooks(file):
        raise WebhookError("There is no webhook to deliver to: lakebook webhooks add NAME URL")

    def say(line: str) -> None:
        try:
            print(line, flush=True)
        except BrokenPipeError:  # who read it is gone, and with it the wish to have it delivered
            deliverer.ask_to_stop()

    deliverer = Deliverer(file, say=say)
    try:
        if options.once:
            deliverer.deliver_due()
            return 0
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: deliverer.ask_to_stop())
        print(f"Delivering what happens in {file}; Ctrl-C ends it", file=sys.stderr)
        deliverer.run()
    except AlreadyDelivering as problem:
        print(problem)
    return 0
