"""Runs of jobs are MLflow runs: one for the job's run, within it one for each task, within these what cells fitted."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.entities import Run as MlflowRun

from lakebook.jobs.model import Result, State
from lakebook.jobs.store import StoreError
from lakebook.jobs.tracking import names
from lakebook.jobs.tracking.mirror import Mirror
from lakebook.jobs.tracking.runs import JobRuns
from lakebook.tracking.context import NotebookContext
from lakebook.tracking.running import RunningCell, set_running_cell
from lakebook.tracking.store import client as client_of
from runtime.jobs.live import Live, notebook_task


@pytest.fixture
def live(tmp_path: Path) -> Live:
    return Live(tmp_path)


@pytest.fixture
def client(live: Live) -> MlflowClient:
    return client_of(live.workspace)


def runs_of(client: MlflowClient, job: str = "job") -> dict[str, MlflowRun]:
    experiment = client.get_experiment_by_name(f"jobs/{job}")
    assert experiment is not None
    return {run.info.run_name: run for run in client.search_runs([experiment.experiment_id])}


def parent(run: MlflowRun) -> str | None:
    value: str | None = run.data.tags.get(names.PARENT)
    return value


def test_a_run_its_tasks_and_what_their_cells_log(live: Live, client: MlflowClient) -> None:
    path = live.notebook(
        "fit.py",
        """
        import mlflow
        with mlflow.start_run(run_name="fit"):
            mlflow.log_metric("rmse", 1.5)
            with mlflow.start_run(run_name="inner", nested=True):
                pass
        """,
    )
    bad = live.notebook("bad.py", "1 / 0")
    run = live.run(
        notebook_task("fit", path), notebook_task("bad", bad, "fit"), parameters=[{"name": "day", "default": "monday"}]
    )
    fit = live.task(run.run_id, "fit")
    assert fit.result is Result.SUCCESS, fit.message
    found = runs_of(client)
    whole = found[f"job {run.run_id}"]
    assert whole.data.params == {"day": "monday"}
    assert (parent(found["fit"]), parent(found["inner"])) != (None, None)
    by_id = {one.info.run_id: one for one in found.values()}
    assert run.mlflow_run == whole.info.run_id
    assert fit.mlflow_run is not None
    assert parent(by_id[fit.mlflow_run]) == whole.info.run_id
    assert by_id[fit.mlflow_run].info.status == "FINISHED"
    assert found["bad"].info.status == whole.info.status == "FAILED"


class Rows:
    """A run whose rows are set by hand, as a scheduler and a process would."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self.run_id = live.start(notebook_task("fit", "/fit.py"))
        self.change(State.RUNNING, None)
        with live.store.write() as rows:
            rows.runs.change(self.run_id, state=State.RUNNING, execution_start=rows.now)

    def change(self, state: State, result: Result | None) -> None:
        task = self._live.task(self.run_id, "fit")
        with self._live.store.write() as rows:
            end = rows.now if state.is_ended else None
            rows.tasks.change(task, state=state, result=result, start_time=rows.now, end_time=end)

    def end(self, result: Result) -> None:
        with self._live.store.write() as rows:
            rows.runs.change(self.run_id, state=State.TERMINATED, result=result, end_time=rows.now)


def test_what_a_killed_kernel_left_open_is_ended_when_its_task_has(live: Live, client: MlflowClient) -> None:
    rows = Rows(live)
    mirror = Mirror(live.workspace, live.store)
    assert mirror.look()
    task = live.task(rows.run_id, "fit").mlflow_run
    assert task is not None
    experiment = client.get_run(task).info.experiment_id
    left = client.create_run(experiment, tags={names.PARENT: task}, run_name="left")
    inner = client.create_run(experiment, tags={names.PARENT: left.info.run_id}, run_name="inner")
    assert mirror.look()
    assert {run.info.status for run in runs_of(client).values()} == {"RUNNING"}

    rows.change(State.INTERNAL_ERROR, Result.FAILED)
    rows.end(Result.CANCELED)
    assert Mirror(live.workspace, live.store).look()  # of the next scheduler
    statuses = {run.info.run_id: run.info.status for run in runs_of(client).values()}
    assert statuses[task] == "FAILED"
    assert statuses[left.info.run_id] == statuses[inner.info.run_id] == "KILLED"
    assert statuses[live.get(rows.run_id).mlflow_run or ""] == "KILLED"


def test_two_processes_that_make_a_run_at_once_leave_one(live: Live, client: MlflowClient) -> None:
    rows = Rows(live)
    task = live.task(rows.run_id, "fit")
    stale = live.get(rows.run_id)
    runs = JobRuns(live.workspace, live.store)
    made = runs.of_task(task.task_run_id)
    assert runs._make(stale) == live.get(rows.run_id).mlflow_run
    assert runs._make_task(live.get(rows.run_id), task) == made
    assert len(runs_of(client)) == 2


def test_jobs_go_on_where_mlflow_s_store_cannot_be_used(
    live: Live, client: MlflowClient, caplog: pytest.LogCaptureFixture
) -> None:
    database = live.workspace.state / "mlflow" / "mlflow.db"
    client.search_experiments()
    database.write_bytes(b"no database at all" * 100)
    Rows(live)
    mirror = Mirror(live.workspace, live.store)
    assert not mirror.look()
    assert not mirror.look()
    assert [record.getMessage() for record in caplog.records if "lakebook.jobs" in record.name] == [
        f"Jobs' runs cannot be written to MLflow: {database} is not an SQLite database."
    ]


@pytest.fixture
def mlflow_says() -> Iterator[list[str]]:
    """What MLflow has logged."""
    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("mlflow")
    logger.addHandler(handler)
    yield said
    logger.removeHandler(handler)


def test_mlflow_is_silent_on_the_mirror_s_thread_alone_and_until_its_end(
    live: Live, mlflow_says: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = logging.getLogger("mlflow.store.db.utils").error

    def look(_mirror: Mirror) -> bool:
        log("of the mirror")
        another = threading.Thread(target=log, args=("of another thread",))
        another.start()
        another.join()
        return True

    monkeypatch.setattr(Mirror, "look", look)
    stop = threading.Event()
    stop.set()
    Mirror(live.workspace, live.store).run(stop)
    log("afterwards")
    assert mlflow_says == ["of another thread", "afterwards"]


def test_a_run_asks_for_its_task_s_until_it_is_told(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[dict[str, str] | StoreError] = [StoreError("The database of jobs is away."), {names.PARENT: "run"}]

    def answer(*_: object) -> dict[str, str]:
        told = answers.pop(0)
        if isinstance(told, StoreError):
            raise told
        return told

    monkeypatch.setattr("lakebook.jobs.tracking.runs.parent_of_task", answer)
    monkeypatch.chdir(live.folder)
    monkeypatch.setenv("LAKEBOOK_TASK_STORE", "of this test")
    monkeypatch.setenv("LAKEBOOK_TASK_RUN_ID", "1")
    set_running_cell(RunningCell("notebook", "session", 1, "cell", "python", lambda: None))
    try:
        with pytest.warns(UserWarning, match="are not put below that of the job's task: The database of jobs is away"):
            assert names.PARENT not in NotebookContext().tags()
        for _ in range(2):
            assert NotebookContext().tags()[names.PARENT] == "run"
    finally:
        set_running_cell(None)
