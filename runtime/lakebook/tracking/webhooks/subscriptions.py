"""The webhooks of a store: who is told, of what, and the secret that proves who tells it."""

from __future__ import annotations

import json
import secrets
import sqlite3
import stat
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from lakebook.config import Workspace
from lakebook.tracking import store
from lakebook.tracking.webhooks import triggers
from lakebook.tracking.webhooks.checks import check_event, check_name, check_secret, check_url
from lakebook.tracking.webhooks.database import has_tables, make_tables, reading, registry_file
from lakebook.tracking.webhooks.errors import WebhookError
from lakebook.tracking.webhooks.handout import changing


@dataclass(frozen=True)
class Webhook:
    """A receiver that is told of the registry's events."""

    id: int
    name: str
    url: str
    secret: str = field(repr=False)
    #: empty for all
    events: tuple[str, ...]
    enabled: bool


def add(workspace: Workspace, name: str, url: str, events: Collection[str] = (), secret: str | None = None) -> Webhook:
    """Tell a receiver of what happens in the workspace's registry from now on.

    Args:
        name: how it is called here.
        url: where events are sent to; ``http://`` or ``https://``.
        events: the names of those it wants (``events.EVENTS``); all, when empty.
        secret: what its deliveries are signed with; made anew when None.

    Raises:
        WebhookError: one of these cannot be, there is a webhook of that name, or the registry is in no SQLite file.
    """
    check_name(name)
    check_url(url)
    for event in events:
        check_event(event)
    secret = secrets.token_urlsafe(32) if secret is None else secret
    check_secret(secret)
    file = registry_file(workspace)
    own = store.is_own(workspace)
    if own:
        workspace.make_state()
    if not _has_registry(file):
        store.client(workspace)  # MLflow makes its tables, ours come beside them
    _keep_private(file, own=own)
    with changing(file, time.time()) as connection:
        make_tables(connection)
        if any(known.name == name for known in _all(connection)):
            raise WebhookError(f"There is a webhook {name} already: remove it first, or choose another name.")
        triggers.install(connection)
        connection.execute(
            "INSERT INTO lakebook_webhooks (name, url, secret, events, enabled, since) VALUES (?, ?, ?, ?, 1, ?)",
            (name, url, secret, json.dumps(list(dict.fromkeys(events))), _last_change(connection)),
        )
        return _named(_all(connection), name)


def remove(file: Path, name: str) -> int:
    """Forget a webhook and its deliveries; returns how many of these had not arrived.

    With a store's last webhook, its triggers go too.

    Raises:
        WebhookError: there is none of that name.
    """
    find(file, name)
    with changing(file, time.time()) as connection:
        webhook = _named(_all(connection), name)
        waiting = "SELECT count(*) FROM lakebook_webhook_deliveries WHERE webhook = ? AND state = 'pending'"
        left: int = connection.execute(waiting, (webhook.id,)).fetchone()[0]
        connection.execute("DELETE FROM lakebook_webhook_deliveries WHERE webhook = ?", (webhook.id,))
        connection.execute("DELETE FROM lakebook_webhooks WHERE id = ?", (webhook.id,))
        if not _all(connection):
            triggers.remove(connection)
        return left


def enable(file: Path, name: str, *, on: bool) -> None:
    """Tell a webhook of what happens from now on, or with ``on=False`` no more.

    While it is off, what had not arrived waits, and what happens it is never told.

    Raises:
        WebhookError: there is none of that name.
    """
    find(file, name)
    with changing(file, time.time()) as connection:
        webhook = _named(_all(connection), name)
        if webhook.enabled != on:
            connection.execute(
                "UPDATE lakebook_webhooks SET enabled = ?, since = ? WHERE id = ?",
                (on, _last_change(connection), webhook.id),
            )


def webhooks(file: Path) -> list[Webhook]:
    """All of a store, by their names. Raises ``WebhookError`` when its database cannot be read."""
    if not file.exists():
        return []
    with reading(file) as connection:
        return _all(connection) if has_tables(connection) else []


def find(file: Path, name: str) -> Webhook:
    """The webhook of that name. Raises ``WebhookError`` when there is none."""
    return _named(webhooks(file), name)


def _named(known: list[Webhook], name: str) -> Webhook:
    if found := next((webhook for webhook in known if webhook.name == name), None):
        return found
    others = f"there are {', '.join(webhook.name for webhook in known)}" if known else "there are none yet"
    raise WebhookError(f"There is no webhook {name}: {others}.")


def _all(connection: sqlite3.Connection) -> list[Webhook]:
    return [
        Webhook(
            row["id"], row["name"], row["url"], row["secret"], tuple(json.loads(row["events"])), bool(row["enabled"])
        )
        for row in connection.execute("SELECT * FROM lakebook_webhooks ORDER BY name")
    ]


def _last_change(connection: sqlite3.Connection) -> int:
    last: int = connection.execute("SELECT coalesce(max(id), 0) FROM lakebook_registry_events").fetchone()[0]
    return last


def _has_registry(file: Path) -> bool:
    if not file.exists():
        return False
    with reading(file) as connection:
        asked = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'registered_models'"
        return connection.execute(asked).fetchone() is not None


def _keep_private(file: Path, *, own: bool) -> None:
    """See that nobody else can read the database, which holds secrets: make it so when it is our own."""
    if own:
        file.parent.chmod(0o700)
        file.chmod(0o600)
    elif file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise WebhookError(f"{file} would hold the webhook's secret, and others may read it: chmod 600 {file}")
