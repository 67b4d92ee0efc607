"""Runs of R: its own verbs, and fits that record themselves. Nothing here starts Spark."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from mlflow.entities import Run

from acceptance.live import Notebook
from acceptance.notebooks import artifact, inputs_of, runs_of, store_of

pytestmark = pytest.mark.r


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Notebook, Path]]:
    folder = tmp_path_factory.mktemp("r")
    (folder / "lakebook.toml").touch()
    with Notebook(folder) as made:
        yield made, folder


def newest(folder: Path) -> Run:
    return runs_of(folder, folder.name)[-1]


def test_a_fit_of_r_is_a_run_that_knows_its_cell_and_rs_packages(notebook: tuple[Notebook, Path]) -> None:
    kernel, folder = notebook
    assert "Logged the run" in kernel.good("%r\nfit <- lm(dist ~ speed, data = cars)").stderr
    run = newest(folder)
    assert run.info.status == "FINISHED"
    assert run.data.tags["lakebook.cell.language"] == "r"
    assert run.data.metrics["r.squared"] == pytest.approx(0.6510794)
    assert "R==" in artifact(folder, run, "lakebook/r-packages.txt")
    assert len(store_of(folder).search_logged_models([run.info.experiment_id])) == 1


def test_autolog_off_is_off_in_r_too(notebook: tuple[Notebook, Path]) -> None:
    kernel, folder = notebook
    kernel.good("%autolog off")
    before = len(runs_of(folder, folder.name))
    assert kernel.good("%r\nother <- lm(speed ~ dist, data = cars)").stderr == ""
    assert len(runs_of(folder, folder.name)) == before
    kernel.good("%autolog on")


def test_rs_verbs_and_pythons_have_one_active_run(notebook: tuple[Notebook, Path]) -> None:
    kernel, folder = notebook
    kernel.good("%r\nrun <- mlflow_start_run()\nmlflow_log_param('way', 'R')")
    kernel.good("import mlflow\nmlflow.log_metric('score', 0.5)")
    kernel.good("%r\nmlflow_log_metric('other', 2)\nmlflow_end_run()")
    run = newest(folder)
    assert (run.data.params, run.data.metrics) == ({"way": "R"}, {"score": 0.5, "other": 2.0})
    assert run.info.status == "FINISHED"


def test_a_table_that_came_to_r_from_python_is_on_its_fits_way(notebook: tuple[Notebook, Path]) -> None:
    kernel, folder = notebook
    kernel.good(
        "import pandas as pd\nfrom deltalake import DeltaTable, write_deltalake\n"
        "write_deltalake('pairs', pd.DataFrame({'x': [1.0, 2.0, 3.0, 4.0], 'y': [1.1, 1.9, 3.2, 3.9]}))"
    )
    kernel.good("pairs = DeltaTable('pairs').to_pandas()")
    kernel.good("%r\nline <- lm(y ~ x, data = pairs)")
    ((context, source),) = inputs_of(newest(folder)).values()
    assert (context, json.loads(source)["delta_table_version"]) == ("training", 0)
