"""Functions that Databricks' Python notebooks call without importing them."""

from __future__ import annotations

from pathlib import Path

import pytest

from acceptance.live import Notebook


@pytest.mark.spark
def test_they_are_there(notebook: Notebook) -> None:
    assert notebook.good("sql('SELECT 40 + 2').first()[0]").text == "42"
    notebook.good("sql('SELECT 7 AS n').createOrReplaceTempView('sevens')")
    assert notebook.good("table('sevens').first()[0]").text == "7"
    assert (
        notebook.good("@udf('int')\ndef more(n):\n    return n + 1\ntable('sevens').select(more('n')).first()[0]").text
        == "8"
    )
    assert notebook.good("getArgument('nobody_made_it', 'else')").text == "'else'"


@pytest.mark.spark
def test_a_frame_displays_itself(notebook: Notebook) -> None:
    shown = notebook.good("spark.range(3).withColumnRenamed('id', 'shown_here').display()").bundles[-1]
    assert "shown_here" in shown["text/plain"] and "shown_here" in shown["text/html"]


@pytest.mark.r
def test_they_give_way_to_what_any_language_binds(notebook: Notebook) -> None:
    notebook.good("%r\ntable <- c(1, 2)")
    assert notebook.good("sum(table)").text in ("3.0", "np.float64(3.0)")
    notebook.good("sql = 'a text'")
    assert "a text" in notebook.good("%r\nsql").text
    notebook.good("del sql, table")


#: a module beside a notebook, as Databricks' documentation writes one
HELPERS = """
from databricks.sdk.runtime import dbutils, display, spark, sql

def rows(number):
    return spark.range(number).count() + sql("SELECT 1").count()

def parts():
    return dir(dbutils)
"""


@pytest.mark.spark
def test_a_module_takes_them_from_the_sdk(workspace: Path) -> None:
    (workspace / "lb_helpers.py").write_text(HELPERS)
    with Notebook(workspace) as notebook:
        notebook.good("import databricks.sdk.runtime as runtime\nruntime.dbutils.fs.mounts()")
        assert notebook.good("import sys\n'pyspark' in sys.modules or 'dbruntime' in sys.modules").text == "False"
        assert notebook.good("import lb_helpers\nlb_helpers.rows(3)").text == "4"
        assert "widgets" in notebook.good("lb_helpers.parts()").text
        notebook.good("from databricks.sdk.runtime import *\nassert spark.range(2).count() == 2 and sc and sqlContext")
        assert notebook.good("runtime.init_runtime_repl_auth()").text == "(None, None)"  # as the package has it
        assert "has no attribute" in notebook.run("runtime.nothing").error
