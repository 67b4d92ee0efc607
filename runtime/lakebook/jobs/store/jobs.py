"""Deployed jobs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, select, update

from lakebook.jobs.model import Kind
from lakebook.jobs.store.ids import take_ids
from lakebook.jobs.store.rows import Job, NotFound
from lakebook.jobs.store.rows import job as as_job
from lakebook.jobs.store.schema import jobs


@dataclass(frozen=True)
class Deployed:
    """What a deployment did, by keys of the bundle's jobs."""

    created: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    #: no more in the bundle
    deleted: tuple[str, ...]
    job_ids: Mapping[str, int]


class Jobs:
    """Jobs within a transaction."""

    def __init__(self, connection: Connection, now: int) -> None:
        self._connection = connection
        self._now = now

    def deploy(
        self,
        bundle: str,
        target: str | None,
        settings: Mapping[str, Mapping[str, Any]],
        root: str,
        creator: str | None = None,
    ) -> Deployed:
        """Make a bundle's jobs be what it defines: make new ones, change, delete those that it has no more.

        Args:
            bundle: its name.
            target: None for the default one.
            settings: of each job, by its key. ``job_key`` of a ``run_job_task`` becomes the ``job_id`` of that key.
            root: the folder from which relative paths count.
            creator: whose jobs new ones are.
        """
        known = {job.key: job for job in self._of_bundle(bundle, target or "") if job.key is not None}
        new = [key for key in settings if key not in known]
        job_ids = {key: known[key].job_id for key in settings if key in known}
        job_ids |= zip(new, take_ids(self._connection, len(new)), strict=True)
        settings = {key: {**one, "tasks": _linked(one.get("tasks"), job_ids)} for key, one in settings.items()}
        for key in new:
            self._insert(job_ids[key], settings[key], root, creator, bundle=bundle, target=target or "", key=key)
        changed = [key for key in settings if key in known and _differs(known[key], settings[key], root)]
        for key in changed:
            self.reset(known[key].job_id, settings[key], root)
        gone = [key for key, job in known.items() if key not in settings and not job.deleted]
        for key in gone:
            self.delete(known[key].job_id)
        unchanged = [key for key in settings if key in known and key not in changed]
        return Deployed(tuple(new), tuple(changed), tuple(unchanged), tuple(gone), job_ids)

    def create(self, settings: Mapping[str, Any], root: str, creator: str | None = None) -> Job:
        """A job that belongs to no bundle."""
        (job_id,) = take_ids(self._connection, 1)
        self._insert(job_id, settings, root, creator)
        return self.get(job_id)

    def reset(self, job_id: int, settings: Mapping[str, Any], root: str | None = None) -> None:
        """Give a job other settings; runs that have begun keep theirs. A deleted one is there again."""
        old = self.get(job_id)
        values = {"settings": dict(settings), "name": _name(settings), "deleted": False, "root": root or old.root}
        if old.deleted or _firing(old.settings) != _firing(settings):
            values["armed_time"] = self._now
        self._update(job_id, values)

    def delete(self, job_id: int) -> None:
        """Nothing starts this job any more; its runs stay to be seen, and those that have begun end by themselves."""
        self._update(job_id, {"deleted": True, "armed_time": self._now})

    def pause(self, job_id: int) -> None:
        """Let the schedule or trigger rest, whatever ``pause_status`` says."""
        self._update(job_id, {"paused": True, "armed_time": self._now})

    def resume(self, job_id: int) -> None:
        """End ``pause``. What was due in between is not made up for."""
        self._update(job_id, {"paused": False, "armed_time": self._now})

    def get(self, job_id: int) -> Job:
        """A job, also a deleted one. Raises ``NotFound``."""
        row = self._connection.execute(select(jobs).where(jobs.c.job_id == job_id)).first()
        if row is None:
            raise NotFound(f"There is no job {job_id}.")
        return as_job(row)

    def several(self, job_ids: Collection[int]) -> list[Job]:
        """Jobs by their numbers, in any order; those that are not there, or are deleted, are left out."""
        return self._select(jobs.c.job_id.in_(job_ids))

    def named(self, name: str) -> list[Job]:
        """The jobs with this name, or with this key in a bundle; none that are deleted."""
        return self._select((jobs.c.name == name) | (jobs.c.key == name))

    def page(self, limit: int | None = None, offset: int = 0, name: str | None = None) -> list[Job]:
        """Jobs that are not deleted, the newest first.

        Args:
            limit: None for all.
            offset: how many to leave out first.
            name: only jobs with exactly this name, in upper or lower case.
        """
        statement = select(jobs).where(~jobs.c.deleted).order_by(jobs.c.job_id.desc()).limit(limit).offset(offset)
        if name is not None:
            statement = statement.where(func.lower(jobs.c.name) == name.lower())
        return [as_job(row) for row in self._connection.execute(statement)]

    def take_numbers(self, counts: Mapping[int, int]) -> dict[int, range]:
        """The numbers in their jobs of the next runs: so many of each job. Raises ``NotFound``."""
        more = update(jobs).where(jobs.c.job_id == bindparam("job"))
        more = more.values(last_number=jobs.c.last_number + bindparam("count"))
        self._connection.execute(more, [{"job": job_id, "count": count} for job_id, count in counts.items()])
        mine = select(jobs.c.job_id, jobs.c.last_number).where(jobs.c.job_id.in_(counts))
        last = {row.job_id: row.last_number for row in self._connection.execute(mine)}
        if gone := counts.keys() - last.keys():
            raise NotFound(f"There is no job {min(gone)}.")
        return {job_id: range(last[job_id] - count + 1, last[job_id] + 1) for job_id, count in counts.items()}

    def _of_bundle(self, bundle: str, target: str) -> Iterable[Job]:
        mine = select(jobs).where(jobs.c.bundle == bundle, jobs.c.target == target)
        return [as_job(row) for row in self._connection.execute(mine)]

    def _select(self, condition: ColumnElement[bool]) -> list[Job]:
        statement = select(jobs).where(condition, ~jobs.c.deleted).order_by(jobs.c.job_id)
        return [as_job(row) for row in self._connection.execute(statement)]

    def _insert(
        self, job_id: int, settings: Mapping[str, Any], root: str, creator: str | None, **place: str | None
    ) -> None:
        values = {"job_id": job_id, "name": _name(settings), "settings": dict(settings), "root": root, **place}
        times = {"created_time": self._now, "armed_time": self._now}
        self._connection.execute(jobs.insert().values(**values, **times, creator=creator))

    def _update(self, job_id: int, values: Mapping[str, Any]) -> None:
        if self._connection.execute(update(jobs).where(jobs.c.job_id == job_id).values(**values)).rowcount != 1:
            raise NotFound(f"There is no job {job_id}.")


def _name(settings: Mapping[str, Any]) -> str:
    return settings.get("name") or "Untitled"


def _linked(tasks: Iterable[Mapping[str, Any]] | None, job_ids: Mapping[str, int]) -> list[dict[str, Any]]:
    linked = []
    for task in tasks or ():
        changed = dict(task)
        if (body := task.get(Kind.RUN_JOB)) and body.get("job_key") in job_ids:
            rest = {name: value for name, value in body.items() if name != "job_key"}
            changed[Kind.RUN_JOB.value] = {**rest, "job_id": job_ids[body["job_key"]]}
        if body := task.get(Kind.FOR_EACH):
            changed[Kind.FOR_EACH.value] = {**body, "task": _linked([body["task"]], job_ids)[0]}
        linked.append(changed)
    return linked


def _firing(settings: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes a job run by itself."""
    return tuple(settings.get(field) for field in ("schedule", "trigger", "continuous"))


def _differs(job: Job, settings: Mapping[str, Any], root: str) -> bool:
    return job.deleted or job.settings != dict(settings) or job.root != root
