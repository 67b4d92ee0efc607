"""Python functions that Spark runs find files by Databricks' paths; the driver's side of it is played."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lakebook import config
from lakebook.spark import launch
from lakebook.spark.workers import WORKSPACE

#: what a worker would do, once Spark's own code is asked to make some
WORKER = """
import pathlib, sys
import pyspark.daemon
from lakebook.spark import workers

def work():
    heavy = {"IPython", "pandas", "pyarrow", "numpy", "lakebook.config"} & set(sys.modules)
    with open("/dbfs/FileStore/a.txt", "w") as file:
        file.write("written")
    print(sorted(heavy), pathlib.Path("/dbfs/FileStore/a.txt").read_text(), pathlib.Path("/Workspace/own.txt").read_text())

pyspark.daemon.manager = work
workers.main()
"""


@pytest.mark.skipif(Path("/dbfs").exists() or Path("/Workspace").exists(), reason="this machine has the trees")
def test_workers_find_what_the_workspace_has(tmp_path: Path) -> None:
    (tmp_path / "lakebook.toml").touch()
    (tmp_path / "own.txt").write_text("own")
    environment = {**os.environ, WORKSPACE: str(tmp_path)}
    ran = subprocess.run([sys.executable, "-c", WORKER], env=environment, capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == ("[] written own\n", "")
    assert (tmp_path / ".lakebook/dbfs/FileStore/a.txt").read_text() == "written"


@pytest.mark.skipif(Path("/dbfs").exists() or Path("/Workspace").exists(), reason="this machine has the trees")
def test_settings_that_cannot_be_read_are_told_by_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "lakebook.toml").write_text("[pahts]\n")
    environment = {**os.environ, WORKSPACE: str(tmp_path)}
    ran = subprocess.run([sys.executable, "-c", WORKER], env=environment, capture_output=True, text=True, check=False)
    sentence = (
        "Databricks' paths are not to be had in functions that Spark runs: lakebook.toml, line 1: unknown setting pahts"
    )
    assert ran.stderr.splitlines()[-1].startswith(f"lakebook.config.ConfigError: {sentence}")
    assert "During handling" not in ran.stderr


def test_a_driver_chooses_the_workspace_of_no_program_that_its_cells_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(config.WORKSPACE, str(tmp_path))
    workspace = config.find_workspace()
    environment = launch._environment(workspace)
    assert config.WORKSPACE not in environment and environment[WORKSPACE] == str(tmp_path)
