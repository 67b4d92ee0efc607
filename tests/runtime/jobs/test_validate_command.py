"""``lakebook jobs validate``."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from lakebook.cli import CommandError
from lakebook.jobs import validate_command

GOOD = """\
bundle: {name: flights}
variables: {retries: {default: 1}}
workspace: {host: "https://example.com"}
targets: {dev: {default: true}, prod: {}}
resources:
  jobs:
    daily:
      tasks: [{task_key: load, max_retries: "${var.retries}", notebook_task: {notebook_path: load}}]
    weekly:
      tasks: [{task_key: load, existing_cluster_id: x, notebook_task: {notebook_path: load}}]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "lakebook.toml").touch()
    (tmp_path / "load.py").write_text("# Databricks notebook source\nprint(1)\n")
    (tmp_path / "databricks.yml").write_text(GOOD)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def validate(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    validate_command.add_to(parser.add_subparsers())
    options = parser.parse_args(["validate", *arguments])
    code: int = options.command(options)
    return code


def test_what_is_right(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert validate() == 0
    assert capsys.readouterr().out.splitlines() == [
        "note: workspace has no meaning here",
        "note: weekly: tasks[0].existing_cluster_id has no meaning here",
        "ok: 2 jobs for dev",
    ]
    assert validate(str(folder), "--target", "prod", "--var", "retries=3") == 0
    assert capsys.readouterr().out.splitlines()[-1] == "ok: 2 jobs for prod"


def test_what_is_wrong(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert validate("--var", "retries=many", "--target", "prod") == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == ['databricks.yml, line 8: tasks[0].max_retries is "many", expected a whole number']


def test_a_variable_without_a_value(folder: Path) -> None:
    with pytest.raises(CommandError, match=r"--var retries: expected NAME=VALUE\."):
        validate("--var", "retries")
