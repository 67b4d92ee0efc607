"""The repository as it was when the run was made, from the folder in which it was or from its remote."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from lakebook.reproduce.errors import ReproduceError
from lakebook.reproduce.repository import apply, check_out, source_of


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=ann", "-c", "user.email=ann@example.org"]
    done = subprocess.run(["git", "-C", str(folder), *identity, *arguments], capture_output=True, check=True)
    return done.stdout.decode(errors="surrogateescape").strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    folder.mkdir()
    git(folder, "init", "--quiet")
    (folder / "known.py").write_text("x = 1\n")
    (folder / "picture").write_bytes(bytes(range(256)))
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "first")
    return folder


def test_the_commit_is_checked_out_whatever_came_after_it(repository: Path, tmp_path: Path) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    (repository / "known.py").write_text("x = 2\n")
    git(repository, "commit", "--quiet", "--amend", "-a", "-m", "another in its place")
    assert source_of(commit, str(repository), "") == str(repository)
    check_out(str(repository), commit, tmp_path / "again")
    assert (tmp_path / "again" / "known.py").read_text() == "x = 1\n"
    assert git(tmp_path / "again", "rev-parse", "HEAD") == commit


def test_what_had_been_changed_is_changed_again(repository: Path, tmp_path: Path) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    (repository / "known.py").write_text("x = 3  \n")
    (repository / "picture").write_bytes(bytes(range(255, -1, -1)))
    patch = subprocess.run(
        ["git", "-C", str(repository), "diff", "--binary", "HEAD"], capture_output=True, check=True
    ).stdout
    check_out(str(repository), commit, tmp_path / "again")
    apply(patch, tmp_path / "again")
    for name in ("known.py", "picture"):
        assert (tmp_path / "again" / name).read_bytes() == (repository / name).read_bytes()


def test_a_commit_that_left_its_folder_comes_from_the_remote(repository: Path, tmp_path: Path) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    assert source_of(commit, str(tmp_path / "gone"), repository.as_uri()) == repository.as_uri()
    check_out(repository.as_uri(), commit, tmp_path / "again")
    assert (tmp_path / "again" / "known.py").is_file()


def test_a_commit_that_is_nowhere_is_said_before_anything_is_cloned(repository: Path, tmp_path: Path) -> None:
    with pytest.raises(ReproduceError) as failed:
        source_of("0" * 40, str(repository), "")
    assert (
        str(failed.value) == f"Commit {'0' * 40} is not there any more: it was in {repository}, and it had no remote."
    )
    with pytest.raises(ReproduceError, match=f"Commit {'0' * 40} cannot be checked out from {repository}: "):
        check_out(str(repository), "0" * 40, tmp_path / "again")


def test_a_remote_that_is_not_there_is_said_with_git_s_reason(tmp_path: Path) -> None:
    with pytest.raises(ReproduceError, match="nowhere cannot be cloned: repository "):
        check_out(str(tmp_path / "nowhere"), "0" * 40, tmp_path / "again")


def test_a_patch_that_does_not_fit_is_said(repository: Path, tmp_path: Path) -> None:
    check_out(str(repository), git(repository, "rev-parse", "HEAD"), tmp_path / "again")
    with pytest.raises(ReproduceError, match="What had not been committed cannot be applied"):
        apply(b"--- a/known.py\n+++ b/known.py\n@@ -1 +1 @@\n-y = 7\n+y = 8\n", tmp_path / "again")
