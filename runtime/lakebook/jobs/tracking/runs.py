"""Makes the MLflow runs of a job's run and its tasks, and ends them as these have ended."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lakebook.config import Workspace
from lakebook.jobs.model import Result
from lakebook.jobs.store import NotFound, Run, Store, TaskRun
from lakebook.jobs.tracking import names
from lakebook.tracking import store as tracking
from lakebook.tracking.errors import in_users_terms
from lakebook.tracking.lookup import every

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run as MlflowRun

#: MLflow's words for how a run ended
_ENDS = {
    Result.SUCCESS: "FINISHED",
    Result.SUCCESS_WITH_FAILURES: "FINISHED",
    Result.FAILED: "FAILED",
    Result.UPSTREAM_FAILED: "FAILED",
    Result.MAXIMUM_CONCURRENT_RUNS_REACHED: "FAILED",
}
_OPEN = "attributes.status = 'RUNNING'"
_ACTIVE = "active"
#: characters of a parameter's value, and parameters at once, that MLflow takes
_LONGEST, _BATCH = 6000, 100


class JobRuns:
    """MLflow's side of jobs' runs. Whoever needs a run first makes it, in whatever process; the others find it.

    Args:
        workspace: in whose MLflow store the runs are.
        store: where the jobs' runs are.
    """

    def __init__(self, workspace: Workspace, store: Store) -> None:
        self._workspace = workspace
        self._store = store
        self._uri = tracking.tracking_uri(workspace)

    @cached_property
    def client(self) -> MlflowClient:
        """MLflow's."""
        return tracking.client(self._workspace)

    def of_task(self, task_run_id: int) -> str:
        """The MLflow run of a task run, made if it is not there.

        Raises:
            TrackingError: MLflow's store cannot be used.
        """
        with self._store.read() as rows:
            run, task = rows.runs.of_task_run(task_run_id), rows.tasks.get(task_run_id)
        with in_users_terms(self._uri):
            return task.mlflow_run or self._make_task(run, task)

    def of_run(self, run: Run) -> str:
        """The MLflow run of a job's run, made if it is not there. Raises as ``of_task`` does."""
        with in_users_terms(self._uri):
            return run.mlflow_run or self._make(run)

    def note_commit(self, mlflow_run: str, commit: str) -> None:
        """Tag a run with the commit that its files are of. Raises as ``of_task`` does."""
        with in_users_terms(self._uri):
            self.client.set_tag(mlflow_run, names.COMMIT, commit)

    def close_ended(self) -> None:
        """End the MLflow runs of all that has ended, and those that cells of killed kernels have left open.

        Raises as ``of_task`` does.
        """
        with in_users_terms(self._uri):
            for open_run in self._open_ones():
                end = self._end_of(open_run)
                if end is not None:
                    self._close(open_run, *end)

    def _make(self, run: Run) -> str:
        from mlflow.entities import Param

        tags = {names.JOB_RUN: str(run.run_id), **({names.JOB: str(run.job_id)} if run.job_id is not None else {})}
        made = self._create(run, f"{run.run_name} {run.run_id}", run.start_time, tags)
        params = [Param(name, str(value)[:_LONGEST]) for name, value in run.parameters.items()]
        for start in range(0, len(params), _BATCH):
            self.client.log_batch(made, params=params[start : start + _BATCH])
        with self._store.write() as rows:
            counts = rows.runs.set_mlflow_run(run.run_id, made)
        return self._only(made, counts)

    def _make_task(self, run: Run, task: TaskRun) -> str:
        parent = run.mlflow_run or self._make(run)
        iteration = "" if task.iteration is None else f"[{task.iteration}]"
        tags = {
            names.PARENT: parent,
            names.JOB_RUN: str(run.run_id),
            names.TASK_RUN: str(task.task_run_id),
            names.TASK: task.task_key,
        }
        made = self._create(run, f"{task.task_key}{iteration}", task.start_time or self._store.now(), tags)
        with self._store.write() as rows:
            counts = rows.tasks.set_mlflow_run(task.task_run_id, made)
        return self._only(made, counts)

    def _create(self, run: Run, name: str, start: int, tags: dict[str, str]) -> str:
        about = {"mlflow.source.type": "JOB", "mlflow.source.name": run.run_name, "mlflow.user": run.creator or ""}
        made = self.client.create_run(self._experiment(run.run_name), start, {**about, **tags}, name)
        return str(made.info.run_id)

    def _only(self, made: str, counts: str) -> str:
        """Another process may have been quicker: its run counts, and this one goes."""
        if made != counts:
            self.client.delete_run(made)
        return counts

    def _experiment(self, job: str) -> str:
        from mlflow.exceptions import MlflowException

        name = names.experiment_of(job)
        found = self.client.get_experiment_by_name(name)
        if found is None:
            try:
                return str(self.client.create_experiment(name))
            except MlflowException:  # another process was quicker
                found = self.client.get_experiment_by_name(name)
                if found is None:
                    raise
        if found.lifecycle_stage != _ACTIVE:
            self.client.restore_experiment(found.experiment_id)
        return str(found.experiment_id)

    def _open_ones(self) -> list[MlflowRun]:
        """Open runs in the experiments of jobs."""
        filter_ = f"name LIKE '{names.EXPERIMENTS}%'"
        found = list(every(lambda **page: self.client.search_experiments(filter_string=filter_, **page)))
        experiments = [experiment.experiment_id for experiment in found]
        return list(self._search(experiments, _OPEN)) if experiments else []

    def _search(self, experiments: list[str], filter_: str) -> Iterator[MlflowRun]:
        return every(lambda **page: self.client.search_runs(experiments, filter_, **page))

    def _end_of(self, open_run: MlflowRun) -> tuple[str, int] | None:
        """How an open MLflow run is to end, and when; None if it goes on, or is not of this store's."""
        row = self._row_of(open_run.data.tags, open_run.info.run_id)
        if row is None or row.end_time is None:
            return None
        return _ENDS.get(row.result or Result.CANCELED, "KILLED"), row.end_time

    def _row_of(self, tags: dict[str, str], mlflow_run: str) -> Run | TaskRun | None:
        try:
            with self._store.read() as rows:
                row: Run | TaskRun
                if names.TASK_RUN in tags:
                    row = rows.tasks.get(int(tags[names.TASK_RUN]))
                elif names.JOB_RUN in tags:
                    row = rows.runs.get(int(tags[names.JOB_RUN]))
                else:
                    return None
        except NotFound:
            return None
        return row if row.mlflow_run == mlflow_run else None

    def _close(self, run: MlflowRun, status: str, end_time: int) -> None:
        below = f"{_OPEN} and tags.`{names.PARENT}` = '{run.info.run_id}'"
        for child in self._search([run.info.experiment_id], below):
            if names.TASK_RUN not in child.data.tags:  # of a kernel that is no more
                self._close(child, "KILLED", end_time)
        self.client.set_terminated(run.info.run_id, status, end_time)


def parent_of_task(url: str, task_run_id: int, workspace: Workspace) -> dict[str, Any]:
    """The tag that makes a run one of a task's. Raises ``TrackingError`` or ``StoreError``."""
    store = Store(url)
    try:
        return {names.PARENT: JobRuns(workspace, store).of_task(task_run_id)}
    finally:
        store.close()
