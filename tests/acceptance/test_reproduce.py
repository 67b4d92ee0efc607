"""``lakebook reproduce``: a run is made again in a folder of its own, and its metrics are what they were."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from deltalake import DeltaTable, write_deltalake
from sklearn.datasets import load_diabetes

from acceptance.live import Notebook
from acceptance.notebooks import inputs_of, ran, runs_of
from acceptance.samples import HAS_R
from lakebook.cli import main
from lakebook.tracking import quiet

Captured = pytest.CaptureFixture[str]

READ = """
from deltalake import DeltaTable
patients = DeltaTable('patients').to_pandas()
"""
SPLIT = """
from sklearn.model_selection import train_test_split
train, test = train_test_split(patients, random_state=7)
"""
FIT = """
import mlflow
from sklearn.ensemble import RandomForestRegressor
for depth in (2, 5):
    with mlflow.start_run():
        model = RandomForestRegressor(n_estimators=20, max_depth=depth, random_state=7)
        model.fit(train.drop(columns='target'), train['target'])
        mlflow.log_metric('r2_of_the_rest', model.score(test.drop(columns='target'), test['target']))
"""
UNSEEDED = """
import mlflow, random
with mlflow.start_run():
    mlflow.log_metric('luck', random.random())
    mlflow.log_metric('rows', len(patients))
"""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with a Delta table beside the notebook."""
    for name in ("MLFLOW_TRACKING_URI", *quiet.VARIABLES):  # which commands set for their process
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    root = tmp_path / "ws"
    (root / "work").mkdir(parents=True)
    (root / "lakebook.toml").touch()
    frame = load_diabetes(as_frame=True).frame
    for part in (frame[300:], frame[:300]):
        write_deltalake(root / "work" / "patients", part, mode="append")
    monkeypatch.chdir(root)
    return root


@pytest.mark.long
def test_a_run_is_made_again_though_its_table_has_changed(workspace: Path, capsys: Captured) -> None:
    ran(workspace / "work" / "patients.ipynb", READ, SPLIT, "1 / 1", FIT)
    first, second = runs_of(workspace, "work/patients")
    assert {context for context, _ in inputs_of(second).values()} == {"training"}
    write_deltalake(workspace / "work" / "patients", load_diabetes(as_frame=True).frame * 2, mode="overwrite")

    assert main(["reproduce", second.info.run_id, "--folder", "again"]) == 0
    out = capsys.readouterr().out
    assert "work/patients is pinned at version 1." in out
    assert "All metrics agree." in out

    again = runs_of(workspace / "again", "work/patients")
    assert [run.data.metrics for run in again] == [first.data.metrics, second.data.metrics]
    assert DeltaTable(workspace / "again" / "work" / "patients").version() == 1
    executed = nbformat.read(workspace / "again" / "work" / "patients.executed.ipynb", as_version=4)
    assert [cell.source.strip() for cell in executed.cells] == [one.strip() for one in (READ, SPLIT, "1 / 1", FIT)]


def test_what_comes_out_otherwise_is_said(workspace: Path, capsys: Captured) -> None:
    ran(workspace / "work" / "luck.ipynb", READ, UNSEEDED)
    (run,) = runs_of(workspace, "work/luck")
    assert main(["reproduce", run.info.run_id, "--folder", "again"]) == 1
    lines = capsys.readouterr().out.splitlines()
    luck = next(line for line in lines if line.startswith("luck"))
    rows = next(line for line in lines if line.startswith("rows"))
    assert luck.endswith("differs")
    assert rows.split() == ["rows", "442.0", "442.0", "0"]
    assert lines[-1] == "1 of 2 metrics differ."


def test_a_cell_that_failed_fails_again_and_the_next_one_runs(workspace: Path, capsys: Captured) -> None:
    count = "import mlflow\nwith mlflow.start_run(): mlflow.log_metric('rows', len(patients))"
    ran(workspace / "work" / "failed.ipynb", READ, "%sh exit 0", count)
    (whole,) = runs_of(workspace, "work/failed")
    with Notebook(workspace / "work") as notebook:
        notebook.good(READ)
        assert not notebook.run("no_such_name").ok
        notebook.good(count)
    (failed,) = runs_of(workspace, "work")
    for number, run in enumerate((whole, failed)):
        assert main(["reproduce", run.info.run_id, "--folder", f"again{number}"]) == 0
        assert capsys.readouterr().out.splitlines()[-1] == "The metric agrees."
    executed = nbformat.read(workspace / "again1" / "work" / "notebook.executed.ipynb", as_version=4)
    assert [cell.execution_count for cell in executed.cells] == [1, 2, 3]
    assert executed.cells[1].outputs[0].ename == "NameError"


MAKE = """
import pandas as pd
from sklearn.datasets import load_diabetes
patients = load_diabetes(as_frame=True).frame
spark.createDataFrame(patients[200:]).repartition(3).write.saveAsTable("patients")
spark.createDataFrame(patients[:200]).write.mode("append").saveAsTable("patients")
"""
QUESTIONS = """%sql
CREATE OR REPLACE TABLE tall AS SELECT * FROM patients WHERE bmi > 0;
INSERT INTO visits VALUES (current_timestamp(), 1)
"""
FIT_TABLES = """
import mlflow
from sklearn.linear_model import SGDRegressor
with mlflow.start_run():
    tall, all_of_them = spark.table("tall").toPandas(), spark.table("patients").toPandas()
    model = SGDRegressor(max_iter=3, tol=None, shuffle=False).fit(tall.drop(columns="target"), tall["target"])
    mlflow.log_metric("in_their_order", model.score(all_of_them.drop(columns="target"), all_of_them["target"]))
    mlflow.log_metric("visits", spark.table("visits").count())
    mlflow.log_metric("by_duckdb", float(ages["total"][0]))
    mlflow.log_metric("by_r", tallest)
"""
#: the row that comes first decides where several are as tall
TALLEST = "%r\ntallest <- patients$age[which.max(patients$bmi)]" if HAS_R else "tallest = 0"
AGES = """%duckdb
CREATE TABLE ages AS SELECT sum(CAST(age AS DECIMAL(18, 9))) AS total FROM patients
"""


@pytest.mark.long
@pytest.mark.spark
@pytest.mark.timeout(900)  # two notebooks with fits, the second in a workspace with a driver of its own
def test_tables_of_the_catalog_are_as_they_were_in_every_language(workspace: Path, capsys: Captured) -> None:
    from lakebook.config import find_workspace
    from lakebook.spark import driver

    (workspace / "lakebook.toml").write_text("[spark]\nmaster = 'local[2]'\n")
    try:
        visits = "%sql\nCREATE TABLE visits (at TIMESTAMP, n INT); INSERT INTO visits VALUES (now(), 0)"
        ran(workspace / "work" / "make.ipynb", MAKE, visits)
        ran(workspace / "work" / "fit.ipynb", QUESTIONS, AGES, TALLEST, FIT_TABLES)
        (run,) = runs_of(workspace, "work/fit")
        change = "%sql\nDELETE FROM patients WHERE bmi > 0.05; OPTIMIZE patients; INSERT INTO visits VALUES (now(), 2)"
        ran(workspace / "work" / "change.ipynb", change)
        capsys.readouterr()
        assert main(["reproduce", run.info.run_id, "--folder", "again"]) == 0
    finally:
        driver.stop(find_workspace(workspace))
    out = capsys.readouterr().out
    assert "  default.patients is pinned at version 1." in out
    assert "  default.visits is pinned at version 1." in out
    assert "  default.tall is not pinned: the notebook makes it itself." in out
    assert out.splitlines()[-1] == "All metrics agree."
    (again,) = runs_of(workspace / "again", "work/fit")
    assert (again.data.metrics, again.data.metrics["visits"]) == (run.data.metrics, 2.0)
    assert driver.running(find_workspace(workspace / "again")) is None, "its driver was stopped"
