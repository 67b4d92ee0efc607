"""%run and %pip where Spark, Scala and R are: names, order, interrupts, Spark's workers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from acceptance.live import Notebook
from kernel.databricks.sources import python, source
from kernel.databricks.wheels import wheel

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def sql(workspace: Path) -> Iterator[Notebook]:
    with Notebook(workspace, "lakebook-sql") as made:
        yield made


def test_cells_of_every_language_share_names_in_order(notebook: Notebook, workspace: Path) -> None:
    source(
        workspace / "languages.scala",
        "scala",
        'println("one"); val fromScala = 20L',
        "%python\nprint('two')\nlimit = fromScala + 1",
        'println("three")',
        "%sh\necho four",
        "// rows\n%sql\nCREATE OR REPLACE TABLE included AS SELECT id FROM range(50) WHERE id < :limit",
    )
    outcome = notebook.good("%run ./languages")
    order = ["one", "two", "three", "four"]
    assert [word for word in outcome.stdout.split() if word in order] == order
    assert notebook.good("%sql\nSELECT count(*) AS n FROM included").text.count("21") == 1
    assert notebook.good("%scala\nprintln(fromScala * limit)").stdout == "420\n"


@pytest.mark.r
def test_r_inside(notebook: Notebook, workspace: Path) -> None:
    source(workspace / "inside.r", "r", "squares <- (1:4)^2", "%python\ntotal = sum(squares)")
    notebook.good("%run ./inside")
    assert notebook.good("float(total)").text == "30.0"


def test_a_notebook_of_sql_runs_others(sql: Notebook, workspace: Path) -> None:
    python(workspace / "setup_sql.py", "spark.range(3).createOrReplaceTempView('three')", "x = 5")
    sql.good('-- what is needed\n%run "./setup_sql"')
    assert "3" in sql.good("SELECT count(*) FROM three").text
    assert "5" in sql.good("SELECT :x AS x").text


def test_an_error_of_sql_names_its_cell(notebook: Notebook, workspace: Path) -> None:
    source(workspace / "wrong.sql", "sql", "SELECT 1", "SELECT\n  nothing_here")
    outcome = notebook.run("%run ./wrong")
    assert outcome.reply["evalue"].endswith("(in cell 2 of wrong.sql)")
    assert "   2 |   nothing_here" in outcome.error.splitlines()
    assert outcome.error.splitlines()[-1] == "In cell 2 of wrong.sql."


def test_an_interrupt_stops_sparks_jobs(notebook: Notebook, workspace: Path) -> None:
    python(
        workspace / "endless.py",
        "import time\nfrom pyspark.sql.functions import udf\n@udf('long')\ndef slow(n):\n    time.sleep(60)\n    return n",
        "print('begun', flush=True)\nspark.range(2).select(slow('id')).collect()",
        "never = 1",
    )
    outcome = notebook.run("%run ./endless", on_output=lambda text: notebook.manager.interrupt_kernel())
    assert outcome.reply["ename"] == "KeyboardInterrupt"
    assert len(outcome.errors) == 1
    assert notebook.good("'never' in globals(), spark.range(3).count()").text == "(False, 3)"


def test_an_installed_package_is_sparks_workers_too(notebook: Notebook, workspace: Path) -> None:
    wheel(workspace, "lbworker", "1.0", "def plus(n):\n    return n + 1\n")
    use = "import lbworker\nsorted(spark.range(2).rdd.map(lambda row: __import__('lbworker').plus(row.id)).collect())"
    notebook.good("spark.range(1).count()")
    notebook.good("%pip install -q --no-index ./lbworker-1.0-py3-none-any.whl")
    assert notebook.good(use).text == "[1, 2]"
    in_sql = "spark.udf.register('plus', lambda n: __import__('lbworker').plus(n), 'long')"
    notebook.good(in_sql)
    assert "8" in notebook.good("%sql\nSELECT plus(7)").text


def test_it_is_no_other_notebooks_workers(notebook: Notebook, neighbour: Notebook) -> None:
    outcome = neighbour.run("spark.range(2).rdd.map(lambda row: __import__('lbworker').plus(row.id)).collect()")
    assert outcome.reply["ename"] == "ModuleNotFoundError"
    assert "lbworker" in notebook.good("%pip list").stdout


def test_runs_of_mlflow_are_the_one_cells(notebook: Notebook, workspace: Path) -> None:
    python(
        workspace / "trains.py",
        "import mlflow\nrows = spark.range(4).toPandas()",
        "with mlflow.start_run() as run:\n    mlflow.log_metric('rows', len(rows))",
    )
    number = notebook.good("%run ./trains").reply["execution_count"]
    assert notebook.good("mlflow.get_run(run.info.run_id).data.metrics['rows']").text == "4.0"
    cell = notebook.good("mlflow.get_run(run.info.run_id).data.tags['lakebook.cell.number']").text
    assert cell == repr(str(number))
