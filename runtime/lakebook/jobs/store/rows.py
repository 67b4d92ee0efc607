"""Rows as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lakebook.jobs.model import Result, State, TriggerType


class NotFound(LookupError):
    """There is no such job, run or task run; the message says which."""


@dataclass(frozen=True)
class Job:
    """A deployed job."""

    job_id: int
    #: bundle, target (empty for a bundle's default) and key; None of a job made through the API
    bundle: str | None
    target: str | None
    key: str | None
    name: str
    creator: str | None
    created_time: int
    #: since when due times count: when its schedule or trigger, or whether it is paused, last changed
    armed_time: int
    settings: dict[str, Any]
    #: the folder from which the settings' relative paths count
    root: str
    paused: bool
    deleted: bool
    last_number: int


@dataclass(frozen=True)
class Run:
    """A run of a job, or a one-time run: then ``job_id`` is None."""

    run_id: int
    job_id: int | None
    run_name: str
    number_in_job: int
    trigger: TriggerType
    #: when a schedule or periodic trigger wanted it
    due_time: int | None
    #: ``file_arrival_location`` or ``updated_tables`` of a trigger
    trigger_info: dict[str, Any] | None
    state: State
    #: while TERMINATING: what it will be
    result: Result | None
    message: str | None
    #: the job's as of the start, or as of the latest repair
    settings: dict[str, Any]
    root: str
    #: job parameters, with defaults filled in
    parameters: dict[str, str]
    #: of run-now: ``notebook_params``, ``python_params``, ``python_named_params`` and ``sql_params``, where given
    task_parameters: dict[str, Any]
    #: task keys of run-now's ``only``; None for all
    only_tasks: list[str] | None
    #: when it was asked for
    start_time: int
    #: when it left the queue
    execution_start: int | None
    #: when it, or its latest repair, left the queue
    admitted_time: int | None
    end_time: int | None
    idempotency_token: str | None
    cancel_requested: bool
    #: the ``run_job_task`` that waits for this run
    parent_task_run: int | None
    #: each ``{id, start_time, end_time, state, result, task_run_ids}``; the first is the original, its ``id`` is None
    repairs: list[dict[str, Any]]
    mlflow_run: str | None
    #: when it was found to take longer than its health rules say
    warned_time: int | None
    creator: str | None


@dataclass(frozen=True)
class TaskRun:
    """One attempt of a task, or of one iteration of a ``for_each_task``."""

    task_run_id: int
    run_id: int
    task_key: str
    #: 0 for the first
    attempt: int
    #: how many retries came before, since the run or its latest repair began
    retry: int
    #: which input of a ``for_each_task``, from 0; None of a task itself
    iteration: int | None
    #: of an iteration: its input, any JSON value
    input: Any
    state: State
    #: while TERMINATING: what it will be unless it succeeds first
    result: Result | None
    message: str | None
    created_time: int
    start_time: int | None
    end_time: int | None
    #: while WAITING_FOR_RETRY: when it may start
    retry_at: int | None
    cancel_requested: bool
    #: the token of who may claim this task run, and change it after
    owner: str | None
    #: until when its owner counts as alive; None before it was claimed, and when its owner has ended it
    expires: int | None
    #: what the executor made of it; None when nothing is left of it
    process: dict[str, Any] | None
    #: what came of it: ``exit_value``, ``notebook``, ``outcome``, …
    output: dict[str, Any] | None
    mlflow_run: str | None
    #: whether the messages about its end are in the outbox
    notified: bool
    #: when it was found to take longer than its health rules say
    warned_time: int | None


@dataclass(frozen=True)
class Trigger:
    """What the engine remembers of a job's schedule or trigger."""

    job_id: int
    #: the field of the settings that makes the job run; None if nothing does
    kind: str | None
    #: the job's, when this was made: with another one it is made anew
    armed_time: int
    #: None if nothing is due at a certain time
    next_due: int | None
    #: what a trigger has seen
    state: dict[str, Any]


@dataclass(frozen=True)
class Message:
    """A message for one receiver, in the outbox."""

    id: int
    run_id: int
    #: ``on_start``, ``on_success``, …
    kind: str
    #: ``mail`` or ``webhook``: the receiver; of a task ``task_key`` and ``task_run_id``; what else there is to say
    payload: dict[str, Any]
    created_time: int
    #: of the next attempt; None: it was sent, or given up
    due: int | None
    #: those that have begun
    attempts: int
    sent_time: int | None
    #: why the latest attempt did not succeed
    failure: str | None

    @property
    def receiver(self) -> str:
        """A mail address, a web address, or a name of ``[webhooks]``."""
        return str(self.payload.get("mail") or self.payload["webhook"])


def job(row: Any) -> Job:
    """A row of ``jobs``."""
    return Job(**row._mapping)


def run(row: Any) -> Run:
    """A row of ``runs``."""
    values = dict(row._mapping)
    values["state"] = State(values["state"])
    values["result"] = Result(values["result"]) if values["result"] else None
    values["trigger"] = TriggerType(values["trigger"])
    return Run(**values)


def task_run(row: Any) -> TaskRun:
    """A row of ``task_runs``."""
    values = dict(row._mapping)
    values["state"] = State(values["state"])
    values["result"] = Result(values["result"]) if values["result"] else None
    return TaskRun(**values)
