"""MLflow in R cells: the verbs of the R package mlflow, models, and fits that record themselves."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kernel.languages.test_r import REFUSED_ASSIGNMENTS
from kernel.standins import StandInHost, StandInOutput
from lakebook.tracking import tags
from lakebook_kernel.cell import Cell
from lakebook_kernel.languages.base import CellError
from lakebook_kernel.languages.r import RLanguage
from lakebook_kernel.tracking.verbs import VerbError, Verbs

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import LoggedModel, Run

pytestmark = pytest.mark.r


class Tracking(Verbs):
    """The notebook's, whose autologging a test switches."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.autolog = False
        #: the sentence with which every verb is refused
        self.refusal = ""

    def answer(self, verb: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if self.refusal:
            raise VerbError(self.refusal)
        return super().answer(verb, arguments)

    def log_fits(self, fits: Sequence[Any], *, interrupted: bool) -> None:
        raise AssertionError("R fits nothing in the driver")


@pytest.fixture(scope="module")
def language(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RLanguage]:
    made = RLanguage(StandInHost(tmp_path_factory.mktemp("notebook")))
    made.tracking = Tracking(made.host.folder)
    yield made
    made.stop()


@pytest.fixture
def tracking(language: RLanguage) -> Iterator[Tracking]:
    tracking = language.tracking
    assert isinstance(tracking, Tracking)
    yield tracking
    tracking.autolog, tracking.refusal = False, ""


@pytest.fixture
def r(language: RLanguage, tracking: Tracking, mlflow_client: MlflowClient) -> RLanguage:
    """R, in a notebook whose store is empty."""
    run(language, "rm(list = ls())")
    return language


@pytest.fixture
def autolog(r: RLanguage, tracking: Tracking) -> RLanguage:
    """R, whose fits are to be logged."""
    tracking.autolog = True
    return r


def run(r: RLanguage, code: str) -> StandInOutput:
    output = StandInOutput()
    r.run(Cell("r", code), output)
    return output


def text(r: RLanguage, code: str) -> str:
    """What a cell prints by ``cat``."""
    output = run(r, code)
    assert not output.of("stderr"), output.text("stderr")
    return output.text()


def fail(r: RLanguage, code: str) -> CellError:
    with pytest.raises(CellError) as caught:
        run(r, code)
    return caught.value


def _runs(client: MlflowClient) -> list[Run]:
    """The notebook's runs, in the order of their start."""
    found = client.get_experiment_by_name("notebook")
    return [] if found is None else list(client.search_runs([found.experiment_id], order_by=["attributes.start_time"]))


def _only(client: MlflowClient) -> Run:
    (run,) = _runs(client)
    return run


def _model_of(client: MlflowClient, run: Run) -> LoggedModel:
    (output,) = run.outputs.model_outputs
    return client.get_logged_model(output.model_id)


@pytest.mark.parametrize(("code", "words"), REFUSED_ASSIGNMENTS)
def test_autologging_leaves_an_error_in_rs_own_words(autolog: RLanguage, code: str, words: str) -> None:
    assert fail(autolog, code).evalue == words


# ---------------------------------------------------------------------------- verbs


def test_the_verbs_of_the_r_package_reach_mlflow(r: RLanguage, mlflow_client: MlflowClient) -> None:
    run(
        r,
        """
        mlflow_start_run(tags = list(team = "sky"), run_name = "trees")
        mlflow_log_param("depth", 3L)
        mlflow_log_metric("rmse", 2.5, timestamp = 1.7e12, step = 7)
        mlflow_set_tag("checked", TRUE)
        mlflow_set_tag("round", 1)
        mlflow_delete_tag("round")
        writeLines("hello", "note.txt")
        mlflow_log_artifact("note.txt", "notes")
        mlflow_end_run()
        """,
    )
    logged = _only(mlflow_client)
    assert (logged.info.run_name, logged.info.status) == ("trees", "FINISHED")
    assert logged.data.params == {"depth": "3"}
    (rmse,) = mlflow_client.get_metric_history(logged.info.run_id, "rmse")
    assert (rmse.value, rmse.step, rmse.timestamp) == (2.5, 7, 1_700_000_000_000)
    assert {"team": "sky", "checked": "TRUE"}.items() <= logged.data.tags.items()
    assert "round" not in logged.data.tags
    assert [one.path for one in mlflow_client.list_artifacts(logged.info.run_id, "notes")] == ["notes/note.txt"]


@pytest.mark.parametrize(
    ("value", "logged"),
    [
        ("3L", "3"),
        ("3", "3"),
        ("0.1", "0.1"),
        ("1e-8", "1e-08"),
        ("TRUE", "TRUE"),
        ("NA", "NA"),
        ("NaN", "NaN"),
        ("Inf", "Inf"),
        ("'Zürich — 東京'", "Zürich — 東京"),
        ("factor('a', levels = c('b', 'a'))", "a"),
        ("as.Date('2013-01-01')", "2013-01-01"),
        ("y ~ log(x) + z", "y ~ log(x) + z"),
        ("quote(f(1))", "f(1)"),
    ],
)
def test_a_parameter_is_logged_as_r_writes_it(
    r: RLanguage, mlflow_client: MlflowClient, value: str, logged: str
) -> None:
    run(r, f"mlflow_log_param('p', {value})")
    assert _only(mlflow_client).data.params == {"p": logged}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("c(1, 2)", 'these are 2: paste(x, collapse = ", ") makes one text of them.'),
        ("NULL", "this is a NULL."),
        ("list(1)", "this is a list."),
        ("mtcars", "this is a data.frame."),
        ("mean", "this is a function."),
    ],
)
def test_a_parameter_is_one_value(r: RLanguage, mlflow_client: MlflowClient, value: str, told: str) -> None:
    failure = fail(r, f"mlflow_log_param('p', {value})")
    assert failure.evalue == f"The parameter p has to be one value, and {told}"
    assert not _runs(mlflow_client)


@pytest.mark.parametrize(("value", "logged"), [("2L", 2.0), ("0.1", 0.1), ("NaN", float("nan")), ("1/3", 1 / 3)])
def test_a_metric_is_a_number(r: RLanguage, mlflow_client: MlflowClient, value: str, logged: float) -> None:
    run(r, f"mlflow_log_metric('m', {value})")
    assert _only(mlflow_client).data.metrics["m"] == pytest.approx(logged, rel=0, abs=0, nan_ok=True)


def test_infinite_metrics_are_as_large_as_the_store_has_them(r: RLanguage, mlflow_client: MlflowClient) -> None:
    run(r, "mlflow_log_metric('m', -Inf)")
    assert _only(mlflow_client).data.metrics["m"] < -1.7e308


@pytest.mark.parametrize("value", ["NA", "NA_real_", "'good'", "c(1, 2)", "TRUE", "NULL"])
def test_what_is_no_number_is_no_metric(r: RLanguage, mlflow_client: MlflowClient, value: str) -> None:
    failure = fail(r, f"mlflow_log_metric('m', {value})")
    assert failure.evalue.startswith("The metric m has to be one number, and this is ")
    assert not _runs(mlflow_client)


def test_a_batch_is_data_frames(r: RLanguage, mlflow_client: MlflowClient) -> None:
    run(
        r,
        """
        now <- as.POSIXct("2024-01-01", tz = "UTC")
        mlflow_log_batch(
          metrics = data.frame(key = "loss", value = c(1, NaN, 0.5), step = 1:3, timestamp = now + 1:3),
          params = data.frame(key = c("depth", "rate"), value = c(3, 0.1)),
          tags = data.frame(key = "team", value = "sky"))
        """,
    )
    logged = _only(mlflow_client)
    history = mlflow_client.get_metric_history(logged.info.run_id, "loss")
    assert [(one.step, one.timestamp) for one in history] == [
        (step, 1_704_067_200_000 + 1000 * step) for step in (1, 2, 3)
    ]
    assert logged.data.params == {"depth": "3", "rate": "0.1"}
    assert logged.data.tags["team"] == "sky"


def test_a_batch_with_something_missing_is_refused(r: RLanguage, mlflow_client: MlflowClient) -> None:
    missing = fail(r, "mlflow_log_batch(params = data.frame(key = c('a', NA), value = 1:2))")
    assert missing.evalue == "mlflow_log_batch(): params has a missing key."
    unnamed = fail(r, "mlflow_log_batch(metrics = list(a = 1))")
    assert "metrics has to be a data.frame with the columns key, value, step, timestamp" in unnamed.evalue
    assert not _runs(mlflow_client)


def test_what_mlflow_refuses_is_the_cells_error_in_one_sentence(r: RLanguage) -> None:
    failure = fail(r, "mlflow_log_param('a', 1)\nmlflow_log_param('a', 2)")
    assert failure.ename == "MlflowError"
    assert re.fullmatch(r"The parameter a of run \w+ is 1 already and cannot become 2: .*once\.", failure.evalue)
    assert failure.traceback[1:3] == ["  2 | mlflow_log_param('a', 2)"] or "mlflow_log_param('a', 2)" in "".join(
        failure.traceback
    )
    assert "ask_mlflow" not in failure.full


def test_a_refusal_can_be_caught(r: RLanguage) -> None:
    told = text(r, "cat(tryCatch(mlflow_end_run(), MlflowError = function(problem) conditionMessage(problem)))")
    assert told == "There is no active run to end."


def test_the_active_run_is_that_of_python_cells(r: RLanguage) -> None:
    import mlflow

    with mlflow.start_run() as started:
        run(r, "mlflow_log_metric('from_r', 1)")
        assert text(r, "cat(mlflow_id(mlflow_active_run()))") == started.info.run_id
    run(r, "started <- mlflow_start_run()")
    active = mlflow.active_run()
    assert active is not None
    assert text(r, "cat(started$run_id, started$run_uuid)") == f"{active.info.run_id} {active.info.run_id}"
    mlflow.end_run()
    assert text(r, "cat(is.null(mlflow_active_run()))") == "TRUE"


def test_a_run_is_read_as_frames(r: RLanguage) -> None:
    told = text(
        r,
        """
        run <- mlflow_start_run(run_name = "trees")
        for (step in 1:3) mlflow_log_metric("loss", 1 / step, step = step)
        mlflow_log_param("depth", 3)
        ended <- mlflow_end_run()
        run <- mlflow_get_run(run)
        stopifnot(nrow(run) == 1, run$status == "FINISHED", inherits(run$end_time, "POSIXct"), run$end_time >= run$start_time)
        stopifnot(identical(run$params[[1]], data.frame(key = "depth", value = "3")))
        stopifnot(run$metrics[[1]]$value == 1 / 3, run$metrics[[1]]$step == 3)
        stopifnot(mlflow_get_metric_history("loss", run$run_id)$value == 1 / 1:3)
        with(mlflow_start_run(run_name = "other"), mlflow_log_metric("loss", 9))
        found <- mlflow_search_runs("metrics.loss < 1", order_by = "metrics.loss ASC")
        cat(found$run_name, nrow(mlflow_search_runs()), nrow(mlflow_search_runs("metrics.loss > 99")))
        """,
    )
    assert told == "trees 2 0"


def test_a_run_is_shown_as_a_table(r: RLanguage) -> None:
    (shown,) = run(r, "mlflow_start_run(run_name = 'trees')").of("display")
    assert "trees" in shown[1]["text/plain"]


def test_runs_are_nested_ended_as_told_deleted_and_restored(r: RLanguage, mlflow_client: MlflowClient) -> None:
    run(
        r,
        """
        outer <- mlflow_start_run()
        inner <- mlflow_start_run(nested = TRUE)
        mlflow_end_run("KILLED")
        mlflow_end_run()
        mlflow_delete_run(inner$run_id)
        """,
    )
    assert _only(mlflow_client).info.status == "FINISHED"
    assert text(r, "cat(mlflow_restore_run(inner)$status)") == "KILLED"


def test_with_a_client_runs_are_named_and_none_is_active(r: RLanguage, mlflow_client: MlflowClient) -> None:
    told = text(
        r,
        """
        client <- mlflow_client()
        run <- mlflow_start_run(client = client, start_time = 1000, tags = c(by = "hand"))
        mlflow_log_param("a", "b", run_id = run$run_id, client = client)
        invisible(mlflow_end_run(end_time = 2000, run_id = run$run_id, client = client))
        cat(is.null(mlflow_active_run()))
        """,
    )
    logged = _only(mlflow_client)
    assert told == "TRUE"
    assert (logged.info.start_time, logged.info.end_time, logged.data.params) == (1000, 2000, {"a": "b"})
    assert "run_id has to say which run is meant" in fail(r, "mlflow_log_param('a', 1, client = client)").evalue
    elsewhere = fail(r, "mlflow_client('http://elsewhere')").evalue
    assert elsewhere.startswith("This notebook logs to sqlite:///")
    assert elsewhere.endswith('mlflow_set_tracking_uri("http://elsewhere") leads it elsewhere.')


def test_experiments_are_set_and_read(r: RLanguage, mlflow_client: MlflowClient) -> None:
    told = text(
        r,
        """
        made <- mlflow_create_experiment("winter", tags = list(team = "sky"))
        invisible(mlflow_set_experiment(experiment_id = as.numeric(made)))
        run <- mlflow_start_run()
        stopifnot(run$experiment_id == made)
        mlflow_set_experiment("summer")
        mlflow_rename_experiment("autumn", mlflow_get_experiment(name = "summer"))
        mlflow_set_experiment_tag("round", 2)
        mlflow_delete_experiment(made)
        cat(mlflow_id(mlflow_get_experiment()) != made, sort(mlflow_search_experiments()$name, method = "radix"), sep = ",")
        mlflow_restore_experiment(made)
        """,
    )
    assert told == "TRUE,Default,autumn"
    autumn, winter = (mlflow_client.get_experiment_by_name(name) for name in ("autumn", "winter"))
    assert autumn is not None and autumn.tags["round"] == "2"
    assert winter is not None and (winter.lifecycle_stage, winter.tags["team"]) == ("active", "sky")


def test_paths_are_rs_own(r: RLanguage, mlflow_client: MlflowClient) -> None:
    told = text(
        r,
        """
        old <- setwd(tempdir())
        dir.create("pictures", showWarnings = FALSE)
        writeLines("x", "pictures/a.txt")
        files <- mlflow_log_artifact("pictures", "kept")
        setwd(old)
        cat(files$path, files$is_dir, files$file_size, readLines(mlflow_download_artifacts("kept/a.txt")))
        """,
    )
    assert told == "kept/a.txt FALSE 2 x"
    assert "There is no file or folder gone.txt to log" in fail(r, "mlflow_log_artifact('gone.txt')").evalue


def test_a_fork_logs_nothing(r: RLanguage, mlflow_client: MlflowClient) -> None:
    code = "x <- suppressWarnings(parallel::mclapply(1:2, function(i) mlflow_log_metric('m', i))); cat(x[[1]])"
    assert "A forked R (as of mclapply) cannot ask the notebook" in run(r, code).text()
    assert not _runs(mlflow_client)


def test_without_a_store_the_verbs_say_so(tmp_path: Path) -> None:
    language = RLanguage(StandInHost(tmp_path))
    try:
        assert fail(language, "mlflow_start_run()").evalue == "This notebook keeps no runs."
        run(language, "fit <- lm(mpg ~ wt, mtcars)")
    finally:
        language.stop()


def test_what_fails_in_the_verbs_leaves_r_in_step(
    r: RLanguage, tracking: Tracking, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(verb: str, arguments: dict[str, Any]) -> dict[str, Any]:
        raise ZeroDivisionError("nobody foresaw it")

    monkeypatch.setattr(tracking, "answer", answer)
    assert fail(r, "mlflow_end_run()").evalue == "MLflow's end_run failed: ZeroDivisionError: nobody foresaw it"
    assert text(r, "cat(1)") == "1"


# ----------------------------------------------------------------------------- with


def test_a_run_ends_with_its_block(r: RLanguage, mlflow_client: MlflowClient) -> None:
    told = text(r, "x <- with(mlflow_start_run(), {\n  mlflow_log_metric('m', 1)\n  'its value'\n})\ncat(x)")
    assert told == "its value"
    assert (_only(mlflow_client).info.status, _only(mlflow_client).data.metrics) == ("FINISHED", {"m": 1.0})
    assert text(r, "cat(is.null(mlflow_active_run()))") == "TRUE"


def test_a_run_whose_block_fails_has_failed_and_the_error_is_the_cells(
    r: RLanguage, mlflow_client: MlflowClient
) -> None:
    failure = fail(r, "with(mlflow_start_run(), {\n  mlflow_log_metric('m', 1)\n  log(-1:1, 'a')\n})")
    assert "non-numeric argument" in failure.evalue
    assert _only(mlflow_client).info.status == "FAILED"
    assert text(r, "cat(is.null(mlflow_active_run()))") == "TRUE"


def test_a_run_whose_block_is_interrupted_was_killed(r: RLanguage, mlflow_client: MlflowClient) -> None:
    assert isinstance(r.host, StandInHost)
    output = StandInOutput()
    with pytest.raises(KeyboardInterrupt), r.host.interrupted(0.3, since=output.first):
        r.run(Cell("r", "with(mlflow_start_run(), {\n  message('on')\n  while (TRUE) 1\n})"), output)
    assert _only(mlflow_client).info.status == "KILLED"
    assert text(r, "cat(is.null(mlflow_active_run()))") == "TRUE"


def test_a_run_that_its_block_has_ended_stays_as_it_ended(r: RLanguage, mlflow_client: MlflowClient) -> None:
    run(r, "with(mlflow_start_run(), mlflow_end_run('FAILED'))")
    assert _only(mlflow_client).info.status == "FAILED"


# ---------------------------------------------------------------------- the package


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with a package called mlflow."""
    source, library = tmp_path_factory.mktemp("source") / "mlflow", tmp_path_factory.mktemp("library")
    (source / "R").mkdir(parents=True)
    (source / "DESCRIPTION").write_text("Package: mlflow\nVersion: 0.1\nTitle: T\nDescription: D.\nLicense: none\n")
    (source / "NAMESPACE").write_text("export(mlflow_end_run)\n")
    (source / "R" / "code.R").write_text("mlflow_end_run <- function() 'of the package'\n")
    subprocess.run(["R", "CMD", "INSTALL", "-l", str(library), str(source)], check=True, capture_output=True)
    return library


def test_who_attaches_the_package_gets_its_functions_and_is_told(package: Path, tmp_path: Path) -> None:
    language = RLanguage(StandInHost(tmp_path))
    try:
        told = run(language, f"library(mlflow, lib.loc = '{package}')").text("stderr")
        assert "The functions of the package mlflow now stand before the notebook's." in told
        assert text(language, "cat(mlflow_end_run())") == "of the package"
        assert text(language, "suppressMessages(library(dplyr))\ncat(mlflow_end_run())") == "of the package"
        assert fail(language, 'detach("package:mlflow")\nmlflow_end_run()').evalue == "This notebook keeps no runs."
    finally:
        language.stop()


# --------------------------------------------------------------------------- models

_FITS = {
    "lm": "lm(mpg ~ log(wt) + factor(cyl), data = mtcars)",
    "glm": "glm(am ~ wt + hp, data = mtcars, family = binomial)",
    "nls": "nls(mpg ~ a + b * wt, data = mtcars, start = list(a = 40, b = -5))",
    "loess": "loess(mpg ~ wt, data = mtcars)",
    "aov": "aov(weight ~ group, data = PlantGrowth)",
    "gam": "mgcv::gam(mpg ~ s(wt, k = 4), data = mtcars)",
    "lda": "MASS::lda(Species ~ ., data = iris)",
}


@pytest.mark.parametrize("kind", _FITS)
def test_a_model_predicts_the_same_when_it_is_loaded(r: RLanguage, mlflow_client: MlflowClient, kind: str) -> None:
    told = text(
        r,
        f"""
        fit <- {_FITS[kind]}
        logged <- mlflow_log_model(fit, "cars")
        loaded <- mlflow_load_model(logged$model_uri)
        data <- eval(fit$call$data)
        stopifnot(!length(list.files(tempdir(), "^model")))
        stopifnot(identical(class(loaded), class(fit)), !identical(mlflow_predict(loaded, data), NULL))
        cat(isTRUE(all.equal(mlflow_predict(loaded, data), predict(fit, data))))
        """,
    )
    assert told == "TRUE"
    assert _model_of(mlflow_client, _only(mlflow_client)).name == "cars"


def test_a_model_is_loaded_in_another_r_with_the_package_that_it_needs(
    r: RLanguage, mlflow_client: MlflowClient, tmp_path: Path
) -> None:
    uri = text(r, f"fit <- {_FITS['gam']}\ncat(mlflow_log_model(fit)$model_uri)")
    expected = text(r, "cat(predict(fit, data.frame(wt = 3)))")
    fresh = RLanguage(StandInHost(tmp_path))
    fresh.tracking = r.tracking
    try:
        code = f"fit <- mlflow_load_model('{uri}')\ncat('package:mgcv' %in% search(), predict(fit, data.frame(wt = 3)))"
        assert text(fresh, code) == f"FALSE {expected}"
    finally:
        fresh.stop()


def test_a_model_that_needs_a_package_that_is_not_there_names_it(r: RLanguage, mlflow_client: MlflowClient) -> None:
    import yaml

    place = Path(text(r, f"logged <- mlflow_log_model({_FITS['lda']})\ncat(logged$model_uri)"))
    from mlflow.artifacts import download_artifacts

    folder = Path(download_artifacts(str(place).replace("models:/", "models:/")))
    spec = yaml.safe_load((folder / "MLmodel").read_text())
    assert spec["flavors"]["r"]["package"] == "MASS"
    spec["flavors"]["r"]["package"] = "notthere"
    (folder / "MLmodel").write_text(yaml.safe_dump(spec))
    failure = fail(r, f"mlflow_load_model('{folder}')")
    assert failure.evalue == 'The model needs the R package notthere: install.packages("notthere")'


def test_a_model_comes_with_its_signature_an_example_and_rs_packages(r: RLanguage, mlflow_client: MlflowClient) -> None:
    from mlflow.artifacts import download_artifacts
    from mlflow.models import Model

    uri = text(
        r,
        """
        cars <- data.frame(mpg = mtcars$mpg, wt = mtcars$wt, gear = as.integer(mtcars$gear), am = mtcars$am == 1,
          kind = factor(mtcars$cyl), day = as.Date("2024-01-01") + 1:32)
        cars$wt[2] <- NA
        fit <- lm(mpg ~ log(wt) + gear + am + kind + day, data = cars)
        cat(mlflow_log_model(fit)$model_uri)
        """,
    )
    folder = download_artifacts(uri)
    model = Model.load(folder)
    assert model.signature is not None
    assert [(one.name, one.type.name) for one in model.signature.inputs] == [
        ("wt", "double"),
        ("gear", "integer"),
        ("am", "boolean"),
        ("kind", "string"),
        ("day", "datetime"),
    ]
    assert [one.type.name for one in model.signature.outputs] == ["double"]
    example = model.load_input_example(folder)
    assert example["wt"].tolist() == [2.62, 2.32, 3.215, 3.44, 3.46]
    assert example["kind"].astype(str).tolist() == ["6", "4", "6", "8", "6"]
    assert example["am"].tolist() == [True, True, False, False, False]
    about = model.flavors["r"]
    assert about["class"] == ["lm"]
    assert about["packages"]["stats"] == about["r_version"] == text(r, "cat(as.character(getRversion()))")


@pytest.mark.parametrize(
    ("fit", "inputs"),
    [
        ("lm(Species == 'setosa' ~ ., data = iris)", ["Sepal.Length", "Sepal.Width", "Petal.Length", "Petal.Width"]),
        ("lm(mpg ~ 1, data = mtcars)", None),
        ("local({ y <- mtcars$mpg; x <- mtcars$wt; lm(y ~ x) })", ["x"]),
        ("lm(mpg ~ wt + hp, data = subset(mtcars, cyl > 4))", ["wt", "hp"]),
        ("lm(mpg ~ log(wt) + hp, data = subset(mtcars, cyl > 4))", ["hp"]),
        ("lm(mpg ~ wt, data = data.table::as.data.table(mtcars))", ["wt"]),
        ("lm(dist ~ speed, data = datasets::cars)", ["speed"]),
        ("loess(dist ~ speed, data = cars)", ["speed"]),
        ("smooth.spline(cars$speed, cars$dist)", None),
        ("lm(mpg ~ wt, data = mtcars, model = FALSE)", ["wt"]),
    ],
)
def test_inputs_are_told_where_the_model_knows_them(
    r: RLanguage, mlflow_client: MlflowClient, fit: str, inputs: list[str] | None
) -> None:
    from mlflow.models import get_model_info

    info = get_model_info(text(r, f"cat(mlflow_log_model({fit})$model_uri)"))
    named = None if info.signature is None else [column.name for column in info.signature.inputs]
    assert named == inputs


def test_an_example_can_be_given(r: RLanguage, mlflow_client: MlflowClient) -> None:
    from mlflow.models import get_model_info

    code = "double <- function(data) 2 * data$x\ncat(mlflow_log_model(double, input_example = data.frame(x = 1:9))$model_uri)"
    uri = text(r, code)
    signature = get_model_info(uri).signature
    assert signature is not None
    assert [(one.name, one.type.name) for one in signature.inputs] == [("x", "integer")]
    assert [one.type.name for one in signature.outputs] == ["double"]
    assert text(r, f"cat(mlflow_predict(mlflow_load_model('{uri}'), data.frame(x = 4)))") == "8"


@pytest.mark.parametrize(
    ("model", "told"),
    [
        (
            "textConnection('a')",
            "A textConnection cannot be saved as a model: it is a connection, which ends with this R.",
        ),
        (
            "structure(list(from = list(textConnection('a'))), class = 'reader')",
            "A reader cannot be saved as a model: it holds a connection, which ends with this R.",
        ),
        (
            "structure(list(handle = attr(data.table::data.table(a = 1), '.internal.selfref')), class = 'booster')",
            "A booster cannot be saved as a model: it holds a pointer into R's memory, which ends with this R.",
        ),
    ],
)
def test_what_cannot_be_saved_is_no_model(r: RLanguage, mlflow_client: MlflowClient, model: str, told: str) -> None:
    assert fail(r, f"mlflow_log_model({model})").evalue == told
    assert not _runs(mlflow_client)


def test_a_data_table_in_a_model_is_saved(r: RLanguage, mlflow_client: MlflowClient) -> None:
    code = "mlflow_log_model(structure(list(seen = data.table::data.table(a = 1)), class = 'lookup'))$model_uri"
    assert text(r, f"uri <- {code}\ncat(mlflow_load_model(uri)$seen$a)") == "1"


def test_a_model_of_python_is_not_loaded_in_r(r: RLanguage, mlflow_client: MlflowClient, tmp_path: Path) -> None:
    from mlflow.models import Model

    (tmp_path / "python").mkdir()
    Model().add_flavor("python_function", loader_module="nothing").save(str(tmp_path / "python" / "MLmodel"))
    failure = fail(r, f"mlflow_load_model('{tmp_path}/python')")
    assert failure.evalue == f"{tmp_path}/python is no model of R's: it is one of python_function, for Python cells."
    assert "is no model of the flavor keras" in fail(r, f"mlflow_load_model('{tmp_path}/python', 'keras')").evalue


def test_a_function_that_the_r_package_saved_is_loaded(r: RLanguage, tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_text("flavors:\n  crate:\n    version: 0.1.0\n    model: crate.bin\n")
    run(r, f"saveRDS(serialize(function(data) 2 * data$x, NULL), '{tmp_path}/crate.bin')")
    assert text(r, f"cat(mlflow_predict(mlflow_load_model('{tmp_path}'), data.frame(x = 4)))") == "8"


def test_a_model_is_registered_by_one_argument_and_found_by_its_alias(
    r: RLanguage, mlflow_client: MlflowClient
) -> None:
    told = text(
        r,
        """
        fit <- lm(mpg ~ wt, data = mtcars)
        mlflow_log_model(fit, "cars", registered_model_name = "cars")
        mlflow_log_model(update(fit, . ~ . + hp), "cars")
        second <- mlflow_register_model(name = "cars", description = "With power.")
        mlflow_set_registered_model_alias("cars", "champion", second$version)
        stopifnot(mlflow_get_model_version("cars", 2)$description == "With power.")
        stopifnot(mlflow_get_model_version_by_alias("cars", "champion")$version == "2")
        stopifnot(mlflow_get_registered_model("cars")$aliases$champion == "2", mlflow_search_registered_models() == "cars")
        mlflow_transition_model_version_stage("cars", 1, "Production")
        stopifnot(mlflow_get_latest_versions("cars", "Production")[[1]]$version == "1")
        third <- mlflow_create_model_version("cars", second$source)
        mlflow_set_model_version_tag("cars", third$version, "checked", TRUE)
        stopifnot(mlflow_get_model_version("cars", third$version)$tags$checked == "TRUE")
        mlflow_delete_model_version("cars", third$version)
        cat(names(coef(mlflow_load_model("models:/cars/1"))), names(coef(mlflow_load_model("models:/cars@champion"))))
        """,
    )
    assert told == "(Intercept) wt (Intercept) wt hp"
    assert {one.version for one in mlflow_client.search_model_versions("name = 'cars'")} in ({1, 2}, {"1", "2"})


def test_a_model_is_saved_to_a_folder(r: RLanguage, mlflow_client: MlflowClient) -> None:
    told = text(
        r,
        """
        fit <- lm(mpg ~ wt, data = mtcars)
        place <- file.path(tempdir(), "kept")
        unlink(place, recursive = TRUE)
        mlflow_save_model(fit, place)
        cat(identical(coef(mlflow_load_model(place)), coef(fit)))
        """,
    )
    assert told == "TRUE"
    assert not _runs(mlflow_client)


# ---------------------------------------------------------------------- autologging


def test_no_fit_is_logged_unless_it_is_asked_for(r: RLanguage, mlflow_client: MlflowClient) -> None:
    run(r, "fit <- lm(mpg ~ wt, mtcars)\nfit")
    assert not _runs(mlflow_client)


def test_a_fit_is_logged_as_it_is_assigned(autolog: RLanguage, mlflow_client: MlflowClient) -> None:
    assert not run(autolog, "fit <- lm(mpg ~ wt, data = mtcars, weights = hp)").messages
    logged = _only(mlflow_client)
    assert logged.info.status == "FINISHED"
    assert logged.data.tags[tags.AUTOLOG] == "r"
    assert logged.data.params == {
        "class": "lm",
        "formula": "mpg ~ wt",
        "call": "lm(formula = mpg ~ wt, data = mtcars, weights = hp)",
        "weights": "hp",
        "observations": "32",
    }
    told = text(
        autolog,
        "s <- summary(fit)\ncat(s$r.squared, s$adj.r.squared, s$sigma, AIC(fit), BIC(fit), logLik(fit), deviance(fit), "
        "df.residual(fit), nobs(fit))",
    )
    names = ("r.squared", "adj.r.squared", "sigma", "AIC", "BIC", "logLik", "deviance", "df.residual", "nobs")
    expected = dict(zip(names, map(float, told.split()), strict=True))
    assert logged.data.metrics == pytest.approx(expected, rel=1e-6)
    model = _model_of(mlflow_client, logged)
    assert text(autolog, f"cat(identical(coef(mlflow_load_model('{model.model_uri}')), coef(fit)))") == "TRUE"


@pytest.mark.parametrize(
    ("fit", "params", "metrics"),
    [
        (
            _FITS["glm"],
            {"class": "glm", "family": "binomial", "link": "logit", "converged": "TRUE", "observations": "32"},
            {"AIC", "BIC", "logLik", "deviance", "null.deviance", "df.residual", "nobs"},
        ),
        (_FITS["aov"], {"class": "aov", "formula": "weight ~ group"}, {"r.squared", "adj.r.squared", "sigma", "AIC"}),
        (_FITS["nls"], {"class": "nls", "formula": "mpg ~ a + b * wt", "converged": "TRUE"}, {"sigma", "AIC", "iterations"}),
        (_FITS["loess"], {"class": "loess", "span": "0.75", "degree": "2", "observations": "32"}, {"sigma", "enp"}),
        (_FITS["gam"], {"class": "gam", "family": "gaussian", "method": "GCV"}, {"adj.r.squared", "deviance.explained", "edf"}),
        (_FITS["lda"], {"class": "lda", "groups": "3", "observations": "150"}, set()),
        ("nlme::gls(mpg ~ wt, data = mtcars)", {"class": "gls", "formula": "mpg ~ wt"}, {"AIC", "BIC", "logLik", "sigma"}),
        ("MASS::rlm(mpg ~ wt, data = mtcars)", {"class": "rlm"}, {"sigma", "logLik"}),
        ("arima(lh, order = c(1, 0, 0))", {"class": "Arima", "order": "1,0,0"}, {"AIC", "sigma2", "logLik"}),
        ("smooth.spline(cars$speed, cars$dist)", {"class": "smooth.spline", "observations": "19"}, {"df", "cv.crit"}),
        ("kmeans(iris[1:4], 3)", {"class": "kmeans", "centers": "3", "observations": "150"}, {"tot.withinss", "totss"}),
        ("lm(cbind(mpg, hp) ~ wt, data = mtcars)", {"class": "mlm"}, {"df.residual"}),
    ],
    ids=lambda value: value.partition("(")[0] if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_defined_for_a_class_is_logged(
    autolog: RLanguage, mlflow_client: MlflowClient, fit: str, params: dict[str, str], metrics: set[str]
) -> None:
    assert not run(autolog, f"set.seed(1)\nfit <- {fit}").text("stderr")
    logged = _only(mlflow_client)
    assert params.items() <= logged.data.params.items()
    assert metrics <= logged.data.metrics.keys()
    assert _model_of(mlflow_client, logged).status == "READY"


def test_whatever_has_a_likelihood_is_a_fit(autolog: RLanguage, mlflow_client: MlflowClient) -> None:
    run(
        autolog,
        """
        logLik.dice <- function(object, ...) structure(object$points, df = 1, nobs = 6L, class = "logLik")
        nobs.dice <- function(object, ...) 6L
        AIC(structure(list(points = -9), class = "dice"))
        fair <- structure(list(points = -9), class = "dice")
        broken <- structure(list(points = "none"), class = "dice")
        """,
    )
    logged = _only(mlflow_client)
    assert logged.data.params == {"class": "dice", "observations": "6"}
    assert logged.data.metrics == pytest.approx(
        {"AIC": 20.0, "BIC": 18 + 1.791759, "logLik": -9.0, "nobs": 6.0}, rel=1e-6
    )


_NEW = [
    "lm(mpg ~ wt, mtcars)",
    "fit <- lm(mpg ~ wt, mtcars)",
    "lm(mpg ~ wt, mtcars) -> fit",
    "print(fit <- lm(mpg ~ wt, mtcars))",
    "(fit <- lm(mpg ~ wt, mtcars))",
    "{\n  fit <- lm(mpg ~ wt, mtcars)\n  fit\n}",
    "assign('fit', lm(mpg ~ wt, mtcars))",
    "fit <- mtcars |> lm(formula = mpg ~ wt)",
    "fit <- if (TRUE) lm(mpg ~ wt, mtcars)",
    "train <- function(d) lm(mpg ~ wt, d)\nfit <- train(mtcars)",
    "fit <- do.call(lm, list(mpg ~ wt, mtcars))",
    "fits <- lapply(list(mpg ~ wt), lm, data = mtcars)",
    "fits <- list()\nfits$first <- lm(mpg ~ wt, mtcars)",
    "for (x in 'wt') fit <- lm(reformulate(x, 'mpg'), mtcars)",
    "fits <- list()\nfor (x in 'wt') fits[[x]] <- lm(reformulate(x, 'mpg'), mtcars)",
    "if (TRUE) {\n  fit <- lm(mpg ~ wt, mtcars)\n  print(summary(fit))\n}",
]


@pytest.mark.parametrize("code", _NEW)
def test_a_new_fit_is_logged_once(autolog: RLanguage, mlflow_client: MlflowClient, code: str) -> None:
    assert not run(autolog, code).text("stderr")
    assert _only(mlflow_client).data.params["class"] == "lm"


_NOT_NEW = [
    "fit",
    "print(fit)",
    "(fit)",
    "other <- fit",
    "other <- another <- fit",
    "fits[[1]]",
    "fits$a",
    "both <- list(fit, fits$a)",
    "identity(fit)",
    "get('fit')",
    "copy <- get0('fit')",
    "f <- function() fit\nf()",
    "fit <- readRDS('fit.rds')",
    "fit <- base::readRDS('fit.rds')",
    "assign('copy', readRDS('fit.rds'))",
    "load('fit.RData')\nloaded",
    "unserialize(serialize(fit, NULL))",
    "summary(fit)",
    "anova(fit)",
    "logLik(fit)",
    "formula(fit)",
    "predict(fit)",
    "fit$call <- NULL\nfit",
    "for (i in 1:2) fits[[i]] <- fits[[1]]",
    "for (i in 1:2) copy <- fit",
    "if (TRUE) fit",
    "{\n  copy <- fit\n  copy\n}",
    "fits <- c(fits, 1)",
    "fits <- rev(fits)",
    "delayedAssign('later', stop('too early'))\nlater <- 1",
    "mtcars",
    "factor('a')",
    "t.test(mtcars$mpg)",
    "Sys.time()",
]


@pytest.mark.parametrize("code", _NOT_NEW)
def test_what_was_there_before_is_no_new_fit(
    r: RLanguage, tracking: Tracking, mlflow_client: MlflowClient, code: str
) -> None:
    run(
        r,
        """
        fit <- lm(mpg ~ wt, mtcars)
        fits <- list(a = lm(mpg ~ hp, mtcars))
        saveRDS(fit, "fit.rds")
        loaded <- fit
        save(loaded, file = "fit.RData")
        rm(loaded)
        """,
    )
    tracking.autolog = True
    run(r, code)
    assert not _runs(mlflow_client)


def test_a_model_that_was_logged_is_loaded_and_not_logged_again(
    autolog: RLanguage, mlflow_client: MlflowClient
) -> None:
    run(autolog, "fit <- lm(mpg ~ wt, mtcars)")
    uri = _model_of(mlflow_client, _only(mlflow_client)).model_uri
    run(autolog, f"fit <- mlflow_load_model('{uri}')\nfit")
    assert len(_runs(mlflow_client)) == 1


def test_an_update_is_a_new_fit_and_so_is_the_same_cell_once_more(
    autolog: RLanguage, mlflow_client: MlflowClient
) -> None:
    for code in ("fit <- lm(mpg ~ wt, mtcars)", "fit <- update(fit, . ~ . + hp)", "fit <- lm(mpg ~ wt, mtcars)"):
        run(autolog, code)
    assert [one.data.params["formula"] for one in _runs(mlflow_client)] == ["mpg ~ wt", "mpg ~ wt + hp", "mpg ~ wt"]


def test_a_list_of_fits_is_as_many_runs(autolog: RLanguage, mlflow_client: MlflowClient) -> None:
    run(autolog, "fits <- lapply(c('wt', 'hp', 'qsec'), function(x) lm(reformulate(x, 'mpg'), mtcars))")
    assert [one.data.params["formula"] for one in _runs(mlflow_client)] == ["mpg ~ wt", "mpg ~ hp", "mpg ~ qsec"]


def test_a_list_that_gets_one_fit_more_is_one_run(
    r: RLanguage, tracking: Tracking, mlflow_client: MlflowClient
) -> None:
    run(r, "fits <- list(lm(mpg ~ hp, mtcars))")
    tracking.autolog = True
    run(
        r,
        "fits <- c(fits, list(lm(mpg ~ wt, mtcars)))\nfor (x in 'qsec') fits[[x]] <- lm(reformulate(x, 'mpg'), mtcars)",
    )
    assert [one.data.params["formula"] for one in _runs(mlflow_client)] == ["mpg ~ wt", "mpg ~ qsec"]


def test_a_fit_goes_into_the_active_run(autolog: RLanguage, mlflow_client: MlflowClient) -> None:
    run(
        autolog,
        "run <- mlflow_start_run()\nfit <- lm(mpg ~ wt, mtcars)\nmlflow_log_metric('mine', 1)\ne <- mlflow_end_run()",
    )
    logged = _only(mlflow_client)
    assert logged.data.params["formula"] == "mpg ~ wt"
    assert logged.data.metrics.keys() >= {"mine", "r.squared"}


@pytest.mark.parametrize(
    "block",
    [
        "{\n  fit <- lm(mpg ~ wt, mtcars)\n  mlflow_log_metric('mine', 1)\n}",
        "{\n  mlflow_log_metric('mine', 1)\n  lm(mpg ~ wt, mtcars)\n}",
        "{\n  mlflow_log_metric('mine', 1)\n  fit <- lm(mpg ~ wt, mtcars)\n  copy <- fit\n  old <- before\n}",
    ],
)
def test_a_fit_in_a_runs_block_goes_into_that_run(
    r: RLanguage, tracking: Tracking, mlflow_client: MlflowClient, block: str
) -> None:
    run(r, "before <- lm(mpg ~ hp, mtcars)")
    tracking.autolog = True
    run(r, f"with(mlflow_start_run(), {block})")
    logged = _only(mlflow_client)
    assert logged.data.params["formula"] == "mpg ~ wt"
    assert logged.data.metrics.keys() >= {"mine", "r.squared"}
    assert len(logged.outputs.model_outputs) == 1


def test_the_fits_of_a_block_that_fails_later_are_in_its_run(autolog: RLanguage, mlflow_client: MlflowClient) -> None:
    fail(autolog, "with(mlflow_start_run(), {\n  fit <- lm(mpg ~ wt, mtcars)\n  stop('later')\n})")
    logged = _only(mlflow_client)
    assert (logged.info.status, logged.data.params["formula"]) == ("FAILED", "mpg ~ wt")


def test_what_cannot_be_logged_is_one_line_and_the_cell_goes_on(autolog: RLanguage, tracking: Tracking) -> None:
    tracking.refusal = "MLflow's tracking server does not answer: nothing was logged."
    output = run(autolog, "fit <- lm(mpg ~ wt, mtcars)\ncat('on')")
    assert output.text() == "on"
    assert output.text("stderr") == f"This lm was not logged: {tracking.refusal}\n"


def test_a_fit_that_cannot_be_saved_is_logged_without_its_model(
    autolog: RLanguage, mlflow_client: MlflowClient
) -> None:
    output = run(
        autolog,
        "f <- function() {\n  fit <- lm(mpg ~ wt, mtcars)\n  fit$log <- textConnection('a')\n  fit\n}\nfit <- f()",
    )
    told = "This lm was logged without the model: A lm cannot be saved as a model: it holds a connection, which ends with this R.\n"
    assert output.text("stderr") == told
    logged = _only(mlflow_client)
    assert "r.squared" in logged.data.metrics
    assert not logged.outputs.model_outputs


def test_the_fits_data_in_its_call_are_not_written_out(autolog: RLanguage, mlflow_client: MlflowClient) -> None:
    run(autolog, "d <- data.frame(x = rnorm(2e5), y = rnorm(2e5))\nfit <- do.call(lm, list(y ~ x, d))")
    call = _only(mlflow_client).data.params["call"]
    assert call.startswith("(function (formula, data")
    assert len(call) <= 6000


def test_what_is_large_is_still_changed_where_it_lies(autolog: RLanguage) -> None:
    if text(autolog, "cat(capabilities('profmem'))") != "TRUE":
        pytest.skip("this R cannot tell of copies")
    run(autolog, "x <- runif(1e6)\nx[1] <- 0\ninvisible(tracemem(x))")
    run(autolog, "fit <- lm(mpg ~ wt, mtcars)")
    assert text(autolog, "x[2] <- 0\nfor (i in 1:3) x[i] <- i\nx[3] <- 1\nif (TRUE) x[4] <- 0\nuntracemem(x)") == ""


def test_random_numbers_go_on_as_if_nothing_was_logged(autolog: RLanguage, tracking: Tracking) -> None:
    code = "set.seed(1)\n{body}\ncat(runif(1))"
    logged = text(autolog, code.format(body="fit <- glm(am ~ wt, data = mtcars, family = binomial)"))
    assert logged == text(autolog, code.format(body=""))
    made = "rm(.Random.seed)\nfit <- lm(mpg ~ wt, mtcars)\ncat(exists('.Random.seed', globalenv()))"
    assert text(autolog, made) == "FALSE"


def test_a_failed_cell_keeps_the_fits_before_its_failure(autolog: RLanguage, mlflow_client: MlflowClient) -> None:
    fail(autolog, "fit <- lm(mpg ~ wt, mtcars)\nstop('later')")
    assert _only(mlflow_client).data.params["formula"] == "mpg ~ wt"


# ------------------------------------------------------------------------- packages


def test_rs_loaded_packages_are_told_with_their_versions(r: RLanguage) -> None:
    first, *lines = r.packages() or []
    assert first == "R==" + text(r, "cat(as.character(getRversion()))")
    assert f"stats=={first.removeprefix('R==')}" in lines
    assert lines == sorted(lines)
    table = text(r, "requireNamespace('data.table')\ncat(as.character(packageVersion('data.table')))")
    assert f"data.table=={table}" in (r.packages() or [])


def test_r_that_was_not_started_has_no_packages(tmp_path: Path) -> None:
    language = RLanguage(StandInHost(tmp_path))
    assert language.packages() is None
    language.start()
    process = language._process
    assert process is not None and language.packages() is not None
    os.kill(process.pid, 9)
    assert language.packages() is None
    language.stop()
