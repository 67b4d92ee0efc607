"""Messages to be sent: written with the change that they tell of, sent later by someone else."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, select, update

from lakebook.jobs.store.ids import take_ids
from lakebook.jobs.store.rows import Message, NotFound
from lakebook.jobs.store.schema import outbox


class Outbox:
    """The outbox within a transaction."""

    def __init__(self, connection: Connection, now: int) -> None:
        self._connection = connection
        self._now = now

    def put(self, run_id: int, kind: str, payload: dict[str, Any]) -> None:
        """A message about a run to one receiver.

        Args:
            run_id: the run.
            kind: a field of ``email_notifications`` and ``webhook_notifications``: ``on_start``, ``on_success``, ….
            payload: as ``Message`` has it.
        """
        (number,) = take_ids(self._connection, 1)
        row = {"id": number, "run_id": run_id, "kind": kind, "payload": payload}
        self._connection.execute(outbox.insert().values(**row, created_time=self._now, due=self._now))

    def get(self, number: int) -> Message:
        """A message by its number. Raises ``NotFound``."""
        found = self._all(select(outbox).where(outbox.c.id == number))
        if not found:
            raise NotFound(f"There is no notification {number}.")
        return found[0]

    def due(self, limit: int) -> list[Message]:
        """Those to be sent now, the oldest first."""
        return self._all(select(outbox).where(outbox.c.due <= self._now).order_by(outbox.c.id).limit(limit))

    def page(self, run_id: int | None = None, failed: bool = False, limit: int = 50) -> list[Message]:
        """The newest, of one run or all; with ``failed`` those that have not arrived though it was tried."""
        statement = select(outbox).order_by(outbox.c.id.desc()).limit(limit)
        if run_id is not None:
            statement = statement.where(outbox.c.run_id == run_id)
        if failed:
            statement = statement.where(outbox.c.sent_time.is_(None), outbox.c.failure.is_not(None))
        return self._all(statement)

    def begin(self, seen: Message, again: int) -> bool:
        """Begin an attempt; says whether it is one's own to make.

        Args:
            seen: the message as it was seen.
            again: when another attempt is due if nothing is heard of this one.
        """
        same = (outbox.c.id == seen.id) & (outbox.c.due == seen.due) & (outbox.c.attempts == seen.attempts)
        begun = update(outbox).where(same).values(due=again, attempts=seen.attempts + 1)
        return self._connection.execute(begun).rowcount == 1

    def sent(self, number: int) -> None:
        """It has arrived."""
        self._change(number, sent_time=self._now, due=None, failure=None)

    def failed(self, number: int, failure: str, again: int | None) -> None:
        """It has not arrived; it is sent again at a time, or given up."""
        self._change(number, failure=failure, due=again)

    def send_again(self, number: int) -> None:
        """Let it be sent now, though it was given up or waits. Raises ``NotFound``."""
        self.get(number)
        self._change(number, due=self._now, attempts=0, sent_time=None)

    def _change(self, number: int, **values: Any) -> None:
        self._connection.execute(update(outbox).where(outbox.c.id == number).values(**values))

    def _all(self, statement: Select[Any]) -> list[Message]:
        return [Message(**row._mapping) for row in self._connection.execute(statement)]
