"""%run: another notebook inside a cell, in a kernel without Spark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from acceptance.live import Notebook
from kernel.databricks.sources import python, source
from lakebook.databricks import formats
from runtime.databricks.archives import archive, command
from runtime.databricks.archives import notebook as archived


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    (folder / "lakebook.toml").touch()
    return folder


@pytest.fixture(scope="module")
def notebook(folder: Path) -> Iterator[Notebook]:
    with Notebook(folder) as made:
        yield made


def test_its_names_are_shared_and_its_outputs_show(notebook: Notebook, folder: Path) -> None:
    python(folder / "setup.py", "base = 40", "%md\nprose", "%sh\necho from the shell", "print('made')\nbase + 1")
    outcome = notebook.good("# set up\n%run ./setup")
    assert outcome.stdout == "from the shell\nmade\n"
    assert outcome.bundles[-1]["text/plain"] == "41"
    assert notebook.good("base + 2").text == "42"


def test_its_cells_see_the_notebooks_names(notebook: Notebook, folder: Path) -> None:
    python(folder / "uses.py", "def twice():\n    return 2 * given", "result = twice()")
    assert notebook.good("given = 4").ok
    notebook.good("%run ./uses")
    assert notebook.good("result, twice()").text == "(8, 8)"


def test_paths_inside_it_are_relative_to_it(notebook: Notebook, folder: Path) -> None:
    (folder / "in side/deep").mkdir(parents=True)
    python(folder / "in side/deep/two.py", "order.append('two')", "%run ../../three")
    python(folder / "in side/one.py", "order = ['one']", '%run "./deep/two"', "order.append('one again')")
    python(folder / "three.py", "order.append('three')")
    notebook.good('%run "./in side/one"')
    assert notebook.good("order").text == "['one', 'two', 'three', 'one again']"


@pytest.mark.parametrize("suffix", [".ipynb", ".py", ".dbc"])
def test_any_format(notebook: Notebook, folder: Path, suffix: str) -> None:
    made = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(f"came = {suffix!r}"), nbformat.v4.new_raw_cell("1 / 0")],
        metadata={"kernelspec": {"name": "lakebook", "display_name": "Lakebook", "language": "python"}},
    )
    formats.write(made, folder / f"any{suffix}")
    notebook.good(f"%run ./any{suffix}")
    assert notebook.good("came").text == repr(suffix)


def test_a_notebook_of_an_archive_runs_others_of_it(notebook: Notebook, folder: Path) -> None:
    first = archived("python", command("%run ../includes/setup", 1))
    archive(
        folder / "course.dbc",
        {"labs/first.python": first, "includes/setup.python": archived("python", command("u = 7", 1))},
    )
    notebook.good("%run ./course.dbc:labs/first")
    assert notebook.good("u").text == "7"


def test_a_script_without_marks_is_a_notebook_of_one_cell(notebook: Notebook, folder: Path) -> None:
    (folder / "plain.py").write_text("seen = given\n")
    notebook.good("given = 'mine'")
    notebook.good("%run ./plain")
    assert notebook.good("seen").text == "'mine'"


def test_arguments_are_the_widgets_values(notebook: Notebook, folder: Path) -> None:
    python(folder / "asks.py", 'dbutils.widgets.text("who", "nobody")', 'who = dbutils.widgets.get("who")')
    notebook.good('%run ./asks $who="Ada Lovelace" $n=5')
    assert notebook.good("who").text == "'Ada Lovelace'"


def test_exit_inside_it_ends_it_alone(notebook: Notebook, folder: Path) -> None:
    python(folder / "ends.py", "ended = 1", "dbutils.notebook.exit('enough')", "ended = 2")
    python(folder / "runs.py", "%run ./ends", "after = ended")
    outcome = notebook.good("%run ./runs")
    assert outcome.text == "Notebook exited: enough"
    assert [list(bundle) for bundle in outcome.bundles] == [["text/plain"]]
    assert notebook.good("after").text == "1"


def test_dbutils_paths_inside_it_are_relative_to_it(notebook: Notebook, folder: Path) -> None:
    (folder / "sub").mkdir()
    python(folder / "sub/calls.py", "dbutils.notebook.run('./nothere', 60)")
    assert f"{folder}/sub/nothere is no file" in notebook.run("%run ./sub/calls").reply["evalue"]
    assert f"{folder}/nothere is no file" in notebook.run("dbutils.notebook.run('./nothere', 60)").reply["evalue"]


def test_an_error_names_notebook_and_cell(notebook: Notebook, folder: Path) -> None:
    python(folder / "fails.py", "before = 1", "x = 1\ny = x / 0", "beyond = 1")
    outcome = notebook.run("%run ./fails")
    assert outcome.reply["ename"] == "ZeroDivisionError"
    assert outcome.reply["evalue"] == "division by zero (in cell 2 of fails.py)"
    assert "y = x / 0" in outcome.error
    assert outcome.error.splitlines()[-1] == "In cell 2 of fails.py."
    assert notebook.good("before, 'beyond' in globals()").text == "(1, False)"


def test_an_error_further_in_names_the_way(notebook: Notebook, folder: Path) -> None:
    python(folder / "outer.py", "%run ./inner")
    python(folder / "inner.py", "1", "%sh\nexit 3")
    outcome = notebook.run("%run ./outer")
    way = "cell 2 of inner.py, which cell 1 of outer.py runs"
    assert outcome.error.splitlines() == ["ShellError: exit status 3", f"In {way}."]
    assert outcome.reply["evalue"] == f"exit status 3 (in {way})"


def test_a_syntax_error_names_its_cell(notebook: Notebook, folder: Path) -> None:
    python(folder / "typo.py", "x = (")
    outcome = notebook.run("%run ./typo")
    assert outcome.reply["ename"] == "SyntaxError"
    assert outcome.error.splitlines()[-1] == "In cell 1 of typo.py."
    assert "(in cell" not in notebook.run("1 / 0").reply["evalue"]


def test_a_circle_is_told(notebook: Notebook, folder: Path) -> None:
    python(folder / "a.py", "%run ./b")
    python(folder / "b.py", "%run ./a")
    outcome = notebook.run("%run ./a")
    assert outcome.reply["ename"] == "CircularRun"
    assert "%run goes in a circle: a.py → b.py → a.py." in outcome.error
    assert notebook.good("1").text == "1"


def test_it_is_said_where_was_looked(notebook: Notebook, folder: Path) -> None:
    outcome = notebook.run("%run ./nowhere")
    assert outcome.reply["ename"] == "NotebookNotFound"
    assert f"There is no notebook ./nowhere: {folder}/nowhere is no file" in outcome.error


def test_it_stands_alone_in_its_cell(notebook: Notebook, folder: Path) -> None:
    python(folder / "side.py", "side = 1", "2")
    outcome = notebook.run("%run ./side\nx = 1")
    assert outcome.error == "MixedCell: %run ./side stands alone in its cell: begin another cell at line 2."
    assert "MixedCell" in notebook.run("y = 1\n%run ./side").error


def test_an_interrupt_ends_it(notebook: Notebook, folder: Path) -> None:
    python(folder / "long.py", "print('begun', flush=True)\nimport time\ntime.sleep(60)", "never = 1")
    outcome = notebook.run("%run ./long", on_output=lambda text: notebook.manager.interrupt_kernel())
    assert outcome.reply["ename"] == "KeyboardInterrupt"
    assert len(outcome.errors) == 1
    assert notebook.good("'never' in globals()").text == "False"
    python(folder / "script.py", "%sh\necho begun; sleep 60", "never = 1")
    outcome = notebook.run("%run ./script", on_output=lambda text: notebook.manager.interrupt_kernel())
    assert outcome.reply["ename"] == "KeyboardInterrupt"
    assert notebook.good("'never' in globals()").text == "False"


def test_await_and_magics_work_inside(notebook: Notebook, folder: Path) -> None:
    python(folder / "waits.py", "import asyncio\nawait asyncio.sleep(0)\nwaited = 1", "%%time\nwaited += 1")
    assert "Wall time" in notebook.good("%run ./waits").stdout
    assert notebook.good("waited").text == "2"


def test_its_default_language_is_its_own(notebook: Notebook, folder: Path) -> None:
    source(folder / "prose.sql", "sql", "-- one\n%python\nfrom_sql = 1", "%sh\necho 1")
    notebook.good("%run ./prose")
    assert notebook.good("from_sql").text == "1"


def test_cells_of_half_magic_are_not_run(notebook: Notebook, folder: Path) -> None:
    (folder / "half.py").write_text("# Databricks notebook source\n# MAGIC %sql\nx = 1\n")
    assert "cell 1 begins with lines of MAGIC" in notebook.run("%run ./half").error


def test_history_and_numbers_go_on(notebook: Notebook) -> None:
    first = notebook.good("%run ./setup").reply["execution_count"]
    second = notebook.good("In[-2].strip()")
    assert second.reply["execution_count"] == first + 1
    assert second.text == "'%run ./setup'"
