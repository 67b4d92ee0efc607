"""Which of a notebook's own names a script has: those that it reads before it binds them itself."""

from __future__ import annotations

import textwrap

import pytest

from lakebook.jobs.worker.predefined import used_by


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("print(spark.range(3).count(), dbutils)", ["spark", "dbutils"]),
        ("def main():\n    return [f(sc) for f in ()]\nmain()", ["sc"]),
        ("class Job:\n    def run(self):\n        display(self)", ["display"]),
        ("try:\n    spark\nexcept NameError:\n    spark = None", ["spark"]),
        ("spark = spark or None", ["spark"]),
        ("def run(n=spark):\n    pass", ["spark"]),
        ("print('spark')  # spark", []),
        ("spark = build()\nspark.range(3)\ndef f():\n    return spark", []),
        ("from databricks.sdk.runtime import spark, dbutils\nspark.range(3)", []),
        ("def main(spark):\n    spark.range(3)", []),
        ("def main():\n    spark = build()\n    spark.range(3)", []),
        ("no python at all", []),
    ],
)
def test_a_script_has_what_it_reads_before_it_binds_it(script: str, names: list[str]) -> None:
    assert used_by(textwrap.dedent(script)) == names
