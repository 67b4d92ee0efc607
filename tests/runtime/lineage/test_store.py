"""Lineage as it is written: beside the cells, by several kernels at once, and whatever the disk does."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import pytest
from deltalake import DeltaTable

from lakebook.config import Workspace
from lakebook.lineage import deltas
from lakebook.lineage.errors import LineageError
from lakebook.lineage.facts import RunFacts
from lakebook.lineage.schema import ALL, MODELS, RUNS, TABLES_MADE, LineageTable
from lakebook.lineage.store import Lineage
from lakebook.tracking.tables import TableUse
from runtime.lineage.recording import NOON, Recording, cell, table, write

FLIGHTS, FEATURES = table("flights", 12), table("features", 4)


def targets(workspace: Workspace) -> list[Any]:
    return sorted(row["target_version"] for row in deltas.read(workspace, TABLES_MADE))


def test_what_was_noted_is_in_delta_tables(unrecorded: Recording) -> None:
    unrecorded.noted(cell(), write(FEATURES, FLIGHTS), runs=[RunFacts("r1", "7", "delays", training=(FEATURES,))])
    assert unrecorded.lineage.flush()
    delta = DeltaTable(TABLES_MADE.folder(unrecorded.workspace))
    (row,) = delta.to_pyarrow_table().to_pylist()
    assert (row["event_time"], row["target_version"], row["source_location"]) == (
        NOON.replace(minute=1),
        4,
        "file:/lake/flights",
    )
    assert [row["run_id"] for row in deltas.read(unrecorded.workspace, RUNS)] == ["r1"]


def test_the_tables_are_such_as_every_reader_of_delta_reads(unrecorded: Recording) -> None:
    unrecorded.noted(cell(), write(FEATURES, FLIGHTS))
    unrecorded.lineage.flush()
    delta = DeltaTable(TABLES_MADE.folder(unrecorded.workspace))
    assert delta.protocol().min_reader_version == 1
    assert {field.name: field.type.type for field in delta.schema().fields} == {
        name: {"bigint": "long"}.get(kind, kind) for name, kind in TABLES_MADE.columns.items()
    }


@pytest.mark.parametrize("kept", ALL, ids=lambda kept: kept.name)
def test_no_column_needs_quotes_in_duckdb(kept: LineageTable) -> None:
    columns = ", ".join(f"NULL::{kind} AS {name}" for name, kind in kept.columns.items())
    assert duckdb.sql(f"SELECT {', '.join(kept.columns)} FROM (SELECT {columns})").columns == list(kept.columns)


def test_a_workspace_in_which_nothing_was_noted_has_no_tables(unrecorded: Recording) -> None:
    assert unrecorded.lineage.flush()
    assert deltas.read(unrecorded.workspace, TABLES_MADE) == []
    assert not unrecorded.workspace.state.exists()


def test_a_notebook_that_only_reads_makes_no_tables(unrecorded: Recording) -> None:
    unrecorded.noted(cell(1), read=[FLIGHTS])
    assert unrecorded.lineage.flush()
    assert not any(kept.exists(unrecorded.workspace) for kept in ALL)
    unrecorded.noted(cell(2), write(FEATURES))
    assert unrecorded.lineage.flush()
    assert all(kept.exists(unrecorded.workspace) for kept in ALL), "SQL finds also those without rows"


def test_the_notes_of_a_moment_are_one_commit(unrecorded: Recording) -> None:
    for number in range(20):
        unrecorded.noted(cell(number), write(table("features", number)))
    unrecorded.lineage.flush()
    assert targets(unrecorded.workspace) == list(range(20))
    assert DeltaTable(TABLES_MADE.folder(unrecorded.workspace)).version() < 20


def test_a_kernel_that_notes_nothing_imports_nothing_for_it() -> None:
    code = """
import sys
from concurrent.futures import ThreadPoolExecutor
from lakebook.config import find_workspace
from lakebook.lineage.store import Lineage
Lineage(find_workspace()).flush()
print([name for name in ("deltalake", "pyarrow", "mlflow", "pandas") if name in sys.modules])
"""
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "[]\n"


_KERNEL = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from lakebook.config import find_workspace
from lakebook.lineage.store import Lineage
from lakebook.tracking.tables import TableUse
from runtime.lineage.recording import cell, table, write
lineage = Lineage(find_workspace(Path(sys.argv[1])))
for version in range(5):
    lineage.note(cell(version), TableUse([], [write(table("features", int(sys.argv[2]) * 10 + version))]))
    assert lineage.flush(120)
"""


def test_several_kernels_write_at_once(unrecorded: Recording) -> None:
    root = str(unrecorded.workspace.root)
    environment = {"PYTHONPATH": ":".join(sys.path), "PATH": "/usr/bin:/bin", "HOME": root}
    kernels = [
        subprocess.Popen([sys.executable, "-c", _KERNEL, root, str(number)], env=environment) for number in range(3)
    ]
    assert [kernel.wait(240) for kernel in kernels] == [0, 0, 0]
    assert targets(unrecorded.workspace) == [number * 10 + version for number in range(3) for version in range(5)]


def test_several_kernels_bring_the_models_up_to_date_at_once(unrecorded: Recording) -> None:
    def replaced(number: int) -> None:
        for _ in range(5):
            row = {"model_name": f"model {number}", "model_version": number}
            deltas.replace(unrecorded.workspace, MODELS, [row, row])

    with ThreadPoolExecutor(4) as kernels:
        list(kernels.map(replaced, range(4)))  # which raises what a thread raised
    versions = [row["model_version"] for row in deltas.read(unrecorded.workspace, MODELS)]
    assert len(versions) == 2 and len(set(versions)) == 1
    assert DeltaTable(MODELS.folder(unrecorded.workspace)).version() == 20


def test_many_small_files_become_one(unrecorded: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deltas, "COMPACT_EVERY", 4)
    for version in range(4):
        unrecorded.noted(cell(version), write(table("features", version)))
        unrecorded.lineage.flush()
    assert len(DeltaTable(TABLES_MADE.folder(unrecorded.workspace)).file_uris()) == 1
    assert targets(unrecorded.workspace) == [0, 1, 2, 3]


def test_a_table_that_cannot_be_written_is_told_once_and_what_it_should_hold_is_kept(unrecorded: Recording) -> None:
    warnings: list[str] = []
    lineage = Lineage(unrecorded.workspace, warnings.append)
    in_the_way = TABLES_MADE.folder(unrecorded.workspace)
    in_the_way.parent.mkdir(parents=True)
    in_the_way.write_text("a file where a folder should be")
    run = RunFacts("r1", "7", "delays")
    for version in range(2):
        lineage.note(cell(version), TableUse([], [write(table("features", version))]), [run] if version else [])
        assert not lineage.flush()
    assert len(warnings) == 1
    assert warnings[0].startswith(f"Lineage is not written for now: {in_the_way} cannot be written to (")
    assert [row["run_id"] for row in deltas.read(unrecorded.workspace, RUNS)] == ["r1"], "nothing else is lost"

    in_the_way.unlink()
    lineage.note(cell(2), TableUse([], [write(table("features", 2))]))
    assert lineage.flush()
    assert targets(unrecorded.workspace) == [0, 1, 2]


def test_a_table_that_is_broken_is_told_with_a_way_out(unrecorded: Recording) -> None:
    unrecorded.noted(cell(), write(FEATURES))
    unrecorded.lineage.flush()
    folder = TABLES_MADE.folder(unrecorded.workspace)
    next(folder.glob("*.parquet")).unlink()
    with pytest.raises(LineageError, match="move that folder away to begin anew"):
        deltas.read(unrecorded.workspace, TABLES_MADE)


def test_models_are_those_of_the_registry_whoever_registered_them(recording: Recording) -> None:
    run_id = recording.run()
    recording.register("delays", run_id)
    recording.lineage.models_changed()
    assert recording.lineage.flush()
    (row,) = deltas.read(recording.workspace, MODELS)
    assert (row["model_name"], row["model_version"], row["run_id"], row["model_id"]) == ("delays", 1, run_id, None)


def test_a_run_brings_the_models_up_to_date_and_what_was_deleted_is_gone(recording: Recording) -> None:
    recording.register("delays", None)
    recording.register("delays", None)
    recording.noted(cell(), runs=[RunFacts("r1", "7", "delays")])
    recording.lineage.flush()
    assert len(deltas.read(recording.workspace, MODELS)) == 2
    recording.client.delete_model_version("delays", "1")
    recording.noted(cell(), runs=[RunFacts("r2", "7", "delays")])
    recording.lineage.flush()
    assert [row["model_version"] for row in deltas.read(recording.workspace, MODELS)] == [2]


def test_models_that_are_unchanged_are_not_written_again(recording: Recording) -> None:
    recording.register("delays", None)
    for _ in range(3):
        recording.lineage.models_changed()
        recording.lineage.flush()
    assert DeltaTable(MODELS.folder(recording.workspace)).version() == 1


def test_a_tracking_server_that_is_down_costs_one_warning(
    unrecorded: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    warnings: list[str] = []
    lineage = Lineage(Recording(unrecorded.workspace.root).workspace, warnings.append)
    for number in range(2):
        lineage.note(cell(number), TableUse([], [write(table("features", number))]), [RunFacts("r", "7", "delays")])
        assert lineage.flush(), "the tables are written all the same"
    assert targets(unrecorded.workspace) == [0, 1]
    (warning,) = warnings
    assert warning.startswith("The lineage of models is not written for now: The tracking server http://127.0.0.1:9")


def test_its_folder_is_its_owner_s_alone(unrecorded: Recording) -> None:
    unrecorded.noted(cell(), write(FEATURES))
    unrecorded.lineage.flush()
    folder: Path = TABLES_MADE.folder(unrecorded.workspace)
    assert folder.stat().st_mode & 0o077 == 0
