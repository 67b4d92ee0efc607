"""Which tasks may start, which never will, and how a run ended; ``run_if`` is as Databricks has it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from graphlib import TopologicalSorter

from lakebook.jobs.model import Dependency, Result, RunIf, Task


@dataclass(frozen=True)
class Ended:
    """How the last attempt of a task ended."""

    result: Result
    #: of a condition task: ``"true"`` or ``"false"``
    outcome: str | None = None


@dataclass(frozen=True)
class Decision:
    """What becomes of a task that waited: it starts, or it ends without having started."""

    #: None: it starts
    result: Result | None = None
    message: str | None = None


class _Was(Enum):
    """What a task that ended is for one that depends on it."""

    SUCCESS = auto()
    FAILED = auto()
    CANCELED = auto()
    EXCLUDED = auto()
    DISABLED = auto()


_WAS = {
    Result.SUCCESS: _Was.SUCCESS,
    Result.SUCCESS_WITH_FAILURES: _Was.SUCCESS,
    Result.FAILED: _Was.FAILED,
    Result.TIMEDOUT: _Was.FAILED,
    Result.MAXIMUM_CONCURRENT_RUNS_REACHED: _Was.FAILED,
    Result.UPSTREAM_FAILED: _Was.FAILED,
    Result.CANCELED: _Was.CANCELED,
    Result.UPSTREAM_CANCELED: _Was.CANCELED,
    Result.EXCLUDED: _Was.EXCLUDED,
    Result.DISABLED: _Was.DISABLED,
}
_UNSUCCESSFUL = (_Was.FAILED, _Was.CANCELED)

START = Decision()


def decide(tasks: Mapping[str, Task], ended: Mapping[str, Ended], waiting: Collection[str]) -> dict[str, Decision]:
    """What becomes of tasks that wait, as far as that is known.

    Args:
        tasks: all of the run's.
        ended: those that have ended, retries included.
        waiting: those about which nothing has been decided. Others are under way.

    Raises:
        graphlib.CycleError: the tasks depend on each other.
    """
    known = dict(ended)
    decisions: dict[str, Decision] = {}
    for key in _in_order(tasks):
        if key not in waiting:
            continue
        decision = _decide(tasks[key], known)
        if decision is not None:
            decisions[key] = decision
            if decision.result is not None:
                known[key] = Ended(decision.result)
    return decisions


def result(tasks: Mapping[str, Task], ended: Mapping[str, Ended]) -> Result:
    """How a run ended all of whose tasks have: by the tasks on which none depends."""
    if all(ended[key].result is Result.DISABLED for key in tasks):
        return Result.DISABLED if tasks else Result.SUCCESS
    needed = {dependency.task_key for task in tasks.values() for dependency in task.depends_on}
    leaves = {ended[key].result for key in tasks if key not in needed}
    if leaves & {Result.FAILED, Result.UPSTREAM_FAILED, Result.MAXIMUM_CONCURRENT_RUNS_REACHED}:
        return Result.FAILED
    if Result.TIMEDOUT in leaves:
        return Result.TIMEDOUT
    if leaves & {Result.CANCELED, Result.UPSTREAM_CANCELED}:
        return Result.CANCELED
    if any(_WAS[ended[key].result] in _UNSUCCESSFUL for key in tasks):
        return Result.SUCCESS_WITH_FAILURES
    return Result.SUCCESS


def _in_order(tasks: Mapping[str, Task]) -> Iterable[str]:
    needs = {key: [dependency.task_key for dependency in task.depends_on] for key, task in tasks.items()}
    return TopologicalSorter(needs).static_order()


def _decide(task: Task, ended: Mapping[str, Ended]) -> Decision | None:
    if task.disabled:
        return Decision(Result.DISABLED, "The task is disabled.")
    if not task.depends_on:
        return START
    over = {one.task_key: _was(one, ended[one.task_key]) for one in task.depends_on if one.task_key in ended}
    disabled = [key for key, was in over.items() if was is _Was.DISABLED]
    if _is_prevented(task, len(disabled)):
        return Decision(Result.DISABLED, f"{_names(disabled)} disabled.")
    if len(over) < len({one.task_key for one in task.depends_on}):
        return None
    if all(was is _Was.EXCLUDED for was in over.values()):
        return Decision(Result.EXCLUDED, _found(task, ended) or f"{_names(over)} excluded.")
    return START if _is_met(task.run_if, over.values()) else _unmet(task.run_if, over)


def _was(dependency: Dependency, ended: Ended) -> _Was:
    was = _WAS[ended.result]
    if was is _Was.SUCCESS and dependency.outcome is not None and dependency.outcome != ended.outcome:
        return _Was.EXCLUDED
    return was


def _is_prevented(task: Task, disabled: int) -> bool:
    """Whether so many disabled tasks make it impossible that the task runs, however the others end."""
    if task.run_if is RunIf.ALL_DONE:
        return False
    if task.run_if in (RunIf.ALL_SUCCESS, RunIf.ALL_FAILED):
        return disabled > 0
    return disabled == len({one.task_key for one in task.depends_on})


def _is_met(run_if: RunIf, over: Collection[_Was]) -> bool:
    """Excluded tasks count as successful, cancelled ones as failed."""
    failed = sum(was in _UNSUCCESSFUL for was in over)
    successful = sum(was in (_Was.SUCCESS, _Was.EXCLUDED) for was in over)
    match run_if:
        case RunIf.ALL_SUCCESS | RunIf.NONE_FAILED:
            return failed == 0
        case RunIf.AT_LEAST_ONE_SUCCESS:
            return successful > 0
        case RunIf.ALL_DONE:
            return True
        case RunIf.AT_LEAST_ONE_FAILED:
            return failed > 0
        case RunIf.ALL_FAILED:
            return failed == len(over)


def _unmet(run_if: RunIf, over: Mapping[str, _Was]) -> Decision:
    if run_if in (RunIf.AT_LEAST_ONE_FAILED, RunIf.ALL_FAILED):
        return Decision(Result.EXCLUDED, f"run_if is {run_if}, and {_did_not_fail(over)}.")
    if failed := [key for key, was in over.items() if was is _Was.FAILED]:
        return Decision(Result.UPSTREAM_FAILED, f"Upstream task {', '.join(failed)} failed.")
    canceled = [key for key, was in over.items() if was is _Was.CANCELED]
    return Decision(Result.UPSTREAM_CANCELED, f"Upstream task {', '.join(canceled)} was canceled.")


def _found(task: Task, ended: Mapping[str, Ended]) -> str:
    """What condition tasks have found that excludes a task; nothing where tasks before it were excluded themselves."""
    found = {one.task_key: outcome for one in task.depends_on if (outcome := ended[one.task_key].outcome) is not None}
    texts = [f"{key} found {outcome}" for key, outcome in found.items()]
    return f"Upstream task {', '.join(texts)}." if texts else ""


def _did_not_fail(over: Mapping[str, _Was]) -> str:
    return f"{', '.join(key for key, was in over.items() if was not in _UNSUCCESSFUL)} did not fail"


def _names(keys: Iterable[str]) -> str:
    names = list(keys)
    return f"Upstream task {names[0]} is" if len(names) == 1 else f"Upstream tasks {', '.join(names)} are"
