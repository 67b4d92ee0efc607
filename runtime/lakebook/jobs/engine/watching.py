"""Triggers that wait for files or for tables: looked at every few seconds, fired when what they wait for has come."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lakebook.config import Workspace
from lakebook.jobs.engine.arrivals import WatchError, folder, listing
from lakebook.jobs.engine.leader import Leadership
from lakebook.jobs.engine.updates import Updates
from lakebook.jobs.model import TriggerType
from lakebook.jobs.store import LeaseLost, Store, StoreError
from lakebook.jobs.store.rows import Job, Trigger

_log = logging.getLogger(__name__)

#: seconds between two looks, at least
_PAUSE = 2.0
#: how many times longer than a look the pause after it is
_SHARE = 20


@dataclass(frozen=True)
class _Look:
    """What a look at a trigger has shown."""

    state: dict[str, Any]
    #: of the run to start; None if none is
    info: dict[str, Any] | None = None


class Watching:
    """Looks after all triggers that wait for files or tables."""

    def __init__(
        self,
        leadership: Leadership,
        store: Store,
        workspace: Workspace,
        monotonic: Callable[[], float] = time.monotonic,
        pause: float = _PAUSE,
    ) -> None:
        self._leadership = leadership
        self._store = store
        self._workspace = workspace
        self._monotonic = monotonic
        self._pause = pause
        self._updates = Updates(workspace)
        #: when to look next, by job
        self._next: dict[int, float] = {}

    def look(self, job_ids: Sequence[int]) -> float | None:
        """Look at those whose time has come. Returns the seconds until the next look."""
        self._next = {job_id: self._next.get(job_id, 0.0) for job_id in job_ids}
        for job_id, moment in self._next.items():
            began = self._monotonic()
            if moment <= began:
                self._look(job_id)
                ended = self._monotonic()
                self._next[job_id] = ended + max(self._pause, _SHARE * (ended - began))
        return max(0.0, min(self._next.values()) - self._monotonic()) if self._next else None

    def _look(self, job_id: int) -> None:
        with self._store.read() as rows:
            trigger = rows.triggers.watched(job_id)
            if trigger is None:  # deleted, paused or changed since it was listed
                return
            job, now = rows.jobs.get(job_id), rows.now
        try:
            look = self._shown(job, trigger, now)
            if look.state != trigger.state:
                self._write(trigger, look)
        except (LeaseLost, StoreError):
            raise
        except Exception as problem:
            self._note(job, trigger, problem)

    def _shown(self, job: Job, trigger: Trigger, now: int) -> _Look:
        if trigger.kind == "file_arrival":
            return self._files(Path(job.root), job.settings["trigger"]["file_arrival"], trigger.state, now)
        return self._tables(job.settings["trigger"]["table_update"], trigger.state, now)

    def _note(self, job: Job, trigger: Trigger, problem: Exception) -> None:
        """Remember why a trigger cannot be watched, and tell it once; the others are."""
        is_expected = isinstance(problem, WatchError | OSError)
        text = str(problem) if is_expected else f"{type(problem).__name__}: {problem}"
        if trigger.state.get("problem") == text:
            return
        traceback = None if is_expected else problem
        _log.warning("The trigger of job %s cannot be watched: %s", job.name, text, exc_info=traceback)
        self._write(trigger, _Look({**trigger.state, "problem": text}))

    def _write(self, trigger: Trigger, look: _Look) -> None:
        kind = TriggerType.FILE_ARRIVAL if trigger.kind == "file_arrival" else TriggerType.TABLE
        with self._leadership.write() as rows:
            if rows.triggers.watched(trigger.job_id) != trigger:  # the look may have taken long
                return
            rows.triggers.change(trigger, state=look.state)
            if look.info is not None:
                creator = rows.jobs.get(trigger.job_id).creator
                rows.runs.create(trigger.job_id, kind, trigger_info=look.info, creator=creator)

    def _files(self, root: Path, settings: Mapping[str, Any], seen: Mapping[str, Any], now: int) -> _Look:
        found = listing(folder(self._workspace, root, settings["url"]))
        known = seen.get("files")
        state = {**_without_problem(seen), "files": list(found.files), "signature": list(found.signature)}
        if known is None:
            return _Look(state)
        if set(found.files) - set(known):
            state |= {"pending": True, "changed": now}
        elif seen.get("signature") != state["signature"] and seen.get("pending"):
            state["changed"] = now
        if not state.get("pending") or not _is_time(settings, state, now):
            return _Look(state)
        return _Look({**state, "pending": False, "fired": now}, {"file_arrival_location": settings["url"]})

    def _tables(self, settings: Mapping[str, Any], seen: Mapping[str, Any], now: int) -> _Look:
        names = settings["table_names"]
        known = seen.get("versions")
        versions = {name: self._updates.version(name) for name in names}
        state = {**_without_problem(seen), "versions": versions}
        if known is None:
            return _Look(state)
        updated = set(seen.get("updated") or ()) & set(names)
        for name in names:
            if self._is_updated(name, known.get(name), versions[name]):
                updated.add(name)
                state["changed"] = now
        state["updated"] = sorted(updated)
        is_enough = updated == set(names) if settings.get("condition") == "ALL_UPDATED" else bool(updated)
        if not is_enough or not _is_time(settings, state, now):
            return _Look(state)
        return _Look({**state, "updated": [], "fired": now}, {"updated_tables": sorted(updated)})

    def _is_updated(self, name: str, before: int | None, now: int | None) -> bool:
        if now is None or before == now:
            return False
        return self._updates.has_data_since(name, -1 if before is None else before)


def _without_problem(state: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in state.items() if key != "problem"}


def _is_time(settings: Mapping[str, Any], state: Mapping[str, Any], now: int) -> bool:
    """Whether it has been quiet for long enough, and the last start is long enough ago."""
    quiet = (settings.get("wait_after_last_change_seconds") or 0) * 1000
    between = (settings.get("min_time_between_triggers_seconds") or 0) * 1000
    return bool(now - state["changed"] >= quiet and now - state.get("fired", -between) >= between)
