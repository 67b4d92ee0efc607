"""Which file the path of a notebook means."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakebook.config import Workspace, find_workspace
from lakebook.databricks.location import NoNotebook, notebook_file


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "lakebook.toml").touch()
    for name in ("etl/load.py", "etl/Model.R", "shared/setup.ipynb", "shared/setup.sql", "top.scala", "etl/a.b.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return find_workspace(tmp_path)


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("load", "etl/load.py"),
        ("./load.py", "etl/load.py"),
        ("Model", "etl/Model.R"),
        ("../shared/setup", "shared/setup.ipynb"),
        ("../shared/setup.sql", "shared/setup.sql"),
        ("/shared/setup", "shared/setup.ipynb"),
        ("/Workspace/top", "top.scala"),
        ("a.b", "etl/a.b.py"),
    ],
)
def test_a_path_is_relative_or_from_the_workspace_with_or_without_suffix(
    workspace: Workspace, path: str, file: str
) -> None:
    assert notebook_file(path, workspace.root / "etl", workspace) == workspace.root / file


def test_a_real_path_is_taken_too(workspace: Workspace) -> None:
    real = str(workspace.root / "etl" / "load")
    assert notebook_file(real, workspace.root, workspace) == workspace.root / "etl/load.py"


@pytest.mark.parametrize("path", ["nothing", "../etl", "/etl/", "/nowhere/x", " "])
def test_what_is_no_notebook_is_told(workspace: Workspace, path: str) -> None:
    with pytest.raises(NoNotebook):
        notebook_file(path, workspace.root / "etl", workspace)
