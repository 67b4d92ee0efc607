"""Repositories with notebooks, for tests: git as its users have it, without the settings of whoever runs the tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
    "GIT_TERMINAL_PROMPT": "0",
    # its drivers are our modules
    "PYTHONPATH": os.pathsep.join(sys.path),
}


@dataclass(frozen=True)
class Clone:
    """A repository with files."""

    folder: Path
    environment: dict[str, str] = field(default_factory=lambda: {**os.environ, **ENVIRONMENT})

    def git(self, *words: str, check: bool = True) -> str:
        """What git says."""
        done = subprocess.run(
            ["git", *words], cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def status(self) -> str:
        return self.git("status", "--porcelain")

    def commit(self, message: str = "more") -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", f"--message={message}")

    def lakebook(self, *options: str) -> subprocess.CompletedProcess[str]:
        """``lakebook git`` there."""
        command = [sys.executable, "-m", "lakebook", "git", *options]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )

    def committed(self, name: str, at: str = "HEAD") -> Any:
        """A notebook as git has it."""
        return json.loads(self.git("show", f"{at}:{name}"))

    def sources(self, name: str) -> list[str]:
        return [cell.source for cell in nbformat.read(self.folder / name, as_version=4).cells]


def make(folder: Path) -> Clone:
    folder.mkdir(exist_ok=True)
    made = Clone(folder)
    made.git("init", "--quiet", "--initial-branch=main")
    return made


def write(file: Path, *sources: str, output: str = "", count: int = 1, **metadata: Any) -> Path:
    """A notebook whose cells have all been run, as JupyterLab saves it."""
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python"}})
    for number, source in enumerate(sources):
        cell = nbformat.v4.new_code_cell(source, id=f"cell-{number}", execution_count=count + number, metadata=metadata)
        if output:
            cell.outputs = [nbformat.v4.new_output("stream", text=output)]
        notebook.cells.append(cell)
    nbformat.write(notebook, file)
    return file
