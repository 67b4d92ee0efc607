"""MLflow's verbs as R and Scala ask for them: read back with MLflow's own client."""

from __future__ import annotations

import http.server
import json
import math
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

from lakebook.tracking import tags
from lakebook_kernel.tracking.verbs import VerbError, Verbs

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

Ask = Any


@pytest.fixture
def ask(mlflow_client: MlflowClient, tmp_path: Path) -> Ask:
    verbs = Verbs(tmp_path)
    return lambda verb, **arguments: verbs.answer(verb, arguments)


def _on_thread(work: Any) -> Any:
    """What ``work`` answers on a thread of its own; what it raises is raised here."""
    done: list[Any] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as problem:
            done.append(problem)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if isinstance(done[0], BaseException):
        raise done[0]
    return done[0]


def _runs(client: MlflowClient, experiment: str = "notebook") -> list[Run]:
    found = client.get_experiment_by_name(experiment)
    return [] if found is None else list(client.search_runs([found.experiment_id], order_by=["attributes.start_time"]))


# ------------------------------------------------------------------------- runs


def test_a_run_is_started_logged_to_and_ended(ask: Ask, mlflow_client: MlflowClient) -> None:
    started = ask("start_run", run_name="trees", tags={"team": "sky", "round": 2}, description="A first try.")
    ask("log_param", key="depth", value=3)
    ask("log_metric", key="rmse", value=2.5, step=7.0, timestamp=1_700_000_000_000.0)
    ask("set_tag", key="checked", value="yes")
    ended = ask("end_run")

    assert started["status"] == "RUNNING"
    assert ended["status"] == "FINISHED"
    run = mlflow_client.get_run(started["run_id"])
    assert run.info.run_name == started["run_name"] == "trees"
    assert mlflow_client.get_experiment(run.info.experiment_id).name == "notebook"
    assert run.data.params == {"depth": "3"}
    (rmse,) = mlflow_client.get_metric_history(run.info.run_id, "rmse")
    assert (rmse.value, rmse.step, rmse.timestamp) == (2.5, 7, 1_700_000_000_000)
    told = {"team": "sky", "round": "2", "checked": "yes", "mlflow.note.content": "A first try."}
    assert told.items() <= run.data.tags.items()


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("log_param", {"key": "a", "value": 1}),
        ("log_metric", {"key": "a", "value": 1}),
        ("log_batch", {"tags": [{"key": "a", "value": 1}]}),
        ("set_tag", {"key": "a", "value": 1}),
        ("log_artifact", {"path": "file.txt"}),
    ],
)
def test_what_needs_a_run_starts_one(
    ask: Ask, mlflow_client: MlflowClient, tmp_path: Path, verb: str, arguments: dict[str, Any]
) -> None:
    (tmp_path / "file.txt").write_text("1")
    run_id = ask(verb, **arguments)["run_id"]
    assert ask("active_run")["run_id"] == run_id
    assert mlflow_client.get_run(run_id).info.status == "RUNNING"


def test_the_active_run_is_that_of_python_cells(ask: Ask) -> None:
    import mlflow

    assert ask("active_run") == {}
    started = ask("start_run")
    active = mlflow.active_run()
    assert active is not None and active.info.run_id == started["run_id"]
    mlflow.end_run()
    with mlflow.start_run() as run:
        assert ask("log_param", key="a", value=1)["run_id"] == run.info.run_id
    assert ask("active_run") == {}


def test_on_another_thread_the_active_run_is_the_main_threads(ask: Ask) -> None:
    import mlflow

    started = _on_thread(lambda: ask("start_run"))
    active = mlflow.active_run()
    assert active is not None and active.info.run_id == started["run_id"]
    assert _on_thread(lambda: ask("log_metric", key="a", value=1))["run_id"] == started["run_id"]
    _on_thread(lambda: ask("end_run"))
    assert mlflow.active_run() is None


def test_a_thread_keeps_the_runs_that_it_had_itself(ask: Ask) -> None:
    import mlflow

    main = ask("start_run")["run_id"]

    def work() -> tuple[str, str, str]:
        with mlflow.start_run() as own:
            asked = ask("log_param", key="a", value=1)["run_id"]
            active = mlflow.active_run()
            assert active is not None
            return own.info.run_id, asked, active.info.run_id

    own, asked, after = _on_thread(work)
    assert asked == main != own
    assert after == own


_FIRST_ON_A_THREAD = """
import sys, threading
from pathlib import Path
from lakebook_kernel.tracking.verbs import Verbs

assert "mlflow" not in sys.modules
verbs = Verbs(Path.cwd())
started = []
for verb in ("start_run", "active_run"):
    thread = threading.Thread(target=lambda: started.append(verbs.answer(verb, {})["run_id"]))
    thread.start()
    thread.join()
import mlflow
print(started[0] == started[1] == mlflow.active_run().info.run_id)
mlflow.end_run()
print(verbs.answer("active_run", {}))
"""


def test_a_run_of_a_thread_is_the_main_threads_also_before_that_has_imported_mlflow(
    mlflow_client: MlflowClient, tmp_path: Path
) -> None:
    told = subprocess.run(
        [sys.executable, "-c", _FIRST_ON_A_THREAD], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert told.stdout.splitlines() == ["True", "{}"], told.stderr


def test_threads_that_need_a_run_at_once_start_one(ask: Ask, mlflow_client: MlflowClient) -> None:
    threads = [
        threading.Thread(target=lambda step=step: ask("log_metric", key="loss", value=step, step=step))
        for step in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (run,) = _runs(mlflow_client)
    assert sorted(one.step for one in mlflow_client.get_metric_history(run.info.run_id, "loss")) == list(range(8))


def test_a_second_run_has_to_be_a_nested_one(ask: Ask, mlflow_client: MlflowClient) -> None:
    outer = ask("start_run")["run_id"]
    with pytest.raises(VerbError, match=f"^Run {outer} is still active: end it before, or start the new one as a nest"):
        ask("start_run")
    inner = ask("start_run", nested=True)["run_id"]
    assert mlflow_client.get_run(inner).data.tags["mlflow.parentRunId"] == outer
    ask("end_run", status="FAILED")
    assert ask("active_run")["run_id"] == outer
    assert mlflow_client.get_run(inner).info.status == "FAILED"


def test_a_run_is_gone_on_with(ask: Ask, mlflow_client: MlflowClient) -> None:
    run_id = ask("start_run")["run_id"]
    ask("end_run")
    assert ask("start_run", run_id=run_id)["run_id"] == run_id
    assert mlflow_client.get_run(run_id).info.status == "RUNNING"


def test_a_run_that_is_named_need_not_be_active(ask: Ask, mlflow_client: MlflowClient) -> None:
    made = ask("create_run", tags={"by": "hand"}, start_time=1000.0)["run_id"]
    assert ask("active_run") == {}
    ask("log_param", key="a", value="b", run_id=made)
    ask("log_metric", key="m", value=1, run_id=made)
    ask("end_run", run_id=made, end_time=2000.0)
    run = mlflow_client.get_run(made)
    assert (run.info.start_time, run.info.end_time, run.info.status) == (1000, 2000, "FINISHED")
    assert (run.data.params, run.data.metrics, run.data.tags["by"]) == ({"a": "b"}, {"m": 1.0}, "hand")


def test_an_outer_run_can_be_ended_by_its_name(ask: Ask) -> None:
    outer = ask("start_run")["run_id"]
    inner = ask("start_run", nested=True)["run_id"]
    assert ask("end_run", run_id=outer, status="KILLED")["status"] == "KILLED"
    assert ask("active_run")["run_id"] == inner
    ask("end_run")
    assert ask("active_run") == {}


def test_a_run_that_has_ended_stays_as_it_ended_when_only_an_active_one_is_meant(ask: Ask) -> None:
    run_id = ask("start_run")["run_id"]
    ask("end_run", status="FAILED")
    assert ask("end_run", run_id=run_id, if_active=True)["status"] == "FAILED"


def test_without_a_run_there_is_none_to_end_or_to_read(ask: Ask) -> None:
    with pytest.raises(VerbError, match=r"^There is no active run to end\.$"):
        ask("end_run")
    with pytest.raises(VerbError, match=r"^There is no active run: name one by run_id, or start one\.$"):
        ask("get_run")
    with pytest.raises(VerbError, match=r"^A run does not end as DONE: it ends as one of FINISHED, FAILED, KILLED\.$"):
        ask("end_run", status="DONE")


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("start_run", {}),
        ("end_run", {}),
        ("get_run", {}),
        ("log_param", {"key": "a", "value": 1}),
        ("log_metric", {"key": "a", "value": 1}),
        ("log_batch", {"metrics": [{"key": "a", "value": 1}]}),
        ("set_tag", {"key": "a", "value": 1}),
        ("delete_tag", {"key": "a"}),
        ("log_artifact", {"path": "."}),
        ("list_artifacts", {}),
        ("register_model", {"name": "taxi"}),
    ],
)
def test_an_unknown_run_is_told_with_the_store(ask: Ask, verb: str, arguments: dict[str, Any]) -> None:
    unknown = "0" * 32
    with pytest.raises(VerbError, match=f"^There is no run {unknown} in the MLflow store sqlite:///.*mlflow.db.$"):
        ask(verb, run_id=unknown, **arguments)


def test_all_of_a_run_is_read(ask: Ask) -> None:
    run_id = ask(
        "log_batch", metrics=[{"key": "m", "value": step + 1, "step": step, "timestamp": 9 + step} for step in (0, 1)]
    )["run_id"]
    ask("log_param", key="a", value=True)
    whole = ask("get_run")
    assert (whole["run_id"], whole["status"], whole["lifecycle_stage"]) == (run_id, "RUNNING", "active")
    assert whole["metrics"] == [{"key": "m", "value": 2.0, "step": 1, "timestamp": 10}]
    assert whole["params"] == [{"key": "a", "value": "True"}]
    assert [one["value"] for one in ask("get_metric_history", metric_key="m")["metrics"]] == [1.0, 2.0]
    ask("end_run")
    (found,) = ask("search_runs", filter_string="params.a = 'True'", order_by=["metrics.m DESC"])["runs"]
    assert found["run_id"] == run_id


def test_a_run_is_deleted_and_restored(ask: Ask, mlflow_client: MlflowClient) -> None:
    run_id = ask("start_run")["run_id"]
    with pytest.raises(VerbError, match=f"^Run {run_id} is active: end it before you delete it.$"):
        ask("delete_run", run_id=run_id)
    ask("end_run")
    ask("delete_run", run_id=run_id)
    assert mlflow_client.get_run(run_id).info.lifecycle_stage == "deleted"
    assert ask("restore_run", run_id=run_id)["lifecycle_stage"] == "active"


# ------------------------------------------------------------------- what is logged


def test_a_parameter_is_logged_once(ask: Ask, mlflow_client: MlflowClient) -> None:
    run_id = ask("log_param", key="depth", value=3)["run_id"]
    ask("log_param", key="depth", value=3)
    with pytest.raises(
        VerbError, match=f"^The parameter depth of run {run_id} is 3 already and cannot become 4: a run"
    ):
        ask("log_param", key="depth", value=4)
    assert mlflow_client.get_run(run_id).data.params == {"depth": "3"}


def test_a_key_that_mlflow_does_not_take_is_refused_in_its_words(ask: Ask) -> None:
    with pytest.raises(
        VerbError, match=r"^Invalid value .a.b. for parameter 'key' supplied: Names may only"
    ) as refused:
        ask("log_param", key="a?b", value=1)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("value", "logged"), [(2, 2.0), (0.1, 0.1), ("1e3", 1000.0), (math.nan, math.nan), ("NaN", math.nan)]
)
def test_metrics_are_numbers(ask: Ask, mlflow_client: MlflowClient, value: Any, logged: float) -> None:
    run_id = ask("log_metric", key="m", value=value)["run_id"]
    assert mlflow_client.get_run(run_id).data.metrics["m"] == pytest.approx(logged, nan_ok=True)


@pytest.mark.parametrize("value", [math.inf, "-Infinity"])
def test_infinite_metrics_are_as_large_as_the_store_has_them(ask: Ask, mlflow_client: MlflowClient, value: Any) -> None:
    run_id = ask("log_metric", key="m", value=value)["run_id"]
    assert abs(mlflow_client.get_run(run_id).data.metrics["m"]) == sys.float_info.max


@pytest.mark.parametrize("value", ["good", True, [1], 10**400])
def test_what_is_no_number_is_no_metric(ask: Ask, value: Any) -> None:
    with pytest.raises(VerbError, match=r"^The metric m has to be a number, and .* is none\.$"):
        ask("log_metric", key="m", value=value)
    assert ask("active_run") == {}


def test_a_verb_without_its_value_says_which(ask: Ask) -> None:
    with pytest.raises(VerbError, match=r"^MLflow's log_metric needs a value for value\.$"):
        ask("log_metric", key="m", value=None)


@pytest.mark.parametrize("verb", ["log_figure", "_on_run", "__init__"])
def test_a_verb_that_is_not_offered_is_told_so(ask: Ask, verb: str) -> None:
    with pytest.raises(VerbError, match=f"^MLflow's {verb} is not offered here: use mlflow in a Python cell.$"):
        ask(verb)


def test_a_batch_is_logged_at_once(ask: Ask, mlflow_client: MlflowClient) -> None:
    run_id = ask(
        "log_batch",
        metrics=[{"key": "loss", "value": 1 / step, "step": step, "timestamp": step} for step in (1, 2)],
        params=[{"key": "depth", "value": 3}],
        tags=[{"key": "team", "value": "sky"}],
    )["run_id"]
    run = mlflow_client.get_run(run_id)
    assert (run.data.metrics, run.data.params, run.data.tags["team"]) == ({"loss": 0.5}, {"depth": "3"}, "sky")


def test_a_tag_is_deleted(ask: Ask, mlflow_client: MlflowClient) -> None:
    run_id = ask("set_tag", key="team", value="sky")["run_id"]
    ask("delete_tag", key="team")
    assert "team" not in mlflow_client.get_run(run_id).data.tags


# ------------------------------------------------------------------------ artifacts


def test_files_and_folders_are_logged_from_the_notebooks_folder(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "plots" / "deep").mkdir(parents=True)
    (tmp_path / "plots" / "deep" / "a.svg").write_text("<svg/>")
    (tmp_path / "note.txt").write_text("hello")
    ask("log_artifact", path="note.txt")
    ask("log_artifact", path="plots", artifact_path="pictures")
    assert ask("list_artifacts")["files"] == [
        {"path": "note.txt", "is_dir": False, "file_size": 5},
        {"path": "pictures", "is_dir": True, "file_size": None},
    ]
    assert Path(ask("download_artifacts", path="pictures/deep/a.svg")["path"]).read_text() == "<svg/>"


def test_a_path_that_does_not_exist_starts_no_run(ask: Ask, tmp_path: Path) -> None:
    with pytest.raises(VerbError, match=f"^There is no file or folder gone.txt to log .looked for {tmp_path}/gone.txt"):
        ask("log_artifact", path="gone.txt")
    assert ask("active_run") == {}


def test_a_file_that_cannot_be_read_is_told_in_one_sentence(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "loop").symlink_to("loop")
    with pytest.raises(VerbError) as refused:
        ask("log_artifact", path="folder")
    assert "\n" not in str(refused.value)
    assert "loop" in str(refused.value)


# ---------------------------------------------------------------------- experiments


def test_an_experiment_is_set_for_later_runs(ask: Ask, mlflow_client: MlflowClient, tmp_path: Path) -> None:
    made = ask("set_experiment", name="winter", artifact_location=(tmp_path / "elsewhere").as_uri())
    assert made["artifact_location"] == (tmp_path / "elsewhere").as_uri()
    run_id = ask("start_run")["run_id"]
    assert mlflow_client.get_run(run_id).info.experiment_id == made["experiment_id"]
    assert ask("get_experiment")["name"] == "winter"
    assert ask("set_experiment", experiment_id=made["experiment_id"])["name"] == "winter"


def test_an_unknown_experiment_is_refused(ask: Ask) -> None:
    for verb in ("start_run", "set_experiment"):
        with pytest.raises(VerbError, match=r"^There is no experiment 987654 in the MLflow store sqlite"):
            ask(verb, experiment_id="987654")
    with pytest.raises(VerbError, match=r"^There is no experiment called summer\.$"):
        ask("get_experiment", name="summer")
    with pytest.raises(VerbError, match=r"^An experiment is set by its name or by its id: give one of the two.$"):
        ask("set_experiment")


def test_experiments_are_made_renamed_deleted_and_restored(ask: Ask, mlflow_client: MlflowClient) -> None:
    made = ask("create_experiment", name="winter", tags={"team": "sky"})["experiment_id"]
    ask("rename_experiment", experiment_id=made, new_name="summer")
    ask("set_experiment_tag", experiment_id=made, key="round", value=2)
    assert ask("delete_experiment", experiment_id=made)["lifecycle_stage"] == "deleted"
    assert "summer" not in {one["name"] for one in ask("search_experiments")["experiments"]}
    ask("restore_experiment", experiment_id=made)
    experiment = mlflow_client.get_experiment_by_name("summer")
    assert experiment is not None
    assert {"team": "sky", "round": "2"}.items() <= experiment.tags.items()
    assert "summer" in {one["name"] for one in ask("search_experiments")["experiments"]}


def test_another_store_is_logged_to(ask: Ask, mlflow_client: MlflowClient) -> None:
    own = ask("get_tracking_uri")["uri"]
    assert own.startswith("sqlite:///")
    assert ask("set_tracking_uri", uri="http://127.0.0.1:9")["uri"] == "http://127.0.0.1:9"


# --------------------------------------------------------------------------- models


@pytest.fixture
def saved(tmp_path: Path) -> dict[str, Any]:
    """The arguments of ``log_model`` for a folder with a model's file."""
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "model.bin").write_bytes(b"weights")
    inputs = [{"type": "double", "name": "wt", "required": True}, {"type": "string", "name": "cyl", "required": True}]
    return {
        "path": "saved",
        "flavors": {"r": {"model": "model.bin", "class": ["lm"], "packages": {"stats": "4.2.2"}}},
        "signature": {"inputs": inputs, "outputs": [{"type": "double"}]},
        "input_example": {"wt": [2.6, None], "cyl": ["6", "4"]},
    }


def test_a_model_is_logged_with_what_is_known_of_it(
    ask: Ask, mlflow_client: MlflowClient, saved: dict[str, Any]
) -> None:
    from mlflow.models import Model, get_model_info

    logged = ask("log_model", name="cars", **saved)
    model = mlflow_client.get_logged_model(logged["model_id"])
    assert (model.name, model.status, model.source_run_id) == ("cars", "READY", logged["run_id"])
    (output,) = mlflow_client.get_run(logged["run_id"]).outputs.model_outputs
    assert output.model_id == logged["model_id"]
    info = get_model_info(logged["model_uri"])
    assert info.flavors["r"] == saved["flavors"]["r"]
    assert info.signature is not None
    assert [(one.name, one.type.name) for one in info.signature.inputs] == [("wt", "double"), ("cyl", "string")]
    assert [one.type.name for one in info.signature.outputs] == ["double"]

    loaded = ask("load_model", model_uri=logged["model_uri"])
    assert loaded["flavors"] == saved["flavors"]
    assert Path(loaded["path"], "model.bin").read_bytes() == b"weights"
    example = Model.load(loaded["path"]).load_input_example(loaded["path"])
    assert example["cyl"].tolist() == ["6", "4"]
    assert example["wt"].isna().tolist() == [False, True]


def test_a_model_is_loaded_from_a_folder_too(ask: Ask, saved: dict[str, Any], tmp_path: Path) -> None:
    place = Path(ask("load_model", model_uri=ask("log_model", **saved)["model_uri"])["path"])
    place.rename(tmp_path / "kept")
    assert ask("load_model", model_uri="kept", flavor="r")["path"] == str(tmp_path / "kept")
    with pytest.raises(VerbError, match=r"^kept is no model of the flavor sklearn: it has r\.$"):
        ask("load_model", model_uri="kept", flavor="sklearn")


def test_a_model_is_registered_as_it_is_logged_or_later(
    ask: Ask, mlflow_client: MlflowClient, saved: dict[str, Any]
) -> None:
    first = ask("log_model", registered_model_name="cars", **saved)
    assert first["version"] == "1"
    last = ask("log_model", **saved)
    second = ask("register_model", name="cars", description="Better.", tags={"by": "hand"})
    assert (second["version"], second["model_id"], second["run_id"]) == ("2", last["model_id"], last["run_id"])
    third = ask("register_model", name="cars", model_uri=first["model_uri"])
    assert (third["version"], third["model_id"]) == ("3", first["model_id"])
    version = mlflow_client.get_model_version("cars", "2")
    assert (version.description, version.tags) == ("Better.", {"by": "hand"})
    ask("set_registered_model_alias", name="cars", alias="champion", version=2.0)
    assert ask("get_model_version", name="cars", alias="champion")["version"] == "2"
    assert ask("load_model", model_uri="models:/cars@champion")["flavors"] == saved["flavors"]
    assert ask("get_registered_model", name="cars")["aliases"] == {"champion": "2"}
    assert ask("search_registered_models")["names"] == ["cars"]
    assert {one["version"] for one in ask("search_model_versions", filter_string="name = 'cars'")["versions"]} == {
        "1",
        "2",
        "3",
    }


def test_a_version_is_described_staged_and_loses_its_alias(ask: Ask, saved: dict[str, Any]) -> None:
    ask("create_registered_model", name="cars", tags={"team": "sky"}, description="Of 1974.")
    assert ask("get_registered_model", name="cars")["description"] == "Of 1974."
    ask("log_model", registered_model_name="cars", **saved)
    ask("set_registered_model_alias", name="cars", alias="champion", version=1)
    ask("delete_registered_model_alias", name="cars", alias="champion")
    assert ask("transition_model_version_stage", name="cars", version=1, stage="Production")["stage"] == "Production"
    ask("set_model_version_tag", name="cars", version=1, key="checked", value=True)
    version = ask("update_model_version", name="cars", version=1, description="The first.")
    assert (version["description"], version["aliases"], version["tags"]) == ("The first.", [], {"checked": "True"})
    assert ask("get_latest_versions", name="cars", stages=["Production"])["versions"] == [version]
    assert ask("get_latest_versions", name="cars", stages=["Staging"])["versions"] == []


def test_registered_models_are_renamed_and_deleted(
    ask: Ask, mlflow_client: MlflowClient, saved: dict[str, Any]
) -> None:
    for _ in range(2):
        ask("log_model", registered_model_name="cars", **saved)
    ask("rename_registered_model", name="cars", new_name="old cars")
    ask("delete_model_version", name="old cars", version=1)
    (left,) = mlflow_client.search_model_versions("name = 'old cars'")
    assert str(left.version) == "2"
    ask("delete_registered_model", name="old cars")
    assert not mlflow_client.search_registered_models()
    assert len(mlflow_client.search_logged_models([ask("get_experiment")["experiment_id"]])) == 2


def test_a_model_is_saved_to_a_folder_that_is_not_there_yet(ask: Ask, saved: dict[str, Any], tmp_path: Path) -> None:
    assert ask("save_model", destination="kept", **saved)["path"] == str(tmp_path / "kept")
    assert ask("load_model", model_uri="kept")["flavors"] == saved["flavors"]
    with pytest.raises(VerbError, match="kept is there already: save the model to another folder, or remove this one"):
        ask("save_model", destination="kept", **saved)
    assert ask("active_run") == {}


def test_a_run_without_a_model_has_none_to_register(ask: Ask) -> None:
    run_id = ask("start_run")["run_id"]
    with pytest.raises(VerbError, match=f"^Run {run_id} has logged no model that could be registered.$"):
        ask("register_model", name="cars")


# ---------------------------------------------------------------------- autologging


def test_a_fit_gets_a_run_of_its_own(ask: Ask, mlflow_client: MlflowClient, saved: dict[str, Any]) -> None:
    facts = {"params": {"class": "lm", "observations": 32}, "metrics": {"AIC": 166.0, "BIC": math.nan}}
    logged = ask("log_fit", language="r", model={"name": "model", **saved}, **facts)
    run = mlflow_client.get_run(logged["run_id"])
    assert run.info.status == "FINISHED"
    assert (run.data.params, run.data.metrics) == ({"class": "lm", "observations": "32"}, {"AIC": 166.0})
    assert run.data.tags[tags.AUTOLOG] == "r"
    (output,) = run.outputs.model_outputs
    assert output.model_id == logged["model_id"]
    model = mlflow_client.get_logged_model(logged["model_id"])
    assert model.params == run.data.params
    assert {one.key: one.value for one in model.metrics} == run.data.metrics
    assert ask("active_run") == {}


def test_a_fit_goes_into_the_active_run_and_one_with_other_parameters_below_it(
    ask: Ask, mlflow_client: MlflowClient
) -> None:
    run_id = ask("start_run")["run_id"]
    first, second = (
        ask("log_fit", language="r", params={"formula": formula}, metrics={"AIC": 1.0})["run_id"]
        for formula in ("y ~ x", "y ~ z")
    )
    assert first == run_id == ask("active_run")["run_id"]
    nested = mlflow_client.get_run(second)
    assert (nested.data.tags["mlflow.parentRunId"], nested.info.status) == (run_id, "FINISHED")
    assert mlflow_client.get_run(run_id).info.status == "RUNNING"


def test_a_fit_that_cannot_be_logged_whole_has_a_failed_run(
    ask: Ask, mlflow_client: MlflowClient, saved: dict[str, Any]
) -> None:
    with pytest.raises(VerbError, match="No such file or directory"):
        ask("log_fit", language="r", params={}, metrics={}, model={**saved, "path": "gone"})
    (run,) = _runs(mlflow_client)
    assert run.info.status == "FAILED"
    assert ask("active_run") == {}


# --------------------------------------------------------------- the tracking server


@contextmanager
def _server(status: int, body: Mapping[str, str] = MappingProxyType({})) -> Iterator[tuple[str, list[str]]]:
    """A server that answers every request alike; its address, and the paths that it was asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(dict(body)).encode())

        def log_message(self, *args: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def test_what_a_server_refuses_is_told_without_its_code(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = {"error_code": "INVALID_PARAMETER_VALUE", "message": "Not like this"}
    with _server(400, refusal) as (address, asked):
        monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
        with pytest.raises(VerbError, match=r"^Not like this\.$"):
            ask("set_experiment", name="winter")
    assert len(asked) == 2


def test_a_server_that_is_down_is_told_at_once(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    with _server(200) as (address, _):
        pass
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    with pytest.raises(
        VerbError, match=f"^MLflow's tracking server {address} does not answer: start it, or name another"
    ):
        ask("start_run")


def test_a_run_whose_server_is_down_is_active_no_longer_when_it_is_to_end(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    import mlflow

    outer = ask("start_run")["run_id"]
    ask("start_run", nested=True)
    with _server(200) as (address, _):
        pass
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    with pytest.raises(VerbError, match="does not answer"):
        ask("end_run")
    active = mlflow.active_run()
    assert active is not None and active.info.run_id == outer
    with pytest.raises(VerbError, match="does not answer"):
        ask("end_run", run_id=outer)
    assert mlflow.active_run() is None


def test_a_server_that_is_out_of_order_is_asked_once_for_many_verbs(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    with _server(503) as (address, asked):
        monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
        for _ in range(3):
            with pytest.raises(VerbError, match=f"^MLflow's tracking server {address} is out of order .HTTP 503."):
                ask("log_metric", key="m", value=1)
    assert asked == ["/health"]
