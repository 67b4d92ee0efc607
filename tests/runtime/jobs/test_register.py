"""``register`` of a task: which model becomes a version, and whether that gets the alias. Without a kernel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient

from lakebook.jobs.tracking import names
from lakebook.jobs.tracking.register import Registered, register
from lakebook.tracking.errors import TrackingError
from lakebook.tracking.registry import _as_default_store
from lakebook.tracking.store import client as client_of
from runtime.jobs.live import Live


class Task:
    """The MLflow run of a task, and models below it."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.client: MlflowClient = client_of(live.workspace)
        self.experiment = self.client.create_experiment("jobs/job")
        self.begin()

    def begin(self) -> None:
        """Another run of the task."""
        self.run = str(self.client.create_run(self.experiment).info.run_id)

    def register(self, **wanted: Any) -> Registered:
        return register(self.live.workspace, {"model": "delays", **wanted}, self.run)

    def fit(self, model: bool = True, within: str | None = None, **metrics: float) -> str:
        """A finished run below the task's."""
        import mlflow
        from mlflow.models import infer_signature

        class Same(mlflow.pyfunc.PythonModel):
            def predict(self, context: Any, model_input: list[float]) -> list[float]:
                return model_input

        parent = {names.PARENT: within or self.run}
        with _as_default_store(self.client), mlflow.start_run(experiment_id=self.experiment, tags=parent) as run:
            mlflow.log_metrics(metrics)
            if model:
                signature = infer_signature([1.0], [1.0])
                mlflow.pyfunc.log_model(name="model", python_model=Same(), signature=signature)
        return str(run.info.run_id)

    def holder(self, alias: str) -> str:
        return str(self.client.get_model_version_by_alias("delays", alias).version)


@pytest.fixture
def task(tmp_path: Path) -> Task:
    return Task(Live(tmp_path))


def test_the_best_model_below_the_task_is_registered(task: Task) -> None:
    search = task.fit(model=False, rmse=0.5)
    best = task.fit(rmse=2.0, within=search)
    task.fit(rmse=3.0)
    made = task.register(metric="rmse")
    assert (made.run_id, made.version, made.value) == (best, "1", 2.0)
    assert made.message == "Registered version 1 of delays (rmse 2)."
    assert task.register(metric="rmse", higher_is_better=True).value == 3.0


def test_an_alias_goes_to_a_better_model_alone(task: Task) -> None:
    wanted = {"metric": "rmse", "alias": "champion", "when": "better"}
    task.fit(rmse=2.0)
    assert task.register(**wanted).holds_alias  # nobody held it
    task.begin()
    task.fit(rmse=2.5)
    worse = task.register(**wanted)
    assert not worse.holds_alias
    assert task.holder("champion") == "1"
    assert worse.message == "Registered version 2 of delays (rmse 2.5); the champion of 2 stays what it was."
    task.begin()
    task.fit(rmse=1.0)
    assert task.register(**wanted).message == "Registered version 3 of delays (rmse 1), which is champion now."
    assert task.holder("champion") == "3"


def test_an_alias_goes_to_a_model_that_meets_a_comparison(task: Task) -> None:
    task.fit(r2=0.8)
    assert not task.register(metric="r2", alias="champion", when=">= 0.9").holds_alias
    assert task.register(metric="r2", alias="champion", when="> 0.7").holds_alias


@pytest.mark.parametrize(
    ("metrics", "wanted", "message"),
    [
        (None, {}, "The task logged no model, so there is nothing to register."),
        ({"rmse": 1.0}, {"metric": "rsme"}, "No model of the task has the metric rsme; there are rmse."),
        ({"rmse": 1.0}, {"alias": "champion", "when": "better"}, "register has when: better, and no metric"),
    ],
)
def test_what_cannot_be_registered_says_why(
    task: Task, metrics: dict[str, float] | None, wanted: dict[str, Any], message: str
) -> None:
    if metrics is not None:
        task.fit(**metrics)
    with pytest.raises(TrackingError, match=message):
        task.register(**wanted)
    assert not task.client.search_registered_models()
