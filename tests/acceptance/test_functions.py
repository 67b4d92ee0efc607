"""Functions that Databricks' Python notebooks call without importing them."""

from __future__ import annotations

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
