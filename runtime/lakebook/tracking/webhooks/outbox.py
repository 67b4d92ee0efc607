"""The deliveries of a store: which are due, what became of them, and what there is to see of them afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from lakebook.tracking.webhooks import handout
from lakebook.tracking.webhooks.database import has_tables, reading, transaction
from lakebook.tracking.webhooks.errors import WebhookError
from lakebook.tracking.webhooks.settings import Settings

#: the first of each webhook's and model's deliveries that have not arrived, and those sent again by hand
_NEXT = """
    WITH first AS (
        SELECT webhook, subject, min(change) AS change FROM lakebook_webhook_deliveries
        WHERE state = 'pending' AND NOT alone GROUP BY webhook, subject)
    SELECT d.id, d.webhook, d.event, d.attempts, w.name, w.url, w.secret, e.payload, e.name AS model, e.version
    FROM lakebook_webhook_deliveries AS d
    JOIN lakebook_webhooks AS w ON w.id = d.webhook AND w.enabled
    JOIN lakebook_registry_events AS e ON e.id = d.change
    LEFT JOIN first AS f ON f.webhook = d.webhook AND f.subject = d.subject AND f.change = d.change
    WHERE d.state = 'pending' AND d.next_attempt <= :now AND (d.alone OR f.change IS NOT NULL)
"""


@dataclass(frozen=True)
class Due:
    """A delivery whose time has come, and all that it takes to send it."""

    #: the delivery's id, the same in each attempt
    id: str
    #: the webhook's number and name
    webhook: int
    name: str
    url: str
    secret: str = field(repr=False)
    event: str
    #: what it is about, such as ``departures/3``
    about: str
    body: str
    #: those made before
    attempts: int


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt."""

    #: HTTP's number, None when there was no answer
    status: int | None
    #: why it did not arrive; empty when it did
    error: str = ""
    #: seconds that the receiver asks to be left alone
    wait: float = 0.0


@dataclass(frozen=True)
class Delivery:
    """An event on its way to a webhook, as it is listed. Times are seconds since 1970."""

    id: str
    webhook: str
    event: str
    #: what it is about, such as ``departures/3``
    about: str
    #: ``pending``, ``delivered`` or ``failed``
    state: str
    attempts: int
    #: when the event happened
    time: float
    last_attempt: float | None
    #: None when there will be none by itself
    next_attempt: float | None
    #: HTTP's number in the last answer
    status: int | None
    #: why the last attempt failed
    error: str


class Outbox:
    """The deliveries of a store.

    All that it does raises ``WebhookError`` when the database cannot be read or written; nothing is lost by that.

    Args:
        file: the store's database.
        clock: gives the time, in seconds since 1970.
    """

    def __init__(self, file: Path, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        self._file = file
        self._settings = settings
        self._clock = clock

    def hand_out(self) -> None:
        """Make the deliveries of what has happened in the registry."""
        handout.hand_out_all(self._file, self._clock())

    def waiting(self) -> list[int]:
        """The webhooks for which something is due, by their numbers."""
        with reading(self._file) as connection:
            if not has_tables(connection):
                return []
            rows = connection.execute(f"SELECT DISTINCT webhook FROM ({_NEXT})", {"now": self._clock()})
            return [row["webhook"] for row in rows]

    def due(self, webhook: int) -> Due | None:
        """What to send next to a webhook."""
        with reading(self._file) as connection:
            asked = f"{_NEXT} AND d.webhook = :webhook ORDER BY d.next_attempt, d.change LIMIT 1"
            row = connection.execute(asked, {"now": self._clock(), "webhook": webhook}).fetchone()
        if row is None:
            return None
        return Due(
            id=row["id"],
            webhook=row["webhook"],
            name=row["name"],
            url=row["url"],
            secret=row["secret"],
            event=row["event"],
            about=_about(row["model"], row["version"]),
            body=row["payload"],
            attempts=row["attempts"],
        )

    def record(self, due: Due, outcome: Outcome) -> float | None:
        """Write down what came of an attempt; returns when the next one is, None when there is none."""
        if outcome.error:
            return self._failed(due, outcome)
        self._delivered(due, outcome)
        return None

    def _delivered(self, due: Due, outcome: Outcome) -> None:
        now = self._clock()
        with transaction(self._file) as connection:
            connection.execute(
                "UPDATE lakebook_webhook_deliveries SET state = 'delivered', attempts = attempts + 1, "
                "first_attempt = coalesce(first_attempt, :now), last_attempt = :now, status = :status, error = '' "
                "WHERE id = :id",
                {"now": now, "status": outcome.status, "id": due.id},
            )
            # somebody is there again: what found nobody before does not wait any longer
            connection.execute(
                "UPDATE lakebook_webhook_deliveries SET next_attempt = :now WHERE webhook = :webhook "
                "AND state = 'pending' AND attempts > 0 AND status IS NULL AND next_attempt > :now",
                {"now": now, "webhook": due.webhook},
            )

    def _failed(self, due: Due, outcome: Outcome) -> float | None:
        now = self._clock()
        then = now + max(self._settings.pause(due.attempts + 1), outcome.wait)
        with transaction(self._file) as connection:
            connection.execute(
                "UPDATE lakebook_webhook_deliveries SET attempts = attempts + 1, next_attempt = :then, "
                "first_attempt = coalesce(first_attempt, :now), last_attempt = :now, status = :status, error = :error, "
                "state = CASE WHEN :now - coalesce(first_attempt, :now) >= :give_up THEN 'failed' ELSE state END "
                "WHERE id = :id",
                {
                    "now": now,
                    "then": then,
                    "status": outcome.status,
                    "error": outcome.error,
                    "give_up": self._settings.give_up,
                    "id": due.id,
                },
            )
            if outcome.wait:
                connection.execute(
                    "UPDATE lakebook_webhook_deliveries SET next_attempt = max(next_attempt, ?) "
                    "WHERE webhook = ? AND state = 'pending'",
                    (now + outcome.wait, due.webhook),
                )
            asked = "SELECT state FROM lakebook_webhook_deliveries WHERE id = ?"
            row = connection.execute(asked, (due.id,)).fetchone()
        return then if row is not None and row["state"] == "pending" else None

    def deliveries(self, *, webhook: str | None = None, state: str | None = None, limit: int = -1) -> list[Delivery]:
        """The deliveries, the newest event's first; of one webhook or in one state, where that is said."""
        if not self._file.exists():
            return []
        with reading(self._file) as connection:
            if not has_tables(connection):
                return []
            rows = connection.execute(
                "SELECT d.*, w.name AS webhook_name, e.time, e.name AS model, e.version "
                "FROM lakebook_webhook_deliveries AS d JOIN lakebook_webhooks AS w ON w.id = d.webhook "
                "JOIN lakebook_registry_events AS e ON e.id = d.change "
                "WHERE (:webhook IS NULL OR w.name = :webhook) AND (:state IS NULL OR d.state = :state) "
                "ORDER BY d.change DESC, w.name LIMIT :limit",
                {"webhook": webhook, "state": state, "limit": limit},
            ).fetchall()
        return [
            Delivery(
                id=row["id"],
                webhook=row["webhook_name"],
                event=row["event"],
                about=_about(row["model"], row["version"]),
                state=row["state"],
                attempts=row["attempts"],
                time=row["time"] / 1000,
                last_attempt=row["last_attempt"],
                next_attempt=row["next_attempt"] if row["state"] == "pending" else None,
                status=row["status"],
                error=row["error"],
            )
            for row in rows
        ]

    def counts(self) -> dict[str, dict[str, int]]:
        """How many deliveries are in which state, for each webhook that has any."""
        counted: dict[str, dict[str, int]] = {}
        with reading(self._file) as connection:
            if not has_tables(connection):
                return counted
            for name, state, number in connection.execute(
                "SELECT w.name, d.state, count(*) FROM lakebook_webhook_deliveries AS d "
                "JOIN lakebook_webhooks AS w ON w.id = d.webhook GROUP BY w.name, d.state"
            ):
                counted.setdefault(name, {})[state] = number
        return counted

    def send_again(self, delivery: str) -> None:
        """Send a delivery now, with the id that it has. One that was finished is out of order and holds nothing up.

        Raises:
            WebhookError: there is no such delivery.
        """
        unknown = WebhookError(f"There is no delivery {delivery}: lakebook webhooks deliveries lists them.")
        if not self._file.exists():
            raise unknown
        with transaction(self._file) as connection:
            changed = (
                has_tables(connection)
                and connection.execute(
                    "UPDATE lakebook_webhook_deliveries SET state = 'pending', alone = alone OR state != 'pending', "
                    "attempts = 0, first_attempt = NULL, next_attempt = ? WHERE id = ?",
                    (self._clock(), delivery),
                ).rowcount
            )
        if not changed:
            raise unknown

    def prune(self) -> None:
        """Forget what has been finished for so long that nobody asks for it any more."""
        before = self._clock() - self._settings.kept
        with transaction(self._file) as connection:
            if not has_tables(connection):
                return
            connection.execute(
                "DELETE FROM lakebook_webhook_deliveries WHERE state != 'pending' AND last_attempt < ?", (before,)
            )
            connection.execute(
                "DELETE FROM lakebook_registry_events WHERE payload IS NOT NULL AND time < ? "
                "AND id NOT IN (SELECT change FROM lakebook_webhook_deliveries)",
                (before * 1000,),
            )


def _about(model: str, version: int | None) -> str:
    return model if version is None else f"{model}/{version}"
