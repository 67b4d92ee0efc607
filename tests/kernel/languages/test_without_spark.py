"""Cells that need no Spark, in a real kernel: none of them starts a driver."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

CELLS = {
    "frame": "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2], 'b': ['x', None]})\ndf",
    "duckdb": "%duckdb\nSELECT a + 1 AS n FROM df ORDER BY 1",
    "duckdb_error": "%duckdb\nSELECT nosuch FROM df",
    "shell": "%sh\necho out; sleep 0.2; echo err >&2",
    "shell_error": "%sh -e\nfalse",
    "markdown": "%md\n# Title",
}


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    folder = tmp_path_factory.mktemp("plain")
    (folder / "lakebook.toml").touch()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS.values()])
    options = {"allow_errors": True, "resources": {"metadata": {"path": str(folder)}}, "timeout": 60}
    nbclient.NotebookClient(notebook, kernel_name="lakebook", **options).execute()
    assert not list(Path(folder).glob(".lakebook/driver*"))
    return dict(zip(CELLS, (cell.outputs for cell in notebook.cells), strict=True))


def test_a_frame_is_a_table_and_keeps_its_text(outputs: dict[str, list[Any]]) -> None:
    (result,) = outputs["frame"]
    assert 'class="lakebook-table"' in result["data"]["text/html"]
    assert result["data"]["text/plain"].splitlines()[0] == "   a     b"


def test_duckdb_reads_it(outputs: dict[str, list[Any]]) -> None:
    (result,) = outputs["duckdb"]
    assert result["output_type"] == "execute_result"
    assert result["data"]["text/plain"].splitlines()[3:] == ["      2", "      3", "(2 rows)"]


def test_shell_and_markdown(outputs: dict[str, list[Any]]) -> None:
    assert [(sent["name"], sent["text"]) for sent in outputs["shell"]] == [("stdout", "out\n"), ("stderr", "err\n")]
    assert outputs["markdown"][0]["data"]["text/markdown"] == "# Title"


@pytest.mark.parametrize(("cell", "name"), [("duckdb_error", "BinderException"), ("shell_error", "ShellError")])
def test_a_failure_is_one_error_message(outputs: dict[str, list[Any]], cell: str, name: str) -> None:
    (error,) = outputs[cell]
    assert (error["output_type"], error["ename"]) == ("error", name)
