"""A trial: jobs run, something is killed again and again, then all must end as if nothing had been."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

from benchmarks.faults import accounting, tables
from benchmarks.faults.flow import EVERY, Flow, make
from benchmarks.faults.killing import KINDS, OF_SPARK, SPARK_KINDS, Schedulers, drivers, kill_one, left, schedulers
from lakebook.jobs.store import Transaction
from lakebook.spark import driver

#: seconds between two kills
_SHORTEST, _LONGEST = 0.2, 3.0
#: before each so many kills somebody starts a run
_RUN_EVERY = 20
#: seconds without the end of any task, when nothing is killed any more, after which all counts as stuck
_STUCK = 180.0


@dataclass(frozen=True)
class Trial:
    """What was killed, what ran meanwhile, and what is not as it must be."""

    seed: int
    killed: Counter[str]
    runs: int
    due_times: int
    attempts: int
    #: versions of the tables that tasks wrote with Spark: as long as something was killed, and all
    meanwhile: int
    versions: int
    failures: list[str]

    def text(self) -> str:
        kills = ", ".join(f"{count} {kind}s" for kind, count in sorted(self.killed.items()))
        found = [f"{len(self.failures)} failures", *self.failures] if self.failures else ["nothing lost, nothing twice"]
        ran = f"{self.due_times} due times; {self.runs} runs of tasks with processes, {self.attempts} attempts"
        if self.versions:
            ran += f"; {self.versions} versions of tables, {self.meanwhile} of them made between kills"
        return "\n".join([f"killed: {kills}", ran, f"seed {self.seed}: {found[0]}", *found[1:]])


def tried(folder: Path, times: int, seed: int, *, spark: bool = False, every: int = EVERY) -> Trial:
    """Kill something so many times.

    Args:
        folder: an empty one, which becomes a workspace.
        times: how often.
        seed: of what is killed when.
        spark: whether tasks use Spark, and its driver is killed, too.
        every: seconds between two due times of the job whose tasks have processes.
    """
    random = Random(seed)
    flow = make(folder, spark=spark, every=every)
    asked_for: list[int] = []
    killed: Counter[str] = Counter()
    stuck: list[str] = []
    with schedulers(flow) as living:
        for number, kind in enumerate(chosen(times, seed, spark=spark)):
            if number % _RUN_EVERY == 0:
                asked_for += flow.start()
            if not killed_in_time(partial(_kill, kind, flow, living, random, asked_for), random):
                stuck = [f"there is no {kind} to kill any more"]
                break
            killed[kind] += 1
        meanwhile = tables.count(flow.workspace)
        if spark:
            asked_for += flow.start()  # whatever was killed last, tables can be written again
        stuck += _settled(flow) or _ended(flow)
        failures = [*stuck, *living.unexpected(), *accounting.failures(flow, asked_for)]
    return _trial(flow, seed, killed, meanwhile, failures)


def _kill(kind: str, flow: Flow, living: Schedulers, random: Random, asked_for: list[int]) -> bool:
    if kind in OF_SPARK:  # there while tables are written, and not for long after
        asked_for += flow.write()
    return kill_one(kind, flow, living, random)


def chosen(times: int, seed: int, *, spark: bool) -> list[str]:
    """What is killed, in this order."""
    kinds = SPARK_KINDS if spark else KINDS
    return Random(seed).choices(list(kinds), list(kinds.values()), k=times)


def killed_in_time(kill: Callable[[], bool], random: Random, patience: float = _STUCK) -> bool:
    """Try to kill something after a while, and again until there is something; False when there is none for long."""
    deadline = time.monotonic() + patience
    while True:
        time.sleep(random.uniform(_SHORTEST, _LONGEST))
        if kill():
            return True
        if time.monotonic() > deadline:
            return False


def _settled(flow: Flow) -> list[str]:
    """Wait until a due time after the last kill was seen to, then for the end of all runs."""
    now = flow.store.now()
    if not _waited(flow, lambda rows: all(_last_due(rows, job_id) > now for job_id in flow.ticks)):
        return ["no due time is seen to any more"]
    flow.pause()
    if not _waited(flow, lambda rows: not rows.runs.active()):
        return ["runs do not end any more"]
    return []


def _ended(flow: Flow) -> list[str]:
    """There is one driver at most, and when it has ended nothing is left of those that were killed."""
    found = drivers(flow.workspace)
    several = [f"the workspace has {len(found)} drivers"] if len(found) > 1 else []
    driver.stop(flow.workspace)
    deadline = time.monotonic() + driver.STOP
    while (remains := left(flow.workspace)) and time.monotonic() < deadline:
        time.sleep(0.2)
    return several + [f"left of a driver is {command}" for command in remains]


def _last_due(rows: Transaction, job_id: int) -> int:
    return max((run.due_time or 0 for run in rows.runs.page(job_id, limit=1)), default=0)


def _waited(flow: Flow, until: Callable[[Transaction], bool]) -> bool:
    """Wait; False when nothing has happened for long."""
    seen, deadline = -1, time.monotonic() + _STUCK
    while True:
        with flow.store.read() as rows:
            if until(rows):
                return True
            active = rows.tasks.of_runs([run.run_id for run in rows.runs.active()])
            newest = max((task.end_time or 0 for task in active), default=0)
        if newest != seen:
            seen, deadline = newest, time.monotonic() + _STUCK
        elif time.monotonic() > deadline:
            return False
        time.sleep(0.2)


def _trial(flow: Flow, seed: int, killed: Counter[str], meanwhile: int, failures: list[str]) -> Trial:
    with flow.store.read() as rows:
        runs = [run for job_id in flow.with_processes for run in rows.runs.page(job_id)]
        attempts = rows.tasks.of_runs([run.run_id for run in runs])
        due = [run for job_id in flow.due for run in rows.runs.page(job_id) if run.due_time]
    flow.store.close()
    versions = tables.count(flow.workspace)
    return Trial(seed, killed, len(runs), len(due), len(attempts), meanwhile, versions, failures)
