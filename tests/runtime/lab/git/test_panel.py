"""What the lab's panel is told of a repository, without a browser."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("jupyterlab_git_core")

from lakebook.lab.git import settings
from lakebook.lab.git.panel import NotebookGit
from lakebook.lab.git.repository import find_repository
from runtime.lab.git.repositories import ENVIRONMENT, Clone, make, write

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

NAME = "delays.ipynb"


@pytest.fixture(autouse=True)
def _as_in_the_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**ENVIRONMENT, **settings.environment()}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """With a notebook whose outputs are left out."""
    made = make(tmp_path / "clone")
    find_repository(made.folder).set_up(outputs=False)
    write(made.folder / NAME, "limit = 15", output="seen\n")
    made.commit()
    return made


@pytest.fixture
def git() -> NotebookGit:
    return NotebookGit()


def changes(git: NotebookGit, clone: Clone) -> list[tuple[str, str, str]]:
    answer = asyncio.run(git.status(str(clone.folder)))
    assert answer["code"] == 0
    return [(file["x"], file["y"], file["to"]) for file in answer["files"]]


def test_outputs_alone_are_no_change(git: NotebookGit, clone: Clone) -> None:
    write(clone.folder / NAME, "limit = 15", output="of another length\n", count=8)
    assert changes(git, clone) == []
    assert clone.status() == ""


def test_code_is_a_change_however_often_one_looks(git: NotebookGit, clone: Clone) -> None:
    write(clone.folder / NAME, "limit = 20", output="of another length\n")
    assert changes(git, clone) == changes(git, clone) == [(" ", "M", NAME)]
    clone.git("add", NAME)
    write(clone.folder / NAME, "limit = 20", output="of one more length\n")
    assert changes(git, clone) == [("M", " ", NAME)]
    write(clone.folder / NAME, "limit = 200", output="of one more length\n")
    assert changes(git, clone) == [("M", "M", NAME)]
    (clone.folder / NAME).unlink()
    assert changes(git, clone) == [("M", "D", NAME)]


def test_where_outputs_are_committed_they_are_a_change(git: NotebookGit, clone: Clone) -> None:
    find_repository(clone.folder).set_up(outputs=True)
    clone.git("add", "--renormalize", "*.ipynb")
    clone.commit()
    write(clone.folder / NAME, "limit = 15", output="of another length\n")
    assert changes(git, clone) == [(" ", "M", NAME)]


def test_it_asks_of_outputs_only_that_would_be_committed(git: NotebookGit, clone: Clone) -> None:
    def asked() -> Any:
        return asyncio.run(git.check_notebooks_with_outputs(str(clone.folder)))["notebooks_with_outputs"]

    write(clone.folder / NAME, "limit = 20", output="seen\n")
    clone.git("add", NAME)
    assert asked() == []
    find_repository(clone.folder).set_up(outputs=True)
    clone.git("add", "--renormalize", NAME)
    assert asked() == [NAME]


def test_a_difference_is_of_what_would_be_committed(git: NotebookGit, clone: Clone) -> None:
    contents = SimpleNamespace(
        root_dir=str(clone.folder.parent),
        get=lambda path, **_: {"content": (clone.folder.parent / path).read_text()},
    )

    def shown(name: str) -> Any:
        return asyncio.run(git.get_content(contents, name, str(clone.folder)))

    assert "limit = 15" in shown(NAME) and "seen" not in shown(NAME)
    assert shown(".gitattributes") == (clone.folder / ".gitattributes").read_text()
    find_repository(clone.folder).set_up(outputs=True)
    assert "seen" in shown(NAME)


def test_a_clone_is_a_repository_whatever_its_dialog_asks_for(git: NotebookGit, clone: Clone, tmp_path: Path) -> None:
    (tmp_path / "to").mkdir()
    assert asyncio.run(git.clone(str(tmp_path / "to"), str(clone.folder), None, versioning=False))["code"] == 0
    assert Clone(tmp_path / "to" / "clone").git("log", "--format=%s") == "more\n"


@pytest.mark.parametrize("chosen", ["", "true"])
def test_a_pull_merges_unless_somebody_has_chosen_otherwise(
    git: NotebookGit, clone: Clone, tmp_path: Path, chosen: str
) -> None:
    clone.git("clone", "--quiet", str(clone.folder), str(tmp_path / "other"))
    other = Clone(tmp_path / "other")
    if chosen:
        other.git("config", "pull.rebase", chosen)
    for each in (clone, other):
        (each.folder / f"{each.folder.name}.md").touch()
        each.commit(each.folder.name)
    assert asyncio.run(git.pull(str(other.folder)))["code"] == 0
    assert (other.folder / "clone.md").exists()
    assert other.git("config", "pull.rebase").strip() == (chosen or "false")
