"""Where a notebook finds modules: beside it, then at the root of its workspace, as in a repository on Databricks."""

from __future__ import annotations

from pathlib import Path

import pytest

from acceptance.live import Notebook

FUNCTION = "from pyspark.sql.functions import udf\n@udf\ndef told(n):\n    import {0}\n    return {0}.PLACE\n"


@pytest.mark.spark
def test_modules_are_found_at_the_workspaces_root_and_beside_the_notebook_first(workspace: Path) -> None:
    folder = workspace / "deep" / "er"
    folder.mkdir(parents=True)
    (workspace / "only_at_root.py").write_text("PLACE = 'root'\n")
    (workspace / "at_both.py").write_text("PLACE = 'root'\n")
    (folder / "at_both.py").write_text("PLACE = 'beside'\n")
    with Notebook(folder) as notebook:
        for name, place in {"only_at_root": "root", "at_both": "beside"}.items():
            assert notebook.good(f"import {name}\n{name}.PLACE").text == f"'{place}'"
            rows = notebook.good(FUNCTION.format(name) + "spark.range(1).select(told('id')).first()[0]")
            assert rows.text == f"'{place}'"
