"""Forgetting runs that ended long ago."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, select

from lakebook.jobs.store.schema import outbox, runs, task_runs


class Retention:
    """Old runs within a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def ended_before(self, moment: int, limit: int) -> list[int]:
        """Some of the runs that had ended by then, the oldest first."""
        statement = select(runs.c.run_id).where(runs.c.end_time < moment).order_by(runs.c.end_time).limit(limit)
        return list(self._connection.scalars(statement))

    def forget(self, run_ids: Collection[int]) -> None:
        """Remove all rows of runs that have ended."""
        ended = list(
            self._connection.scalars(
                select(runs.c.run_id).where(runs.c.run_id.in_(run_ids), runs.c.end_time.is_not(None))
            )
        )
        for table in (outbox, task_runs, runs):
            self._connection.execute(delete(table).where(table.c.run_id.in_(ended)))
