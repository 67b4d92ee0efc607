"""nbclient, papermill and nbconvert run a mixed notebook unchanged, with cell metadata and without."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import papermill
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

pytestmark = pytest.mark.r

CELLS = [
    ("python", "base = 20"),
    ("python", "spark.range(base).write.mode('overwrite').saveAsTable('mixed')"),
    ("sql", "%sql\nSELECT max(id) + 1 AS top FROM mixed"),
    ("r", "%r\ntop <- sql('SELECT count(*) AS n FROM mixed')$n\ntop * 2"),
    ("scala", '%scala\nspark.table("mixed").count() * 3'),
    ("duckdb", "%duckdb\nSELECT count(*) * 4 AS n FROM mixed"),
    ("python", "print('end', _sqldf.first().top)"),
]


def mixed(metadata: bool) -> nbformat.NotebookNode:
    cells = [
        new_code_cell(source, metadata={"language": language, "vscode": {"languageId": language}} if metadata else {})
        for language, source in CELLS
    ]
    cells[0]["metadata"]["tags"] = ["parameters"]
    kernel = {"name": "lakebook", "display_name": "Lakebook (Python)", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def check(notebook: nbformat.NotebookNode, base: int) -> None:
    text = "\n".join(
        str(output.get("text") or output.get("data", {}).get("text/plain", ""))
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    )
    for number in (base, base * 2, base * 3, base * 4):
        assert str(number) in text
    assert f"end {base}" in text
    assert not [
        output for cell in notebook.cells for output in cell.get("outputs", []) if output.output_type == "error"
    ]


@pytest.mark.parametrize("metadata", [True, False], ids=["metadata", "no metadata"])
def test_nbclient(workspace: Path, metadata: bool) -> None:
    notebook = mixed(metadata)
    NotebookClient(notebook, timeout=180, resources={"metadata": {"path": str(workspace)}}).execute()
    check(notebook, 20)


def test_papermill_with_a_parameter(workspace: Path) -> None:
    source, target = workspace / "mixed.ipynb", workspace / "done.ipynb"
    nbformat.write(mixed(metadata=True), source)
    papermill.execute_notebook(source, target, {"base": 30}, cwd=str(workspace), progress_bar=False)
    check(nbformat.read(target, 4), 30)


def test_nbconvert(workspace: Path) -> None:
    source = workspace / "convert.ipynb"
    nbformat.write(mixed(metadata=False), source)
    command = [
        sys.executable,
        "-m",
        "nbconvert",
        "--to",
        "notebook",
        "--execute",
        "--output",
        "converted.ipynb",
        str(source),
    ]
    subprocess.run(command, check=True, cwd=workspace, timeout=300, capture_output=True)
    check(nbformat.read(workspace / "converted.ipynb", 4), 20)


def test_lakebook_run(workspace: Path) -> None:
    source = workspace / "run.ipynb"
    nbformat.write(mixed(metadata=False), source)
    command = [
        sys.executable,
        "-m",
        "lakebook",
        "run",
        str(source),
        "-p",
        "base=25",
        "-o",
        str(workspace / "ran.ipynb"),
    ]
    done = subprocess.run(command, cwd=workspace, timeout=300, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "end 25" in done.stdout
    check(nbformat.read(workspace / "ran.ipynb", 4), 25)


@pytest.mark.parametrize(
    ("kernel", "language", "source"),
    [
        ("lakebook-sql", "sql", "SELECT 6 * 7 AS n"),
        ("lakebook-r", "R", "6 * 7"),
        ("lakebook-scala", "scala", "6 * 7"),
    ],
)
def test_a_notebook_in_another_default_language(workspace: Path, kernel: str, language: str, source: str) -> None:
    cells = [new_code_cell(source), new_code_cell("%python\nprint(6 * 7 + 1)")]
    spec = {"name": kernel, "display_name": kernel, "language": language}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": spec})
    NotebookClient(notebook, timeout=180, resources={"metadata": {"path": str(workspace)}}).execute()
    assert "42" in str(notebook.cells[0].outputs) and "43" in str(notebook.cells[1].outputs)
