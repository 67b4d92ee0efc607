"""The templates for CI are YAML of the systems' shape, and what they call exists."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from lakebook import cli

CI = Path(__file__).parents[1] / "docs" / "ci"
TEMPLATES = sorted(CI.glob("*.yml"))
#: under which keys the systems have commands
SHELL = {"run", "script", "before_script"}


def commands(node: Any) -> Iterator[str]:
    """Every line that a shell gets."""
    if isinstance(node, list):
        for entry in node:
            yield from commands(entry)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in SHELL:
                yield from "\n".join([value] if isinstance(value, str) else value).splitlines()
            else:
                yield from commands(value)


def ours(template: Path) -> list[list[str]]:
    lines = commands(yaml.safe_load(template.read_text()))
    return [shlex.split(line)[1:] for line in lines if line.startswith("lakebook ")]


def test_there_is_one_for_each_system() -> None:
    assert [template.name for template in TEMPLATES] == ["azure-pipelines.yml", "github-actions.yml", "gitlab-ci.yml"]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.stem)
def test_the_command_line_accepts_each_command(template: Path) -> None:
    found = ours(template)
    for command in found:
        cli._parser().parse_args(command)
    assert [command[:2] for command in found] == [
        ["kernel", "install"],
        ["jobs", "validate"],
        ["test", "notebooks"],
        ["jobs", "deploy"],
    ]
    assert all("prod" in command for command in found if command[0] == "jobs")


def triggers(github: dict[Any, Any]) -> dict[str, Any]:
    return github[True]  # type: ignore[no-any-return]  # what YAML 1.1 makes of `on`


def test_only_what_was_tested_on_the_main_branch_is_deployed() -> None:
    github, gitlab, azure = (
        yaml.safe_load((CI / name).read_text())
        for name in ("github-actions.yml", "gitlab-ci.yml", "azure-pipelines.yml")
    )
    assert github["jobs"]["deploy"]["needs"] == "test"
    assert "refs/heads/main" in github["jobs"]["deploy"]["if"]
    assert set(triggers(github)) == {"push", "pull_request"}
    assert gitlab["stages"] == ["test", gitlab["deploy"]["stage"]]
    assert "$CI_DEFAULT_BRANCH" in gitlab["deploy"]["rules"][0]["if"]
    assert azure["stages"][1]["dependsOn"] == azure["stages"][0]["stage"]
    assert "refs/heads/main" in azure["stages"][1]["condition"]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.stem)
def test_the_report_that_is_written_is_the_one_that_is_shown(template: Path) -> None:
    (file,) = [command[command.index("--junit") + 1] for command in ours(template) if "--junit" in command]
    shown = [line for line in template.read_text().splitlines() if file in line and "lakebook" not in line]
    assert len(shown) == 1
