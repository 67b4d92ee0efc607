"""Runs and the tables of the lakehouse: what was read on the way to a fit, in every language, and what was written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mlflow.entities import Run

from acceptance.live import Notebook
from acceptance.notebooks import artifact, inputs_of, runs_of
from lakebook.cli import main


@pytest.fixture(scope="module")
def tracked(notebook: Notebook) -> Notebook:
    """A schema with two tables, of which one has a second version."""
    notebook.good(
        "%sql\nCREATE SCHEMA IF NOT EXISTS tracked;\nUSE tracked;\n"
        "CREATE OR REPLACE TABLE flowers AS SELECT id AS x, id * 2.0 + id % 3 AS y FROM range(60);\n"
        "INSERT INTO flowers VALUES (100, 201.0);\n"
        "CREATE OR REPLACE TABLE prices AS SELECT 1 AS price"
    )
    return notebook


def newest(folder: Path) -> Run:
    return runs_of(folder, folder.name)[-1]


def tables_of(run: Run) -> dict[str, tuple[str, int]]:
    """By name of the table, the context and the version."""
    return {
        name: (context, json.loads(source)["delta_table_version"])
        for name, (context, source) in inputs_of(run).items()
        if name.startswith("tracked.")
    }


def test_a_table_that_sql_read_is_on_the_way_of_a_fit_in_python(tracked: Notebook, workspace: Path) -> None:
    tracked.good("%sql\nSELECT * FROM prices")
    tracked.good("%sql\nSELECT x, y FROM flowers WHERE x > 3")
    tracked.good("frame = _sqldf.toPandas()")
    tracked.good(
        "from sklearn.linear_model import LinearRegression\nline = LinearRegression().fit(frame[['x']], frame['y'])"
    )
    run = newest(workspace)
    assert tables_of(run) == {"tracked.flowers": ("training", 1), "tracked.prices": ("possible", 0)}
    written = {one["name"]: one["version"] for one in json.loads(run.data.tags["lakebook.tables.written"])}
    assert {name: version for name, version in written.items() if name.startswith("tracked.")} == {
        "tracked.flowers": 1, "tracked.prices": 0,
    }  # fmt: skip


def test_a_table_that_duckdb_read_counts(tracked: Notebook, workspace: Path) -> None:
    tracked.good("%duckdb\nCREATE OR REPLACE TABLE part AS SELECT x, y FROM tracked.flowers")
    tracked.good("import mlflow\nwith mlflow.start_run(run_name='duck'):\n    mlflow.log_metric('m', 1)")
    assert tables_of(newest(workspace))["tracked.flowers"][1] == 1


def test_spark_ml_in_python_is_recorded_with_its_table(tracked: Notebook, workspace: Path) -> None:
    tracked.good(
        """
from pyspark.ml.feature import VectorAssembler
from pyspark.ml.regression import LinearRegression as SparkLine
vectors = VectorAssembler(inputCols=["x"], outputCol="features").transform(spark.table("flowers"))
fitted = SparkLine(labelCol="y", solver="normal").fit(vectors)
"""
    )
    run = newest(workspace)
    assert run.data.tags["estimator_name"] == "LinearRegression"
    assert tables_of(run)["tracked.flowers"] == ("training", 1)
    requirements = artifact(workspace, run, "model/requirements.txt").splitlines()
    assert [line.partition("==")[0] for line in requirements] == ["mlflow", "pyspark"]


@pytest.mark.r
def test_a_table_that_r_reads_by_its_name_is_on_the_way_of_its_fit(tracked: Notebook, workspace: Path) -> None:
    tracked.good("%r\nin_r <- lm(y ~ x, data = flowers)")
    run = newest(workspace)
    assert run.data.tags["lakebook.cell.language"] == "r"
    assert tables_of(run)["tracked.flowers"] == ("training", 1)


def test_spark_ml_in_scala_is_recorded_with_its_table(tracked: Notebook, workspace: Path) -> None:
    tracked.good(
        """%scala
import org.apache.spark.ml.feature.VectorAssembler
import org.apache.spark.ml.regression.LinearRegression
val vectors = new VectorAssembler().setInputCols(Array("x")).setOutputCol("features").transform(spark.table("flowers"))
"""
    )
    cell = tracked.good(
        '%scala\nval inScala = new LinearRegression().setLabelCol("y").setSolver("normal").fit(vectors)'
    )
    run = newest(workspace)
    assert f"Logged the run {run.info.run_name}." in cell.stderr
    assert run.data.tags["lakebook.cell.language"] == "scala"
    assert run.data.tags["estimator_name"] == "LinearRegression"
    assert run.data.metrics["r2"] > 0.99
    assert tables_of(run)["tracked.flowers"] == ("training", 1)
    assert artifact(workspace, run, "model/MLmodel").count("python_function") == 1


def test_a_run_of_scalas_has_what_its_own_cell_read(tracked: Notebook, workspace: Path) -> None:
    tracked.good(
        """%scala
mlflow.withRun("counted") { run =>
  mlflow.logMetric("rows", spark.table("prices").count())
  mlflow.logParam("by", "scala")
}"""
    )
    run = newest(workspace)
    assert (run.info.run_name, run.info.status) == ("counted", "FINISHED")
    assert (run.data.params, run.data.metrics) == ({"by": "scala"}, {"rows": 1.0})
    assert tables_of(run)["tracked.prices"] == ("training", 0)


def test_scalas_fits_are_left_alone_where_autolog_is_off(tracked: Notebook, workspace: Path) -> None:
    before = newest(workspace).info.run_id
    tracked.good("%autolog off")
    tracked.good('%scala\nnew LinearRegression().setLabelCol("y").fit(vectors)')
    assert newest(workspace).info.run_id == before
    tracked.good("%autolog on")
    tracked.good('%scala\nnew LinearRegression().setLabelCol("y").fit(vectors)')
    assert newest(workspace).info.run_id != before


def test_lineage_leads_from_a_model_up_and_from_a_table_down(
    tracked: Notebook, workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tracked.good("%sql\nCREATE OR REPLACE TABLE cleaned AS SELECT * FROM flowers WHERE y > 1")
    tracked.good("frame = spark.table('cleaned').toPandas()")
    tracked.good("%autolog --register line\nline = LinearRegression().fit(frame[['x']], frame['y'])")
    monkeypatch.chdir(workspace)
    tracked.good("import time\ntime.sleep(1)")
    assert main(["lineage", "models:/line/1"]) == 0
    up = capsys.readouterr().out
    assert up.index("line") < up.index("tracked.cleaned") < up.index("tracked.flowers")
    assert main(["lineage", "table", "tracked.flowers"]) == 0
    down = capsys.readouterr().out
    assert "tracked.cleaned" in down and "line" in down
    asked = tracked.good("%sql\nSELECT source_name FROM lineage.table_lineage WHERE target_name = 'tracked.cleaned'")
    assert "tracked.flowers" in asked.text


def test_a_spark_model_that_is_logged_twice_in_a_run_is_the_later_one(tracked: Notebook) -> None:
    """The fit logs it as ``model`` by itself, and so does a second fit."""
    tracked.good(
        "import mlflow\nfrom pyspark.ml.feature import VectorAssembler\n"
        "from pyspark.ml.regression import DecisionTreeRegressor\n"
        "rows = VectorAssembler(inputCols=['x'], outputCol='features').transform(spark.table('tracked.flowers'))\n"
        "tree = DecisionTreeRegressor(labelCol='y', maxDepth=3)\n"
        "with mlflow.start_run() as run:\n    tree.fit(rows)\n"
        "    deep = tree.copy({tree.maxDepth: 5}).fit(rows)\n    mlflow.spark.log_model(deep, 'model')"
    )
    loaded = "mlflow.spark.load_model(f'runs:/{run.info.run_id}/model').stages[-1]"
    assert tracked.good(f"{loaded}.toDebugString == deep.toDebugString").text == "True"
