"""What ``lakebook check`` tells of SQL is so: Spark here refuses each such statement, and not for want of a table."""

from __future__ import annotations

import pytest

from acceptance.live import Notebook
from runtime.databricks.test_check import EXAMPLES

#: statements alone in their cell; those of data elsewhere are refused for want of the data
STATEMENTS = [
    code
    for language, code, found in EXAMPLES
    if language == "sql" and found and "MAGIC" not in code and not {"system.billing.usage", "CREATE SHARE"} & set(found)
]
PREPARE = """
spark.sql("CREATE TABLE IF NOT EXISTS t (id INT, c STRING)")
spark.sql("CREATE OR REPLACE TEMPORARY VIEW s AS SELECT 1 AS id")
"""
ASK = """
try:
    spark.sql({statement!r}).collect()
    print("done")
except Exception as error:
    print(error.getCondition() if hasattr(error, "getCondition") else type(error).__name__)
"""
#: of a statement that Spark could do, if only it had what is named
_WANTING = {"TABLE_OR_VIEW_NOT_FOUND", "SCHEMA_NOT_FOUND", "REQUIRES_SINGLE_PART_NAMESPACE"}


@pytest.mark.spark
def test_sql_that_is_told_not_to_be_here_is_refused(notebook: Notebook) -> None:
    assert notebook.run(PREPARE, timeout=240).ok  # starts the driver
    answers = {one: notebook.run(ASK.format(statement=one)).stdout.strip() for one in STATEMENTS}
    assert not {one: answer for one, answer in answers.items() if answer == "done" or answer in _WANTING}
