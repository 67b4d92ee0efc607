"""Changes of the registry, as triggers wrote them, become deliveries: one for each webhook that wants to be told."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from uuid import uuid4

from lakebook.tracking.webhooks.database import has_tables, reading, transaction
from lakebook.tracking.webhooks.events import PROMPT, Change, body, named

#: changes that one transaction hands out; MLflow waits meanwhile
BATCH = 200

_COLUMNS = ", ".join(field.name for field in fields(Change))
_TAGS = "('registered_model_tag.set', 'registered_model_tag.deleted')"


def hand_out(connection: sqlite3.Connection, now: float) -> None:
    """Make the deliveries of up to ``BATCH`` new changes, in the caller's transaction."""
    asked = f"SELECT {_COLUMNS} FROM lakebook_registry_events WHERE payload IS NULL ORDER BY id LIMIT {BATCH}"
    webhooks = connection.execute("SELECT id, events, since FROM lakebook_webhooks WHERE enabled").fetchall()
    wishes = [(row["id"], row["since"], set(json.loads(row["events"]))) for row in webhooks]
    for row in connection.execute(asked).fetchall():
        change = Change(*row)
        event = named(change, prompt=_is_prompt(connection, change))
        payload = body(event, change, _tags_given(connection, change)) if event else ""
        connection.execute("UPDATE lakebook_registry_events SET payload = ? WHERE id = ?", (payload, change.id))
        if event is None:
            continue
        subject = _subject(connection, change)
        for webhook, since, wanted in wishes:
            if change.id > since and (not wanted or event in wanted):
                connection.execute(
                    "INSERT INTO lakebook_webhook_deliveries (id, webhook, change, event, subject, next_attempt) "
                    "VALUES (?, ?, ?, ?, ?, ?)",
                    (str(uuid4()), webhook, change.id, event, subject, now),
                )


def hand_out_all(file: Path, now: float) -> None:
    """Make the deliveries of all new changes, in as many transactions as it takes.

    Raises:
        WebhookError: the database cannot be read or written; nothing is lost.
    """
    while True:
        with reading(file) as connection:  # a look costs nobody anything
            if not has_tables(connection) or not _has_new(connection):
                return
        with transaction(file) as connection:
            hand_out(connection, now)


@contextmanager
def changing(file: Path, now: float) -> Iterator[sqlite3.Connection]:
    """A transaction that makes the webhooks others: what happened before is handed out to those that there were.

    Raises:
        WebhookError: the database cannot be read or written.
    """
    hand_out_all(file, now)
    with transaction(file) as connection:
        if has_tables(connection):
            while _has_new(connection):
                hand_out(connection, now)
        yield connection


def _has_new(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM lakebook_registry_events WHERE payload IS NULL").fetchone() is not None


def _subject(connection: sqlite3.Connection, change: Change) -> str:
    """By what the order is kept: the model. What still waits under a former name comes before what is new."""
    subject = f"{change.workspace}/{change.name}"
    if change.event != "registered_model.renamed":
        return subject
    renamed = f"{change.workspace}/{change.value}"
    connection.execute(
        "UPDATE lakebook_webhook_deliveries SET subject = ? WHERE subject = ? AND state = 'pending'", (renamed, subject)
    )
    return renamed


def _is_prompt(connection: sqlite3.Connection, change: Change) -> bool:
    """Whether the name was a prompt's when the change was made.

    A name may have been a model's before and after; each creation begins another life of it. A prompt has its tag from
    its creation on, so the tag was written in that life, or is there still when it is the last.
    """
    model = {"workspace": change.workspace, "name": change.name, "id": change.id, "tag": PROMPT}
    created = (
        "FROM lakebook_registry_events WHERE workspace = :workspace AND name = :name "
        "AND event = 'registered_model.created'"
    )
    begin, end = connection.execute(
        f"SELECT (SELECT max(id) {created} AND id <= :id), (SELECT min(id) {created} AND id > :id)", model
    ).fetchone()
    written = (
        "SELECT 1 FROM lakebook_registry_events WHERE workspace = :workspace AND name = :name "
        f"AND event IN {_TAGS} AND key = :tag AND lower(value) = 'true' AND id >= :begin AND id < :end"
    )
    life = {**model, "begin": begin or 0, "end": end or 2**62}
    if connection.execute(written, life).fetchone():
        return True
    present = (
        "SELECT 1 FROM registered_model_tags WHERE workspace = :workspace AND name = :name "
        "AND key = :tag AND lower(value) = 'true'"
    )
    return end is None and connection.execute(present, model).fetchone() is not None


def _tags_given(connection: sqlite3.Connection, change: Change) -> dict[str, str | None]:
    """The tags that a model or version was made with: MLflow writes them right after it, in the same transaction."""
    entity, _, action = change.event.partition(".")
    tags: dict[str, str | None] = {}
    if action != "created" or entity not in ("registered_model", "model_version"):
        return tags
    asked = "SELECT event, workspace, name, version, key, value FROM lakebook_registry_events WHERE id > ? ORDER BY id"
    own = (f"{entity}_tag.set", change.workspace, change.name, change.version)
    for row in connection.execute(asked, (change.id,)):
        if tuple(row)[:4] != own:
            break
        tags[row["key"]] = row["value"]
    return tags
