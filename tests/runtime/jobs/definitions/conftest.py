"""A folder with a bundle in it, in which the tests stand."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lakebook.jobs.definitions import DefinitionError, load


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: a workspace with a notebook, a script and a SQL file, and no bundle yet."""
    root = tmp_path.resolve()
    (root / "lakebook.toml").touch()
    (root / "load.py").write_text("# Databricks notebook source\nprint(1)\n")
    (root / "script.py").write_text("print(1)\n")
    (root / "report.sql").write_text("SELECT 1\n")
    monkeypatch.chdir(root)
    monkeypatch.setattr("getpass.getuser", lambda: "ann")
    return root


@pytest.fixture
def write(folder: Path) -> Callable[..., Path]:
    """Writes YAML files by their names, ``databricks.yml`` as ``bundle`` has it."""

    def written(**files: str) -> Path:
        for name, text in files.items():
            file = folder / ("databricks.yml" if name == "bundle" else f"{name}.yml")
            file.write_text(textwrap.dedent(text).lstrip("\n"))
        return folder

    return written


@pytest.fixture
def problems_of(write: Callable[..., Path]) -> Callable[..., list[str]]:
    """What is said of a bundle that is wrong."""

    def told(target: str | None = None, variables: dict[str, str] | None = None, **files: str) -> list[str]:
        with pytest.raises(DefinitionError) as wrong:
            load(write(**files), target, variables or {}, {})
        assert str(wrong.value) == "\n".join(map(str, wrong.value.problems))
        return str(wrong.value).splitlines()

    return told


@pytest.fixture
def problems_in_job(problems_of: Callable[..., list[str]]) -> Callable[[str], list[str]]:
    """What is said of a job; its YAML begins in line 5 of the file, and has one proper task unless it has its own."""

    def told(job: str) -> list[str]:
        job = textwrap.dedent(job).strip("\n")
        if not any(line.startswith("tasks:") for line in job.splitlines()):
            job += "\ntasks: [{task_key: load, notebook_task: {notebook_path: load}}]"
        head = "bundle: {name: b}\nresources:\n  jobs:\n    daily:\n"
        return problems_of(bundle=head + textwrap.indent(job, "      ") + "\n")

    return told


LOAD = "{task_key: load, notebook_task: {notebook_path: load}}"


def settings(folder: Path, target: str | None = None, job: str = "daily", **variables: str) -> dict[str, Any]:
    found = load(folder, target, variables, {})
    return next(one.settings for one in found.jobs if one.key == job)
