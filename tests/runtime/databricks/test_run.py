"""``lakebook run`` takes Databricks' files: the kernel is the language's, the folder the file's."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from lakebook.cli import WRONG_USE, main
from runtime.databricks.archives import archive, command, notebook
from runtime.databricks.test_source import BETWEEN, HEAD

Captured = pytest.CaptureFixture[str]


def test_a_source_file_runs_and_its_outputs_go_to_a_notebook(tmp_path: Path, capsys: Captured) -> None:
    file, out = tmp_path / "steps.py", tmp_path / "out.ipynb"
    cells = ["# MAGIC %md\n# MAGIC # Steps", "# DBTITLE 1,Count\nprint(2013 + n)", "# MAGIC %sh\n# MAGIC basename $PWD"]
    file.write_text(HEAD + BETWEEN.join(cells) + "\n")
    assert main(["run", str(file), "-p", "n=1", "-o", str(out)]) == 0
    assert file.read_text() == HEAD + BETWEEN.join(cells) + "\n"
    assert tmp_path.name in capsys.readouterr().out
    executed = nbformat.read(out, as_version=4)
    assert executed.metadata.kernelspec.name == "lakebook"
    assert [cell.outputs[0].text for cell in executed.cells if cell.get("outputs")] == ["2014\n", f"{tmp_path.name}\n"]


def test_the_default_language_is_the_file_s(tmp_path: Path, capsys: Captured) -> None:
    file, out = tmp_path / "steps.sql", tmp_path / "out.ipynb"
    file.write_text("-- Databricks notebook source\n-- MAGIC %python\n-- MAGIC print('in Python')\n")
    assert main(["run", str(file), "-o", str(out)]) == 0
    assert nbformat.read(out, as_version=4).metadata.kernelspec.name == "lakebook-sql"
    assert "in Python" in capsys.readouterr().out


def test_a_script_runs_as_one_cell(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "script.py").write_text("import os\n\n\ndef here():\n    return os.getcwd()\n\n\nprint(here())")
    assert main(["run", str(tmp_path / "script.py")]) == 0
    assert str(tmp_path) in capsys.readouterr().out


def test_a_notebook_of_an_archive_runs_in_the_archive_s_folder(tmp_path: Path, capsys: Captured) -> None:
    code = command("import os\nprint(os.getcwd())", 1)
    file = archive(tmp_path / "all.dbc", {"a/one.python": notebook("python", code), "b.sql": notebook("sql")})
    assert main(["run", str(file)]) == WRONG_USE
    assert (
        f"{file} has 2 notebooks: a/one.python, b.sql. Say which, such as {file}:a/one.python"
        in capsys.readouterr().err
    )
    assert main(["run", f"{file}:a/one"]) == 0
    assert str(tmp_path) in capsys.readouterr().out


def test_a_notebook_of_an_archive_runs_others_of_the_archive(tmp_path: Path, capsys: Captured) -> None:
    first = notebook("python", command("%run ../includes/setup", 1), command("print(made + 1)", 2))
    setup = notebook("python", command("made = 41", 1))
    file = archive(tmp_path / "all.dbc", {"labs/first.python": first, "includes/setup.python": setup})
    assert main(["run", f"{file}:labs/first"]) == 0
    assert "42" in capsys.readouterr().out


def test_a_circle_back_to_the_notebook_itself_is_told(tmp_path: Path, capsys: Captured) -> None:
    for name, other in (("one", "two"), ("two", "one")):
        (tmp_path / f"{name}.py").write_text(f"{HEAD}# MAGIC %run ./{other}\n")
    assert main(["run", str(tmp_path / "one.py")]) == 1
    assert (
        "CircularRun: %run goes in a circle: one.py → two.py → one.py. (in cell 1 of two.py)" in capsys.readouterr().err
    )


def test_magic_that_would_not_run_is_refused(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "mixed.py"
    file.write_text(HEAD + "1" + BETWEEN + "# MAGIC %sql\n# MAGIC SELECT 1\nx = 1\n")
    assert main(["run", str(file)]) == WRONG_USE
    assert capsys.readouterr().err == (
        f"lakebook: {file} cannot be run: cell 2 begins with lines of MAGIC and goes on without. "
        "Put a separator between the two.\n"
    )
