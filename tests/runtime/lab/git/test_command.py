"""``lakebook git``: how a repository's notebooks are set up, said and changed."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from lakebook.cli import WRONG_USE, main
from runtime.lab.git.repositories import Clone, make, write

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

BY_CELL = "*.ipynb diff=jupyternotebook merge=jupyternotebook\n"
UNION = "*.comments.jsonl merge=union\n"
FILTER = "*.ipynb filter=without-outputs\n"
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return make(tmp_path / "clone")


def attributes(clone: Clone) -> str:
    return (clone.folder / ".gitattributes").read_text()


def said(clone: Clone, *options: str) -> str:
    done = clone.lakebook(*options)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("option", [[], ["--status"]])
def test_without_options_it_changes_nothing_and_says_how_it_is(clone: Clone, option: list[str]) -> None:
    before = clone.git("config", "--local", "--list")
    assert said(clone, *option) == (
        f"{clone.folder}\n  notebooks  compared and merged as text\n  outputs    committed\n  comments   merged as text\n"
    )
    assert clone.git("config", "--local", "--list") == before
    assert not (clone.folder / ".gitattributes").exists()


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("--set-up", BY_CELL + UNION),
        ("--without-outputs", BY_CELL + UNION + FILTER),
        ("--with-outputs", BY_CELL + UNION),
    ],
)
def test_a_second_time_changes_nothing(clone: Clone, option: str, expected: str) -> None:
    (clone.folder / ".gitattributes").write_text("*.png binary")
    first = said(clone, option)
    assert "cell by cell" in first and "Commit .gitattributes" in first
    assert attributes(clone) == f"*.png binary\n{expected}"
    config = (clone.folder / ".git" / "config").read_bytes()
    assert said(clone, option) == first
    assert attributes(clone) == f"*.png binary\n{expected}"
    assert (clone.folder / ".git" / "config").read_bytes() == config


def test_outputs_are_taken_back_in_and_all_else_stays(clone: Clone) -> None:
    (clone.folder / ".gitattributes").write_text("# ours\n*.ipynb  text\n")
    said(clone, "--without-outputs")
    told = said(clone, "--with-outputs")
    assert attributes(clone) == f"# ours\n*.ipynb  text\n{BY_CELL}{UNION}"
    assert "outputs    committed" in told and "git add --renormalize '*.ipynb'" in told


def test_what_nbdime_has_set_up_itself_is_not_said_twice(clone: Clone) -> None:
    """As ``nbdime config-git --enable`` writes it."""
    (clone.folder / ".gitattributes").write_text("\n*.ipynb\tdiff=jupyternotebook\n\n*.ipynb\tmerge=jupyternotebook\n")
    said(clone, "--set-up")
    assert attributes(clone).count("jupyternotebook") == 2


def test_it_works_from_a_folder_below(clone: Clone) -> None:
    below = clone.folder / "a" / "b"
    below.mkdir(parents=True)
    assert said(clone, "--without-outputs", "a/b").startswith(f"{clone.folder}\n")
    assert attributes(clone) == BY_CELL + UNION + FILTER


def test_a_clone_says_that_it_is_not_set_up_and_is_by_one_command(clone: Clone, tmp_path: Path) -> None:
    said(clone, "--without-outputs")
    clone.commit()
    clone.git("clone", "--quiet", str(clone.folder), str(tmp_path / "other"))
    other = Clone(tmp_path / "other")
    assert "outputs    left out of commits" in said(other) and "type: lakebook git --set-up" in said(other)
    told = said(other, "--set-up")
    assert "left out" in told and "--set-up" not in told and "Commit" not in told
    assert other.status() == ""
    # an environment that is gone
    other.git("config", "filter.without-outputs.clean", "/gone/python -m lakebook.lab.git.drivers clean")
    assert "type: lakebook git --set-up" in said(other)


def test_notebooks_that_still_have_outputs_are_named(clone: Clone) -> None:
    (clone.folder / "in").mkdir()
    write(clone.folder / "in" / "old.ipynb", "1", output="1\n")
    write(clone.folder / "meant.ipynb", "1", output="1\n", tags=["keep_output"])
    write(clone.folder / "new.ipynb", "1")
    (clone.folder / "broken.ipynb").write_text("")
    clone.commit()
    told = said(clone, "--without-outputs")
    assert "Still committed with outputs: in/old.ipynb; " in told
    clone.git("add", "--renormalize", "*.ipynb")
    assert "Still committed" not in said(clone)
    assert "1\\n" in (clone.folder / "in" / "old.ipynb").read_text()


def test_another_filter_is_not_replaced(clone: Clone) -> None:
    (clone.folder / ".gitattributes").write_text("*.ipynb filter=lfs diff=lfs merge=lfs\n")
    done = clone.lakebook("--without-outputs")
    assert done.returncode == WRONG_USE
    assert (
        done.stderr.startswith("lakebook: Notebooks go through the filter lfs already") and done.stderr.count("\n") == 1
    )
    assert "jupyternotebook" not in attributes(clone)


def test_a_filter_of_another_file_is_said_and_not_hidden(clone: Clone) -> None:
    (clone.folder / ".git" / "info" / "attributes").write_text(FILTER)
    done = clone.lakebook("--with-outputs")
    assert done.returncode == WRONG_USE and "another file of attributes has it" in done.stderr


def test_it_says_in_one_sentence_what_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    clone = make(tmp_path / "clone")

    def refused(*words: str) -> str:
        assert main(["git", *words]) == WRONG_USE
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        return error.removeprefix("lakebook: ").removesuffix("\n")

    assert refused(str(tmp_path)).startswith(f"{tmp_path} is in no git repository; ")
    assert refused(str(tmp_path / "none")) == f"{tmp_path / 'none'} is no folder."
    assert "is a repository without files" in refused(str(clone.folder / ".git"))
    (clone.folder / ".gitattributes").mkdir()
    assert refused("--set-up", str(clone.folder)).startswith(f"{clone.folder / '.gitattributes'} cannot be read: ")
    (clone.folder / ".git" / "config").write_text("[broken")
    assert refused(str(clone.folder)).startswith("git says: ")
    monkeypatch.setitem(sys.modules, "nbdime", None)
    monkeypatch.setattr("lakebook.lab.git.command.find_spec", lambda name: None if name == "nbdime" else name)
    assert refused() == "lakebook git needs nbdime; type: pip install 'lakebook[lab]'"
    monkeypatch.undo()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refused(str(tmp_path)) == "Git is not installed; on Debian and Ubuntu: apt-get install git"
