"""%pip: packages of one notebook's own, in a kernel without Spark and without a network."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from acceptance.live import Notebook
from kernel.databricks.wheels import project, wheel


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pip")
    (folder / "lakebook.toml").touch()
    wheel(folder, "lbone", "1.0", "version = '1.0'\n")
    wheel(folder, "lbone", "2.0", "version = '2.0'\n")
    wheel(folder, "lbtwo", "1.0", "import lbone\n", requires="lbone>=2")
    return folder


@pytest.fixture
def notebook(folder: Path) -> Iterator[Notebook]:
    with Notebook(folder) as made:
        yield made


def overlays(folder: Path) -> list[Path]:
    return list((folder / ".lakebook/pip").glob("*"))


def test_a_package_is_this_notebooks_alone(notebook: Notebook, folder: Path) -> None:
    said = notebook.good("%pip install --no-index ./lbone-1.0-py3-none-any.whl\nimport lbone\nlbone.version")
    assert "Successfully installed lbone-1.0" in said.stdout
    assert said.bundles[-1]["text/plain"] == "'1.0'"
    assert "lbone" in notebook.good("%pip list").stdout
    assert "lbone" in notebook.good("%pip freeze").stdout
    assert "Version: 1.0" in notebook.good("%pip show lbone").stdout
    with Notebook(folder) as other:
        assert other.run("import lbone").reply["ename"] == "ModuleNotFoundError"
        assert "lbone" not in other.good("%pip list").stdout
    outside = subprocess.run([sys.executable, "-c", "import lbone"], capture_output=True, text=True, check=False)
    assert "ModuleNotFoundError" in outside.stderr


def test_it_is_there_after_a_restart_and_gone_with_the_kernel(folder: Path) -> None:
    with Notebook(folder) as notebook:
        notebook.good("%pip install -q --no-index --find-links . lbone==1.0")
        (overlay,) = overlays(folder)
        notebook.manager.restart_kernel()
        notebook.client.wait_for_ready(timeout=60)
        assert notebook.good("import lbone; lbone.version").text == "'1.0'"
    assert not overlay.exists()


def test_what_is_imported_already_wants_a_restart(notebook: Notebook) -> None:
    restart = "lbone is imported already: dbutils.library.restartPython() brings what is installed now.\n"
    first = notebook.good("%pip install -q --no-index --find-links . lbone==1.0\nimport lbone")
    assert "restartPython" not in first.stdout
    assert restart in notebook.good("%pip install -U --no-index --find-links . lbone").stdout
    assert notebook.good("lbone.version").text == "'1.0'"
    assert "restartPython" not in notebook.good("%pip install --no-index --find-links . lbone").stdout
    notebook.good("kept = 1\ndbutils.library.restartPython()")
    assert notebook.good("import lbone\nlbone.version, 'kept' in globals()").text == "('2.0', False)"
    assert restart in notebook.good("%pip uninstall lbone").stdout
    assert "lbone" not in notebook.good("%pip list").stdout


def test_compiled_code_wants_another_kernel(notebook: Notebook, folder: Path) -> None:
    made = wheel(folder, "lbbuilt", "1.0", "version = '1.0'\n", more={"_lbbuilt.so": ""})
    notebook.good(f"%pip install -q --no-index {made.name}\nimport lbbuilt")
    made = wheel(folder, "lbbuilt", "2.0", "version = '2.0'\n", more={"_lbbuilt.so": ""})
    said = notebook.good(f"%pip install -q --no-index {made.name}").stdout
    assert said == (
        "lbbuilt is imported already: restart the kernel for what is installed now; a process loads compiled code once.\n"
    )


def test_requirements_bring_what_they_need(notebook: Notebook, folder: Path) -> None:
    (folder / "requirements.txt").write_text("lbtwo\n")
    notebook.good("# what it needs\n%pip install -q --no-index --find-links . -r requirements.txt")
    assert notebook.good("import lbtwo\nlbtwo.lbone.version").text == "'2.0'"


def test_the_home_folder_and_variables_are_known(notebook: Notebook, folder: Path) -> None:
    notebook.good(f"import os; os.environ.update(HOME={str(folder)!r}, WANTED='lbone')")
    (folder / "home.txt").write_text("lbone==1.0\n")
    notebook.good("%pip install -q --no-index --find-links ~ -r ~/home.txt")
    assert "Version: 1.0" in notebook.good("%pip show $WANTED").stdout


def test_a_local_folder_and_an_editable_one(notebook: Notebook, folder: Path) -> None:
    project(folder / "plain", "lbplain", "1.0", "value = 1\n")
    project(folder / "edited", "lbedited", "1.0", "value = 1\n")
    notebook.good("%pip install -q --no-index ./plain\n%pip install -q --no-index -e ./edited")
    assert notebook.good("import lbplain, lbedited\nlbplain.value, lbedited.value").text == "(1, 1)"
    assert notebook.good("lbedited.__file__").text == repr(str((folder / "edited/src/lbedited.py").resolve()))
    notebook.good("%pip uninstall -y lbedited")
    assert notebook.good("import sys\n[path for path in sys.path if 'edited' in path]").text == "[]"


def test_a_path_of_databricks(notebook: Notebook) -> None:
    notebook.good("%pip install -q --no-index /Workspace/lbone-1.0-py3-none-any.whl")
    assert notebook.good("import lbone; lbone.version").text == "'1.0'"


def test_the_kernels_own_packages_are_not_replaced(notebook: Notebook, folder: Path) -> None:
    wheel(folder, "pyspark", "3.5.0", "version = 'old'\n")
    outcome = notebook.run("%pip install --no-index --find-links . pyspark==3.5.0")
    assert outcome.reply["ename"] == "PipError"
    assert "runs this kernel and is not replaced under it: leave pyspark out" in outcome.reply["evalue"]
    assert "already satisfied: pyspark" in notebook.good("%pip install --no-index pyspark").stdout


def test_what_all_notebooks_have_is_not_removed(notebook: Notebook) -> None:
    notebook.good("%pip install -q --no-index --find-links . lbone")
    said = notebook.good("%pip uninstall -y pygments").stdout
    assert "Pygments belongs to the environment of all notebooks" in said
    notebook.good("import pygments")


def test_a_failure_is_the_cells_error(notebook: Notebook) -> None:
    outcome = notebook.run("%pip install --no-index lbnothing\nnever = 1")
    assert outcome.reply["ename"] == "PipError"
    assert "lbnothing" in outcome.reply["evalue"]
    assert notebook.good("'never' in globals()").text == "False"
    assert "cannot be read" in notebook.run('%pip install "x').error


def test_an_interrupt_ends_it(notebook: Notebook, folder: Path) -> None:
    slow = project(folder / "slow", "lbslow", "1.0", "value = 1\n")
    (slow / "backend.py").write_text("import time\ntime.sleep(60)\n")
    outcome = notebook.run("%pip install --no-index ./slow", on_output=lambda text: notebook.manager.interrupt_kernel())
    assert outcome.reply["ename"] == "KeyboardInterrupt"
    notebook.good("%pip install -q --no-index --find-links . lbone\nimport lbone")


def test_pip_in_the_shell_is_the_environments(notebook: Notebook) -> None:
    notebook.good("%pip install -q --no-index --find-links . lbone")
    assert "lbone" not in notebook.good("%sh python -m pip list").stdout


def test_folders_of_killed_kernels_go(folder: Path) -> None:
    with Notebook(folder) as notebook:
        notebook.good("%pip install -q --no-index --find-links . lbone")
        (left,) = overlays(folder)
    with Notebook(folder) as notebook:
        left.mkdir(parents=True)
        (left / "kernel").write_text(str(folder / "no such connection"))
        notebook.good("%pip install -q --no-index --find-links . lbone")
        assert not left.exists()
