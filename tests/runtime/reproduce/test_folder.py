"""The folder that ``lakebook reproduce`` makes: what is in it, and when it is not made. Nothing here runs it."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import nbformat
import pandas as pd
import pytest
from deltalake import DeltaTable, write_deltalake

from lakebook.cli import WRONG_USE, main
from lakebook.config import find_workspace
from lakebook.tracking.tables import TableVersion
from runtime.lineage.recording import Recording, cell, write
from runtime.reproduce.test_repository import git

Captured = pytest.CaptureFixture[str]


def as_ran(*sources: str) -> str:
    """A notebook as a run keeps it."""
    cells: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "execution_count": number,
            "id": f"run-{number}",
            "metadata": {},
            "outputs": [],
            "source": source,
        }
        for number, source in enumerate(sources, 1)
    ]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return json.dumps({"cells": cells, "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture(autouse=True)
def _in_the_workspace(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(recording.workspace.root)


@pytest.fixture
def flights(recording: Recording) -> TableVersion:
    """A table with versions 0 and 1, the newest of which has two rows."""
    folder = recording.workspace.warehouse / "flights"
    for _ in range(2):
        write_deltalake(folder, pd.DataFrame({"x": [1]}), mode="append")
    return TableVersion("default.flights", str(folder), 0, str(DeltaTable(folder).metadata().id))


FILES = {"notebook.ipynb": as_ran("x = 1", "fit(x)"), "python-packages.txt": "pandas==0.1\n"}


def test_it_is_a_workspace_of_its_own_with_the_notebook_as_it_ran(
    recording: Recording, flights: TableVersion, capsys: Captured
) -> None:
    (recording.workspace.root / "lakebook.toml").write_text("[spark]\nmemory = '3g'\n")
    of = cell(2, notebook="work/delays.ipynb")
    run_id = recording.run(cell=of, training=[flights], artifacts=FILES)
    assert main(["reproduce", run_id, "--no-run"]) == 0
    folder = recording.workspace.root / "reproduce-gentle-snail-42"
    made = find_workspace(folder / "work")
    assert (made.root, made.spark.memory) == (folder, "3g")
    pinned, *cells = nbformat.read(folder / "work" / "delays.ipynb", as_version=4).cells
    assert [one.source for one in cells] == ["x = 1", "fit(x)"]
    assert pinned.source.startswith(f"%sql\n-- The tables that run {run_id} read, each at the version that it read.\n")
    assert pinned.metadata.tags == ["reproduced-tables"]
    assert (folder / "requirements.txt").read_text() == "pandas==0.1\n"
    assert not (folder / "r-packages.txt").exists()
    assert DeltaTable(folder / ".lakebook/reproduced/default.flights").to_pandas()["x"].tolist() == [1]
    assert capsys.readouterr().out.splitlines() == [
        f"Run gentle-snail-42 ({run_id}) of work/delays.ipynb, cell 2",
        "Folder reproduce-gentle-snail-42",
        "  default.flights is pinned at version 0.",
        "  The run was made outside a git repository: files that were beside the notebook are not there.",
        "  The run's packages are in requirements.txt.",
        "Packages that are not here as they were then:",
        f"  pandas 0.1, here {pd.__version__}",
    ]


def test_its_repository_is_at_the_run_s_commit_with_what_had_been_changed(recording: Recording) -> None:
    root = recording.workspace.root
    (root / "mine.py").write_text("x = 1\n")
    (root / "requirements.txt").write_text("pandas\n")
    git(root, "init", "--quiet")
    git(root, "add", "mine.py", "requirements.txt")
    git(root, "commit", "--quiet", "-m", "first")
    commit = git(root, "rev-parse", "HEAD")
    (root / "mine.py").write_text("x = 2\n")
    patch = subprocess.run(["git", "-C", str(root), "diff", "--binary", "HEAD"], capture_output=True, check=True).stdout
    told = {"mlflow__source__git__commit": commit, "lakebook__git__folder": str(root), "lakebook__git__dirty": "true"}
    run_id = recording.run(artifacts={**FILES, "uncommitted.patch": patch}, **told)
    (root / "mine.py").write_text("x = 3\n")
    git(root, "commit", "--quiet", "-a", "-m", "second")
    assert main(["reproduce", run_id, "--no-run", "--folder", "again"]) == 0
    assert (root / "again" / "mine.py").read_text() == "x = 2\n"
    assert (root / "again" / "requirements.txt").read_text() == "pandas\n", "it is the repository's"
    assert (root / "again" / "requirements-of-the-run.txt").read_text() == "pandas==0.1\n"


def test_a_folder_that_is_not_empty_is_left_alone(recording: Recording, capsys: Captured) -> None:
    run_id = recording.run(artifacts=FILES)
    (recording.workspace.root / "again").mkdir()
    (recording.workspace.root / "again" / "mine").touch()
    assert main(["reproduce", run_id, "--folder", "again"]) == WRONG_USE
    assert capsys.readouterr().err == (
        "lakebook: again is there already: name an empty folder by --folder, or remove it.\n"
    )
    assert [file.name for file in (recording.workspace.root / "again").iterdir()] == ["mine"]


def test_of_a_folder_that_could_not_be_made_nothing_is_left(recording: Recording, capsys: Captured) -> None:
    told = {"mlflow__source__git__commit": "0" * 40, "lakebook__git__folder": "/no/where"}
    run_id = recording.run(artifacts=FILES, **told)
    assert main(["reproduce", run_id, "--folder", "again"]) == WRONG_USE
    assert capsys.readouterr().err == (
        f"lakebook: Commit {'0' * 40} is not there any more: it was in /no/where, and it had no remote.\n"
    )
    assert not (recording.workspace.root / "again").exists()


def test_a_version_that_vacuum_removed_is_said_before_anything_is_made(
    recording: Recording, flights: TableVersion, capsys: Captured
) -> None:
    folder = flights.location.removeprefix("file:")
    write_deltalake(folder, pd.DataFrame({"x": [7]}), mode="overwrite")
    DeltaTable(folder).vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
    run_id = recording.run(training=[flights], artifacts=FILES)
    assert main(["reproduce", run_id, "--folder", "again"]) == WRONG_USE
    assert capsys.readouterr().err == (
        "lakebook: Run gentle-snail-42 cannot be reproduced. default.flights cannot be read at version 0 any more: "
        "VACUUM has removed a file of it.\n"
    )
    assert not (recording.workspace.root / "again").exists()


def test_a_run_of_no_notebook_of_ours_is_said(recording: Recording, capsys: Captured) -> None:
    run_id = recording.run()
    assert main(["reproduce", run_id]) == WRONG_USE
    assert capsys.readouterr().err == (
        f"lakebook: Run gentle-snail-42 ({run_id}) cannot be reproduced: lakebook/notebook.ipynb is not among its "
        "artifacts, so no cell of a Lakebook notebook made it.\n"
    )


def test_a_run_that_is_not_there_is_said(recording: Recording, capsys: Captured) -> None:
    recording.run(artifacts=FILES)
    assert main(["reproduce", "gentle-snail-43"]) == WRONG_USE
    assert capsys.readouterr().err.startswith("lakebook: There is no run gentle-snail-43")


def test_a_notebook_that_would_write_outside_the_folder_is_not_run(recording: Recording, capsys: Captured) -> None:
    outside = recording.workspace.root / "out"
    written = TableVersion("", str(outside), 0, "o")
    text = as_ran(f"write_deltalake('{outside}', frame)")
    run_id = recording.run(written=[written], artifacts={**FILES, "notebook.ipynb": text})
    assert main(["reproduce", run_id, "--folder", "again"]) == WRONG_USE
    assert capsys.readouterr().err == (
        f"lakebook: again/delays.ipynb is not run: it writes to {outside}, which is not in the folder. Change that in "
        "it, then: lakebook run again/delays.ipynb\n"
    )
    assert not outside.exists()


def test_what_the_notebook_wrote_is_known_from_what_its_cells_noted(
    recording: Recording, flights: TableVersion
) -> None:
    appended = TableVersion("default.flights", flights.location, 1, flights.table_id)
    recording.noted(cell(1, session="f"), write(appended))
    recording.lineage.flush()
    run_id = recording.run(training=[appended], artifacts=FILES)
    assert main(["reproduce", run_id, "--no-run", "--folder", "again"]) == 0
    assert DeltaTable(recording.workspace.root / "again/.lakebook/reproduced/default.flights").version() == 0


def test_a_wrong_tolerance_is_wrong_use(capsys: Captured) -> None:
    with pytest.raises(SystemExit):
        main(["reproduce", "r", "--tolerance", "2"])
    assert "2 is not a relative difference such as 1e-6" in capsys.readouterr().err
