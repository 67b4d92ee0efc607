"""A run's tasks as its page shows them: in a drawing, and in a table with a bar for the time each took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lakebook.jobs.model import Kind
from lakebook.jobs.store import Run, TaskRun
from lakebook.jobs.times import date_and_time, lasted
from lakebook.web.pages import marks
from lakebook.web.pages.graph import Box, Drawing, Line, draw

#: milliseconds in which a bar that still grows is drawn anew
_GROWTH = 5_000
#: characters of a task's key that fit into its box
_FITS = 18

#: what a kind of task is called
KINDS = {
    Kind.NOTEBOOK: "notebook",
    Kind.SPARK_PYTHON: "Python script",
    Kind.PYTHON_WHEEL: "Python package",
    Kind.SQL: "SQL",
    Kind.CONDITION: "condition",
    Kind.FOR_EACH: "loop",
    Kind.RUN_JOB: "job",
}


@dataclass(frozen=True)
class Bar:
    """When a task ran, in thousandths of its run."""

    start: int
    length: int


@dataclass(frozen=True)
class Row:
    """A task run as a line of a table."""

    task: TaskRun
    name: str
    kind: str
    mark: marks.Mark
    started: str
    took: str
    bar: Bar | None


@dataclass(frozen=True)
class Node:
    """A task as a box."""

    row: Row
    box: Box
    label: str


@dataclass(frozen=True)
class Edge:
    """A dependency as a line."""

    line: Line
    outcome: str


@dataclass(frozen=True)
class Graph:
    """A run's tasks as a drawing."""

    drawing: Drawing
    nodes: Sequence[Node]
    edges: Sequence[Edge]


def kind_of(settings: Mapping[str, Any]) -> str:
    """What a task is, in a word."""
    return next((word for kind, word in KINDS.items() if settings.get(kind) is not None), "task")


def settings_of(run: Run, task: TaskRun) -> Mapping[str, Any]:
    """A task's settings, or of an iteration those of what is repeated; empty if the job has it no more."""
    found: Mapping[str, Any] = next(
        (one for one in run.settings.get("tasks") or () if one["task_key"] == task.task_key), {}
    )
    loop = found.get(Kind.FOR_EACH)
    return dict(loop["task"]) if loop and task.iteration is not None else found


def rows(run: Run, tasks: Sequence[TaskRun], now: int) -> list[Row]:
    """Lines for task runs of a run."""
    begin = min((task.start_time for task in tasks if task.start_time), default=run.start_time)
    until = max((task.end_time or 0 for task in tasks), default=0)
    if any(task.start_time and not task.end_time for task in tasks):
        until = max(until, begin + ((now - begin) // _GROWTH + 1) * _GROWTH)
    return [_row(run, task, begin, until) for task in tasks]


def latest(tasks: Sequence[TaskRun]) -> list[TaskRun]:
    """The last attempt of each task."""
    return list({task.task_key: task for task in tasks if task.iteration is None}.values())


def name_of(task: TaskRun) -> str:
    """Such as ``load``, or ``load[2]`` of an iteration."""
    return task.task_key if task.iteration is None else f"{task.task_key}[{task.iteration}]"


def graph(run: Run, shown: Sequence[Row]) -> Graph:
    """A drawing of the tasks, each in its state."""
    by_key = {row.task.task_key: row for row in shown}
    settings = {one["task_key"]: one for one in run.settings.get("tasks") or () if one["task_key"] in by_key}
    needs = {
        key: [need["task_key"] for need in one.get("depends_on") or () if need["task_key"] in settings]
        for key, one in settings.items()
    }
    outcomes = {
        (need["task_key"], key): need.get("outcome") or ""
        for key, one in settings.items()
        for need in one.get("depends_on") or ()
    }
    drawing = draw(needs)
    return Graph(
        drawing,
        [Node(by_key[box.key], box, _short(box.key)) for box in drawing.boxes],
        [Edge(line, outcomes[line.start, line.end]) for line in drawing.lines],
    )


def _row(run: Run, task: TaskRun, begin: int, until: int) -> Row:
    return Row(
        task,
        name_of(task),
        kind_of(settings_of(run, task)),
        marks.of(task),
        date_and_time(task.start_time),
        lasted(task.start_time, task.end_time),
        _bar(task, begin, until),
    )


def _bar(task: TaskRun, begin: int, until: int) -> Bar | None:
    if not task.start_time or until <= begin:
        return None
    scale = 1000 / (until - begin)
    start = round((task.start_time - begin) * scale)
    return Bar(min(start, 994), max(6, round(((task.end_time or until) - begin) * scale) - start))


def _short(key: str) -> str:
    return key if len(key) <= _FITS else f"{key[: _FITS - 1]}…"
