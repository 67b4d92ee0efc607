"""``lakebook models``: what it says, what MLflow's own client reads afterwards, and what bad input is answered with."""

from __future__ import annotations

import json
import socket
import sqlite3
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from lakebook import models_text
from lakebook.cli import WRONG_USE, main
from lakebook.columns import columns
from runtime.tracking.recording import Recorded

Captured = pytest.CaptureFixture[str]
Models = Callable[..., str]


@pytest.fixture
def models(recorded: Recorded, capsys: Captured) -> Models:
    """Runs ``lakebook models …`` in the workspace of ``recorded``, and returns what it says."""

    def run(*arguments: str) -> str:
        capsys.readouterr()
        assert main(["models", *arguments]) == 0, capsys.readouterr().err
        return capsys.readouterr().out

    return run


@pytest.fixture
def refused(recorded: Recorded, capsys: Captured) -> Models:
    """Runs ``lakebook models …``, which has to fail, and returns its sentence."""

    def run(*arguments: str) -> str:
        capsys.readouterr()
        assert main(["models", *arguments]) == WRONG_USE
        told = capsys.readouterr()
        assert told.out == ""
        sentence = told.err.splitlines()[-1]
        assert sentence.startswith("lakebook: ")
        return sentence.removeprefix("lakebook: ")

    return run


@pytest.fixture
def registered(models: Models, recorded: Recorded) -> Recorded:
    """``diabetes`` with two versions, the first of which is the champion."""
    models("register", "--run", recorded.runs["mild"], "--name", "diabetes", "--alias", "champion")
    models("register", "--run", recorded.runs["strong"], "--name", "diabetes", "--description", "More of it")
    return recorded


def fields(said: str) -> dict[str, str]:
    """Names and what they have, from lines ``  name  value``."""
    lines = (line.strip().split("  ", 1) for line in said.splitlines() if line.startswith("  "))
    return {name: value.strip() for name, value in lines}


def rmse(recorded: Recorded, run: str) -> str:
    return f"{recorded.client().get_run(recorded.runs[run]).data.metrics['rmse']:.6g}"


def test_the_best_run_is_registered_and_the_way_it_was_chosen_is_said(models: Models, recorded: Recorded) -> None:
    said = models(
        "register", "--experiment", "diabetes/ridge", "--best", "rmse", "--name", "diabetes", "--alias", "new"
    )
    assert said.startswith("Version 1 of diabetes is registered\n")
    told = fields(said)
    assert told["run"] == f"{recorded.runs['mild']} (mild)"
    assert told["aliases"] == "new"
    assert (
        told["chosen by"] == f"the lowest rmse, {rmse(recorded, 'mild')} (--highest would choose the other way round)"
    )
    assert told["passed over"] == f"better, but without a model: {recorded.runs['bare']}"
    assert told["inputs"].startswith("age: double; sex: double; bmi: double")
    assert told["outputs"] == "tensor float64 [-1]"
    assert told["input example"] == "yes"
    version = recorded.client().get_model_version_by_alias("diabetes", "new")
    assert (version.version, version.run_id, version.source) == (1, recorded.runs["mild"], told["model"])


@pytest.mark.parametrize(
    ("options", "run", "way"),
    [
        (["--best", "r2"], "mild", "the highest r2, 0.51"),
        (["--best", "r2", "--lowest"], "strong", "the lowest r2, 0.1"),
        (["--best", "rmse", "--highest"], "strong", "the highest rmse, "),
    ],
)
def test_which_way_is_better_can_be_said(
    models: Models, recorded: Recorded, options: list[str], run: str, way: str
) -> None:
    said = fields(models("register", "--experiment", "diabetes/ridge", *options, "--name", "diabetes"))
    assert said["chosen by"].startswith(way)
    assert ("the other way round" in said["chosen by"]) is (len(options) == 2)
    assert recorded.client().get_model_version("diabetes", "1").run_id == recorded.runs[run]


def test_what_was_registered_as_json(models: Models, recorded: Recorded) -> None:
    run_id = recorded.runs["mild"]
    told = json.loads(models("register", "--run", run_id, "--name", "diabetes", "--description", "a ridge", "--json"))
    assert (told["name"], told["version"], told["run_id"], told["status"]) == ("diabetes", "1", run_id, "READY")
    assert (told["description"], told["aliases"], told["current_stage"]) == ("a ridge", [], "None")
    assert told["params"] == {"alpha": "0.01", "solver": "auto"}
    assert told["signature"]["inputs"]["bmi"] == "double"
    assert told["data"] == {"patients": "version 3"}


def test_a_model_without_a_signature(models: Models, refused: Models, recorded: Recorded) -> None:
    run = ["register", "--run", recorded.runs["unsigned"], "--name", "diabetes"]
    assert "has no signature, so nobody knows what it takes" in refused(*run)
    assert models("list") == "No model is registered\n"
    told = fields(models(*run, "--allow-no-signature"))
    assert (told["signature"], told["input example"]) == ("none", "none")


def test_one_of_several_models_of_a_run(models: Models, refused: Models, recorded: Recorded) -> None:
    run = ["register", "--run", recorded.runs["two"], "--name", "diabetes"]
    assert "say which by --model: a, b." in refused(*run)
    models(*run, "--model", "a")
    assert recorded.client().get_model_version("diabetes", "1").run_id == recorded.runs["two"]


def test_an_empty_workspace_has_no_models_and_stays_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(tmp_path)
    assert main(["models", "list"]) == 0
    assert main(["models", "list", "--json"]) == 0
    assert capsys.readouterr().out == "No model is registered\n[]\n"
    assert main(["models", "show", "diabetes"]) == WRONG_USE
    assert f"No run was ever recorded in {tmp_path}" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_list(models: Models, registered: Recorded) -> None:
    models("transition", "diabetes/2", "Staging")
    models("annotate", "diabetes", "--description", "Progression of the disease\nafter a year")
    head, line = models("list").splitlines()
    assert head.split() == ["NAME", "VERSIONS", "LATEST", "ALIASES", "STAGES", "CHANGED", "DESCRIPTION"]
    cells = line.split("  ")
    for cell in ("diabetes", "2", "champion: 1", "Staging: 2", "Progression of the disease after a year"):
        assert cell in map(str.strip, cells)
    (model,) = json.loads(models("list", "--json"))
    assert model["aliases"] == {"champion": "1"}
    assert [version["version"] for version in model["versions"]] == ["1", "2"]
    assert [version["aliases"] for version in model["versions"]] == [["champion"], []]


def test_a_model_and_its_versions(models: Models, registered: Recorded) -> None:
    models("annotate", "diabetes", "--tag", "owner=ada")
    said = models("show", "diabetes")
    assert said.startswith("diabetes\n")
    assert fields(said)["tags"] == "owner=ada"
    first, second = said.splitlines()[-2:]
    assert first.split()[:3] == ["1", "champion", registered.runs["mild"]]
    assert second.split()[:2] == ["2", registered.runs["strong"]]
    assert second.endswith("  More of it")
    assert json.loads(models("show", "diabetes", "--json"))["tags"] == {"owner": "ada"}


@pytest.mark.parametrize("name", ["diabetes/1", "models:/diabetes/1", "diabetes@champion", "models:/diabetes@champion"])
def test_a_version_by_each_of_its_names(models: Models, registered: Recorded, name: str) -> None:
    said = models("show", name)
    assert said.startswith("Version 1 of diabetes\n")
    told = fields(said)
    assert told["run"] == f"{registered.runs['mild']} (mild)"
    assert told["metrics"] == f"r2 = 0.516628; rmse = {rmse(registered, 'mild')}"
    assert told["data"] == "patients, version 3"
    assert json.loads(models("show", name, "--json"))["metrics"]["rmse"] == pytest.approx(53.5382, abs=1e-4)


def test_the_latest_version_and_that_of_a_stage(models: Models, refused: Models, registered: Recorded) -> None:
    models("transition", "diabetes/1", "production")
    assert models("show", "diabetes/latest").startswith("Version 2 of")
    assert models("show", "models:/diabetes/Production").startswith("Version 1 of")
    assert refused("show", "diabetes/staging") == "There is no version diabetes/Staging: there are 1, 2."


def test_an_alias_moves_and_goes(models: Models, refused: Models, registered: Recorded) -> None:
    client = registered.client()
    assert models("set-alias", "diabetes/2", "champion") == "diabetes@champion is version 2; it was version 1\n"
    assert client.get_model_version_by_alias("diabetes", "champion").version == 2
    assert models("set-alias", "diabetes@champion", "best") == "diabetes@best is version 2\n"
    assert models("delete-alias", "models:/diabetes@best") == "Version 2 of diabetes is not best any more\n"
    assert client.get_registered_model("diabetes").aliases == {"champion": 2}
    assert json.loads(models("set-alias", "diabetes/1", "old", "--json"))["aliases"] == ["old"]
    assert refused("delete-alias", "diabetes@chanpion") == ("diabetes has no alias chanpion: did you mean champion?")
    assert refused("delete-alias", "diabetes/1") == "diabetes/1 names no alias: expected NAME@ALIAS."
    assert refused("set-alias", "diabetes/1", "v1").startswith('"v1" cannot be an alias')
    assert refused("set-alias", "diabetes", "best") == (
        "diabetes is a model: name one of its versions, such as diabetes/1."
    )


def test_a_stage_is_changed_without_a_warning(models: Models, registered: Recorded) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", FutureWarning)
        assert models("transition", "diabetes/1", "Staging") == (
            "Version 1 of diabetes is in Staging; it was in None\n"
        )
        models("transition", "diabetes/2", "staging", "--archive-existing")
    client = registered.client()
    stages = [client.get_model_version("diabetes", number).current_stage for number in ("1", "2")]
    assert stages == ["Archived", "Staging"]


def test_stages_that_are_none(refused: Models, registered: Recorded) -> None:
    assert refused("transition", "diabetes/1", "Testing") == (
        "Testing is not a stage: expected one of None, Staging, Production, Archived."
    )
    assert refused("transition", "diabetes/1", "Archived", "--archive-existing") == (
        "--archive-existing goes with Staging and Production, not with Archived."
    )


def test_a_version_and_a_model_are_annotated(models: Models, registered: Recorded) -> None:
    client = registered.client()
    models("annotate", "diabetes@champion", "--description", "the first", "--tag", "checked=by=ada", "--tag", "n=1")
    version = client.get_model_version("diabetes", "1")
    assert (version.description, version.tags) == ("the first", {"checked": "by=ada", "n": "1"})
    models("annotate", "diabetes/1", "--remove-tag", "n", "--description", "")
    version = client.get_model_version("diabetes", "1")
    assert (version.description, version.tags) == ("", {"checked": "by=ada"})
    models("annotate", "diabetes", "--description", "all of them", "--tag", "team=a")
    models("annotate", "diabetes", "--tag", "team=b", "--tag", "x=1")
    models("annotate", "diabetes", "--remove-tag", "x")
    model = client.get_registered_model("diabetes")
    assert (model.description, model.tags) == ("all of them", {"team": "b"})


def test_annotations_that_say_nothing(refused: Models, models: Models, registered: Recorded) -> None:
    assert refused("annotate", "diabetes").startswith("Nothing to change")
    assert refused("annotate", "diabetes", "--tag", "owner") == (
        "--tag owner: expected KEY=VALUE, such as --tag owner=ada"
    )
    models("annotate", "diabetes", "--tag", "owner=ada")
    assert refused("annotate", "diabetes", "--remove-tag", "owners") == (
        "diabetes has no tag owners: did you mean owner?"
    )


def test_versions_beside_each_other(models: Models, registered: Recorded) -> None:
    said = models("compare", "diabetes/1", "diabetes/2")
    head, run, aliases, *rest = said.splitlines()
    assert head.split() == ["diabetes/1", "diabetes/2"]
    assert run.split() == ["run", registered.runs["mild"], registered.runs["strong"]]
    assert aliases.split() == ["aliases", "champion"]
    words = [line.split() for line in rest]
    assert ["≠", "alpha", "0.01", "10.0"] in words
    assert ["solver", "auto", "auto"] in words
    assert ["≠", "rmse", rmse(registered, "mild"), rmse(registered, "strong")] in words
    assert ["bmi", "double", "double"] in words
    assert ["≠", "codes", "version", "0"] in words
    assert ["≠", "patients", "version", "3", "version", "4,", "possible"] in words
    assert [word[0] for word in words if len(word) == 1] == ["params", "metrics", "inputs", "outputs", "data"]


def test_a_comparison_as_json(models: Models, registered: Recorded) -> None:
    told = json.loads(models("compare", "diabetes@champion", "diabetes/latest", "--json"))
    assert [version["version"] for version in told["versions"]] == ["1", "2"]
    rows = {(row["section"], row["name"]): row for row in told["rows"]}
    assert rows["params", "alpha"] == {
        "section": "params",
        "name": "alpha",
        "values": ["0.01", "10.0"],
        "differs": True,
    }
    assert rows["params", "solver"]["differs"] is False
    assert isinstance(rows["metrics", "rmse"]["values"][0], float)


def test_what_only_one_of_them_has_and_a_metric_that_is_no_number(models: Models, registered: Recorded) -> None:
    registered.client().log_metric(registered.runs["mild"], "auc", float("nan"))
    told = json.loads(models("compare", "diabetes/1", "diabetes/2", "--json"))
    assert next(row for row in told["rows"] if row["name"] == "auc")["values"] == ["nan", None]


def test_one_version_is_not_compared(refused: Models, registered: Recorded) -> None:
    for names in (["diabetes/1"], ["diabetes/1", "diabetes@champion"]):
        assert refused("compare", *names).startswith("One version cannot be compared")


def test_a_version_whose_files_and_run_are_gone_is_still_shown(models: Models, registered: Recorded) -> None:
    client = registered.client()
    client.create_registered_model("odd")
    client.create_model_version("odd", "file:///nowhere/at/all", "0" * 32)
    told = fields(models("show", "odd/1"))
    assert told["signature"].startswith("The files of the model are gone: there is no file:///nowhere/at/all/MLmodel")
    assert told["run"] == f"{'0' * 32} (is no more)"
    assert "The signature of odd/1 is unknown: " in models("compare", "odd/1", "diabetes/1")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "diabets"], "There is no model diabets: did you mean diabetes?"),
        (["show", "diabetes/7"], "There is no version diabetes/7: there are 1, 2."),
        (["show", "diabetes@best"], "diabetes has no alias best: there is champion."),
        (["show", "a/b/c"], "a/b/c is not a model: expected NAME, NAME/3, NAME@ALIAS or one of these after models:/."),
        (
            ["register", "--experiment", "e", "--name", "n"],
            "--experiment needs --best METRIC, to choose one of its runs.",
        ),
        (
            ["register", "--run", "r", "--best", "rmse", "--name", "n"],
            "--best, --lowest and --highest choose among the runs of an --experiment, not with --run.",
        ),
    ],
)
def test_what_is_not_there(refused: Models, registered: Recorded, arguments: list[str], message: str) -> None:
    assert refused(*arguments) == message


def test_an_error_is_one_line_and_nothing_of_mlflows(registered: Recorded) -> None:
    command = [sys.executable, "-m", "lakebook", "models", "show", "nothing"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (WRONG_USE, "")
    assert done.stderr == "lakebook: There is no model nothing: there is diabetes.\n"


def test_a_command_says_what_it_did_and_nothing_of_mlflows(recorded: Recorded) -> None:
    command = [sys.executable, "-m", "lakebook", "models"]
    run = ["register", "--run", recorded.runs["mild"], "--name", "diabetes"]
    done = subprocess.run([*command, *run], capture_output=True, text=True, check=True)
    assert done.stderr == "" and done.stdout.startswith("Version 1 of diabetes is registered\n")
    done = subprocess.run([*command, "transition", "diabetes/1", "Staging"], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("Version 1 of diabetes is in Staging; it was in None\n", "")


def test_a_tracking_server_that_is_down(refused: Models, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{port}")
    assert refused("list").startswith(
        f"The tracking server http://127.0.0.1:{port} cannot be reached: connection refused."
    )


def test_a_database_that_is_none(refused: Models, recorded: Recorded) -> None:
    (recorded.folder / "lakebook.toml").write_text("[tracking]\nuri = 'sqlite:///notes.txt'\n")
    (recorded.folder / "notes.txt").write_text("These are notes, not runs.")
    assert refused("list") == (f"{recorded.folder}/notes.txt is not an SQLite database. Is it the file that was meant?")


@contextmanager
def every_connection(pragma: str) -> Iterator[None]:
    """SQLite itself then refuses writes, as it does on a disk that is full or read-only."""

    def used(connection: Any, *_: Any) -> None:
        connection.execute(pragma)

    sqlalchemy.event.listen(sqlalchemy.Pool, "checkout", used)
    try:
        yield
    finally:
        sqlalchemy.event.remove(sqlalchemy.Pool, "checkout", used)


def test_a_full_disk(refused: Models, recorded: Recorded) -> None:
    file = recorded.uri.removeprefix("sqlite:///")
    with sqlite3.connect(file) as database:
        (pages,) = database.execute("PRAGMA page_count").fetchone()
        database.execute("CREATE TABLE filling (text)")  # a free page would take a small row
    with every_connection(f"PRAGMA max_page_count = {pages}"):
        sentence = refused("register", "--run", recorded.runs["mild"], "--name", "n", "--description", "long " * 900)
    assert sentence == f"The disk of {file} is full: make room, then do it again."


def test_a_database_that_is_read_only(refused: Models, registered: Recorded) -> None:
    with every_connection("PRAGMA query_only = ON"):
        sentence = refused("annotate", "diabetes", "--description", "new")
    assert sentence == (
        f"{registered.folder}/.lakebook/mlflow/mlflow.db cannot be written: it is read-only, or another user's."
    )


def test_of_many_columns_some_are_named() -> None:
    wide = {f"x{number}": "double" for number in range(200)}
    assert models_text._types(wide).startswith("x0: double; x1: double; ")
    assert models_text._types(wide).endswith("; x11: double; and 188 more")


def test_columns_are_as_wide_as_a_terminal_writes_them() -> None:
    assert columns([("a", "bb", "x"), ("模型", "", "two\nlines")]) == "a     bb  x\n模型      two lines"
    assert columns([]) == ""
