"""``lakebook jobs notifications``: what became of each mail and webhook."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from lakebook.cli import CommandError

if TYPE_CHECKING:
    from lakebook.jobs.store.rows import Message


def add_to(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``notifications`` to the actions of ``lakebook jobs``."""
    parser = actions.add_parser("notifications", help="say which mails and webhooks were sent, wait or failed")
    parser.add_argument("run", nargs="?", type=int, metavar="RUN", help="only those about this run")
    parser.add_argument("--failed", action="store_true", help="only those that were tried and have not arrived")
    parser.add_argument("--limit", type=int, default=50, metavar="N", help="the newest so many (50)")
    parser.add_argument("--retry", type=int, metavar="NUMBER", help="let this one be sent again now")
    parser.set_defaults(command=notifications)


def notifications(options: argparse.Namespace) -> int:
    """List messages, or let one be sent again."""
    from lakebook.config import find_workspace
    from lakebook.jobs.store import NotFound, StoreError, open_store

    try:
        store = open_store(find_workspace())
        if options.retry is not None:
            with store.write() as rows:
                rows.outbox.send_again(options.retry)
            print(f"Notification {options.retry} is sent again by the scheduler")
            return 0
        with store.read() as rows:
            found = rows.outbox.page(options.run, options.failed, options.limit)
    except (NotFound, StoreError) as problem:
        raise CommandError(str(problem)) from None
    if not found:
        print("No notification has failed" if options.failed else "No notifications yet")
        return 0
    _print(found)
    return 0


def _print(messages: list[Message]) -> None:
    from lakebook.columns import columns

    rows = [("NUMBER", "RUN", "TASK", "EVENT", "TO", "STATE")]
    for one in messages:
        task = one.payload.get("task_key", "")
        rows.append((str(one.id), str(one.run_id), task, one.kind, one.receiver, _state(one)))
    print(columns(rows))


def _state(message: Message) -> str:
    from lakebook.jobs.times import moment

    if message.sent_time is not None:
        return f"sent {moment(message.sent_time)}"
    if message.failure is None:
        return "waits for the scheduler" if message.attempts == 0 else "is being sent"
    tried = f"{message.attempts} attempt{'' if message.attempts == 1 else 's'}: {message.failure}"
    return f"given up after {tried}" if message.due is None else f"again {moment(message.due)}, after {tried}"
