"""The last runs of many jobs, in one query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lakebook.jobs.model import Result, State
from lakebook.jobs.store import Transaction, Trigger
from lakebook.jobs.store.schema import jobs, runs, triggers
from lakebook.web.pages.marks import Mark, mark

#: runs that a job's line shows
_SHOWN = 8


@dataclass(frozen=True)
class Recent:
    """What a line has of a run."""

    run_id: int
    start_time: int
    end_time: int | None
    mark: Mark


def recent_runs(rows: Transaction, job_ids: Collection[int]) -> dict[int, Sequence[Recent]]:
    """The last runs of each job, the oldest first."""
    own = runs.alias("own")
    newest = select(own.c.run_id).where(own.c.job_id == jobs.c.job_id).order_by(own.c.start_time.desc())
    joined = jobs.join(runs, runs.c.run_id.in_(newest.limit(_SHOWN).correlate(jobs)))
    columns = (runs.c.job_id, runs.c.run_id, runs.c.start_time, runs.c.end_time, runs.c.state, runs.c.result)
    asked = select(*columns).select_from(joined).where(jobs.c.job_id.in_(job_ids)).order_by(runs.c.start_time)
    found: dict[int, list[Recent]] = defaultdict(list)
    for job_id, run_id, start, end, state, result in rows.connection.execute(asked):
        shown = mark(State(state), Result(result) if result else None)
        found[job_id].append(Recent(run_id, start, end, shown))
    return dict(found)


def triggers_of(rows: Transaction, job_ids: Collection[int]) -> dict[int, Trigger]:
    """What the scheduler remembers of many jobs."""
    asked = select(triggers).where(triggers.c.job_id.in_(job_ids))
    return {row.job_id: Trigger(**row._mapping) for row in rows.connection.execute(asked)}
