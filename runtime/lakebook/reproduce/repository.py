"""The repository of a run as it was: at its commit, with what had been changed and not committed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from lakebook.reproduce.errors import ReproduceError


def source_of(commit: str, folder: str, remote: str) -> str:
    """What a commit can be cloned from: the folder in which it was, else the repository's remote.

    Args:
        commit: 40 hexadecimal digits.
        folder: the repository's folder when the run was made.
        remote: the address of its remote; empty where it had none.

    Raises:
        ReproduceError: the commit is not in the folder, and there is no remote.
    """
    if (
        folder
        and Path(folder).is_dir()
        and _git("-C", folder, "cat-file", "-e", f"{commit}^{{commit}}").returncode == 0
    ):
        return folder
    if remote:
        return remote
    where = f"{folder}, and it had no remote" if folder else "a folder that was not recorded"
    raise ReproduceError(f"Commit {commit} is not there any more: it was in {where}.")


def check_out(source: str, commit: str, folder: Path) -> None:
    """Clone into a folder, which is empty or not there, and check out a commit. Raises ``ReproduceError``."""
    cloned = _git("clone", "--quiet", "--no-checkout", "--", source, str(folder))
    if cloned.returncode:
        raise ReproduceError(f"{source} cannot be cloned: {_reason(cloned)}")
    # of a local folder, git has copied also what no branch leads to any more
    got = _git("-C", str(folder), "checkout", "--quiet", "--detach", commit)
    if got.returncode:
        fetched = _git("-C", str(folder), "fetch", "--quiet", "origin", commit)
        got = _git("-C", str(folder), "checkout", "--quiet", "--detach", commit) if not fetched.returncode else fetched
    if got.returncode:
        raise ReproduceError(f"Commit {commit} cannot be checked out from {source}: {_reason(got)}")


def apply(patch: bytes, folder: Path) -> None:
    """Change a clone as the run's folder had been changed. Raises ``ReproduceError`` when the patch does not fit."""
    applied = _git("-C", str(folder), "apply", "--whitespace=nowarn", "-", given=patch)
    if applied.returncode:
        raise ReproduceError(f"What had not been committed cannot be applied in {folder}: {_reason(applied)}")


def _git(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["git", *arguments],
            input=given,
            capture_output=True,
            check=False,
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},  # a remote that wants a password is an error, not a wait
        )
    except OSError as problem:
        raise ReproduceError(f"git cannot be run, which the run's commit is needed from: {problem.strerror}.") from None


def _reason(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return lines[0].removeprefix("fatal: ").removeprefix("error: ") if lines else f"git ended with {done.returncode}"
