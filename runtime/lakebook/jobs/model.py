"""What the engine reads of a job's settings, a JSON value whose fields are those of Databricks' ``JobSettings``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any


class State(StrEnum):
    """How far a run or a task run is: Databricks' ``RunLifeCycleState``."""

    QUEUED = "QUEUED"
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    TERMINATING = "TERMINATING"
    TERMINATED = "TERMINATED"
    SKIPPED = "SKIPPED"
    INTERNAL_ERROR = "INTERNAL_ERROR"
    BLOCKED = "BLOCKED"
    WAITING_FOR_RETRY = "WAITING_FOR_RETRY"

    @property
    def is_ended(self) -> bool:
        """Whether nothing follows by itself."""
        return self in (State.TERMINATED, State.SKIPPED, State.INTERNAL_ERROR)


class Result(StrEnum):
    """How a run or a task run ended: Databricks' ``RunResultState``."""

    SUCCESS = "SUCCESS"
    FAILED = "FAILED"
    TIMEDOUT = "TIMEDOUT"
    CANCELED = "CANCELED"
    MAXIMUM_CONCURRENT_RUNS_REACHED = "MAXIMUM_CONCURRENT_RUNS_REACHED"
    EXCLUDED = "EXCLUDED"
    SUCCESS_WITH_FAILURES = "SUCCESS_WITH_FAILURES"
    UPSTREAM_FAILED = "UPSTREAM_FAILED"
    UPSTREAM_CANCELED = "UPSTREAM_CANCELED"
    DISABLED = "DISABLED"


class RunIf(StrEnum):
    """What a task asks of those it depends on."""

    ALL_SUCCESS = "ALL_SUCCESS"
    AT_LEAST_ONE_SUCCESS = "AT_LEAST_ONE_SUCCESS"
    NONE_FAILED = "NONE_FAILED"
    ALL_DONE = "ALL_DONE"
    AT_LEAST_ONE_FAILED = "AT_LEAST_ONE_FAILED"
    ALL_FAILED = "ALL_FAILED"


class TriggerType(StrEnum):
    """What started a run."""

    PERIODIC = "PERIODIC"
    ONE_TIME = "ONE_TIME"
    RUN_JOB_TASK = "RUN_JOB_TASK"
    FILE_ARRIVAL = "FILE_ARRIVAL"
    TABLE = "TABLE"
    CONTINUOUS = "CONTINUOUS"


class TaskRetryMode(StrEnum):
    """What becomes of a task of a continuous job that failed."""

    NEVER = "NEVER"
    """It is not tried again."""
    ON_FAILURE = "ON_FAILURE"
    """It is, while another one runs its first attempt; else a new run takes the place of this one."""


class Kind(StrEnum):
    """What a task does: the field that says it."""

    NOTEBOOK = "notebook_task"
    SPARK_PYTHON = "spark_python_task"
    PYTHON_WHEEL = "python_wheel_task"
    SQL = "sql_task"
    CONDITION = "condition_task"
    FOR_EACH = "for_each_task"
    RUN_JOB = "run_job_task"


@dataclass(frozen=True)
class Dependency:
    """An entry of ``depends_on``."""

    task_key: str
    #: ``"true"`` or ``"false"``: what a condition task must have found
    outcome: str | None = None


@dataclass(frozen=True)
class Task:
    """A task's settings. What only the worker reads stays in ``settings``."""

    task_key: str
    kind: Kind
    settings: Mapping[str, Any]
    depends_on: tuple[Dependency, ...] = ()
    run_if: RunIf = RunIf.ALL_SUCCESS
    disabled: bool = False
    #: -1 for no limit
    max_retries: int = 0
    #: milliseconds between the starts of an attempt and of the next one
    min_retry_interval: int = 0
    retry_on_timeout: bool = False
    #: milliseconds; None for no limit
    timeout: int | None = None

    @classmethod
    def read(cls, settings: Mapping[str, Any]) -> Task:
        """The task of checked settings."""
        found = [kind for kind in Kind if settings.get(kind) is not None]
        if len(found) != 1:
            raise ValueError(f"task {settings.get('task_key')} must have one of {', '.join(Kind)}")
        return cls(
            task_key=settings["task_key"],
            kind=found[0],
            settings=settings,
            depends_on=tuple(
                Dependency(entry["task_key"], entry.get("outcome")) for entry in settings.get("depends_on") or ()
            ),
            run_if=RunIf(settings.get("run_if") or RunIf.ALL_SUCCESS),
            disabled=bool(settings.get("disabled")),
            max_retries=settings.get("max_retries") or 0,
            min_retry_interval=settings.get("min_retry_interval_millis") or 0,
            retry_on_timeout=bool(settings.get("retry_on_timeout")),
            timeout=_timeout(settings),
        )

    @property
    def body(self) -> Mapping[str, Any]:
        """The settings of what it does, such as ``notebook_task``'s."""
        value: Mapping[str, Any] = self.settings[self.kind]
        return value

    @cached_property
    def nested(self) -> Task:
        """Of a ``for_each_task``, what it does for each input."""
        return Task.read(self.body["task"])


@dataclass(frozen=True)
class Job:
    """A job's settings as the engine needs them."""

    name: str
    tasks: Mapping[str, Task]
    settings: Mapping[str, Any]
    max_concurrent_runs: int = 1
    #: whether a run that is one too many waits; otherwise it is skipped
    queued: bool = False
    #: milliseconds; None for no limit
    timeout: int | None = None
    #: of a continuous job, how its tasks are tried again; None leaves that to each task
    task_retry_mode: TaskRetryMode | None = None

    @classmethod
    def read(cls, settings: Mapping[str, Any], only: Collection[str] | None = None) -> Job:
        """The job of checked settings; with ``only``, as if it had these tasks only."""
        limit = settings.get("max_concurrent_runs")
        mode = (settings.get("continuous") or {}).get("task_retry_mode")
        tasks = {task["task_key"]: Task.read(task) for task in settings.get("tasks") or ()}
        if only is not None:
            tasks = {key: _without_others(task, only) for key, task in tasks.items() if key in only}
        return cls(
            name=settings.get("name") or "Untitled",
            tasks=tasks,
            settings=settings,
            max_concurrent_runs=1 if limit is None or settings.get("continuous") is not None else limit,
            queued=bool((settings.get("queue") or {}).get("enabled")),
            timeout=_timeout(settings),
            task_retry_mode=None if mode is None else TaskRetryMode(mode),
        )


def defaults(settings: Mapping[str, Any]) -> dict[str, str]:
    """A job's parameters with their default values."""
    return {entry["name"]: entry.get("default", "") for entry in settings.get("parameters") or ()}


def _without_others(task: Task, keys: Collection[str]) -> Task:
    return replace(task, depends_on=tuple(one for one in task.depends_on if one.task_key in keys))


def _timeout(settings: Mapping[str, Any]) -> int | None:
    seconds = settings.get("timeout_seconds") or 0
    return seconds * 1000 if seconds > 0 else None
