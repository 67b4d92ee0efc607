"""What is to change about a run next: decided from its rows alone, so that the next scheduler goes on alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from lakebook.jobs import due, graph
from lakebook.jobs.engine import notices
from lakebook.jobs.model import Job, Kind, Result, State, Task, TaskRetryMode
from lakebook.jobs.store.rows import Run, TaskRun

#: results after which a task is tried again, if its settings say so
_UNSUCCESSFUL = (Result.FAILED, Result.TIMEDOUT)
#: how often a continuous job tries a task again within a run: Databricks documents this for a job of one task
_MOST_RETRIES = 3


@dataclass
class Plan:
    """Changes that belong into one transaction."""

    #: columns of task runs
    changes: list[tuple[TaskRun, dict[str, Any]]] = field(default_factory=list)
    #: task runs that start, their columns to be filled in by how they do
    starts: list[TaskRun] = field(default_factory=list)
    #: new attempts
    attempts: list[dict[str, Any]] = field(default_factory=list)
    #: columns of the run
    run: dict[str, Any] = field(default_factory=dict)
    #: runs that tasks of this one started, to be cancelled
    cancel: list[int] = field(default_factory=list)
    #: messages for the outbox
    notices: list[notices.Notice] = field(default_factory=list)
    #: when to look again even if nothing changes
    wake: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to change."""
        return not (self.changes or self.starts or self.attempts or self.run or self.cancel)


class Planner:
    """Plans the next step of one run.

    Args:
        run: the run; it is RUNNING or TERMINATING.
        job: its settings.
        tasks: all of its task runs, older attempts first.
        children: the runs that its tasks started, by these task runs.
        now: milliseconds since the epoch.
    """

    def __init__(self, run: Run, job: Job, tasks: Sequence[TaskRun], children: Mapping[int, Run], now: int) -> None:
        self._run = run
        self._job = job
        self._children = children
        self._now = now
        #: the first task run of the latest repair
        self._since: int = min(run.repairs[-1]["task_run_ids"]) if run.repairs else 0
        self._latest = {(task.task_key, task.iteration): task for task in tasks if task.task_key in job.tasks}
        #: tasks and iterations of which an earlier attempt has left something: the next one waits
        self._left = {
            (task.task_key, task.iteration)
            for task in tasks
            if task.process is not None and task is not self._latest.get((task.task_key, task.iteration))
        }
        self._changed: set[int] = set()
        self._plan = Plan()

    def plan(self) -> Plan:
        """The next step; the ones after it follow from what the rows are then."""
        self._end_run()
        self._end_loops()
        self._end_children()
        if self._run.state is State.RUNNING and not self._plan.run:
            self._end_tasks()
            self._retry()
            self._iterate()
            self._decide()
            self._warn()
        self._notify()
        self._finish()
        return self._plan

    # -- ends that are asked for ----------------------------------------------------------------------------------

    def _end_run(self) -> None:
        """Begin to end the run, or go on ending it."""
        result, message = self._run.result, self._run.message
        if self._run.state is State.RUNNING:
            if self._run.cancel_requested:
                result, message = Result.CANCELED, "The run was canceled."
            elif self._is_late(self._run.admitted_time, self._job.timeout):
                result, message = Result.TIMEDOUT, _too_long("run", self._job.timeout)
            elif (reason := self._gives_way()) is not None:
                result, message = Result.FAILED, reason
            else:
                return
            self._plan.run = {"state": State.TERMINATING, "result": result, "message": message}
        for task in self._open():
            self._end(task, Result.TIMEDOUT if result is Result.TIMEDOUT else Result.CANCELED, message)

    def _gives_way(self) -> str | None:
        """Why a run of a continuous job ends, so that a new one begins; None if it goes on."""
        if self._job.task_retry_mode is not TaskRetryMode.ON_FAILURE:
            return None
        for task in self._tops().values():
            if task.state is State.WAITING_FOR_RETRY:
                is_over = not self._is_worth_a_retry(task)
            else:
                is_over = task.result in _UNSUCCESSFUL and self._is_final(task) and task.task_run_id >= self._since
            if is_over:
                return f"{self._how_it_failed(task)} A new run takes the place of this one."
        return None

    def _how_it_failed(self, task: TaskRun) -> str:
        if task.retry >= _MOST_RETRIES and task.state.is_ended:
            return f"Task {task.task_key} failed after {_MOST_RETRIES} retries."
        if not self._is_worth_a_retry(task):
            return f"Task {task.task_key} failed, and no other one runs its first attempt."
        return f"Task {task.task_key} {'timed out' if task.result is Result.TIMEDOUT else 'failed'}."

    def _is_worth_a_retry(self, task: TaskRun) -> bool:
        """Whether another task of the run, if there are others, runs its first attempt."""
        others = [one for key, one in self._tops().items() if key != task.task_key]
        going = (State.PENDING, State.RUNNING)
        return not others or any(one.state in going and one.retry == 0 for one in others)

    def _end_tasks(self) -> None:
        """End tasks of which it is asked, and those that take too long."""
        for task in self._open():
            timeout = self._settings(task).timeout
            if task.cancel_requested:
                self._end(task, Result.CANCELED, "The task was canceled.")
            elif task.state is State.RUNNING and self._is_late(task.start_time, timeout):
                self._end(task, Result.TIMEDOUT, _too_long("task", timeout))

    def _end(self, task: TaskRun, result: Result, message: str | None) -> None:
        """End a task run: at once if nothing of it runs, else when what runs has ended."""
        if task.state is State.TERMINATING:
            return
        values: dict[str, Any] = {"result": result, "message": message}
        if task.state in (State.BLOCKED, State.WAITING_FOR_RETRY) or (
            task.state is State.PENDING and task.process is None
        ):
            self._change(task, state=State.TERMINATED, end_time=self._now, owner=None, retry_at=None, **values)
        else:
            self._change(task, state=State.TERMINATING, **values)

    # -- tasks that consist of others -----------------------------------------------------------------------------

    def _end_loops(self) -> None:
        for loop, iterations in self._loops():
            going = [one for one in iterations if not self._is_final(one)]
            if loop.state is State.TERMINATING:
                for iteration in going:
                    self._end(iteration, loop.result or Result.CANCELED, loop.message)
                if not going:
                    self._change(loop, state=State.TERMINATED, end_time=self._now)
            elif not going:
                failed = sum(one.result is not Result.SUCCESS for one in iterations)
                message = f"{failed} of {len(iterations)} iterations did not succeed." if failed else None
                result = Result.FAILED if failed else Result.SUCCESS
                self._change(loop, state=State.TERMINATED, result=result, message=message, end_time=self._now)

    def _iterate(self) -> None:
        """Start iterations, as many at a time as asked for."""
        for loop, iterations in self._loops():
            if loop.state is not State.RUNNING or loop.task_run_id in self._changed:
                continue
            waiting = [one for one in iterations if one.state is State.BLOCKED and one.task_run_id not in self._changed]
            going = sum(not self._is_final(one) for one in iterations) - len(waiting)
            concurrency = self._job.tasks[loop.task_key].body.get("concurrency") or 1
            free = [one for one in waiting if (one.task_key, one.iteration) not in self._left]
            self._plan.starts += free[: max(0, concurrency - going)]

    def _end_children(self) -> None:
        """End tasks that wait for a run of theirs which has ended; cancel the runs of those that are to end."""
        for task in self._open():
            child = self._children.get(task.task_run_id)
            if child is None or self._settings(task).kind is not Kind.RUN_JOB or task.task_run_id in self._changed:
                continue
            if not child.state.is_ended:
                if task.state is State.TERMINATING and not child.cancel_requested:
                    self._plan.cancel.append(child.run_id)
            elif task.state is State.TERMINATING and _of_child(child) is not Result.SUCCESS:
                self._change(task, state=State.TERMINATED, end_time=self._now)
            else:
                message = f"Run {child.run_id} of job {child.run_name} ended: {child.result or child.state}."
                self._change(task, state=State.TERMINATED, result=_of_child(child), message=message, end_time=self._now)

    # -- what starts ----------------------------------------------------------------------------------------------

    def _retry(self) -> None:
        """Make next attempts of tasks that failed, once nothing is left of the attempt before; start those due."""
        for task in self._latest.values():
            if self._may_retry(task) and task.process is None:
                self._plan.attempts.append(
                    {
                        "run_id": task.run_id,
                        "task_key": task.task_key,
                        "iteration": task.iteration,
                        "input": task.input,
                        "attempt": task.attempt + 1,
                        "retry": task.retry + 1,
                        "state": State.WAITING_FOR_RETRY,
                        "retry_at": self._earliest_retry(task),
                    }
                )
            elif task.state is State.WAITING_FOR_RETRY and task.task_run_id not in self._changed:
                if (task.retry_at or 0) <= self._now:
                    self._plan.starts.append(task)
                else:
                    self._look_again(task.retry_at)

    def _decide(self) -> None:
        """Start tasks, or end them without a start, as the tasks say on which they depend."""
        tops = self._tops()
        waiting = [
            key for key, task in tops.items() if task.state is State.BLOCKED and task.task_run_id not in self._changed
        ]
        for key, decision in graph.decide(self._job.tasks, self._ended(), waiting).items():
            if decision.result is None:
                if (key, None) not in self._left:
                    self._plan.starts.append(tops[key])
            else:
                self._change(
                    tops[key],
                    state=State.SKIPPED,
                    result=decision.result,
                    message=decision.message,
                    end_time=self._now,
                )

    def _warn(self) -> None:
        """Put messages about a run and tasks that take long into the outbox, once for each."""
        admitted, warned = self._run.admitted_time, self._run.warned_time
        is_warned = warned is not None and admitted is not None and warned >= admitted
        if not is_warned and self._is_late(admitted, notices.slow_after(self._job.settings)):
            self._plan.run["warned_time"] = self._now
            self._plan.notices += notices.of_slow_run(self._job.settings)
        for key, task in self._tops().items():
            if task.state is not State.RUNNING or task.warned_time is not None or task.task_run_id in self._changed:
                continue
            if self._is_late(task.start_time, notices.slow_after(self._job.tasks[key].settings)):
                self._change(task, warned_time=self._now)
                self._plan.notices += notices.of_slow_task(self._job.tasks[key], task)

    # -- what has ended -------------------------------------------------------------------------------------------

    def _notify(self) -> None:
        """Put messages about tasks that have ended into the outbox, once for each."""
        for task in self._tops().values():
            if task.state.is_ended and not task.notified and task.task_run_id not in self._changed:
                found = notices.of_task(self._job.tasks[task.task_key], task, final=self._is_final(task))
                if found:
                    self._change(task, notified=True)
                    self._plan.notices += found

    def _finish(self) -> None:
        """End the run, if nothing is left to do."""
        if not self._plan.is_empty or not all(self._is_final(task) for task in self._latest.values()):
            return
        if self._run.state is State.TERMINATING:
            result, message = self._run.result, self._run.message
        else:
            result, message = graph.result(self._job.tasks, self._ended()), self._blame()
        state = State.SKIPPED if result is Result.DISABLED else State.TERMINATED
        self._plan.run = {"state": state, "result": result, "message": message, "end_time": self._now}
        self._plan.notices += notices.of_run(self._job.settings, self._run, result or Result.SUCCESS, message)

    def _blame(self) -> str | None:
        """Which tasks did not do what they were to do."""
        words = {Result.FAILED: "failed", Result.TIMEDOUT: "timed out", Result.CANCELED: "was canceled"}
        blamed = [(task.task_key, words[task.result]) for task in self._tops().values() if task.result in words]
        return "; ".join(f"Task {key} {how}" for key, how in blamed) + "." if blamed else None

    # -- how things are -------------------------------------------------------------------------------------------

    def _settings(self, task: TaskRun) -> Task:
        top = self._job.tasks[task.task_key]
        return top if task.iteration is None else top.nested

    def _tops(self) -> dict[str, TaskRun]:
        return {key: task for (key, iteration), task in self._latest.items() if iteration is None}

    def _loops(self) -> Iterator[tuple[TaskRun, list[TaskRun]]]:
        """Loops that go on, with the latest attempts of their iterations."""
        for task in self._tops().values():
            if self._job.tasks[task.task_key].kind is Kind.FOR_EACH and not task.state.is_ended and task.output:
                yield task, [self._latest[task.task_key, number] for number in range(task.output["iterations"])]

    def _open(self) -> list[TaskRun]:
        return [task for task in self._latest.values() if not task.state.is_ended]

    def _ended(self) -> dict[str, graph.Ended]:
        return {
            key: graph.Ended(task.result or Result.FAILED, (task.output or {}).get("outcome"))
            for key, task in self._tops().items()
            if self._is_final(task)
        }

    def _is_final(self, task: TaskRun) -> bool:
        return task.state.is_ended and not self._may_retry(task)

    def _may_retry(self, task: TaskRun) -> bool:
        if not task.state.is_ended or task.result not in _UNSUCCESSFUL or task.task_run_id < self._since:
            return False
        if self._run.state is not State.RUNNING or self._run.cancel_requested or task.cancel_requested:
            return False
        settings = self._settings(task)
        if task.result is Result.TIMEDOUT and not settings.retry_on_timeout:
            return False
        if task.iteration is not None and self._latest[task.task_key, None].state is not State.RUNNING:
            return False
        if self._job.task_retry_mode is not None and task.iteration is None:
            return self._is_tried_again(task)
        return settings.max_retries < 0 or task.retry < settings.max_retries

    def _is_tried_again(self, task: TaskRun) -> bool:
        """As the mode of a continuous job says."""
        if self._job.task_retry_mode is TaskRetryMode.NEVER:
            return False
        return task.retry < _MOST_RETRIES and self._is_worth_a_retry(task)

    def _earliest_retry(self, task: TaskRun) -> int:
        """When the next attempt of a task that failed may begin."""
        if self._job.task_retry_mode is not None and task.iteration is None:
            return (task.end_time or self._now) + due.backoff(task.retry + 1) // timedelta(milliseconds=1)
        return (task.start_time or self._now) + self._settings(task).min_retry_interval

    def _is_late(self, since: int | None, timeout: int | None) -> bool:
        if since is None or timeout is None:
            return False
        if self._now >= since + timeout:
            return True
        self._look_again(since + timeout)
        return False

    def _look_again(self, moment: int | None) -> None:
        if moment is not None:
            self._plan.wake = min(moment, self._plan.wake or moment)

    def _change(self, task: TaskRun, **values: Any) -> None:
        if task.task_run_id not in self._changed:
            self._changed.add(task.task_run_id)
            self._plan.changes.append((task, values))


def _of_child(child: Run) -> Result:
    """What a task is whose run has ended."""
    match child.result:
        case Result.SUCCESS | Result.SUCCESS_WITH_FAILURES:
            return Result.SUCCESS
        case Result.CANCELED | Result.TIMEDOUT:
            return child.result
        case _:
            return Result.FAILED


def _too_long(what: str, timeout: int | None) -> str:
    return f"The {what} took longer than its timeout of {(timeout or 0) // 1000} s."
