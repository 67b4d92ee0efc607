"""Dynamic value references: ``{{job.run_id}}``, ``{{tasks.load.values.rows}}`` and the others in a task's settings."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


class ReferenceProblem(ValueError):
    """A reference cannot be resolved; one clear sentence."""


class _NoInput:
    """Says that a task is no iteration; None is an input like others."""


NO_INPUT = _NoInput()


@dataclass(frozen=True)
class JobValues:
    """What ``{{job.…}}`` names. Times are milliseconds since the epoch."""

    run_id: int
    start_time: int
    #: None for a run that was submitted without a job
    id: int | None = None
    name: str = ""
    repair_count: int = 0
    #: with the references in them resolved
    parameters: Mapping[str, Any] = field(default_factory=dict)
    trigger_type: str = "one_time"
    #: when the run was due; None if it was not scheduled
    trigger_time: int | None = None
    #: of the folder in which a file arrived
    file_arrival_location: str | None = None
    updated_tables: Sequence[str] = ()


@dataclass(frozen=True)
class TaskValues:
    """What ``{{task.…}}`` names: the task in whose settings the reference stands."""

    name: str
    run_id: int
    #: how often the task has been started in this run, repairs and retries included
    execution_count: int = 1
    notebook_path: str | None = None


@dataclass(frozen=True)
class UpstreamValues:
    """What ``{{tasks.T.…}}`` names: a task that has ended."""

    run_id: int
    #: in Databricks' words, such as ``success`` and ``upstream_failed``
    result_state: str
    error_code: str = ""
    execution_count: int = 1
    notebook_path: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    #: of a SQL task; None for others
    rows: Sequence[Mapping[str, Any]] | None = None


@dataclass(frozen=True)
class Context:
    """All that references of a task, or of a job's parameters, can name."""

    job: JobValues
    task: TaskValues | None = None
    tasks: Mapping[str, UpstreamValues] = field(default_factory=dict)
    #: of an iteration of ``for_each_task``
    input: Any = NO_INPUT
    workspace_id: str = ""
    workspace_url: str = ""


@dataclass(frozen=True)
class Reference:
    """One reference in a text."""

    #: as it stands there, braces included
    text: str
    #: its names without dots and backticks
    names: tuple[str, ...]

    @property
    def problem(self) -> str | None:
        """Why it can never be resolved; None for one that may be, and for what is no reference but only text."""
        if not self.is_one or _lookup(self.names):
            return None
        near = difflib.get_close_matches(".".join(self.names), _REFERENCES, n=1)
        return f"{self.text} is no reference" + (f", did you mean {{{{{near[0]}}}}}?" if near else "")

    @property
    def is_one(self) -> bool:
        """Whether its first name is one of those that references have; others are text like any."""
        return self.names[0] in _NAMESPACES


_NAME = r"(?:`[^`]+`|[\w-]+)"
_REFERENCE = re.compile(rf"\{{\{{\s*({_NAME}(?:\.{_NAME})*)\s*\}}\}}")


def references(text: str) -> Iterator[Reference]:
    """What stands in double braces and is written as a reference is."""
    yield from map(_reference, _REFERENCE.finditer(text))


def resolve(value: Any, context: Context) -> Any:
    """The value with every reference in its texts replaced, at any depth of lists and mappings.

    A replaced reference is text: lists and mappings as JSON, truth as ``true`` and ``false``. What is in double
    braces and is no reference stays as it is.

    Raises:
        ReferenceProblem: a reference is unknown, or what it names is not there.
    """
    if isinstance(value, str):
        return _REFERENCE.sub(lambda match: _resolved(_reference(match), context), value)
    if isinstance(value, Mapping):
        return {key: resolve(child, context) for key, child in value.items()}
    return [resolve(child, context) for child in value] if isinstance(value, list | tuple) else value


def as_text(value: Any) -> str:
    """A value as the text by which a reference is replaced."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _reference(match: re.Match[str]) -> Reference:
    return Reference(match[0], tuple(name.strip("`") for name in re.findall(_NAME, match[1])))


def _resolved(reference: Reference, context: Context) -> str:
    if not reference.is_one:
        return reference.text
    found = _lookup(reference.names)
    if found is None:
        raise ReferenceProblem(f"{reference.problem}.")
    getter, names = found
    try:
        return as_text(getter(context, *names))
    except ReferenceProblem as problem:
        raise ReferenceProblem(f"{reference.text}: {problem}") from None


def _entry(values: Mapping[str, Any], name: str, what: str) -> Any:
    if name not in values:
        raise ReferenceProblem(f"there is no {what} {name}; there are: {', '.join(values) or 'none'}.")
    return values[name]


def _task(context: Context) -> TaskValues:
    if context.task is None:
        raise ReferenceProblem("this is not in a task.")
    return context.task


def _upstream(context: Context, task: str) -> UpstreamValues:
    found: UpstreamValues = _entry(context.tasks, task, "task that has ended before,")
    return found


def _input(context: Context, key: str | None = None) -> Any:
    if context.input is NO_INPUT:
        raise ReferenceProblem("there is an input in the task of a for_each_task only.")
    if key is None:
        return context.input
    if not isinstance(context.input, Mapping):
        raise ReferenceProblem(f"the input is {as_text(context.input)}, which has no keys.")
    return _entry(context.input, key, "key in the input,")


def _rows(context: Context, task: str) -> Sequence[Mapping[str, Any]]:
    rows = _upstream(context, task).rows
    if rows is None:
        raise ReferenceProblem(f"task {task} has no rows, since it is no SQL task.")
    return rows


def _first_row(context: Context, task: str) -> Mapping[str, Any]:
    rows = _rows(context, task)
    if not rows:
        raise ReferenceProblem(f"task {task} returned no row.")
    return rows[0]


def _there(value: Any, what: str) -> Any:
    if value is None:
        raise ReferenceProblem(f"this run has no {what}.")
    return value


def _trigger_time(context: Context) -> int:
    due = context.job.trigger_time
    return context.job.start_time if due is None else due


_TIMES: dict[str, Callable[[datetime], Any]] = {
    "iso_weekday": lambda time: time.isoweekday(),
    "is_weekday": lambda time: time.isoweekday() < 6,
    "iso_date": lambda time: time.date().isoformat(),
    "iso_datetime": lambda time: time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    "year": lambda time: time.year,
    "month": lambda time: time.month,
    "day": lambda time: time.day,
    "hour": lambda time: time.hour,
    "minute": lambda time: time.minute,
    "second": lambda time: time.second,
    "timestamp_ms": lambda time: round(time.timestamp() * 1000),
}


def _times(name: str, milliseconds: Callable[[Context], int]) -> dict[str, Callable[..., Any]]:
    """``NAME.year`` and the others, in UTC."""

    def part(read: Callable[[datetime], Any]) -> Callable[[Context], Any]:
        return lambda context: read(datetime.fromtimestamp(milliseconds(context) / 1000, UTC))

    return {f"{name}.{key}": part(read) for key, read in _TIMES.items()}


#: every reference, with a star where a name of the user's stands
_REFERENCES: dict[str, Callable[..., Any]] = {
    "job.id": lambda context: _there(context.job.id, "job"),
    "job.name": lambda context: context.job.name,
    "job.run_id": lambda context: context.job.run_id,
    "job.repair_count": lambda context: context.job.repair_count,
    **_times("job.start_time", lambda context: context.job.start_time),
    "job.parameters.*": lambda context, name: _entry(context.job.parameters, name, "parameter"),
    "job.trigger.type": lambda context: context.job.trigger_type,
    **_times("job.trigger.time", _trigger_time),
    "job.trigger.file_arrival.location": lambda context: _there(
        context.job.file_arrival_location, "file that started it"
    ),
    "job.trigger.table_update.updated_tables": lambda context: list(context.job.updated_tables),
    "task.name": lambda context: _task(context).name,
    "task.run_id": lambda context: _task(context).run_id,
    "task.execution_count": lambda context: _task(context).execution_count,
    "task.notebook_path": lambda context: _there(_task(context).notebook_path, "notebook"),
    "tasks.*.run_id": lambda context, task: _upstream(context, task).run_id,
    "tasks.*.result_state": lambda context, task: _upstream(context, task).result_state,
    "tasks.*.error_code": lambda context, task: _upstream(context, task).error_code,
    "tasks.*.execution_count": lambda context, task: _upstream(context, task).execution_count,
    "tasks.*.notebook_path": lambda context, task: _there(_upstream(context, task).notebook_path, "notebook"),
    "tasks.*.values.*": lambda context, task, key: _entry(_upstream(context, task).values, key, "value"),
    "tasks.*.output.rows": _rows,
    "tasks.*.output.first_row": _first_row,
    "tasks.*.output.first_row.*": lambda context, task, column: _entry(_first_row(context, task), column, "column"),
    "input": _input,
    "input.*": _input,
    "workspace.id": lambda context: context.workspace_id,
    "workspace.url": lambda context: context.workspace_url,
    # older names, which Databricks still resolves
    "job_id": lambda context: _there(context.job.id, "job"),
    "run_id": lambda context: _task(context).run_id,
    "parent_run_id": lambda context: context.job.run_id,
    "start_date": lambda context: datetime.fromtimestamp(context.job.start_time / 1000, UTC).date().isoformat(),
    "start_time": lambda context: context.job.start_time,
    "task_retry_count": lambda context: _task(context).execution_count - 1,
    "task_key": lambda context: _task(context).name,
}
_NAMESPACES = frozenset(pattern.partition(".")[0] for pattern in _REFERENCES)
_PATTERNS = [(tuple(pattern.split(".")), getter) for pattern, getter in _REFERENCES.items()]


def _lookup(names: tuple[str, ...]) -> tuple[Callable[..., Any], tuple[str, ...]] | None:
    """What reads a reference, and the names in it that are the user's."""
    for pattern, getter in _PATTERNS:
        if len(pattern) == len(names) and all(part in ("*", name) for part, name in zip(pattern, names, strict=True)):
            return getter, tuple(name for part, name in zip(pattern, names, strict=True) if part == "*")
    return None
