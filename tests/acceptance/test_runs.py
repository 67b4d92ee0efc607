"""Runs record themselves: what each knows of its notebook, its code and its data. Nothing here starts Spark."""

from __future__ import annotations

import getpass
import json
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from mlflow.entities import Run
from sklearn import __version__ as sklearn_version

from acceptance.live import Notebook
from acceptance.notebooks import artifact, inputs_of, printed, ran, runs_of, store_of

FIT = """
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
X, y = load_iris(return_X_y=True, as_frame=True)
model = LogisticRegression(max_iter=500).fit(X, y)
"""
TABLES = """
import pandas as pd
from deltalake import DeltaTable, write_deltalake
for name in ("flowers", "prices", "weather"):
    write_deltalake(name, pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0], "y": [0, 0, 1, 1]}))
write_deltalake("flowers", pd.DataFrame({"x": [5.0], "y": [1]}), mode="append")
"""
CELLS = (
    "%sh true",
    FIT,
    TABLES,
    "prices = DeltaTable('prices').to_pandas()",
    "flowers = DeltaTable('flowers').to_pandas()",
    "part = flowers[flowers.x > 1]",
    "from sklearn.tree import DecisionTreeClassifier\ntree = DecisionTreeClassifier().fit(part[['x']], part['y'])",
    "weather = DeltaTable('weather').to_pandas()",
)


def new_workspace(root: Path, settings: str = "") -> Path:
    (root / "lakebook.toml").write_text(settings)
    (root / "work").mkdir()
    return root


class Executed:
    """A notebook that has run, and its runs."""

    def __init__(self, folder: Path, *cells: str) -> None:
        self.folder = folder
        self.notebook: nbformat.NotebookNode = ran(folder / "work" / "iris.ipynb", *cells)
        self.runs: list[Run] = runs_of(folder, "work/iris")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Executed:
    """Outside any repository: a fit of scikit-learn's own data, and one of a Delta table."""
    return Executed(new_workspace(tmp_path_factory.mktemp("plain")), *CELLS)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Executed:
    """In a repository: a fit as committed, and one after a file that git knows has changed."""
    folder = new_workspace(tmp_path_factory.mktemp("kept"))
    git(folder, "init", "--quiet")
    git(folder, "remote", "add", "origin", "https://ada:secret@example.org/flowers.git")
    (folder / "known.py").write_text("x = 1\n")
    git(folder, "add", "known.py")
    git(folder, "commit", "--quiet", "-m", "first")
    return Executed(folder, FIT, "%sh echo 'x = 2' > ../known.py", "model = model.fit(X, y)")


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    """A kernel whose front end does not say which file its notebook is."""
    with Notebook(new_workspace(tmp_path_factory.mktemp("console"))) as notebook:
        notebook.good(f"{FIT}\n{TABLES}")
        yield notebook


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=trunk")
    asked = subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return asked.stdout.strip()


def folder_of(notebook: Notebook) -> Path:
    return Path(notebook.good("import os\nprint(os.getcwd())").stdout.strip())


def newest_run(notebook: Notebook) -> Run:
    folder = folder_of(notebook)
    return runs_of(folder, folder.name)[-1]


def test_a_fit_is_a_run_of_the_notebooks_experiment(plain: Executed) -> None:
    run = plain.runs[0]
    assert run.info.status == "FINISHED"
    assert run.data.params["max_iter"] == "500"
    assert 0.9 < run.data.metrics["training_accuracy_score"] <= 1
    assert run.data.tags["mlflow.user"] == getpass.getuser()
    assert run.data.tags["mlflow.source.name"] == run.data.tags["lakebook.notebook"] == "work/iris.ipynb"
    assert run.data.tags["mlflow.source.type"] == "NOTEBOOK"
    assert (run.data.tags["lakebook.cell.number"], run.data.tags["lakebook.cell.language"]) == ("2", "python")
    assert [run.info.run_name for run in plain.runs] == [
        line.removeprefix("Logged the run ").rstrip(".")
        for line in printed(plain.notebook, "stderr").splitlines()
        if line.startswith("Logged")
    ]


def test_a_fit_says_no_more_than_that_it_was_recorded(plain: Executed) -> None:
    assert [line for line in printed(plain.notebook, "stderr").splitlines() if not line.startswith("Logged")] == []


def test_the_model_has_a_signature_and_an_example(plain: Executed) -> None:
    run = plain.runs[0]
    models = store_of(plain.folder).search_logged_models([run.info.experiment_id])
    (model,) = [model for model in models if model.source_run_id == run.info.run_id]
    about = Path(model.artifact_location.removeprefix("file://"))
    assert (about / "input_example.json").is_file()
    assert "petal length (cm)" in (about / "MLmodel").read_text()


def test_all_of_it_is_in_the_workspace_and_its_owners_alone(plain: Executed) -> None:
    own = plain.folder / ".lakebook" / "mlflow"
    assert (plain.folder / ".lakebook").stat().st_mode & 0o077 == 0
    assert (own / "mlflow.db").stat().st_mode & 0o077 == 0
    assert plain.runs[0].info.artifact_uri.startswith((own / "artifacts").as_uri())
    assert {path.name for path in (plain.folder / "work").iterdir()} == {"iris.ipynb", "flowers", "prices", "weather"}


def test_a_run_knows_the_notebook_as_it_ran_and_the_packages(plain: Executed) -> None:
    first, second = plain.runs
    for run, cells in ((first, CELLS[:2]), (second, CELLS[:7])):
        text = nbformat.reads(artifact(plain.folder, run, "lakebook/notebook.ipynb"), 4)
        nbformat.validate(text)
        assert [cell.source for cell in text.cells] == [cell.rstrip() for cell in cells]
        assert text.metadata.kernelspec.name == "lakebook"
    packages = artifact(plain.folder, first, "lakebook/python-packages.txt").splitlines()
    assert f"scikit-learn=={sklearn_version}" in packages
    files = {one.path for one in store_of(plain.folder).list_artifacts(first.info.run_id, "lakebook")}
    assert files == {"lakebook/notebook.ipynb", "lakebook/python-packages.txt"}


def test_a_models_requirements_are_what_mlflow_would_find_out_each_time(plain: Executed) -> None:
    from mlflow.models import infer_pip_requirements

    store = store_of(plain.folder)
    models = [store.get_logged_model(run.outputs.model_outputs[0].model_id) for run in plain.runs]
    assert len(models) == 2
    for model in models:
        folder = Path(model.artifact_location.removeprefix("file://"))
        kept = set((folder / "requirements.txt").read_text().splitlines())
        found = set(infer_pip_requirements(str(folder), "sklearn"))
        assert found <= kept
        assert {line.partition("==")[0] for line in kept - found} <= {"mlflow", "scikit-learn", "cloudpickle"}  # always


def test_outside_a_repository_a_run_has_no_commit(plain: Executed) -> None:
    assert [tag for tag in plain.runs[0].data.tags if "git" in tag] == []


def test_in_a_repository_a_run_knows_its_commit(kept: Executed) -> None:
    for run in kept.runs:
        assert run.data.tags["mlflow.source.git.commit"] == git(kept.folder, "rev-parse", "HEAD")
        assert run.data.tags["mlflow.source.git.branch"] == "trunk"
        assert run.data.tags["mlflow.source.git.repoURL"] == "https://example.org/flowers.git"
    clean, dirty = kept.runs
    assert (clean.data.tags["lakebook.git.dirty"], dirty.data.tags["lakebook.git.dirty"]) == ("false", "true")
    assert "+x = 2" in artifact(kept.folder, dirty, "lakebook/uncommitted.patch")


def test_tables_on_the_way_of_the_data_are_told_from_others_and_from_later_ones(plain: Executed) -> None:
    first, second = plain.runs
    assert inputs_of(first) == {}
    inputs = {Path(name).name: value for name, value in inputs_of(second).items()}
    assert {name: context for name, (context, _) in inputs.items()} == {"flowers": "training", "prices": "possible"}
    source = json.loads(inputs["flowers"][1])
    assert (source["path"], source["delta_table_version"]) == (f"file:{plain.folder}/work/flowers", 1)
    written = json.loads(second.data.tags["lakebook.tables.written"])
    assert {Path(table["location"]).name: table["version"] for table in written} == {
        "flowers": 1, "prices": 0, "weather": 0,
    }  # fmt: skip


def test_a_run_that_goes_on_over_cells_has_what_all_of_them_read(console: Notebook) -> None:
    console.good("import mlflow\nrun = mlflow.start_run(run_name='long')")
    console.good("one = DeltaTable('prices').to_pandas()\nmlflow.log_metric('rows', len(one))")
    console.good("two = DeltaTable('weather').to_pandas()\nmlflow.log_param('by', 'hand')")
    assert "Logged the run long." in console.good("mlflow.end_run()").stderr
    run = newest_run(console)
    assert {Path(name).name for name in inputs_of(run)} == {"prices", "weather"}
    last = json.loads(artifact(folder_of(console), run, "lakebook/notebook.ipynb"))["cells"][-1]
    assert last["source"] == "mlflow.end_run()"


def test_a_failed_cell_is_marked_in_the_notebook_as_it_ran(console: Notebook) -> None:
    console.run("1 / 0")
    console.good("model = model.fit(X, y)")
    cells = json.loads(artifact(folder_of(console), newest_run(console), "lakebook/notebook.ipynb"))["cells"]
    assert [cell["metadata"].get("tags") for cell in cells[-2:]] == [["raises-exception"], None]


def test_autolog_off_records_no_fit_and_on_does_again(console: Notebook) -> None:
    console.good("%autolog off")
    assert console.good("%autolog").stdout == "Fits are not recorded.\n"
    assert console.good("model = model.fit(X, y)").stderr == ""
    console.good("%autolog on")
    assert "Logged the run" in console.good("model = model.fit(X, y)").stderr
    assert "%autolog takes on, off or --register NAME, and this is 'maybe'." in console.run("%autolog maybe").error


def test_what_the_user_asks_of_mlflow_stands(console: Notebook) -> None:
    console.good("import mlflow.sklearn\nmlflow.sklearn.autolog(log_models=False)\nmlflow.set_experiment('own')")
    console.good("model = model.fit(X, y)")
    folder = folder_of(console)
    (run,) = runs_of(folder, "own")
    assert store_of(folder).search_logged_models([run.info.experiment_id]) == []


def test_without_autologging_mlflow_is_not_even_imported(tmp_path: Path) -> None:
    folder = new_workspace(tmp_path, "[tracking]\nautolog = false\nuri = 'sqlite:///elsewhere/runs.db'\n")
    by_hand = "import mlflow\nwith mlflow.start_run():\n    mlflow.log_metric('x', 1)"
    notebook = ran(folder / "work" / "iris.ipynb", FIT, "import sys\nprint('mlflow' in sys.modules)", by_hand)
    assert printed(notebook) == "False\n"
    assert (folder / "elsewhere" / "runs.db").is_file()
    assert not (folder / ".lakebook" / "mlflow").exists()
    (run,) = runs_of(folder, "work/iris")
    assert run.data.metrics == {"x": 1}


def test_while_the_tracking_server_is_down_runs_are_kept_in_the_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))  # nobody listens there yet
        uri = f"http://127.0.0.1:{server.getsockname()[1]}"
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
        with Notebook(new_workspace(tmp_path)) as notebook:
            outcome = notebook.good(FIT)
            assert [line.partition(":")[0] for line in outcome.stderr.splitlines()] == [
                "The tracking server http",
                f"Logged the run {outcome.stderr.rpartition('the run ')[2].strip()}",
            ]
            assert "Until it answers, runs are kept in this workspace" in outcome.stderr
            assert notebook.good("model = model.fit(X, y)").stderr.startswith("Logged the run")
            server.listen()
            outcome = notebook.good("import mlflow\nprint(mlflow.get_tracking_uri())")
            assert (outcome.stdout, f"{uri} answers again" in outcome.stderr) == (f"{uri}\n", True)
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    assert len(runs_of(tmp_path, tmp_path.name)) == 2


def test_a_fit_is_registered_by_one_argument(console: Notebook) -> None:
    console.good("mlflow.sklearn.autolog(log_models=True, log_input_examples=True)")
    outcome = console.good("%autolog --register flowers\nmodel = model.fit(X, y)")
    assert outcome.stderr.endswith("Registered version 1 of flowers.\n")
    store = store_of(folder_of(console))
    version = store.get_model_version("flowers", "1")
    assert store.get_run(version.run_id).data.tags["estimator_name"] == "LogisticRegression"
    assert "Registered" not in console.good("model = model.fit(X, y)").stderr
