"""Names of three parts, and SQL of Databricks', in a notebook's four languages."""

from __future__ import annotations

import pytest

from acceptance.live import Notebook

COUNT = {
    "python": "print(spark.table('trial.sales.t').count())",
    "sql": "SELECT count(*) FROM trial.sales.t",
    "r": "cat(sql('SELECT count(*) AS n FROM trial.sales.t')$n)",
    "scala": 'println(spark.table("trial.sales.t").count())',
}


@pytest.fixture
def trial(notebook: Notebook) -> Notebook:
    notebook.good(
        "%sql\nCREATE CATALOG IF NOT EXISTS trial;\nCREATE SCHEMA IF NOT EXISTS trial.sales;\n"
        "CREATE OR REPLACE TABLE trial.sales.t AS SELECT id FROM range(4711)"
    )
    return notebook


@pytest.mark.parametrize("language", COUNT)
def test_a_name_of_three_parts_means_the_same_in_every_language(trial: Notebook, language: str) -> None:
    code = COUNT[language]
    assert "4711" in trial.good(code if language == "python" else f"%{language}\n{code}").text


def test_the_current_catalog_is_the_notebooks_in_every_language(trial: Notebook) -> None:
    trial.good("%sql\nUSE CATALOG trial;\nUSE SCHEMA sales")
    try:
        assert "4711" in trial.good("spark.table('t').count()").text
        assert "4711" in trial.good('%scala\nspark.table("t").count()').text
        assert "trial" in trial.good("%sql\nSELECT current_catalog()").text
    finally:
        trial.good("%sql\nUSE spark_catalog.default")


def test_a_frame_and_a_parameter_go_into_a_table_of_a_catalog(trial: Notebook) -> None:
    trial.good("import pandas as pd\nframe = pd.DataFrame({'n': [1, 2, 3]})\nleast = 2")
    trial.good("%sql\nCREATE OR REPLACE TABLE trial.sales.taken AS SELECT * FROM frame WHERE n >= :least")
    assert "2" in trial.good("%sql\nSELECT count(*) FROM trial.sales.taken").text


def test_errors_of_our_own_statements_are_one_sentence(trial: Notebook) -> None:
    outcome = trial.run("%sql\nCREATE MATERIALIZED VIEW v AS SELECT 1")
    assert outcome.errors[0]["ename"] == "AnalysisException"
    assert outcome.errors[0]["evalue"].startswith("Materialized views are not here")


def test_privileges_are_answered(trial: Notebook) -> None:
    assert "not enforced" in trial.good("%sql\nGRANT SELECT ON TABLE trial.sales.t TO ann").text
