"""What git does with notebooks, once a repository is set up: real repositories, commits, merges."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from lakebook.lab.git import settings
from lakebook.lab.git.repository import find_repository
from lakebook.reproduce.repository import apply
from lakebook.tracking.git import changes, commit_of
from runtime.lab.git.repositories import Clone, make, write

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

NAME = "delays.ipynb"


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    made = make(tmp_path / "clone")
    find_repository(made.folder).set_up(outputs=False)
    made.commit("settings")
    return made


def test_outputs_stay_in_the_file_and_out_of_the_commit(clone: Clone) -> None:
    file = write(clone.folder / NAME, "print(1)", "print(2)", output="seen\n", collapsed=True, tags=["parameters"])
    before = file.read_bytes()
    clone.commit()
    assert file.read_bytes() == before
    assert clone.status() == ""
    cells = clone.committed(NAME)["cells"]
    assert [cell["outputs"] for cell in cells] == [[], []]
    assert [cell["execution_count"] for cell in cells] == [None, None]
    # comments hold to these, and papermill to the tags
    assert [cell["id"] for cell in cells] == ["cell-0", "cell-1"]
    assert [cell["metadata"] for cell in cells] == [{"tags": ["parameters"]}] * 2


def test_new_outputs_alone_are_nothing_to_commit(clone: Clone) -> None:
    write(clone.folder / NAME, "print(1)", output="1\n")
    clone.commit()
    write(clone.folder / NAME, "print(1)", output="of another length\n", count=7)
    assert clone.git("diff") == ""
    clone.git("add", NAME)
    assert clone.status() == ""


def test_a_cell_says_that_its_outputs_are_kept(clone: Clone) -> None:
    write(clone.folder / NAME, "print(1)", output="1\n", tags=["keep_output"])
    clone.commit()
    assert clone.committed(NAME)["cells"][0]["outputs"][0]["text"] == ["1\n"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"outputs": [1]}', "<<<<<<< HEAD\n"])
def test_what_is_no_notebook_is_committed_as_it_is(clone: Clone, content: str) -> None:
    (clone.folder / NAME).write_text(content)
    clone.commit()
    assert clone.git("show", f"HEAD:{NAME}") == content
    assert clone.status() == ""


def test_without_the_filter_s_program_nothing_is_committed(clone: Clone) -> None:
    clone.git("config", "filter.without-outputs.clean", "/gone/python -m lakebook.lab.git.drivers clean")
    write(clone.folder / NAME, "print(1)", output="1\n")
    with pytest.raises(AssertionError, match="clean filter 'without-outputs' failed"):
        clone.git("add", NAME)


def test_a_clone_that_is_not_set_up_can_be_worked_with(clone: Clone, tmp_path: Path) -> None:
    write(clone.folder / NAME, "print(1)", output="1\n")
    clone.commit()
    clone.git("clone", "--quiet", str(clone.folder), str(tmp_path / "other"))
    other = Clone(tmp_path / "other")
    write(other.folder / NAME, "print(1)\nprint(2)")
    assert '+    "print(2)"' in other.git("diff")
    other.commit()
    clone.git("pull", "--quiet", str(other.folder), "main")
    assert clone.sources(NAME) == ["print(1)\nprint(2)"]


def test_the_lab_needs_no_setting_up(clone: Clone, tmp_path: Path) -> None:
    clone.git("clone", "--quiet", str(clone.folder), str(tmp_path / "other"))
    other = Clone(tmp_path / "other")
    lab = Clone(other.folder, {**other.environment, **settings.environment()})
    write(other.folder / NAME, "print(1)", output="1\n")
    lab.commit()
    assert other.committed(NAME)["cells"][0]["outputs"] == []
    write(other.folder / NAME, "print(2)")
    assert "modified /cells/0/source" in lab.git("diff")


def test_what_the_environment_told_git_before_still_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": "Grace"}
    for name, value in before.items():
        monkeypatch.setenv(name, value)
    told = {**os.environ, **settings.environment()}
    config = subprocess.check_output(["git", "config", "--list"], env=told, text=True)
    assert "user.name=Grace\n" in config and "filter.without-outputs.required=true\n" in config


def test_a_difference_is_of_cells_and_without_outputs(clone: Clone) -> None:
    write(clone.folder / NAME, "limit = 15", "late = delay > limit", output="before\n")
    clone.commit()
    write(clone.folder / NAME, "limit = 15", "late = delay >= limit", output="after\n", count=5)
    shown = clone.git("diff")
    assert "modified /cells/1/source" in shown and "late = delay >= limit" in shown
    assert "/cells/0" not in shown and "outputs" not in shown and '"source"' not in shown


def test_what_a_run_notes_of_changes_is_still_a_patch(clone: Clone) -> None:
    """So that the run can be made again."""
    write(clone.folder / NAME, "limit = 15")
    clone.commit()
    write(clone.folder / NAME, "limit = 16")
    noted = commit_of(clone.folder)
    assert noted is not None
    patch = changes(noted)
    clone.git("checkout", "--", NAME)
    apply(patch.encode(), clone.folder)
    assert clone.sources(NAME) == ["limit = 16"]


@pytest.mark.parametrize("outputs", [False, True])
def test_changes_in_different_cells_are_merged(clone: Clone, outputs: bool) -> None:
    find_repository(clone.folder).set_up(outputs=outputs)
    file = clone.folder / NAME
    write(file, "a = 1", "b = 2", "c = 3", output="1\n")
    clone.commit()
    clone.git("checkout", "--quiet", "-b", "other")
    write(file, "a = 1", "b = 2", "c = 30", output="1\n", count=11)
    clone.commit()
    clone.git("checkout", "--quiet", "main")
    write(file, "a = 10", "b = 2", "c = 3", output="1\n", count=21)
    clone.commit()
    clone.git("merge", "--quiet", "other", "--message=merge")
    assert clone.sources(NAME) == ["a = 10", "b = 2", "c = 30"]
    assert clone.status() == ""


def test_a_conflict_is_within_its_cell_and_the_notebook_opens(clone: Clone) -> None:
    file = clone.folder / NAME
    write(file, "a = 1", "b = 2")
    clone.commit()
    clone.git("checkout", "--quiet", "-b", "other")
    write(file, "a = 1", "b = 20")
    clone.commit()
    clone.git("checkout", "--quiet", "main")
    write(file, "a = 1", "b = 200")
    clone.commit()
    clone.git("merge", "--quiet", "other", check=False)
    assert clone.status() == f"UU {NAME}\n"
    first, second = clone.sources(NAME)
    assert first == "a = 1"
    assert second.startswith("<<<<<<<") and "b = 200" in second and "b = 20\n" in second
