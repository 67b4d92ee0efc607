"""``dbutils`` in a notebook: as its user meets it. Without Spark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from acceptance.live import Notebook
from lakebook.cli import main
from lakebook.run import FAILED

Captured = pytest.CaptureFixture[str]

SOURCE = "# Databricks notebook source\n"
SEPARATOR = "\n\n# COMMAND ----------\n\n"


def source(folder: Path, name: str, *cells: str) -> Path:
    """A notebook in Databricks' source format."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(SOURCE + SEPARATOR.join(cells) + "\n")
    return file


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("databricks")
    (made / "lakebook.toml").touch()
    return made


@pytest.fixture(scope="module")
def notebook(folder: Path) -> Iterator[Notebook]:
    with Notebook(folder) as made:
        yield made


# --- the name


def test_it_is_there_and_not_the_users(notebook: Notebook) -> None:
    assert "widgets" in notebook.good("dbutils").text
    assert "dbutils" not in notebook.good("%whos").text
    assert notebook.good("get_ipython().user_ns['dbutils'] is dbutils").text == "True"


def test_a_binding_of_the_users_own_counts(folder: Path) -> None:
    with Notebook(folder) as own:
        assert own.good("dbutils = 'mine'\ndbutils").text == "'mine'"
        assert own.good("del dbutils\ndbutils.widgets.getAll()").text == "{}"


def test_libraries_reach_it_as_on_databricks(notebook: Notebook) -> None:
    assert notebook.good("from pyspark.dbutils import DBUtils\nDBUtils(None) is dbutils").text == "True"


def test_mlflow_takes_this_for_no_databricks_notebook(notebook: Notebook) -> None:
    code = "from mlflow.utils import databricks_utils\ndatabricks_utils.is_in_databricks_notebook()"
    assert notebook.good(code).text == "False"


# --- widgets


def test_a_widget_that_was_never_made_is_one_sentence(notebook: Notebook) -> None:
    outcome = notebook.run("dbutils.widgets.removeAll()\nx = 1\ndbutils.widgets.get('date')")
    assert outcome.errors[0]["ename"] == "InputWidgetNotDefined"
    assert outcome.errors[0]["evalue"].startswith("No input widget named date is defined. There are none.")
    assert "widgets.py" not in outcome.error and "get('date')" in outcome.error


def test_parameters_of_a_run_are_the_values_of_widgets(folder: Path, capsys: Captured) -> None:
    cells = "dbutils.widgets.text('year', '1999')\ndbutils.widgets.text('m', '1')", "print(dbutils.widgets.getAll())"
    file = source(folder, "with_widgets.py", *cells)
    assert main(["run", str(file), "-p", "year=2013.50"]) == 0
    assert "{'year': '2013.50', 'm': '1'}" in capsys.readouterr().out


def test_a_notebook_with_a_parameters_cell_has_both(folder: Path, capsys: Captured) -> None:
    file = source(folder, "plain.py", "print(year + 1)")
    assert main(["run", str(file), "-p", "year=2013"]) == 0
    assert "2014" in capsys.readouterr().out


# --- notebook


def test_exit_ends_the_cell_well_and_shows_the_value(notebook: Notebook) -> None:
    outcome = notebook.good("print('before')\ndbutils.notebook.exit('all done')\nprint('after')")
    assert outcome.stdout == "before\n"
    (shown,) = outcome.bundles
    assert shown["text/plain"] == "Notebook exited: all done"
    assert shown["application/vnd.lakebook.exit+json"] == {"value": "all done"}
    assert notebook.good("1 + 1").text == "2"


@pytest.mark.parametrize(
    "code",
    [
        "try:\n    dbutils.notebook.exit('x')\nexcept Exception:\n    print('held up')",
        "def f():\n    dbutils.notebook.exit('x')\nf()\nprint('held up')",
        "%%time\ndbutils.notebook.exit('x')",
    ],
)
def test_exit_is_held_up_by_nothing(notebook: Notebook, code: str) -> None:
    outcome = notebook.good(code)
    assert "Notebook exited: x" in outcome.text and "held up" not in outcome.text


def test_cells_that_wait_are_not_run_after_an_exit(notebook: Notebook) -> None:
    first = notebook.start("import time; time.sleep(1); dbutils.notebook.exit('x')")
    second = notebook.start("ran = True")
    assert notebook.finish(first).ok
    assert notebook.finish(second).reply["status"] == "aborted"
    assert notebook.good("'ran' in globals()").text == "False"


def test_a_run_ends_with_success_at_an_exit(folder: Path, capsys: Captured) -> None:
    file = source(folder, "exits.py", "print('one')", "dbutils.notebook.exit('enough')", "1 / 0")
    assert main(["run", str(file)]) == 0
    out = capsys.readouterr().out
    assert "Notebook exited: enough" in out and "[3/3]" not in out


def test_a_notebook_runs_another_and_gets_its_value(folder: Path, notebook: Notebook) -> None:
    source(folder, "sub/child.py", "d = dbutils.widgets.get('day')", "dbutils.notebook.exit(d.upper() + str(len(d)))")
    assert notebook.good("dbutils.notebook.run('sub/child', 60, {'day': 'Mon'})").text == "'MON3'"
    assert notebook.good("dbutils.notebook.run('./sub/child.py', 0, {'day': 5})").text == "'51'"


def test_what_fails_in_another_notebook_is_told_with_its_cell(folder: Path, notebook: Notebook) -> None:
    source(folder, "fails.py", "x = 1", "raise ValueError('no rows')")
    outcome = notebook.run("dbutils.notebook.run('fails', 60)")
    assert outcome.errors[0]["ename"] == "NotebookRunError"
    assert outcome.errors[0]["evalue"] == "The notebook fails failed: cell 2 failed: ValueError: no rows"
    assert "calling.py" not in outcome.error


def test_one_that_takes_too_long_is_ended(folder: Path, notebook: Notebook) -> None:
    source(folder, "slow.py", "import time\ntime.sleep(600)")
    outcome = notebook.run("dbutils.notebook.run('slow', 5)")
    assert outcome.errors[0]["evalue"] == "The notebook slow was ended: it took longer than 5 seconds."


def test_an_interrupt_ends_it(folder: Path, notebook: Notebook) -> None:
    source(folder, "slow.py", "import time\ntime.sleep(600)")
    outcome, _ = notebook.interrupted("print('started', flush=True)\ndbutils.notebook.run('slow')", after=4)
    assert outcome.errors[0]["ename"] == "KeyboardInterrupt"
    assert notebook.good("1").text == "1"


def test_a_circle_of_notebooks_is_told(folder: Path, capsys: Captured) -> None:
    source(folder, "ping.py", "dbutils.notebook.run('pong', 0)")
    source(folder, "pong.py", "dbutils.notebook.run('ping', 0)")
    assert main(["run", str(folder / "ping.py")]) == FAILED
    told = capsys.readouterr().err
    assert "Notebooks run each other in a circle, which would never end: ping.py runs pong.py runs ping.py." in told


def test_a_notebook_knows_where_it_is(folder: Path, capsys: Captured) -> None:
    chain = "dbutils.notebook.entry_point.getDbutils().notebook().getContext().notebookPath().get()"
    file = source(folder, "etl/here.py", f"print({chain})")
    assert main(["run", str(file)]) == 0
    assert "/etl/here\n" in capsys.readouterr().out


# --- files


def test_python_reads_and_writes_by_databricks_paths(folder: Path, notebook: Notebook) -> None:
    code = """
import os, shutil, glob, pathlib, pandas, pickle
dbutils.fs.put("dbfs:/FileStore/t.csv", "a,b\\n1,2\\n", True)
assert pandas.read_csv("/dbfs/FileStore/t.csv").b[0] == 2
with open("/dbfs/FileStore/new.txt", "w") as file:
    file.write("new")
assert dbutils.fs.head("/FileStore/new.txt") == "new"
assert os.path.exists("/dbfs/FileStore") and not os.path.exists("/dbfs/none") and os.path.isdir("/Volumes")
os.makedirs("/Volumes/main/default/v/deep", exist_ok=True)
pathlib.Path("/Volumes/main/default/v/deep/x.txt").write_text("x")
assert pathlib.Path("/Volumes/main/default/v/deep").exists()
assert glob.glob("/Volumes/main/default/v/*/*.txt")
assert sorted(os.listdir("/dbfs/FileStore")) == ["new.txt", "t.csv"]
pandas.DataFrame({"a": [1]}).to_csv("/Volumes/main/default/v/out.csv", index=False)
shutil.copy("/dbfs/FileStore/t.csv", "/Volumes/main/default/v/t.csv")
os.rename("/Volumes/main/default/v/t.csv", "/Volumes/main/default/v/u.csv")
pickle.dump(1, open("/dbfs/tmp/one.pkl", "wb"))
shutil.rmtree("/Volumes/main/default/v/deep")
print([file.name for file in dbutils.fs.ls("/Volumes/main/default/v")])
"""
    assert notebook.good(code).stdout.endswith("['out.csv', 'u.csv']\n")
    assert (folder / ".lakebook/dbfs/tmp/one.pkl").exists()


def test_programs_see_databricks_paths_where_the_machine_allows_it(notebook: Notebook) -> None:
    notebook.good("dbutils.fs.put('dbfs:/FileStore/seen.txt', 'seen', True)")
    if not notebook.good("get_ipython().kernel.databricks.trees.shown(['sh'], '/dbfs')[1:]").text.startswith("['-I'"):
        pytest.skip("this machine has the trees, or lets no process have mounts of its own")
    assert notebook.good("%sh\ncat /dbfs/FileStore/seen.txt").stdout == "seen"
    assert "seen" in notebook.good("!cat /dbfs/FileStore/seen.txt").stdout
    local = "def f(name):\n    lines = !cat /dbfs/FileStore/{name}.txt $name 2>/dev/null\n    return lines\nf('seen')"
    assert notebook.good(local).text == "['seen']"
    assert "3 {b}" in notebook.good("b = 3\n!echo {b} '{{b}}'").stdout
    assert notebook.good("_ = !exit 3\n!exit 4\n_exit_code").text == "4"


def test_a_file_that_is_not_there_is_python_s_own_error(notebook: Notebook) -> None:
    outcome = notebook.run("open('/dbfs/none.txt')")
    assert outcome.errors[0]["ename"] == "FileNotFoundError" and "mapped.py" not in outcome.error


def test_functions_for_files_go_to_other_processes_as_before(notebook: Notebook) -> None:
    code = "import builtins, io, os, pickle\nprint([pickle.loads(pickle.dumps(f)) is f for f in (os.stat, os.remove, builtins.open, io.open)])"
    assert "False" not in notebook.good(code).stdout


def test_a_function_that_opens_files_goes_to_other_processes(folder: Path, notebook: Notebook) -> None:
    (folder / "own.txt").write_text("mine")
    code = """
import subprocess, sys
from pyspark import cloudpickle
sent = cloudpickle.dumps(lambda: open("own.txt").read())
received = "import pickle, sys; print(pickle.load(sys.stdin.buffer)())"
print(subprocess.run([sys.executable, "-c", received], input=sent, capture_output=True, check=True).stdout)
"""
    assert notebook.good(code).stdout == "b'mine\\n'\n"


def test_modules_of_the_workspace_are_imported_by_its_path(folder: Path, notebook: Notebook) -> None:
    (folder / "lib").mkdir()
    (folder / "lib" / "mine_of_the_workspace.py").write_text("here = 1\n")
    code = "import sys; sys.path.append('/Workspace/lib')\nimport mine_of_the_workspace as m\nm.here"
    assert notebook.good(code).text == "1"


def test_an_error_of_fs_is_told_at_the_user_s_line(notebook: Notebook) -> None:
    outcome = notebook.run("x = 1\ndbutils.fs.ls('/none')")
    assert outcome.errors[0]["evalue"] == "java.io.FileNotFoundException: No such file or directory dbfs:/none"
    assert "fs.py" not in outcome.error and "ls('/none')" in outcome.error


# --- secrets, libraries, help


@pytest.fixture
def secret(folder: Path) -> str:
    state = folder / ".lakebook"
    state.mkdir(exist_ok=True)
    (state / "secrets.toml").write_text('[prod]\ntoken = "s3cr3t-value"\n')
    (state / "secrets.toml").chmod(0o600)
    return "s3cr3t-value"


def test_a_secret_is_shown_nowhere(notebook: Notebook, secret: str) -> None:
    notebook.good("token = dbutils.secrets.get('prod', 'token')")
    assert notebook.good("len(token)").text == str(len(secret))
    for code in (
        "token",
        "print(token)",
        "import sys; sys.stderr.write(token)",
        "for c in token: print(c, end='', flush=True)",
        "display({'text/plain': token}, raw=True)",
        "raise ValueError(token)",
        "import pandas; pandas.DataFrame({'t': [token]})",
        "import subprocess; print(subprocess.run(['echo', token], capture_output=True, text=True).stdout)",
        "dbutils.notebook.exit(token)",
        "%sh echo s3cr3t-value",
        "%trace",
    ):
        outcome = notebook.run(code)
        assert secret not in str(outcome.reply), code
        sent = [message["content"] for message in outcome.messages if message["msg_type"] != "execute_input"]
        assert secret not in str(sent).replace("', '", ""), code
        assert "[REDACTED]" in str(sent), code


def test_python_is_restarted(folder: Path, notebook: Notebook) -> None:
    (folder / "changing_module.py").write_text("value = 1\n")
    notebook.good("import changing_module; x = changing_module.value")
    (folder / "changing_module.py").write_text("value = 22\n")
    assert "Python's names are gone" in notebook.good("dbutils.library.restartPython()").stderr
    assert notebook.run("x").errors[0]["ename"] == "NameError"
    assert notebook.good("import changing_module; changing_module.value").text == "22"
    assert notebook.good("dbutils.widgets.getAll()").text == "{}"


def test_help_says_what_there_is(notebook: Notebook) -> None:
    assert "fs: files by Databricks' paths" in notebook.good("dbutils.help()").stdout
    for part in ("fs", "widgets", "notebook", "secrets", "library", "data", "credentials", "jobs", "jobs.taskValues"):
        assert len(notebook.good(f"dbutils.{part}.help()").stdout.splitlines()) > 2 or part == "jobs", part
    assert "cp(from_, to, recurse=False)" in notebook.good("dbutils.fs.help('cp')").stdout
    outcome = notebook.run("dbutils.meta")
    assert outcome.errors[0]["evalue"].startswith("dbutils has no meta here; there are credentials, data, fs")


def test_it_stays_out_of_functions_for_workers(notebook: Notebook) -> None:
    outcome = notebook.run("import pickle; pickle.dumps(dbutils)")
    assert outcome.errors[0]["evalue"].startswith("dbutils stays in the notebook")


# --- widgets in a front end


def test_a_change_in_a_front_end_is_the_widget_s_value(folder: Path) -> None:
    pytest.importorskip("ipywidgets")
    with Notebook(folder) as own:
        made = own.good("dbutils.widgets.dropdown('size', 'm', ['s', 'm', 'l'], 'Size')")
        (bundle,) = made.bundles
        assert "description='Size'" in bundle["text/plain"]
        model = bundle["application/vnd.jupyter.widget-view+json"]["model_id"]
        update = {"method": "update", "state": {"index": 2}, "buffer_paths": []}
        own.client.shell_channel.send(own.client.session.msg("comm_msg", {"comm_id": model, "data": update}))
        assert own.good("dbutils.widgets.get('size')").text == "'l'"
        assert own.good("dbutils.widgets.multiselect('days', 'Mon', ['Mon', 'Tue'])").bundles
        assert own.good("dbutils.widgets.remove('size')").of("comm_close")


def test_without_a_front_end_s_library_widgets_have_their_values(folder: Path) -> None:
    with Notebook(folder) as own:
        own.good("import sys; sys.modules['ipywidgets'] = None; import importlib.util as u; find = u.find_spec")
        own.good("u.find_spec = lambda name, *rest: None if name == 'ipywidgets' else find(name, *rest)")
        assert own.good("dbutils.widgets.combobox('c', 'x', ['a'])").bundles == []
        assert own.good("dbutils.widgets.get('c')").text == "'x'"
