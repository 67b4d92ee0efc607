"""Packages that a task asks for, in a folder of their own over the environment's."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from lakebook.databricks.overlay import Overlay
from lakebook.jobs.worker.credentials import has_user_info, without_user_info
from lakebook.jobs.worker.outcome import TaskError

#: options of pip with an address, which may as well stand in a file of requirements
_WITH_ADDRESS = {
    *("-i", "--index-url", "--extra-index-url", "-f", "--find-links"),
    *("-r", "--requirement", "-c", "--constraint", "-e", "--editable"),
}


def wanted(task: Mapping[str, Any], job: Mapping[str, Any]) -> list[str]:
    """What pip is to install for a task: its ``libraries``, and the dependencies of its environment."""
    words = [word for library in task.get("libraries") or () for word in _library(library)]
    key = task.get("environment_key")
    for environment in job.get("environments") or ():
        if environment.get("environment_key") == key:
            spec = environment.get("spec") or {}
            words += [word for line in spec.get("dependencies") or () for word in _line(line)]
    return words


def install(words: Sequence[str], folder: Path, root: Path) -> Path:
    """Install packages; what the kernel itself runs with stays as it is.

    Args:
        words: pip's.
        folder: where they go; nothing is there yet.
        root: from which relative paths count.

    Returns:
        The folder that is to be on Python's path.

    Raises:
        TaskError: pip has failed; what it said has been printed.
    """
    overlay = Overlay(folder)
    overlay.make()
    plain, secret = _parted(words)
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    print(f"Installing {without_user_info(' '.join(words))}", flush=True)
    with NamedTemporaryFile("w", prefix="requirements-", suffix=".txt") as file:  # which its owner alone may read
        file.writelines(f"{line}\n" for line in secret)
        file.flush()
        given = [*plain, *(["-r", file.name] if secret else [])]
        command = [str(overlay.python), "-m", "pip", "install", "--constraint", str(overlay.constraints()), *given]
        status = subprocess.run(command, cwd=root, env=environment, check=False).returncode
    if status:
        raise TaskError(f"The task's packages could not be installed: pip ended with exit status {status}.")
    return overlay.site


def _parted(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Words for pip's command line, and lines for a file: what has a password in it, with the option it belongs to."""
    plain: list[str] = []
    secret: list[str] = []
    for word in words:
        if not has_user_info(word):
            plain.append(word)
        elif plain and plain[-1] in _WITH_ADDRESS:
            secret.append(f"{plain.pop()} {word}")
        else:
            secret.append(word)
    # of a file, an index takes the place of all that were named before
    return plain, sorted(secret, key=lambda line: not line.startswith(("-i", "--index-url")))


def _library(library: Mapping[str, Any]) -> Iterable[str]:
    if library.get("pypi"):
        repository = library["pypi"].get("repo")
        return [library["pypi"]["package"], *(["--extra-index-url", repository] if repository else [])]
    if library.get("requirements"):
        return ["-r", library["requirements"]]
    return [library["whl"]] if library.get("whl") else []


def _line(line: str) -> list[str]:
    if line.startswith("-r "):
        return ["-r", line.removeprefix("-r").strip()]
    return shlex.split(line) if line.startswith("-") else [line]
