"""What the scheduler remembers of schedules and triggers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, select, update

from lakebook.jobs.store.jobs import Jobs
from lakebook.jobs.store.rows import Job, Trigger
from lakebook.jobs.store.schema import jobs, runs, triggers

_IS_WATCHED = triggers.c.kind.in_(["file_arrival", "table_update"])


class Triggers:
    """Triggers within a transaction."""

    def __init__(self, connection: Connection, now: int) -> None:
        self._connection = connection
        self._now = now

    def get(self, job_id: int) -> Trigger | None:
        """What is remembered of a job; None if nothing is, yet."""
        row = self._connection.execute(select(triggers).where(triggers.c.job_id == job_id)).first()
        return Trigger(**row._mapping) if row else None

    def unarmed(self) -> list[int]:
        """Jobs that are new, or whose schedule or trigger has changed."""
        joined = select(jobs.c.job_id).outerjoin(triggers, triggers.c.job_id == jobs.c.job_id).where(~jobs.c.deleted)
        changed = triggers.c.armed_time.is_distinct_from(jobs.c.armed_time)
        return list(self._connection.scalars(joined.where(changed)))

    def due(self, now: int) -> list[int]:
        """Jobs whose time has come, the earliest first."""
        statement = self._live(triggers.c.job_id).where(triggers.c.next_due <= now)
        return list(self._connection.scalars(statement.order_by(triggers.c.next_due)))

    def resting(self) -> list[int]:
        """Continuous jobs for which no run is under way, and for which it is not known when one is due."""
        under_way = select(runs.c.run_id).where(runs.c.job_id == triggers.c.job_id, runs.c.end_time.is_(None))
        statement = self._live(triggers.c.job_id).where(triggers.c.kind == "continuous", triggers.c.next_due.is_(None))
        return list(self._connection.scalars(statement.where(~under_way.exists())))

    def live(self, job_ids: Sequence[int]) -> list[tuple[Job, Trigger]]:
        """Those of some jobs that may run by themselves, with what is remembered of them; in the order given."""
        found = {one.job_id: one for one in self._all(self._live().where(triggers.c.job_id.in_(job_ids)))}
        of = {job.job_id: job for job in Jobs(self._connection, self._now).several(list(found))}
        return [(of[job_id], found[job_id]) for job_id in job_ids if job_id in of]

    def fired(self, changes: Sequence[tuple[Trigger, int | None, dict[str, Any]]]) -> None:
        """Remember of some when they are due next, and what they have seen: all of it in one statement."""
        if changes:
            same = (triggers.c.job_id == bindparam("job")) & (triggers.c.armed_time == bindparam("armed"))
            statement = update(triggers).where(same).values(next_due=bindparam("due"), state=bindparam("seen"))
            values = [
                {"job": trigger.job_id, "armed": trigger.armed_time, "due": next_due, "seen": state}
                for trigger, next_due, state in changes
            ]
            self._connection.execute(statement, values)

    def watching(self) -> list[int]:
        """Jobs that wait for files or tables."""
        return list(self._connection.scalars(self._live(triggers.c.job_id).where(_IS_WATCHED)))

    def watched(self, job_id: int) -> Trigger | None:
        """The trigger of a job that waits for files or tables; None if it does not, any more."""
        found = self._all(self._live().where(_IS_WATCHED, triggers.c.job_id == job_id))
        return found[0] if found else None

    def earliest(self) -> int | None:
        """The next due time of all."""
        earliest: int | None = self._connection.scalar(self._live(func.min(triggers.c.next_due)))
        return earliest

    def put(self, job: Job, kind: str | None, next_due: int | None) -> None:
        """Begin to remember, as of the job's settings now."""
        self._connection.execute(delete(triggers).where(triggers.c.job_id == job.job_id))
        row = triggers.insert().values(job_id=job.job_id, kind=kind, armed_time=job.armed_time)
        self._connection.execute(row.values(next_due=next_due, state={}))

    def change(self, seen: Trigger, **values: Any) -> bool:
        """Change columns, if nothing has armed it anew since it was seen."""
        same = (triggers.c.job_id == seen.job_id) & (triggers.c.armed_time == seen.armed_time)
        return self._connection.execute(update(triggers).where(same).values(**values)).rowcount == 1

    def _live(self, *columns: Any) -> Select[Any]:
        """Of jobs that may run by themselves, and armed as their settings are now."""
        statement = select(*(columns or (triggers,))).join(jobs, jobs.c.job_id == triggers.c.job_id)
        return statement.where(~jobs.c.deleted, ~jobs.c.paused, triggers.c.armed_time == jobs.c.armed_time)

    def _all(self, statement: Select[Any]) -> list[Trigger]:
        return [Trigger(**row._mapping) for row in self._connection.execute(statement)]
