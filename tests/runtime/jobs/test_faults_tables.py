"""What ``benchmarks.faults`` notices of Delta tables that are not whole."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pyarrow
import pytest
from benchmarks.faults import tables
from benchmarks.faults.flow import Flow, make
from benchmarks.faults.programs import SIZE
from deltalake import write_deltalake

from lakebook.jobs.model import Result, State
from lakebook.jobs.store import TaskRun


class Written:
    """The tables as two runs leave them, in each of which both tasks succeeded at their second attempt."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        assert flow.writers is not None
        with flow.store.write() as rows:
            self.runs = [rows.runs.create(flow.writers).run_id for _ in range(2)]
            for run_id in self.runs:
                for task in rows.tasks.of_run(run_id):
                    rows.tasks.change(task, state=State.TERMINATED, result=Result.FAILED, end_time=1)
                    row = {"run_id": run_id, "task_key": task.task_key, "attempt": 1}
                    rows.tasks.add([{**row, "state": State.TERMINATED, "result": Result.SUCCESS, "end_time": 2}])
        with flow.store.read() as rows:
            self.tasks: list[TaskRun] = rows.tasks.of_runs(self.runs)
        for run_id in self.runs:
            self.write("merged", *([0, run_id] if run_id == self.runs[0] else [run_id]))
            self.write("once", run_id)
            self.write("latest", run_id, mode="overwrite")
        for task in self.tasks:
            if task.task_key == "append" and task.result is Result.SUCCESS:
                self.write("appended", task.task_run_id)

    def write(
        self, name: str, *batches: int, mode: Literal["append", "overwrite"] = "append", size: int = SIZE
    ) -> None:
        rows = [self.row(name, batch, i) for batch in batches for i in range(size)]
        write_deltalake(self.folder(name), pyarrow.Table.from_pylist(rows), mode=mode)

    def folder(self, name: str) -> Path:
        return tables.folder(name, self.flow.workspace)

    def append_task(self, result: Result) -> int:
        return next(task.task_run_id for task in self.tasks if (task.task_key, task.result) == ("append", result))

    def failures(self) -> list[str]:
        return tables.failures(self.flow.workspace, self.tasks)

    def row(self, name: str, batch: int, i: int) -> dict[str, int]:
        row = {"batch": batch, "i": i}
        newest = max(self.runs)
        return row if name != "merged" else {**row, "value": batch * 1000 + i, "writer": batch or newest}


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return Written(make(tmp_path, spark=True))


def test_tables_as_they_must_be(written: Written) -> None:
    assert written.failures() == []
    assert tables.count(written.flow.workspace) == 8


def test_what_an_attempt_wrote_before_it_failed_may_be_there(written: Written) -> None:
    written.write("appended", written.append_task(Result.FAILED))
    assert written.failures() == []


def test_a_batch_that_is_there_twice(written: Written) -> None:
    written.write("once", written.runs[0])
    assert f"table once as of its version 3 has key ({written.runs[0]}, 0) 2 times" in written.failures()


def test_a_batch_of_which_a_part_is_there(written: Written) -> None:
    failed = written.append_task(Result.FAILED)
    written.write("appended", failed, size=3)
    written.write("latest", written.runs[0], mode="overwrite", size=4)
    written.write("latest", written.runs[1], mode="overwrite")
    assert written.failures() == [
        f"table appended as of its version 3 has 3 rows of batch {failed}",
        f"table latest as of its version 2 has 4 rows of batch {written.runs[0]}",
    ]


def test_a_batch_that_is_not_there_and_one_that_nobody_wrote(written: Written) -> None:
    written.write("once", written.runs[1], 999, mode="overwrite")
    assert written.failures() == [
        f"table once has not batch {written.runs[0]}, whose task succeeded",
        "table once has batch 999, which no task wrote",
    ]


def test_a_table_that_was_not_replaced(written: Written) -> None:
    written.write("latest", written.runs[0])
    (failure,) = written.failures()
    assert failure.startswith("table latest has the batches")


def test_wrong_rows_of_the_merged_table(written: Written) -> None:
    row = {"batch": 0, "i": 0, "value": 1, "writer": written.runs[0]}
    rows = [row, *(written.row("merged", batch, i) for batch in (0, *written.runs) for i in range(SIZE))]
    del rows[1]
    write_deltalake(written.folder("merged"), pyarrow.Table.from_pylist(rows), mode="overwrite")
    assert written.failures() == [
        f"table merged has a wrong value: {row}",
        f"table merged has a wrong writer, the newest being {written.runs[1]}: {row}",
    ]


def test_a_file_that_is_gone(written: Written) -> None:
    (file,) = (file for file in written.folder("latest").glob("*.parquet") if _is_of_first_version(file, written))
    file.unlink()
    assert written.failures() == [f"table latest lacks files as of its version 0: {file.name}"]


def test_a_version_that_is_gone_and_one_that_cannot_be_read(written: Written) -> None:
    log = written.folder("latest") / "_delta_log"
    (log / f"{0:020}.json").unlink()
    (written.folder("once") / "_delta_log" / f"{1:020}.json").write_text('{"add": {"path"')
    unreadable, gone = written.failures()
    assert unreadable.startswith("table once cannot be read as of its version 1")
    assert gone == "table latest has the versions [1]"


def test_lineage_that_lacks_a_file(written: Written) -> None:
    lineage = written.flow.workspace.state / "lineage" / "reads"
    write_deltalake(lineage, pyarrow.table({"table": ["once"]}))
    assert written.failures() == []
    (file,) = lineage.glob("*.parquet")
    file.unlink()
    assert written.failures()[0] == f"{lineage} lacks files: {file.name}"


def _is_of_first_version(file: Path, written: Written) -> bool:
    return file.name in (written.folder("latest") / "_delta_log" / f"{0:020}.json").read_text()
