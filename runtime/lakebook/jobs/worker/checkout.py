"""The files of a job that are in a repository: checked out once for each run, so that all its tasks see the same."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lakebook.jobs.model import Kind, Task
from lakebook.jobs.worker.credentials import for_git, without_user_info
from lakebook.jobs.worker.outcome import TaskError

_FOLDER = "source"


def is_in_git(task: Task, job: Mapping[str, Any]) -> bool:
    """Whether a task's files are those of the job's repository."""
    body = task.body.get("file", {}) if task.kind is Kind.SQL else task.body
    return bool(job.get("git_source")) and body.get("source", "GIT") == "GIT"


def checked_out(source: Mapping[str, Any], run_folder: Path) -> Path:
    """The checkout of a run, made if it is not there.

    Args:
        source: the job's ``git_source``.
        run_folder: the folder of the run.

    Raises:
        TaskError: git cannot do it; the message has git's words.
    """
    run_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = run_folder / _FOLDER
    with (run_folder / f"{_FOLDER}.lock").open("w") as lock:  # tasks of a run may begin at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            part = run_folder / f"{_FOLDER}.part"
            shutil.rmtree(part, ignore_errors=True)
            _clone(source, part)
            part.rename(folder)
    return folder


def commit_of(folder: Path) -> str:
    """The commit that is checked out."""
    return _git("-C", str(folder), "rev-parse", "HEAD").strip()


def _clone(source: Mapping[str, Any], folder: Path) -> None:
    url = source["git_url"]
    named = source.get("git_branch") or source.get("git_tag")
    print(f"Checking out {named or source['git_commit']} of {without_user_info(url)}", flush=True)
    address, credentials = for_git(url)
    if named:
        _git("clone", "--quiet", "--depth=1", f"--branch={named}", "--", address, str(folder), **credentials)
        return
    _git("clone", "--quiet", "--no-checkout", "--", address, str(folder), **credentials)
    _git("-C", str(folder), "checkout", "--quiet", "--detach", source["git_commit"], "--")


def _git(*words: str, **variables: str) -> str:
    environment = {
        **os.environ,
        "GIT_TERMINAL_PROMPT": "0",
        **variables,
    }  # a remote that wants a password is an error, not a wait
    command = ["git", "-c", "advice.detachedHead=false", *words]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise TaskError("The job's files are in a repository, and there is no program git here.") from None
    if done.returncode:
        told = without_user_info(done.stderr).strip().splitlines()
        raise TaskError(f"git {' '.join(words[:1])} failed: {told[-1] if told else f'exit status {done.returncode}'}")
    return done.stdout
