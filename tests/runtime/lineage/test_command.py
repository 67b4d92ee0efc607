"""``lakebook lineage``: what it prints, and how it ends."""

from __future__ import annotations

import json

import pytest

from lakebook.cli import WRONG_USE, main
from runtime.lineage.recording import Recording, cell, table, write

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _in_the_workspace(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    recording.noted(cell(1), write(table("features", 4), table("flights", 12)))
    recording.register("delays", recording.run(training=[table("features", 4)]))
    monkeypatch.chdir(recording.workspace.root)


def test_a_model_is_shown_with_what_is_above_it(capsys: Captured) -> None:
    assert main(["lineage", "models:/delays/1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert (lines[0], lines[-1]) == ("models:/delays/1", "          default.flights@12 (direct)")


def test_a_table_is_shown_with_what_is_below_it_and_above_it_when_asked(capsys: Captured) -> None:
    assert main(["lineage", "table", "features"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "    models:/delays/1"
    assert main(["lineage", "table", "features", "--up", "--version", "4"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "    default.flights@12 (direct)"


def test_it_is_told_as_json(capsys: Captured) -> None:
    assert main(["lineage", "table", "features", "--up", "--down", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["up"]["name"], told["down"]["name"]) == ("default.features", "default.features")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["models:/delay/1"], "There is no model delay: did you mean delays?"),
        (["models:/delays/1", "models:/delays/2"], "models:/delays/1 models:/delays/2 is not clear: expected "),
        (["table"], "table is not clear: expected "),
    ],
)
def test_wrong_use_is_answered_in_one_line(arguments: list[str], message: str, capsys: Captured) -> None:
    assert main(["lineage", *arguments]) == WRONG_USE
    error = capsys.readouterr().err
    assert error.startswith(f"lakebook: {message}")
    assert error.count("\n") == 1
