"""Register what a run logged, by the library; which run is best; names, metrics and stores as users give them."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from lakebook.tracking import reachable, registry
from lakebook.tracking.direction import lower_is_better
from lakebook.tracking.errors import TrackingError
from lakebook.tracking.logged import RunsModel, models_of, wait_until_ready
from lakebook.tracking.reachable import StoreUnreachable
from lakebook.tracking.references import Reference, check_alias, check_name, parse
from runtime.tracking.recording import Recorded


def test_a_registered_model_is_loaded_by_its_alias_and_predicts(recorded: Recorded) -> None:
    import mlflow
    from sklearn.datasets import load_diabetes

    client = recorded.client()
    version = registry.register(client, recorded.runs["mild"], "diabetes", alias="champion", description="a ridge")
    assert (version.name, str(version.version), version.aliases, version.status) == (
        "diabetes",
        "1",
        ["champion"],
        "READY",
    )
    read = client.get_model_version_by_alias("diabetes", "champion")
    assert (read.run_id, read.description) == (recorded.runs["mild"], "a ridge")
    mlflow.set_tracking_uri(recorded.uri)
    x, y = load_diabetes(return_X_y=True, as_frame=True)
    model = mlflow.pyfunc.load_model("models:/diabetes@champion")
    assert abs(model.predict(x).mean() - y.mean()) < 1


def test_the_logged_model_knows_its_versions_as_with_mlflows_own_register(recorded: Recorded) -> None:
    client = recorded.client()
    for name in ("diabetes", "other"):
        registry.register(client, recorded.runs["mild"], name)
    (model,) = models_of(client, client.get_run(recorded.runs["mild"]))
    assert model.model_id is not None
    assert client.get_logged_model(model.model_id).tags["mlflow.modelVersions"] == (
        '[{"name": "diabetes", "version": 1}, {"name": "other", "version": 1}]'
    )
    assert client.get_model_version("diabetes", "1").source == f"models:/{model.model_id}"


def test_the_default_store_of_the_process_stays_what_it_was(recorded: Recorded, tmp_path: Path) -> None:
    import mlflow

    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/another.db")
    registry.register(recorded.client(), recorded.runs["mild"], "diabetes")
    assert mlflow.get_tracking_uri() == f"sqlite:///{tmp_path}/another.db"
    assert not (tmp_path / "another.db").exists()


def test_a_run_with_several_models_wants_a_name(recorded: Recorded) -> None:
    client = recorded.client()
    with pytest.raises(TrackingError, match="logged 2 models: say which by --model: a, b"):
        registry.register(client, recorded.runs["two"], "diabetes")
    with pytest.raises(TrackingError, match="logged no model c: it has a, b"):
        registry.register(client, recorded.runs["two"], "diabetes", model="c")
    registry.register(client, recorded.runs["two"], "diabetes", model="b")
    of_run = {model.name: model for model in models_of(client, client.get_run(recorded.runs["two"]))}
    assert client.get_model_version("diabetes", "1").source == of_run["b"].source


def test_of_a_model_that_was_logged_at_several_steps_it_is_the_last(recorded: Recorded) -> None:
    import mlflow
    from sklearn.dummy import DummyRegressor

    mlflow.set_tracking_uri(recorded.uri)
    with mlflow.start_run() as run:
        logged = {
            step: mlflow.sklearn.log_model(DummyRegressor(), name="model", step=step, pip_requirements=[]).model_id
            for step in (5, 9, 7)
        }
    (model,) = models_of(recorded.client(), recorded.client().get_run(run.info.run_id))
    assert model.model_id == logged[9]


def test_a_model_among_the_artifacts_of_a_run_is_one_too(recorded: Recorded) -> None:
    client = recorded.client()
    version = registry.register(client, recorded.runs["old"], "diabetes")
    assert (version.source or "").endswith(f"{recorded.runs['old']}/artifacts/classic")
    assert client.get_model_version_download_uri("diabetes", "1") == version.source


def test_a_model_without_a_signature_is_refused_and_nothing_is_made(recorded: Recorded) -> None:
    client = recorded.client()
    with pytest.raises(TrackingError, match=r"has no signature.*input_example=.*--allow-no-signature"):
        registry.register(client, recorded.runs["unsigned"], "diabetes")
    assert not client.search_registered_models()
    assert registry.register(client, recorded.runs["unsigned"], "diabetes", allow_no_signature=True).version == 1


def test_nothing_is_made_when_the_alias_or_the_name_cannot_be_one(recorded: Recorded) -> None:
    client = recorded.client()
    with pytest.raises(TrackingError, match="cannot be an alias"):
        registry.register(client, recorded.runs["mild"], "diabetes", alias="no good")
    with pytest.raises(TrackingError, match="cannot be the name of a model"):
        registry.register(client, recorded.runs["mild"], "a/b")
    assert not client.search_registered_models()


def test_a_run_without_a_model(recorded: Recorded) -> None:
    with pytest.raises(TrackingError, match=f"Run {recorded.runs['bare']} logged no model"):
        registry.register(recorded.client(), recorded.runs["bare"], "diabetes")


def test_a_model_whose_files_are_gone(recorded: Recorded, recorded_once: Recorded) -> None:
    client = recorded.client()
    run = client.get_run(recorded.runs["mild"])
    missing = RunsModel("model", "file:///nowhere", "file:///nowhere")
    with pytest.raises(TrackingError, match="files of the model are gone"):
        registry.read_mlmodel(client, missing.location)
    assert models_of(client, run)


def test_a_model_that_is_still_being_logged_is_waited_for(recorded: Recorded) -> None:
    client = recorded.client()
    experiment = client.get_run(recorded.runs["mild"]).info.experiment_id
    pending = client.create_logged_model(experiment, name="slow", source_run_id=recorded.runs["mild"])
    model = RunsModel("slow", f"models:/{pending.model_id}", pending.artifact_location, pending.model_id)
    with pytest.raises(TrackingError, match=r"slow .* is still being logged after 0 s"):
        wait_until_ready(client, model, patience=0)
    asked = threading.Event()

    def finish() -> None:
        asked.wait()
        recorded.client().finalize_logged_model(pending.model_id, "READY")

    other = threading.Thread(target=finish)
    other.start()
    asked.set()
    wait_until_ready(client, model, patience=60)
    other.join()
    assert str(client.get_logged_model(pending.model_id).status) == "READY"


def test_a_model_that_could_not_be_logged_is_refused(recorded: Recorded) -> None:
    client = recorded.client()
    experiment = client.get_run(recorded.runs["mild"]).info.experiment_id
    failed = client.create_logged_model(experiment, name="cut", source_run_id=recorded.runs["mild"])
    client.finalize_logged_model(failed.model_id, "FAILED")
    with pytest.raises(TrackingError, match=r"cut .* could not be logged in full"):
        wait_until_ready(client, RunsModel("cut", "", "", failed.model_id), patience=0)


def test_the_best_run_is_a_finished_one_with_a_model(recorded: Recorded) -> None:
    lowest = registry.best_run(recorded.client(), "diabetes/ridge", "rmse", maximize=False)
    assert lowest.run.info.run_id == recorded.runs["mild"]
    assert lowest.passed_over == (recorded.runs["bare"],)
    highest = registry.best_run(recorded.client(), "diabetes/ridge", "rmse", maximize=True)
    assert (highest.run.info.run_id, highest.passed_over) == (recorded.runs["strong"], ())
    assert highest.value > lowest.value


def test_a_metric_that_is_no_number_is_never_the_best(recorded: Recorded) -> None:
    client = recorded.client()
    client.log_metric(recorded.runs["mild"], "auc", float("nan"))
    client.log_metric(recorded.runs["strong"], "auc", 0.1)
    for maximize in (True, False):
        best = registry.best_run(client, "diabetes/ridge", "auc", maximize)
        assert best.run.info.run_id == recorded.runs["strong"]


def test_an_experiment_is_found_by_its_id_too(recorded: Recorded) -> None:
    experiment = recorded.client().get_experiment_by_name("diabetes/ridge")
    assert experiment is not None
    best = registry.best_run(recorded.client(), experiment.experiment_id, "r2", maximize=True)
    assert best.run.info.run_id == recorded.runs["mild"]


@pytest.mark.parametrize(
    ("experiment", "metric", "message"),
    [
        ("diabetes/rigde", "rmse", "There is no experiment diabetes/rigde: did you mean diabetes/ridge?"),
        ("diabetes/ridge", "rsme", "No finished run of diabetes/ridge has a metric rsme: did you mean rmse?"),
        ("diabetes/ridge", "auc", "No finished run of diabetes/ridge has a metric auc: there are r2, rmse."),
        ("diabetes/ridge", "a`b", "No finished run of diabetes/ridge has a metric a`b: there are r2, rmse."),
        ("12345", "rmse", "There is no experiment 12345: there are Default, diabetes/ridge, others."),
    ],
)
def test_what_cannot_be_chosen_from(recorded: Recorded, experiment: str, metric: str, message: str) -> None:
    with pytest.raises(TrackingError) as told:
        registry.best_run(recorded.client(), experiment, metric, maximize=True)
    assert str(told.value) == message


def test_a_wrong_run_is_answered_with_one_that_is_like_it(recorded: Recorded) -> None:
    right = recorded.runs["mild"]
    client = recorded.client()
    for wrong in (right[:8], "mild", right[:-1] + ("0" if right[-1] != "0" else "1")):
        with pytest.raises(TrackingError) as told:
            registry.register(client, wrong, "diabetes")
        assert str(told.value) == f"There is no run {wrong}: did you mean {right} (mild)?"
    with pytest.raises(TrackingError, match=r"^There is no run \?\?\?\.$"):
        registry.register(client, "???", "diabetes")


@pytest.mark.parametrize(
    ("metric", "lower"),
    [
        *(
            (name, True)
            for name in ("rmse", "val_loss", "training_mean_squared_error", "valid-mlogloss", "train-merror")
        ),
        *((name, True) for name in ("AIC", "bic", "valLogLoss", "binary_logloss", "residual deviance", "l2", "mape")),
        *(
            (name, False)
            for name in ("accuracy", "r2", "auc", "f1_score", "neg_mean_squared_error", "glossary", "lift")
        ),
    ],
)
def test_the_name_of_a_metric_says_which_way_it_is_better(metric: str, lower: bool) -> None:
    assert lower_is_better(metric) is lower


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("flights", Reference("flights")),
        ("flights/3", Reference("flights", version="3")),
        ("flights@champion", Reference("flights", alias="champion")),
        ("flights/Production", Reference("flights", stage="Production")),
        ("flights/latest", Reference("flights", stage="latest")),
        ("an odd name/003", Reference("an odd name", version="3")),
    ],
)
def test_models_are_named_as_mlflow_names_them(text: str, reference: Reference) -> None:
    assert parse(text) == reference
    assert parse(f"models:/{text}") == reference


@pytest.mark.parametrize("text", ["", "models:/", "/3", "flights/", "flights@", "@champion", "flights/three", "a/b/c"])
def test_what_is_no_model(text: str) -> None:
    with pytest.raises(TrackingError, match="is not a model: expected NAME, NAME/3, NAME@ALIAS"):
        parse(text)


@pytest.mark.parametrize("alias", ["", "two words", "a/b", "latest", "V2", "v10", "x" * 256])
def test_what_mlflow_takes_for_no_alias(alias: str, recorded: Recorded) -> None:
    from mlflow.exceptions import MlflowException

    with pytest.raises(TrackingError, match="cannot be an alias"):
        check_alias(alias)
    registry.register(recorded.client(), recorded.runs["mild"], "diabetes")
    with pytest.raises(MlflowException):
        recorded.client().set_registered_model_alias("diabetes", alias, "1")


def test_aliases_and_names_that_are_good() -> None:
    for alias in ("champion", "Challenger_2", "v", "v2-new", "größer"):
        check_alias(alias)
    check_name("an odd name, but one")


def test_a_server_that_is_down_is_found_out_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        reachable.check(f"http://127.0.0.1:{port}")  # somebody listens; whether it is MLflow is not asked
    with pytest.raises(StoreUnreachable) as told:
        reachable.check(f"http://ada:secret@127.0.0.1:{port}/")
    assert str(told.value) == (
        f"The tracking server http://127.0.0.1:{port}/ cannot be reached: connection refused. Start it, or name "
        "another by MLFLOW_TRACKING_URI or as tracking.uri in lakebook.toml."
    )
    with pytest.raises(StoreUnreachable, match="connection refused"):
        reachable.check(f"postgresql+psycopg2://127.0.0.1:{port}/mlflow")


def test_a_server_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()

    def connect(*address: object, **options: object) -> socket.socket:
        ended.wait()
        return socket.socket()

    monkeypatch.setattr(reachable.socket, "create_connection", connect)
    with pytest.raises(StoreUnreachable, match=r"cannot be reached: no answer in 0\.1 seconds"):
        reachable.check("https://mlflow.example", patience=0.1)
    ended.set()


def test_through_a_proxy_nothing_can_be_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    reachable.check(f"http://127.0.0.1:{port}")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with pytest.raises(StoreUnreachable, match="connection refused"):
        reachable.check(f"http://127.0.0.1:{port}")


@pytest.mark.parametrize("uri", ["databricks", "file:///runs", "sqlite:////tmp/there/is/none/yet.db"])
def test_other_stores_are_not_asked(uri: str) -> None:
    reachable.check(uri)


@pytest.mark.parametrize("uri", ["http://host:port/", "http://[::1"])
def test_what_is_no_address(uri: str) -> None:
    with pytest.raises(StoreUnreachable, match="is not a tracking URI"):
        reachable.check(uri)


def test_a_file_that_is_no_database(tmp_path: Path, recorded: Recorded) -> None:
    reachable.check(recorded.uri)
    (tmp_path / "empty.db").touch()
    reachable.check(f"sqlite:///{tmp_path}/empty.db")
    (tmp_path / "notes.db").write_text("These are notes, not runs.")
    with pytest.raises(StoreUnreachable, match=r"notes\.db is not an SQLite database"):
        reachable.check(f"sqlite:///{tmp_path}/notes.db")
    with pytest.raises(StoreUnreachable, match=f"{tmp_path} cannot be read: it is a folder"):
        reachable.check(f"sqlite:///{tmp_path}")


def test_the_locks_of_a_database_that_is_open_are_kept(tmp_path: Path) -> None:
    """Without them another process that closes it takes the log away into which this one writes."""
    file = tmp_path / "open.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE t (x)")
        reachable.check(f"sqlite:///{file}")
        read = f"import sqlite3; c = sqlite3.connect({str(file)!r}); c.execute('SELECT * FROM t').fetchall(); c.close()"
        subprocess.run([sys.executable, "-c", read], check=True)
        assert Path(f"{file}-wal").exists()


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reachable.os, "access", lambda place, mode: False)  # root may write everywhere
    with pytest.raises(StoreUnreachable, match=f"cannot be made: {tmp_path} cannot be written to"):
        reachable.check(f"sqlite:///{tmp_path}/new.db")
