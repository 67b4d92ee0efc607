"""Beside a scheduler: sees to it that what runs and has ended is so in MLflow too."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

from lakebook.config import Workspace
from lakebook.jobs.beside import beside
from lakebook.jobs.commit import used_commit
from lakebook.jobs.model import Job, Kind, State
from lakebook.jobs.store import Run, Store, StoreError, TaskRun
from lakebook.jobs.tracking.runs import JobRuns
from lakebook.tracking.errors import TrackingError

_log = logging.getLogger(__name__)

#: seconds between two looks at whether anything has changed, and after trouble
_PAUSE, _TROUBLE = 0.5, 30.0
#: milliseconds for which a run that ended without a scheduler's knowledge is looked for
_BACK = 24 * 3600 * 1000
#: kinds of tasks that have a process, in which something may be logged
_WITH_PROCESS = (Kind.NOTEBOOK, Kind.SPARK_PYTHON, Kind.PYTHON_WHEEL, Kind.SQL)


class Mirror:
    """Makes MLflow's runs as jobs' runs begin, and ends them as they end."""

    def __init__(self, workspace: Workspace, store: Store) -> None:
        self._store = store
        self._runs = JobRuns(workspace, store)
        self._since = store.now() - _BACK
        self._told = ""
        #: runs that have ended and are so in MLflow, by when they ended: a repair changes that
        self._done: dict[int, int] = {}
        #: MLflow's runs that have their commit
        self._with_commit: set[str] = set()

    def run(self, stop: threading.Event) -> None:
        """Go on until told to stop; then look once more."""
        with _quietly():
            watch = self._store.watch()
            pause = 0.0
            while not stop.wait(pause):
                pause = _PAUSE
                if watch.changed() and not self.look():
                    pause = _TROUBLE
            watch.close()
            self.look()

    def look(self) -> bool:
        """Bring MLflow up to date; says whether that was possible. Jobs go on without it."""
        try:
            self._look()
        except (TrackingError, StoreError) as problem:
            if str(problem) != self._told:
                _log.warning("Jobs' runs cannot be written to MLflow: %s", problem)
            self._told = str(problem)
            return False
        self._told = ""
        return True

    def _look(self) -> None:
        with self._store.read() as rows:
            pages = [*rows.runs.active(), *rows.runs.page(active=False, since=self._since)]
            runs = [run for run in pages if self._done.get(run.run_id) != (run.end_time or 0)]
            tasks = rows.tasks.of_runs([run.run_id for run in runs])
        begun = [run for run in runs if run.execution_start is not None]
        for run in begun:
            self._runs.of_run(run)
        kinds = {run.run_id: Job.read(run.settings, run.only_tasks) for run in begun}
        for task in tasks:
            if task.run_id in kinds and task.mlflow_run is None and _has_process(kinds[task.run_id], task):
                self._runs.of_task(task.task_run_id)
        self._note_commits(begun, tasks)
        ended = {run.run_id: run.end_time for run in runs if run.end_time is not None}
        if ended or any(task.end_time is not None for task in tasks):
            self._runs.close_ended()
        self._done |= ended

    def _note_commits(self, runs: Sequence[Run], tasks: Sequence[TaskRun]) -> None:
        for run in runs:
            mine = [task for task in tasks if task.run_id == run.run_id]
            if (commit := used_commit(mine)) is None:
                continue
            with_files = [self._runs.of_task(task.task_run_id) for task in mine if used_commit([task])]
            for mlflow_run in {self._runs.of_run(run), *with_files} - self._with_commit:
                self._runs.note_commit(mlflow_run, commit)
                self._with_commit.add(mlflow_run)


def _has_process(job: Job, task: TaskRun) -> bool:
    if task.start_time is None or task.state in (State.PENDING, State.SKIPPED) or task.task_key not in job.tasks:
        return False
    settings = job.tasks[task.task_key]
    return (settings if task.iteration is None else settings.nested).kind in _WITH_PROCESS


@contextmanager
def _quietly() -> Iterator[None]:
    """Within it MLflow says nothing of its own on this thread: what is in the way is told in one sentence.

    Its variables would do that for the tasks as well, which inherit this process's environment.
    """
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    import mlflow  # noqa: F401  which sets up its logging

    thread = threading.get_ident()

    def is_of_another(record: logging.LogRecord) -> bool:
        return record.thread != thread

    handlers = list(logging.getLogger("mlflow").handlers)
    for handler in handlers:
        handler.addFilter(is_of_another)
    try:
        yield
    finally:
        for handler in handlers:
            handler.removeFilter(is_of_another)


def mirrored(workspace: Workspace, store: Store) -> AbstractContextManager[object]:
    """Within it a mirror works on a thread of its own; MLflow is up to date when it is left."""
    return beside(Mirror(workspace, store).run, "mlflow")
