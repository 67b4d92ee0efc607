"""Tables as they were: the same files and the same log, for every reader."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from lakebook.reproduce.copies import copy, problem
from lakebook.tracking.tables import TableVersion


def rows(values: list[int], key: str = "k") -> pa.Table:
    return pa.table({"x": values, "key": [key] * len(values)})


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Versions 0 to 2 add rows, 3 deletes some, 4 replaces all."""
    folder = tmp_path / "a source"
    write_deltalake(folder, rows([3, 1, 2], "a b/ü%"), partition_by="key")
    write_deltalake(folder, rows([9, 8], "a:b"), mode="append")
    write_deltalake(folder, rows([5], "c"), mode="append")
    DeltaTable(folder).delete("x = 8")
    write_deltalake(folder, rows([0], "z"), mode="overwrite")
    return folder


def version(folder: Path, number: int) -> TableVersion:
    return TableVersion("default.t", str(folder), number, str(DeltaTable(folder).metadata().id))


@pytest.mark.parametrize("number", range(5))
def test_a_copy_is_the_table_as_it_was(source: Path, tmp_path: Path, number: int) -> None:
    copy(version(source, number), [], tmp_path / "copy")
    copied, original = DeltaTable(tmp_path / "copy"), DeltaTable(source, version=number)
    assert copied.version() == number
    assert copied.metadata().id == original.metadata().id
    assert copied.to_pyarrow_table().equals(original.to_pyarrow_table()), "the order of rows is a part of it"
    assert len(copied.history()) == number + 1


def test_earlier_versions_that_were_read_are_there_too(source: Path, tmp_path: Path) -> None:
    copy(version(source, 4), [1], tmp_path / "copy")
    assert DeltaTable(tmp_path / "copy", version=1).to_pyarrow_table().num_rows == 5


def test_what_is_written_to_a_copy_does_not_touch_the_original(source: Path, tmp_path: Path) -> None:
    copy(version(source, 2), [], tmp_path / "copy")
    write_deltalake(tmp_path / "copy", rows([77]), mode="append")
    DeltaTable(tmp_path / "copy").vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
    assert DeltaTable(tmp_path / "copy").version() >= 3
    assert DeltaTable(source, version=1).to_pyarrow_table().num_rows == 5


def test_it_outlives_the_original(source: Path, tmp_path: Path) -> None:
    copy(version(source, 2), [], tmp_path / "copy")
    shutil.rmtree(source)
    assert DeltaTable(tmp_path / "copy").to_pyarrow_table().num_rows == 6


def test_a_copy_begins_at_a_checkpoint_where_the_log_before_it_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "t"
    for number in range(4):
        write_deltalake(folder, rows([number]), mode="append")
        if number == 2:
            DeltaTable(folder).create_checkpoint()
    for number in range(2):
        (folder / "_delta_log" / f"{number:020}.json").unlink()
    copy(version(folder, 3), [], tmp_path / "copy")
    assert sorted(DeltaTable(tmp_path / "copy").to_pyarrow_table()["x"].to_pylist()) == [0, 1, 2, 3]
    assert problem(version(folder, 1), 1) == (
        "default.t cannot be read at version 1 any more: its log does not tell of it."
    )


def test_what_is_in_the_place_of_the_copy_goes(source: Path, tmp_path: Path) -> None:
    write_deltalake(tmp_path / "copy", rows([1]))
    copy(version(source, 0), [], tmp_path / "copy")
    assert DeltaTable(tmp_path / "copy").to_pyarrow_table().num_rows == 3


def test_a_version_that_is_there_has_no_problem(source: Path) -> None:
    assert [problem(version(source, number), number) for number in range(5)] == [""] * 5


def test_a_table_that_is_gone_is_said(tmp_path: Path) -> None:
    gone = TableVersion("default.t", str(tmp_path / "gone"), 0, "")
    assert problem(gone, 0) == f"default.t is gone: there is no Delta table in {tmp_path / 'gone'} any more."


def test_a_version_whose_files_were_removed_is_said(source: Path) -> None:
    DeltaTable(source).vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
    assert problem(version(source, 0), 0) == (
        "default.t cannot be read at version 0 any more: VACUUM has removed a file of it."
    )
    assert problem(version(source, 2), 2).endswith("VACUUM has removed 3 files of it.")
    assert problem(version(source, 4), 4) == ""


def test_a_version_that_never_was_is_said(source: Path) -> None:
    assert problem(version(source, 9), 9).endswith("at version 9 any more: its log does not tell of it.")


def test_another_table_in_its_place_is_no_version_of_it(source: Path) -> None:
    before = version(source, 0)
    shutil.rmtree(source)
    write_deltalake(source, rows([1]))
    assert problem(before, 0) == "default.t was made anew since: its version 0 is another table's."
