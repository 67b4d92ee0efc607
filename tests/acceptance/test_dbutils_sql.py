"""Widgets in SQL cells, with Spark."""

from __future__ import annotations

import pytest

from acceptance.live import Notebook

pytestmark = pytest.mark.spark


def test_sql_makes_widgets_and_python_reads_them(notebook: Notebook) -> None:
    notebook.good(
        '%sql\nCREATE WIDGET TEXT city DEFAULT "Oslo";\nCREATE WIDGET DROPDOWN n DEFAULT "2" CHOICES SELECT id FROM range(4)'
    )
    assert notebook.good("dbutils.widgets.getAll()").text == "{'city': 'Oslo', 'n': '2'}"


def test_a_parameter_is_a_widget_unless_a_name_is_bound(notebook: Notebook) -> None:
    notebook.good("dbutils.widgets.text('town', 'Rome')")
    assert "Rome" in notebook.good("%sql SELECT :town AS t").text
    notebook.good("town = 'Bonn'")
    assert "Bonn" in notebook.good("%sql SELECT :town AS t").text


def test_older_ways_paste_the_text(notebook: Notebook) -> None:
    notebook.good("frame = spark.range(3)\ndbutils.widgets.text('which', 'frame')\ndbutils.widgets.text('least', '1')")
    shown = notebook.good("%sql SELECT count(*) AS n, getArgument('least') AS l FROM ${which} WHERE id >= $least").text
    assert [line for line in shown.splitlines() if "2" in line and "1" in line]


def test_errors_name_the_widget(notebook: Notebook) -> None:
    outcome = notebook.run("%sql SELECT 1;\nSELECT getArgument('none')")
    assert outcome.errors[0]["ename"] == "InputWidgetNotDefined" and "2 | SELECT getArgument" in outcome.error
    wrong = notebook.run('%sql CREATE WIDGET DROPDOWN w DEFAULT "z" CHOICES SELECT "a"')
    assert (
        wrong.errors[0]["evalue"]
        == "dbutils.widgets.dropdown: the default of w is 'z', which is not among its choices."
    )
    notebook.good("%sql REMOVE WIDGET city")
    assert notebook.run("%sql REMOVE WIDGET city").errors[0]["ename"] == "InputWidgetNotDefined"
    assert ":nobody has no value" in notebook.run("%sql SELECT :nobody").error


def test_a_child_notebook_sees_the_same_tables(notebook: Notebook, workspace: object) -> None:
    from pathlib import Path

    child = Path(str(workspace)) / "child.sql"
    child.write_text("-- Databricks notebook source\nCREATE TABLE made_by_child AS SELECT :v AS v\n")
    notebook.good("dbutils.notebook.run('child', 200, {'v': 'seven'})", timeout=240)
    assert "seven" in notebook.good("spark.table('made_by_child').first().v").text


def test_a_frame_of_spark_s_is_summarized(notebook: Notebook) -> None:
    code = (
        "f = spark.createDataFrame([(1, 'a', None), (3, 'b', [1]), (None, 'b', [2])], 'n int, s string, l array<int>')"
    )
    shown = notebook.good(f"{code}\ndbutils.data.summarize(f, precise=True)").text
    rows = {line.split("|")[0].strip(): [cell.strip() for cell in line.split("|")[1:]] for line in shown.splitlines()}
    assert rows["n"][1:5] == ["2", "1", "2", "2"] and rows["n"][-1] == "3"
    assert rows["s"][1:4] == ["3", "0", "2"] and rows["s"][6] == "a"
    assert rows["l"][1:3] == ["2", "1"]


def test_a_secret_is_hidden_in_sql(notebook: Notebook, workspace: object) -> None:
    from pathlib import Path

    file = Path(str(workspace)) / ".lakebook" / "secrets.toml"
    file.write_text('[s]\nk = "top-secret"\n')
    file.chmod(0o600)
    notebook.good("hidden = dbutils.secrets.get('s', 'k')")
    for code in (
        "%sql SELECT :hidden AS h",
        "spark.sql('SELECT :h AS h', {'h': hidden}).show()",
        "%sql SELECT 'top-secret' h",
    ):
        outcome = notebook.good(code)
        assert "top-secret" not in outcome.text + outcome.html and "[REDACTED]" in outcome.text
