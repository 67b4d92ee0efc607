"""The commit of a folder, as git tells it."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from lakebook.tracking import tags

#: seconds that git may take for an answer; a run does not wait longer to start
_PATIENCE = 5.0


@dataclass(frozen=True)
class Commit:
    """Where in its history a repository's folder is."""

    #: the repository's folder
    folder: Path
    #: 40 hexadecimal digits; empty before the first commit
    commit: str
    #: empty where none is checked out
    branch: str
    #: whether files that git knows differ from the commit
    dirty: bool
    #: the remote's address, without a password; empty where there is none
    remote: str

    def tags(self) -> dict[str, str]:
        """As tags of a run; what is empty is left out."""
        told = {
            tags.COMMIT: self.commit,
            tags.BRANCH: self.branch,
            tags.REPOSITORY: self.remote,
            tags.GIT_FOLDER: str(self.folder),
            tags.DIRTY: str(self.dirty).lower(),
        }
        return {name: value for name, value in told.items() if value}


def commit_of(folder: Path) -> Commit | None:
    """The commit that a folder is at now; None outside a repository, or where git does not answer."""
    # one call for the folder, the branch, the commit and whether it is clean
    status = _git(folder, "status", "--porcelain=v2", "--branch", "--untracked-files=no")
    if status is None:
        return None
    lines = status.splitlines()
    about = dict(line[2:].split(" ", 1) for line in lines if line.startswith("# ") and line.count(" ") > 1)
    commit, branch = about.get("branch.oid", ""), about.get("branch.head", "")
    remotes = _git(folder, "config", "--get-regexp", r"^remote\..*\.url$") or ""
    first = next((line.split(" ", 1)[1] for line in remotes.splitlines() if " " in line), "")
    top = _git(folder, "rev-parse", "--show-toplevel")
    return Commit(
        folder=Path(top.rstrip("\n")) if top else folder,
        commit="" if commit == "(initial)" else commit,
        branch="" if branch == "(detached)" else branch,
        dirty=any(not line.startswith("#") for line in lines),
        remote=_without_password(first),
    )


def changes(commit: Commit) -> str:
    """What differs from the commit, as a patch that ``git apply`` takes; empty when nothing does."""
    # not as a program compares notebooks for people
    return _git(commit.folder, "diff", "--no-ext-diff", "--no-textconv", "--binary", "HEAD") or ""


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        asked = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="surrogateescape",
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):  # no git, or a repository on a disk that hangs: a run needs neither
        return None
    return asked.stdout if asked.returncode == 0 else None


def _without_password(address: str) -> str:
    parts = urlsplit(address)
    if not parts.scheme or "@" not in parts.netloc:
        return address
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
