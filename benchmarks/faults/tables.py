"""What must be true of the Delta tables that tasks wrote, however often anything was killed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow
from deltalake import DeltaTable

from benchmarks.faults import versions
from benchmarks.faults.programs import SIZE, TABLES
from benchmarks.faults.versions import Broken, Row
from lakebook.config import Workspace
from lakebook.jobs.model import Result
from lakebook.jobs.store import TaskRun

#: the batch that every run merges
_SHARED = 0
#: the tables that are there from the start. To make one is no single step: of a driver that is killed a folder
#: is left, in which only ``OR REPLACE`` and ``overwrite`` make a table
_MADE = {"merged": ("batch", "i", "value", "writer"), "appended": ("batch", "i"), "once": ("batch", "i")}
#: one that its writers replace
_LATEST = "latest"
#: the tables that tasks write
NAMES = (*_MADE, _LATEST)


@dataclass(frozen=True)
class Batches:
    """Which batches a table has in the end: all that are ``sure``, and none but those that ``may`` be there."""

    sure: frozenset[int]
    may: frozenset[int]

    def complaints(self, there: Collection[int]) -> Iterator[str]:
        yield from (f"has not batch {batch}, whose task succeeded" for batch in sorted(self.sure - set(there)))
        yield from (f"has batch {batch}, which no task wrote" for batch in sorted(set(there) - self.may))


def make(workspace: Workspace) -> None:
    """Make tables for the tasks of a workspace, without Spark."""
    for name, columns in _MADE.items():
        DeltaTable.create(folder(name, workspace), pyarrow.schema([(column, pyarrow.int64()) for column in columns]))


def folder(name: str, workspace: Workspace) -> Path:
    """Where a table is."""
    return (workspace.warehouse if name == _LATEST else workspace.root / TABLES) / name


def failures(workspace: Workspace, tasks: Sequence[TaskRun]) -> list[str]:
    """Everything that is not as it must be, a sentence each.

    Args:
        workspace: whose tables they are.
        tasks: the attempts that wrote them.
    """
    return [
        *(f"table {name} {problem}" for name in NAMES for problem in _of_table(name, workspace, tasks)),
        *_lineage(workspace),
    ]


def count(workspace: Workspace) -> int:
    """How many versions of tables tasks have made."""
    found = [(name, number) for name in NAMES for number in versions.numbers(folder(name, workspace))]
    return sum(name not in _MADE or number > 0 for name, number in found)


def _of_table(name: str, workspace: Workspace, tasks: Sequence[TaskRun]) -> Iterator[str]:
    rows: list[Row] = []
    try:
        for number, rows in versions.read(folder(name, workspace)):
            yield from (f"as of its version {number} {problem}" for problem in _parts(rows))
    except Broken as problem:
        yield str(problem)
        return
    there = {row["batch"] for row in rows}
    if name == _LATEST:
        if len(there) != 1:
            yield f"has the batches {sorted(there)}, of which each replaced the one before"
        yield from Batches(frozenset(), _runs(tasks, "append")).complaints(there)
    else:
        yield from _wanted(name, tasks).complaints(there)
    if name == "merged":
        yield from _merged(rows)


def _lineage(workspace: Workspace) -> Iterator[str]:
    for log in sorted((workspace.state / "lineage").glob("*/_delta_log")):
        try:
            versions.newest(log.parent)
        except Broken as problem:
            yield f"{log.parent} {problem}"


def _parts(rows: Sequence[Row]) -> Iterator[str]:
    """Whatever was killed, a batch is there as a whole or not at all, and each of its rows once."""
    keys = Counter((row["batch"], row["i"]) for row in rows)
    yield from (f"has key {key} {count} times" for key, count in keys.items() if count > 1)
    sizes = Counter(batch for batch, _ in keys)
    yield from (f"has {size} rows of batch {batch}" for batch, size in sizes.items() if size != SIZE)


def _wanted(name: str, tasks: Sequence[TaskRun]) -> Batches:
    if name == "appended":
        mine = [task for task in tasks if task.task_key == "append"]
        succeeded = frozenset(task.task_run_id for task in mine if task.result is Result.SUCCESS)
        return Batches(succeeded, frozenset(task.task_run_id for task in mine))
    key, shared = ("merge", frozenset({_SHARED})) if name == "merged" else ("append", frozenset())
    sure = _runs([task for task in tasks if task.result is Result.SUCCESS], key)
    return Batches(sure | shared, _runs(tasks, key) | shared)


def _runs(tasks: Sequence[TaskRun], key: str) -> frozenset[int]:
    return frozenset(task.run_id for task in tasks if task.task_key == key)


def _merged(rows: Sequence[Row]) -> Iterator[str]:
    """Each row has the value that was computed for it, and the shared batch is that of the newest run."""
    newest = max((row["batch"] for row in rows), default=None)
    for row in rows:
        if row["value"] != row["batch"] * 1000 + row["i"]:
            yield f"has a wrong value: {row}"
        if row["writer"] != (newest if row["batch"] == _SHARED else row["batch"]):
            yield f"has a wrong writer, the newest being {newest}: {row}"
