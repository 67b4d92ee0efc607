"""A workspace with recorded runs, for the tests of the registry, its commands and MLflow's UI."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlflow import MlflowClient

PACKAGES = ["scikit-learn"]


@dataclass(frozen=True)
class Recorded:
    """A workspace in whose store runs are."""

    folder: Path
    #: their ids, by the names that ``record`` gave them
    runs: dict[str, str] = field(default_factory=dict)

    @property
    def uri(self) -> str:
        return f"sqlite:///{self.folder}/.lakebook/mlflow/mlflow.db"

    def client(self) -> MlflowClient:
        """MLflow's own client, with which tests read back."""
        from mlflow import MlflowClient

        return MlflowClient(self.uri, self.uri)


def record(folder: Path) -> Recorded:
    """Record runs in a new workspace. MLflow's default store is that workspace's afterwards.

    Experiment ``diabetes/ridge``: ``mild`` and ``strong``, two ridge regressions with a signature and an input
    example, of which ``mild`` has the lower rmse; ``bare``, lower still, which logged no model; ``failed``, the lowest.

    Experiment ``others``: ``unsigned``, a model without a signature; ``two``, models ``a`` and ``b``; ``old``, a model
    among the run's artifacts, as MLflow 2 logged it.
    """
    import mlflow

    made = Recorded(folder)
    (folder / ".lakebook").mkdir()
    mlflow.set_tracking_uri(made.uri)
    mlflow.set_experiment("diabetes/ridge")
    with _run(made, "mild"):
        _fit(alpha=0.01)
        _log_table("patients", 3, "training")
    with _run(made, "strong"):
        _fit(alpha=10.0)
        _log_table("patients", 4, "possible")
        _log_table("codes", 0, "training")
    with _run(made, "bare"):
        mlflow.log_metric("rmse", 1.0)
    with _run(made, "failed", status="FAILED"):
        mlflow.log_metric("rmse", 0.5)
    mlflow.set_experiment("others")
    with _run(made, "unsigned"):
        _fit(alpha=1.0, signed=False)
    with _run(made, "two"):
        _fit(alpha=1.0, name="a")
        _fit(alpha=1.0, name="b")
    with _run(made, "old"):
        _log_as_mlflow_2_did(folder / "saved", "classic")
    return made


@contextmanager
def _run(made: Recorded, name: str, status: str = "FINISHED") -> Iterator[None]:
    import mlflow

    made.runs[name] = mlflow.start_run(run_name=name).info.run_id
    yield
    mlflow.end_run(status)


def _fit(alpha: float, name: str = "model", signed: bool = True) -> None:
    import mlflow
    from mlflow.models import infer_signature
    from sklearn.datasets import load_diabetes
    from sklearn.linear_model import Ridge
    from sklearn.metrics import root_mean_squared_error

    x, y = load_diabetes(return_X_y=True, as_frame=True)
    model = Ridge(alpha=alpha).fit(x, y)
    predicted = model.predict(x)
    mlflow.log_params({"alpha": alpha, "solver": "auto"})
    mlflow.log_metrics({"rmse": float(root_mean_squared_error(y, predicted)), "r2": float(model.score(x, y))})
    mlflow.sklearn.log_model(
        model,
        name=name,
        signature=infer_signature(x, predicted) if signed else None,
        input_example=x.head(2) if signed else None,
        pip_requirements=PACKAGES,
    )


def _log_as_mlflow_2_did(folder: Path, name: str) -> None:
    import mlflow
    from mlflow.models import infer_signature
    from sklearn.datasets import load_diabetes
    from sklearn.linear_model import Ridge

    x, y = load_diabetes(return_X_y=True, as_frame=True)
    model = Ridge().fit(x, y)
    signature = infer_signature(x, model.predict(x))
    mlflow.sklearn.save_model(model, str(folder), signature=signature, pip_requirements=PACKAGES)
    mlflow.log_artifacts(str(folder), name)


def _log_table(name: str, version: int, context: str) -> None:
    """A Delta table as an input of the run, as the kernel logs those that a notebook read."""
    import mlflow
    from mlflow.data.delta_dataset_source import DeltaDatasetSource
    from mlflow.data.meta_dataset import MetaDataset

    source = DeltaDatasetSource(path=f"file:/tables/{name}", delta_table_version=version)
    mlflow.log_input(MetaDataset(source, name=name), context=context)
