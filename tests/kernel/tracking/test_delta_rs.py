"""What delta-rs reads and writes in Python cells is told, and nobody's code notices."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import deltalake
import polars
import pyarrow as pa
import pytest
from deltalake import DeltaTable, QueryBuilder
from deltalake.exceptions import DeltaError

from lakebook.tracking.tables import TableVersion, Write
from lakebook_kernel.tracking.delta_rs import DeltaRs


@dataclass
class Told:
    """What was told since it was asked last, as ``table@version`` and ``OPERATION table@version``."""

    told: list[str] = field(default_factory=list)
    tables: list[TableVersion] = field(default_factory=list)

    def read(self, table: TableVersion) -> None:
        self.tables.append(table)
        self.told.append(f"{Path(table.location).name}@{table.version}")

    def wrote(self, write: Write) -> None:
        self.tables.append(write.table)
        sources = "".join(f" from {source.version}" for source in write.sources)
        self.told.append(f"{write.operation} {Path(write.table.location).name}@{write.table.version}{sources}")

    def take(self) -> list[str]:
        told, self.told = self.told, []
        return told


@pytest.fixture
def told() -> Iterator[Told]:
    told = Told()
    watch = DeltaRs(told.read, told.wrote)
    watch.install()
    yield told
    watch.uninstall()


@pytest.fixture
def place(tmp_path: Path, told: Told) -> str:
    """A table with the rows 1, 2 and 3, and in its next version 4."""
    place = str(tmp_path / "numbers")
    deltalake.write_deltalake(place, rows(1, 2, 3))
    deltalake.write_deltalake(place, rows(4), mode="append")
    assert told.take() == ["WRITE numbers@0", "WRITE numbers@1"]
    return place


def rows(*values: int) -> pa.Table:
    return pa.table({"number": pa.array(values, pa.int64())})


def merge(table: DeltaTable) -> None:
    merger = table.merge(rows(9), "new.number = old.number", source_alias="new", target_alias="old")
    merger.when_not_matched_insert_all().execute()


READS: dict[str, Callable[[DeltaTable], object]] = {
    "to_pandas": lambda table: table.to_pandas(),
    "to_pyarrow_table": lambda table: table.to_pyarrow_table(),
    "to_pyarrow_dataset": lambda table: table.to_pyarrow_dataset(),
    "file_uris": lambda table: table.file_uris(),
    "count": lambda table: table.count(),
    "QueryBuilder": lambda table: QueryBuilder().register("t", table).execute("SELECT max(number) FROM t").read_all(),
    "polars.scan_delta of a table": lambda table: polars.scan_delta(table).collect(),
    "polars.read_delta": lambda table: polars.read_delta(table.table_uri, version=table.version()),
    "polars by pyarrow": lambda table: polars.read_delta(table, use_pyarrow=True),
}


@pytest.mark.parametrize("way", READS)
@pytest.mark.parametrize("version", [0, 1])
def test_a_read_is_told_with_the_version_that_was_read(place: str, told: Told, way: str, version: int) -> None:
    READS[way](DeltaTable(place, version=version))
    assert set(told.take()) == {f"numbers@{version}"}


WRITES: dict[str, tuple[Callable[[DeltaTable], object], list[str]]] = {
    "update": (lambda table: table.update({"number": "number + 1"}), ["UPDATE numbers@2"]),
    "update of nothing": (lambda table: table.update({"number": "0"}, predicate="number > 99"), []),
    "delete": (lambda table: table.delete("number = 1"), ["DELETE numbers@2"]),
    "delete of nothing": (lambda table: table.delete("number > 99"), []),
    "merge": (merge, ["MERGE numbers@2"]),
    "restore": (lambda table: table.restore(0), ["numbers@0", "RESTORE numbers@2 from 0"]),
    "append to a table": (
        lambda table: deltalake.write_deltalake(table, rows(5), mode="append"),
        ["WRITE numbers@2"],
    ),
    "overwrite of a place": (
        lambda table: deltalake.write_deltalake(table.table_uri, rows(5), mode="overwrite"),
        ["WRITE numbers@2"],
    ),
    "what is there already": (
        lambda table: deltalake.write_deltalake(table.table_uri, rows(5), mode="ignore"),
        [],
    ),
    "polars.write_delta": (
        lambda table: polars.DataFrame({"number": [5]}).write_delta(table.table_uri, mode="append"),
        ["WRITE numbers@2"],
    ),
    "optimize": (lambda table: table.optimize.compact(), []),
    "opening": (lambda table: DeltaTable(table.table_uri).schema(), []),
    "a plan of polars that is not run": (lambda table: polars.scan_delta(table).collect_schema(), []),
    "a query of something else": (lambda table: QueryBuilder().register("t", table).execute("SELECT 1"), []),
}


@pytest.mark.parametrize("way", WRITES)
def test_a_write_is_told_with_the_version_that_it_made(place: str, told: Told, way: str) -> None:
    write, expected = WRITES[way]
    write(DeltaTable(place))
    assert told.take() == expected


def test_a_table_that_is_created_is_told_once(tmp_path: Path, told: Told) -> None:
    schema = deltalake.Schema.from_arrow(rows().schema)
    DeltaTable.create(tmp_path / "new", schema)
    DeltaTable.create(tmp_path / "new", schema, mode="ignore")
    assert told.take() == ["CREATE TABLE new@0"]


def test_a_place_is_told_as_it_is_called_with_deltas_own_id_of_the_table(tmp_path: Path, told: Told) -> None:
    deltalake.write_deltalake(tmp_path / "größe in m", rows(1))
    (table,) = told.tables
    assert table.location == f"file:{tmp_path}/größe in m"
    assert table.table_id == DeltaTable(tmp_path / "größe in m").metadata().id


def test_what_fails_is_not_told_and_fails_as_it_would(place: str, told: Told) -> None:
    with pytest.raises(DeltaError) as watched:
        deltalake.write_deltalake(place, pa.table({"other": ["a"]}), mode="append")
    with pytest.raises(TypeError, match="required positional argument: 'data'"):
        deltalake.write_deltalake(place)  # type: ignore[call-overload]
    assert told.take() == []
    function = inspect.unwrap(deltalake.write_deltalake)
    with pytest.raises(DeltaError) as plain:
        function(place, pa.table({"other": ["a"]}), mode="append")
    assert (type(watched.value), str(watched.value)) == (type(plain.value), str(plain.value))


def test_signatures_documentation_and_results_are_delta_rs_own(place: str, told: Told) -> None:
    for watched in (DeltaTable.to_pyarrow_dataset, DeltaTable.create, deltalake.write_deltalake, QueryBuilder.execute):
        original = inspect.unwrap(watched)
        assert original is not watched
        assert inspect.signature(original).parameters.items() >= inspect.signature(watched).parameters.items()
        assert (watched.__name__, watched.__doc__) == (original.__name__, original.__doc__)
    assert DeltaTable(place).to_pandas()["number"].tolist() == [4, 1, 2, 3]


def test_a_deprecation_is_told_to_the_code_that_it_is_about(tmp_path: Path, told: Told) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        DeltaTable.create(tmp_path / "new", rows().schema, "error", None, None, None, None, None, None)
    assert [warning.filename for warning in caught] == [__file__]


def test_whoever_reads_for_the_kernel_tells_it_himself(place: str, told: Told) -> None:
    names = {"__name__": "lakebook_kernel.languages.any", "DeltaTable": DeltaTable, "place": place}
    exec("DeltaTable(place).to_pyarrow_dataset()", names)
    assert told.take() == []


def test_a_listener_that_fails_is_not_the_users_failure(place: str, caplog: pytest.LogCaptureFixture) -> None:
    def fail(table: object) -> None:
        raise RuntimeError("the store is full")

    watch = DeltaRs(fail, fail)
    watch.install()
    try:
        assert DeltaTable(place).to_pyarrow_table().num_rows == 4
    finally:
        watch.uninstall()
    assert "What delta-rs read or wrote is not known" in caplog.text
    assert "the store is full" in caplog.text


def test_nothing_is_left_when_it_ends() -> None:
    def functions() -> list[object]:
        writer = importlib.import_module("deltalake.writer.writer")
        return [DeltaTable.scan, writer.write_deltalake, deltalake.writer.write_deltalake, deltalake.write_deltalake]

    before = functions()
    told = Told()
    watch = DeltaRs(told.read, told.wrote)
    watch.install()
    assert not set(before) & set(functions())
    watch.uninstall()
    assert functions() == before


def test_it_imports_nothing_and_begins_with_the_import() -> None:
    code = (
        "import sys\n"
        "from lakebook_kernel.tracking.delta_rs import DeltaRs\n"
        "DeltaRs(print, print).install()\n"
        "assert not {'deltalake', 'pyarrow', 'mlflow', 'pandas'} & set(sys.modules)\n"
        "from deltalake.writer import write_deltalake\n"
        "assert hasattr(write_deltalake, '__wrapped__')\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
