"""Databricks' magics in a kernel without Spark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from acceptance.live import Notebook


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    folder = tmp_path_factory.mktemp("magics")
    (folder / "lakebook.toml").touch()
    with Notebook(folder) as made:
        yield made


def test_a_skipped_cell_says_so_and_runs_nothing(notebook: Notebook) -> None:
    assert notebook.good("%skip\nskipped = 1 / 0\n%sql").stdout == "Skipped: the cell begins with %skip.\n"
    assert notebook.good("'skipped' in globals()").text == "False"


def test_markdown_of_the_sandbox_is_shown(notebook: Notebook) -> None:
    (shown,) = notebook.good("# why\n%md-sandbox\n<b>bold</b>").bundles
    assert shown["text/markdown"] == "<b>bold</b>"


def test_a_script_may_stand_below_comments(notebook: Notebook) -> None:
    outcome = notebook.run("# list\n\n%sh -e\nfalse\necho not here")
    assert outcome.error.splitlines() == ["ShellError: exit status 1"]
    assert outcome.stdout == ""


def test_conda_names_pip(notebook: Notebook) -> None:
    assert "%pip install" in notebook.run("%conda install x").error


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("%sqll\nSELECT 1", "There is no magic %sqll, did you mean %sql"),
        ("x = 1\n%pyton", "There is no magic %pyton, did you mean %python"),
        ("%%tme\n1", "There is no magic %%tme, did you mean %%time"),
        ("%zzzzzz 1", "There is no magic %zzzzzz; %lsmagic lists those there are."),
    ],
)
def test_an_unknown_magic_names_the_near_ones(notebook: Notebook, cell: str, said: str) -> None:
    outcome = notebook.run(cell)
    assert outcome.error.startswith(f"UsageError: {said}")
    assert outcome.reply["ename"] == "UsageError"
    assert outcome.reply["evalue"].startswith(said)
    assert len(outcome.error.splitlines()) == 1


def test_nothing_of_a_mixed_cell_is_run(notebook: Notebook) -> None:
    outcome = notebook.run("mixed = 1\n%sql\nSELECT 1")
    assert outcome.reply["ename"] == "MixedCell"
    assert outcome.error.splitlines()[1:] == ["   2 | %sql"]
    assert notebook.good("'mixed' in globals()").text == "False"


def test_files_by_fs(notebook: Notebook) -> None:
    notebook.good("%fs mkdirs /trial/in")
    assert "Wrote 5 bytes." in notebook.good('%fs put -f /trial/in/a.txt "a b c"').stdout
    assert notebook.good("# what is in it\n%fs head /trial/in/a.txt").text == "a b c"
    assert notebook.good("%fs head --maxBytes=1 dbfs:/trial/in/a.txt").text.endswith("a")
    notebook.good("%fs cp -r /trial/in /trial/out")
    listed = notebook.good("%%fs ls /trial/out").bundles[-1]
    assert "dbfs:/trial/out/a.txt" in listed["text/html"]
    assert notebook.good("files = %fs ls /trial/out\n[file.name for file in files]").text == "['a.txt']"
    notebook.good("%fs mv /trial/out/a.txt /trial/b.txt\n%fs rm -r /trial/in\n%fs rm /trial/out true")
    assert notebook.good("left = %fs ls /trial\n[file.name for file in left]").text == "['b.txt']"
    notebook.good("%fs mounts")
    assert "ls(dir)" in notebook.good("%fs").stdout


@pytest.mark.parametrize(
    ("cell", "ename", "said"),
    [
        ("%fs lls /", "BadOptions", "%fs has no lls; there are cp, head, help, ls"),
        ("%fs ls -r /", "BadOptions", "%fs ls has no recurse; it is written %fs ls DIR"),
        ("%fs cp /a", "BadOptions", "%fs cp wants other arguments; it is written %fs cp FROM TO [-r]"),
        ("%fs rm -x /a", "BadOptions", "%fs rm has no option -x"),
        ("%fs ls /nowhere", "ExecutionError", "No such file or directory dbfs:/nowhere"),
    ],
)
def test_what_fs_refuses(notebook: Notebook, cell: str, ename: str, said: str) -> None:
    outcome = notebook.run(cell)
    assert outcome.reply["ename"] == ename
    assert said in outcome.reply["evalue"]


def test_ipythons_magics_stay_as_they_are(notebook: Notebook) -> None:
    (notebook_folder := Path(notebook.good("import os; print(os.getcwd())").stdout.strip()))
    assert "loop" in notebook.good("# how long\n%timeit -n 1 -r 1 1").stdout
    assert "Wall time" in notebook.good("%%time\nx = 1").stdout
    notebook.good("%config IPCompleter.greedy")
    notebook.good("%load_ext autoreload\n%autoreload 2")
    (notebook_folder / "script.py").write_text("import sys\nif __name__ == '__main__':\n    said = sys.argv[1:]\n")
    assert notebook.good("%run script.py a b\nsaid").text == "['a', 'b']"
    assert notebook.good("%run -i script.py c").ok
    assert notebook.good("said").text == "['c']"


@pytest.fixture(scope="module")
def sql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    folder = tmp_path_factory.mktemp("sql")
    (folder / "lakebook.toml").touch()
    with Notebook(folder, "lakebook-sql") as made:
        yield made


def test_in_a_notebook_of_sql_magics_of_a_line_work_too(sql: Notebook) -> None:
    sql.good("-- names\n%python\nx = 40 + 2")
    assert "x" in sql.good("%whos").text
    assert "loop" in sql.good("%timeit -n 1 -r 1 1").stdout
    assert "did you mean %sql" in sql.run("%sqll\nSELECT 1").error
