"""Two branches that each write comments are merged by git."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from lakebook.lab.comments import file
from runtime.lab.comments.samples import anchor, at, comment, state, text, thread

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

NAME = "delays.ipynb.comments.jsonl"
BEFORE = [*thread("3a"), comment("44", "3a", minute=2), *thread("7b"), *thread("c0")]
UNION = "*.comments.jsonl merge=union\n"

Merge = Callable[[list[str], list[str]], tuple[bool, str]]


def canonical(lines: list[str]) -> str:
    return file.write(file.read(text(*lines)))


@pytest.fixture
def merge(tmp_path: Path, request: pytest.FixtureRequest) -> Merge:
    """Commit what each of two branches has, and merge: whether git could, and the file."""

    def git(*arguments: str, check: bool = True) -> int:
        known = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"]
        done = subprocess.run([*known, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert not check or done.returncode == 0, done.stderr
        return done.returncode

    def commit(lines: list[str]) -> None:
        (tmp_path / NAME).write_text(canonical(lines))
        git("add", "--all")
        git("commit", "--quiet", "--message=comments", "--allow-empty")

    def merge(ours: list[str], theirs: list[str]) -> tuple[bool, str]:
        git("init", "--quiet", "--initial-branch=main")
        if attributes := getattr(request, "param", ""):
            (tmp_path / ".gitattributes").write_text(attributes)
        commit(BEFORE)
        git("checkout", "--quiet", "-b", "other")
        commit(theirs)
        git("checkout", "--quiet", "main")
        commit(ours)
        is_merged = git("merge", "--quiet", "other", "--message=merge", check=False) == 0
        return is_merged, (tmp_path / NAME).read_text()

    return merge


def test_new_threads_at_different_places_need_nobody(merge: Merge) -> None:
    ours, theirs = thread("55", text="ours"), thread("e1", text="theirs")
    is_merged, content = merge([*BEFORE, *ours], [*BEFORE, *theirs])
    assert is_merged
    assert content == canonical([*BEFORE, *ours, *theirs])


def test_answers_to_different_threads_need_nobody(merge: Merge) -> None:
    ours, theirs = comment("45", "3a", minute=3), comment("c1", "c0", minute=4)
    is_merged, content = merge([*BEFORE, ours], [*BEFORE, theirs])
    assert is_merged
    assert content == canonical([*BEFORE, ours, theirs])


def test_an_edit_and_a_resolution_of_the_same_thread_need_nobody(merge: Merge) -> None:
    edited = comment("3a", text="Why not?", edited=at(8))
    is_merged, content = merge([*BEFORE, edited], [*BEFORE, state("3a", 9)])
    assert is_merged
    assert content == canonical([*BEFORE, edited, state("3a", 9)])


SAME_PLACE = [
    ([comment("45", "3a", minute=3)], [comment("46", "3a", minute=4)]),
    ([comment("3a", text="ours", edited=at(8))], [comment("3a", text="theirs", edited=at(9))]),
    ([state("3a", 5)], [comment("46", "3a", minute=4), state("3a", 7, "open")]),
    ([anchor("7b", 3, source="delay = 16")], [comment("7b", text="", deleted=at(6))]),
]


@pytest.mark.parametrize(("ours", "theirs"), SAME_PLACE)
def test_a_conflict_is_read_with_both_sides_and_written_without_it(
    merge: Merge, ours: list[str], theirs: list[str]
) -> None:
    _, content = merge([*BEFORE, *ours], [*BEFORE, *theirs])
    assert file.read(content).kept == ()
    assert file.write(file.read(content)) == canonical([*BEFORE, *ours, *theirs])


@pytest.mark.parametrize("merge", [UNION], indirect=True)
@pytest.mark.parametrize(("ours", "theirs"), SAME_PLACE)
def test_with_the_attribute_all_merges_by_itself(merge: Merge, ours: list[str], theirs: list[str]) -> None:
    is_merged, content = merge([*BEFORE, *ours], [*BEFORE, *theirs])
    assert is_merged and "<<<<" not in content
    assert file.write(file.read(content)) == canonical([*BEFORE, *ours, *theirs])
