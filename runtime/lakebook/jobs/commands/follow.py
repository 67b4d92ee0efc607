"""Shows how a run goes: a line for each change of a task's state, and what a task that failed has printed."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from lakebook.cli import CommandError
from lakebook.config import Workspace
from lakebook.jobs.files import log_file
from lakebook.jobs.model import Result, State
from lakebook.jobs.store import Run, Store, TaskRun
from lakebook.jobs.times import clock, lasted

#: seconds between two looks
_PAUSE = 0.1
#: lines of what a task has printed that are shown when it failed
_LINES = 20
#: states that say nothing to who waits
_SILENT = (State.BLOCKED, State.PENDING)


class Progress:
    """Follows a run to its end.

    Args:
        workspace: whose run.
        store: where it is.
        run_id: the run.
        works: answers whether there is still a scheduler that brings it forward.
    """

    def __init__(self, workspace: Workspace, store: Store, run_id: int, works: Callable[[], bool]) -> None:
        self._workspace = workspace
        self._store = store
        self._run_id = run_id
        self._works = works
        self._seen: dict[int, tuple[State, Result | None]] = {}
        self._begun = False

    def follow(self) -> Run:
        """Print until the run has ended."""
        watch = self._store.watch()
        try:
            while True:
                if watch.changed():
                    run = self._look()
                    if run.end_time is not None:
                        self._print_end(run)
                        return run
                if not self._works():
                    raise CommandError(f"The scheduler has ended; run {self._run_id} goes on with the next one.")
                time.sleep(_PAUSE)
        finally:
            watch.close()

    def _look(self) -> Run:
        with self._store.read() as rows:
            run = rows.runs.get(self._run_id)
            tasks = rows.tasks.of_run(self._run_id)
        ended_before = run.repairs[-1]["start_time"] if run.repairs else 0
        for task in tasks:
            state = (task.state, task.result)
            if self._seen.get(task.task_run_id) == state or (task.end_time or ended_before) < ended_before:
                continue
            self._seen[task.task_run_id] = state
            if task.state not in _SILENT:
                self._print(task)
        return run

    def _print(self, task: TaskRun) -> None:
        when = task.end_time or (task.start_time if task.state is State.RUNNING else None) or self._store.now()
        state = (task.result if task.state.is_ended else None) or task.state
        parts = [clock(when), name(task), str(state), lasted(task.start_time, task.end_time)]
        print("  ".join(part for part in parts if part), flush=True)
        if task.state.is_ended and task.message:
            print(f"          {task.message}")
        if task.state.is_ended and task.result in (Result.FAILED, Result.TIMEDOUT):
            self._print_output(task)

    def _print_output(self, task: TaskRun) -> None:
        log = log_file(self._workspace.state, task)
        lines = _end_of(log)
        for line in lines:
            print(f"          | {line}")
        if lines:
            print(f"          all of it: {(task.output or {}).get('notebook') or log}", flush=True)

    def _print_end(self, run: Run) -> None:
        how = run.result or run.state
        took = lasted(run.execution_start or run.start_time, run.end_time)
        print(
            f"{clock(run.end_time or 0)}  Run {run.run_id}: {how} in {took}{f'. {run.message}' if run.message else ''}"
        )


def name(task: TaskRun) -> str:
    """A task run's name within its run: ``load``, ``each[2]``, with how often it was tried before."""
    iteration = "" if task.iteration is None else f"[{task.iteration}]"
    return f"{task.task_key}{iteration}{f' (attempt {task.attempt + 1})' if task.attempt else ''}"


def _end_of(log: Path) -> list[str]:
    try:
        return log.read_text(errors="replace").splitlines()[-_LINES:]
    except FileNotFoundError:
        return []
