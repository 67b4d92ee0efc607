"""DuckDB cells: their own tables, the catalog's Delta tables and Python's frames, without Spark."""

from __future__ import annotations

import json
import shutil
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from pyarrow.dataset import dataset

from kernel.standins import StandInHost, StandInOutput, shared
from lakebook.config import find_workspace
from lakebook_kernel.cell import read
from lakebook_kernel.languages.base import CellError
from lakebook_kernel.languages.duckdb import DuckDBLanguage
from lakebook_kernel.languages.frames.memory import in_memory, with_durations
from lakebook_kernel.sharing.automatic import SharedNames
from lakebook_kernel.sharing.catalog import CatalogNames
from lakebook_kernel.sharing.python import PythonNames, pandas_of


class Own(pd.DataFrame):
    """A library's frame that inherits from pandas'."""


class Notebook:
    """A notebook of DuckDB cells in a workspace whose catalog is a file."""

    def __init__(self, host: StandInHost) -> None:
        self.host = host
        self.language = DuckDBLanguage(host)
        self.folder = host.folder
        self._tables: list[dict[str, str]] = []

    def run(self, code: str) -> StandInOutput:
        output = StandInOutput()
        self.language.run(read(f"%duckdb\n{code}"), output)
        return output

    def rows(self, code: str) -> list[list[str]]:
        """The rows that a cell shows, as text."""
        lines = self.run(code).shown["text/plain"].splitlines()
        return [[cell.strip() for cell in line.split("|")] for line in lines[3:-1]]

    def error(self, code: str) -> CellError:
        with pytest.raises(CellError) as raised:
            self.run(code)
        return raised.value

    def catalog(self, name: str, location: Path | str, schema: str = "default", provider: str = "delta") -> None:
        self._tables.append({"schema": schema, "name": name, "location": str(location), "provider": provider})
        state = self.folder / ".lakebook"
        state.mkdir(exist_ok=True)
        (state / "tables.json").write_text(json.dumps({"tables": self._tables}))

    def delta(self, name: str, data: pa.Table, schema: str = "default", **options: Any) -> Path:
        location = self.folder / "warehouse" / schema / name
        write_deltalake(location, data, **options)
        self.catalog(name, location, schema)
        return location


class Book:
    """A notebook of Python and DuckDB cells, whose names are shared as the kernel does it."""

    def __init__(self, notebook: Notebook) -> None:
        self.notebook, self.names, duckdb = notebook, notebook.host.names, notebook.language
        self.python_names = PythonNames(self.names, lambda code: code)
        catalog = CatalogNames(lambda: find_workspace(notebook.folder), notebook.host.spark, lambda: "default")
        say = notebook.host.say
        self.sharing = SharedNames(self.python_names, catalog, lambda name: duckdb, say, lambda: 10_000)
        duckdb.lookup = lambda name, held=0: self.sharing.value(name, duckdb, held)

    def python(self, code: str) -> None:
        with shared(self.sharing, code, self.python_names):
            exec(code, self.names)

    def duckdb(self, code: str) -> StandInOutput:
        with shared(self.sharing, code, self.notebook.language):
            return self.notebook.run(code)

    def shown(self, code: str) -> str:
        return str(self.duckdb(code).shown["text/plain"].splitlines()[3].strip())


@pytest.fixture
def notebook(host: StandInHost) -> Any:
    notebook = Notebook(host)
    yield notebook
    notebook.language.stop()


def test_the_last_result_of_several_statements_is_shown(notebook: Notebook) -> None:
    output = notebook.run("CREATE TABLE t AS SELECT 1 AS a; INSERT INTO t VALUES (2); SELECT * FROM t ORDER BY a")
    assert [kind for kind, _ in output.messages] == ["result"]
    assert output.shown["text/plain"].splitlines()[3:] == ["       1", "       2", "(2 rows)"]


def test_state_is_kept_between_cells(notebook: Notebook) -> None:
    assert notebook.run("CREATE TABLE t (a INT)").messages == []
    assert notebook.rows("INSERT INTO t VALUES (1), (2)") == [["2"]]
    assert notebook.rows("SELECT sum(a) FROM t") == [["3"]]


def test_what_is_not_the_last_result_runs_all_the_same(notebook: Notebook) -> None:
    assert notebook.error("SELECT error('first'); SELECT 1").evalue == "first"
    notebook.run("CREATE SEQUENCE s; SELECT nextval('s') FROM range(3_000_000); SELECT 1")
    assert notebook.rows("SELECT nextval('s')") == [["3000001"]]


def test_an_error_in_a_late_row_is_that_statements(notebook: Notebook) -> None:
    late = "SELECT CASE WHEN i = 2_900_000 THEN error('late') ELSE i END FROM range(3_000_000) t(i)"
    assert notebook.error(f"{late}; CREATE TABLE after AS SELECT 1").evalue == "late"
    assert notebook.rows("SELECT count(*) FROM duckdb_tables()") == [["0"]]


def test_a_statement_runs_to_its_end_though_only_its_head_is_shown(notebook: Notebook, host: StandInHost) -> None:
    host.names["df"] = pd.DataFrame({"a": range(1_000_000)})
    assert len(notebook.rows("CREATE TABLE t (a INT); INSERT INTO t FROM df RETURNING a")) == 20
    assert notebook.rows("SELECT count(*) FROM t") == [["1000000"]]


@pytest.mark.parametrize("code", ["", "-- nothing", ";", "SET threads = 1"])
def test_nothing_to_show(notebook: Notebook, code: str) -> None:
    assert notebook.run(code).messages == []


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("SHOW TABLES", "t"),
        ("DESCRIBE t", "INTEGER"),
        ("SUMMARIZE t", "approx_unique"),
        ("PIVOT t ON a USING count(*)", "1"),
        ("EXPLAIN SELECT * FROM t", "t"),
        ("FROM t", "1"),
        ("VALUES (7)", "7"),
        ("DELETE FROM t RETURNING a", "1"),
        ("COPY t TO 'out.csv'", "Count"),
    ],
)
def test_every_kind_of_statement_shows_its_result(
    notebook: Notebook, code: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(notebook.folder)
    notebook.run("CREATE TABLE t AS SELECT 1 AS a")
    assert shown in notebook.run(code).shown["text/plain"]


def test_only_the_head_of_a_result_is_computed(notebook: Notebook) -> None:
    assert len(notebook.rows("SELECT * FROM range(1_000_000_000_000)")) == 20


def test_files_are_found_in_the_notebooks_folder(notebook: Notebook) -> None:
    (notebook.folder / "x.csv").write_text("a,b\n1,x\n")
    assert notebook.rows("FROM 'x.csv'") == [["1", "x"]]


# --- errors and interrupts


def test_an_error_has_the_line_and_a_caret(notebook: Notebook) -> None:
    error = notebook.error("SELECT 'é', '日本',\n  nosuch\nFROM (SELECT 1 AS b)")
    assert error.ename == "BinderException"
    assert error.traceback[1:] == ["   3 |   nosuch", "     |   ^^^^^^"]


def test_a_syntax_error_in_a_later_statement(notebook: Notebook) -> None:
    error = notebook.error("SELECT 1;\nSELEC 2")
    assert error.evalue == 'syntax error at or near "SELEC"'
    assert error.traceback[1:] == ["   3 | SELEC 2", "     | ^^^^^"]


def test_an_error_of_a_second_statement_is_placed_in_the_cell(notebook: Notebook) -> None:
    error = notebook.error("SELECT 'é';\n\nSELECT * FROM nosuch")
    assert error.evalue == "Table with name nosuch does not exist!"
    assert error.traceback[1:] == ["   4 | SELECT * FROM nosuch", "     |               ^^^^^^"]


def test_a_failed_transaction_waits_for_rollback(notebook: Notebook, host: StandInHost) -> None:
    host.names["df"] = pd.DataFrame({"a": [1]})
    notebook.run("CREATE TABLE t (a INT)")
    notebook.error("BEGIN; INSERT INTO t SELECT * FROM df; SELECT * FROM nosuch, df")
    assert "ROLLBACK" in notebook.error("SELECT * FROM df").evalue
    notebook.run("ROLLBACK")
    assert notebook.rows("SELECT count(*) FROM t, df") == [["0"]]


def test_a_transaction_over_a_frame(notebook: Notebook, host: StandInHost) -> None:
    host.names["df"] = pd.DataFrame({"a": [1]})
    notebook.run("BEGIN; CREATE TABLE t AS FROM df; COMMIT")
    assert notebook.rows("FROM t") == [["1"]]


def test_an_interrupt_keeps_everything(notebook: Notebook, host: StandInHost) -> None:
    notebook.run("CREATE TABLE t AS SELECT 1 AS a")
    with host.interrupted(0.5), pytest.raises(KeyboardInterrupt):
        notebook.run("SELECT count(*) FROM range(1_000_000_000_000) a, range(1000) b")
    assert notebook.rows("FROM t") == [["1"]]


def test_a_statement_whose_result_is_not_shown_can_be_interrupted(notebook: Notebook, host: StandInHost) -> None:
    with host.interrupted(0.5), pytest.raises(KeyboardInterrupt):
        notebook.run("CREATE SEQUENCE s; SELECT nextval('s') FROM range(1_000_000_000_000); SELECT 1")


# --- names


def test_delta_tables_by_name(notebook: Notebook) -> None:
    notebook.delta("departures", pa.table({"carrier": ["UA", "AA"], "delay": [2, None]}), partition_by=["carrier"])
    notebook.delta("t", pa.table({"a": [7]}), schema="sales")
    assert notebook.rows("SELECT carrier, delay FROM Departures ORDER BY 1") == [["AA", "null"], ["UA", "2"]]
    assert notebook.rows("SELECT a FROM sales.t") == [["7"]]
    assert notebook.rows('SELECT d.delay FROM "default".departures d JOIN sales.t ON true WHERE delay > 1') == [["2"]]


@pytest.fixture
def catalogs(notebook: Notebook) -> Notebook:
    """A notebook whose workspace has tables called ``t`` in several catalogs; each has its own name in it."""
    for schema in ("default", "sales", "main.sales", "main.default", "dev.sales"):
        notebook.delta("t", pa.table({"a": [schema]}), schema)
    return notebook


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("main.sales.t", "main.sales"),
        ('"main"."sales"."t"', "main.sales"),
        ("Main . SALES . T", "main.sales"),
        ("main.default.t", "main.default"),
        ("dev.sales.t", "dev.sales"),
        ("hive_metastore.sales.t", "sales"),
        ("spark_catalog.default.t", "default"),
        ("t", "default"),
    ],
)
def test_tables_of_catalogs_by_name(catalogs: Notebook, name: str, schema: str) -> None:
    assert catalogs.rows(f"SELECT a, t.a FROM {name}") == [[schema, schema]]
    assert catalogs.rows(f"SELECT {name}.a FROM {name}") == [[schema]]
    assert catalogs.rows(f"SELECT x.a FROM {name} AS x") == [[schema]]


def test_tables_of_several_catalogs_in_one_statement(catalogs: Notebook) -> None:
    joined = "SELECT x.a, y.a, z.a, t.a FROM main.sales.t x, dev.sales.t y, sales.t z, t"
    assert catalogs.rows(joined) == [["main.sales", "dev.sales", "sales", "default"]]


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        ("CREATE VIEW v AS FROM main.sales.t; FROM v", [["main.sales"]]),
        ("CREATE VIEW v AS FROM main.sales.t; CREATE VIEW w AS FROM v; FROM w", [["main.sales"]]),
        ("CREATE TABLE mine AS SELECT a FROM main.sales.t; FROM mine", [["main.sales"]]),
        (
            "CREATE TABLE t AS FROM main.sales.t; SELECT x.a, t.a FROM t JOIN dev.sales.t x ON true",
            [["dev.sales", "main.sales"]],
        ),
        ("BEGIN; CREATE TABLE mine AS FROM main.sales.t; COMMIT; FROM mine", [["main.sales"]]),
        ("SELECT 'é'; SELECT '日本', a -- main.sales.t\nFROM main.sales.t", [["日本", "main.sales"]]),
        ("PIVOT main.sales.t ON a USING count(*)", [["1"]]),
        ("WITH t AS (FROM main.sales.t) FROM t", [["main.sales"]]),
        ("SELECT 'main.sales.t'", [["main.sales.t"]]),
    ],
)
def test_a_table_of_a_catalog_is_read_wherever_a_table_may_stand(
    catalogs: Notebook, code: str, rows: list[list[str]]
) -> None:
    assert catalogs.rows(code) == rows


def test_duckdbs_own_tables_win_over_those_of_catalogs(catalogs: Notebook) -> None:
    assert catalogs.rows("FROM main.sales.t") == [["main.sales"]]
    catalogs.run(
        "ATTACH ':memory:' AS dev; CREATE SCHEMA dev.sales; CREATE TABLE dev.sales.t AS SELECT 'attached' AS a"
    )
    assert catalogs.rows("FROM dev.sales.t") == [["attached"]]
    assert catalogs.rows("DETACH dev; FROM dev.sales.t") == [["dev.sales"]]
    catalogs.run("CREATE SCHEMA dev; CREATE SCHEMA dev.sales; CREATE TABLE dev.sales.t AS SELECT 'nested' AS a")
    assert catalogs.rows("FROM dev.sales.t") == [["nested"]]


def test_a_column_that_is_written_as_a_table_of_a_catalog_is_a_column(catalogs: Notebook) -> None:
    assert catalogs.rows("SELECT main.sales.t FROM (SELECT {'sales': {'t': 7}} AS main)") == [["7"]]


def test_an_error_in_a_statement_with_tables_of_catalogs_is_placed_as_it_was_written(catalogs: Notebook) -> None:
    error = catalogs.error(
        'SELECT é.a FROM main.sales.t é;\nSELECT "main"."sales".t.a, main.sales.t.nosuch FROM main.sales.t'
    )
    assert error.traceback[1:] == [
        '   3 | SELECT "main"."sales".t.a, main.sales.t.nosuch FROM main.sales.t',
        "     |                            ^^^^^^^^^^^^^^^^^^^",
    ]


@pytest.mark.parametrize(
    "name", ["main.sales.tt", "MAIN.default.nosuch", "dev.nosuch.t", "hive_metastore.sales.nosuch"]
)
def test_a_table_that_a_catalog_does_not_have(catalogs: Notebook, name: str) -> None:
    error = catalogs.error(f"FROM t, {name}")
    assert error.ename == "TableNotFound"
    assert error.evalue.startswith(f"There is no table {name.lower()}: ")


def test_a_table_that_a_catalog_does_not_have_is_likely_another(catalogs: Notebook) -> None:
    assert catalogs.error("FROM main.sales.tt").evalue == "There is no table main.sales.tt: did you mean main.sales.t?"


def test_every_statement_sees_the_newest_version(notebook: Notebook) -> None:
    location = notebook.delta("t", pa.table({"a": [1]}))
    assert notebook.rows("SELECT count(*) FROM t") == [["1"]]
    write_deltalake(location, pa.table({"a": [2]}), mode="append")
    assert notebook.rows("SELECT count(*) FROM t") == [["2"]]
    notebook.run("CREATE VIEW v AS SELECT count(*) AS n FROM t")
    write_deltalake(location, pa.table({"a": [3]}), mode="append")
    assert notebook.rows("FROM v") == [["3"]]


@pytest.mark.parametrize(
    ("statement", "read"),
    [
        ("SELECT a FROM T", ["default.t@1"]),
        ("SELECT count(*) FROM t JOIN sales.o ON true", ["default.t@1", "sales.o@0"]),
        ("WITH x AS (FROM t) SELECT * FROM (VALUES (1)) WHERE 1 IN (SELECT a FROM x)", ["default.t@1"]),
        ("FROM v", ["sales.o@0"]),
        ("CREATE TABLE mine AS FROM t", ["default.t@1"]),
        ("INSERT INTO own SELECT b FROM sales.o", ["sales.o@0"]),
        ("UPDATE own SET c = (SELECT max(a) FROM t)", ["default.t@1"]),
        ("SUMMARIZE t", ["default.t@1"]),
        ("FROM renamed", ["default.renamed@1"]),
        ("SELECT o FROM (SELECT 1 AS o, 't' AS t)", []),
        ("CREATE VIEW later AS FROM t", []),
        ("EXPLAIN FROM t", []),
        ("DESCRIBE t", []),
        ("-- of t\nSELECT 1", []),
        ("FROM main.sales.t", ["main.sales.t@0"]),
        ("FROM hive_metastore.default.t JOIN main.sales.t USING (a)", ["default.t@1", "main.sales.t@0"]),
        ("CREATE TABLE mine AS FROM main.sales.t", ["main.sales.t@0"]),
        ("FROM x", ["main.sales.t@0"]),
        ("CREATE VIEW later AS FROM main.sales.t", []),
    ],
)
def test_the_versions_of_delta_tables_that_a_cell_reads_are_told(
    notebook: Notebook, host: StandInHost, statement: str, read: list[str]
) -> None:
    location = notebook.delta("t", pa.table({"a": [1]}))
    write_deltalake(location, pa.table({"a": [2]}), mode="append")
    notebook.delta("o", pa.table({"b": [1]}), schema="sales")
    notebook.delta("renamed", pa.table({"a": [1]}), configuration={"delta.enableDeletionVectors": "true"})
    DeltaTable(location.parent / "renamed").delete("a = 1")
    notebook.delta("t", pa.table({"a": [1]}), schema="main.sales")
    notebook.run("CREATE TABLE own (c INT); CREATE VIEW v AS FROM sales.o; CREATE VIEW x AS FROM main.sales.t")
    assert host.read == []
    notebook.run(statement)
    assert sorted(f"{table.name}@{table.version}" for table in host.read) == read
    for table in host.read:
        location = notebook.folder.joinpath("warehouse", *table.name.rsplit(".", 1))
        assert table.location.removeprefix("file:") == str(location)
        assert table.table_id == DeltaTable(location).metadata().id


def test_a_statement_that_fails_has_read_nothing(notebook: Notebook, host: StandInHost) -> None:
    notebook.delta("t", pa.table({"a": ["x"]}))
    notebook.error("SELECT a::INT FROM t")
    assert host.read == []


def test_filters_and_columns_reach_the_files(notebook: Notebook) -> None:
    notebook.delta("t", pa.table({"a": range(100), "b": range(100)}))
    plan = notebook.run("EXPLAIN SELECT a FROM t WHERE b > 5").shown["text/plain"]
    assert "ARROW_SCAN" in plan
    assert "FILTER " not in plan.upper().replace("FILTERS", "")


def test_a_table_whose_files_are_gone(notebook: Notebook) -> None:
    location = notebook.delta("lost", pa.table({"a": [1]}))
    shutil.rmtree(location)
    error = notebook.error("SELECT * FROM lost")
    assert error.ename == "TableUnreadable"
    assert error.evalue == f"The files of table default.lost are gone; they were in {location}."


def test_a_lost_table_does_not_disturb_those_who_only_use_the_word(notebook: Notebook) -> None:
    shutil.rmtree(notebook.delta("lost", pa.table({"a": [1]})))
    assert notebook.rows("SELECT lost FROM (SELECT 1 AS lost)") == [["1"]]


def test_a_table_of_another_kind(notebook: Notebook) -> None:
    notebook.catalog("p", notebook.folder, provider="parquet")
    assert "%sql" in notebook.error("SELECT * FROM p").evalue


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": [1, 2]}),
        pl.DataFrame({"a": [1, 2]}),
        pl.LazyFrame({"a": [1, 2]}),
        pa.table({"a": [1, 2]}),
        pa.record_batch({"a": [1, 2]}),
        Own({"a": [1, 2]}),
        pd.Series([1, 2], name="a"),
        pl.Series("a", [1, 2]),
        duckdb.sql("SELECT unnest([1, 2]) AS a"),
        dataset(pa.table({"a": [1, 2]})),
    ],
    ids=["pandas", "polars", "lazy", "pyarrow", "batch", "subclass", "Series", "polars Series", "relation", "Dataset"],
)
def test_python_frames_by_name(notebook: Notebook, host: StandInHost, frame: Any) -> None:
    host.names["df"] = frame
    notebook.language.lookup = lambda name, held=0: in_memory(host.names[name], 2**20, name)
    assert notebook.rows("SELECT sum(x.a), count(*) FROM df x JOIN df y USING (a)") == [["3", "2"]]
    host.names["df"] = pd.DataFrame({"a": [5]})
    assert notebook.rows("SELECT sum(a) FROM df") == [["5"]]


def test_missing_numbers_of_pandas_are_null(notebook: Notebook, host: StandInHost) -> None:
    host.names["df"] = pd.DataFrame({"a": [1.5, float("nan")]})
    host.names["arrow"] = pa.table({"a": [float("nan"), None]})
    assert notebook.rows("FROM df") == [["1.5"], ["null"]]
    assert notebook.rows("FROM arrow") == [["nan"], ["null"]]


def test_a_named_index_of_pandas_is_a_column_in_front(notebook: Notebook, host: StandInHost) -> None:
    host.names["df"] = pd.DataFrame({"a": [1.5]}, index=pd.Index(["r"], name="n"))
    assert notebook.rows("SELECT columns(*)::VARCHAR FROM df") == [["r", "1.5"]]


def test_a_pandas_column_of_several_types_is_refused(notebook: Notebook, host: StandInHost) -> None:
    host.names["df"] = pd.DataFrame({"ok": [1, 2], "bad one": [1, "x"]})
    assert "df lives in Python and cannot come: column bad one has no form" in notebook.error("FROM df").evalue


def test_a_frame_that_duckdb_cannot_read_is_refused(notebook: Notebook, host: StandInHost) -> None:
    host.names["df"] = pd.DataFrame({"z": [1j]})
    assert "df lives in Python and cannot come: " in notebook.error("FROM df").evalue
    assert notebook.rows("SELECT 1 AS df") == [["1"]]


def test_nan_and_null_stay_two_things_in_pandas_own_types(notebook: Notebook, host: StandInHost) -> None:
    values, missing = np.array([np.nan, 0.0]), np.array([False, True])
    host.names["df"] = pd.DataFrame({"f": pd.arrays.FloatingArray(values, missing)})
    assert notebook.rows("SELECT isnan(f)::VARCHAR FROM df") == [["true"], ["null"]]


def test_nanoseconds_in_a_zone_are_cut_with_a_warning(notebook: Notebook, host: StandInHost) -> None:
    host.names["df"] = pd.DataFrame({"at": pd.to_datetime(["2024-01-01 00:00:00.000000007"]).tz_localize("UTC")})
    notebook.run("FROM df")
    assert host.said == ["df: nanoseconds of at were cut off by DuckDB."]


def test_intervals_are_durations_unless_they_have_months(notebook: Notebook) -> None:
    notebook.run(
        "CREATE TABLE t AS SELECT unnest([INTERVAL 1 DAY + INTERVAL 2 SECOND, NULL, INTERVAL (-1) SECOND]) AS span"
    )
    taken = notebook.language.take("t")
    assert taken.schema.field("span").type == pa.duration("us")
    assert taken["span"].to_pylist() == [timedelta(days=1, seconds=2), None, timedelta(seconds=-1)]
    notebook.run("CREATE TABLE none AS FROM t LIMIT 0; CREATE TABLE months AS SELECT INTERVAL 1 MONTH AS span")
    assert notebook.language.take("none").schema == taken.schema
    with pytest.raises(TypeError, match="column span has intervals of months"):
        notebook.language.take("months")
    notebook.run("CREATE TABLE vast AS SELECT to_days(2000000000) AS span")
    with pytest.raises(TypeError, match="column span has an interval of more than 106,000,000 days"):
        notebook.language.take("vast")


def test_where_an_interval_is_missing_there_may_be_anything() -> None:
    memory = np.array([(0, 1, 2000), (-7, -(2**31), 2**63 - 1)], [("m", "i4"), ("d", "i4"), ("n", "i8")])
    valid, values = pa.py_buffer(bytes([0b01])), pa.py_buffer(memory.tobytes())
    spans = pa.Array.from_buffers(pa.month_day_nano_interval(), 2, [valid, values])
    table = with_durations(pa.table({"span": spans}))
    assert table["span"].to_pylist() == [timedelta(days=1, microseconds=2), None]


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"span": [pd.Timedelta(1, "ns"), pd.NaT]}),
        pa.table({"span": pa.array([1, None], pa.duration("ns"))}),
    ],
    ids=["pandas", "pyarrow"],
)
def test_nanoseconds_of_durations_are_cut_with_a_warning(notebook: Notebook, host: StandInHost, frame: Any) -> None:
    host.names["df"] = frame
    notebook.run("FROM df")
    assert host.said == ["df: nanoseconds of span were cut off by DuckDB."]


def test_columns_of_one_name_get_others_with_a_warning(notebook: Notebook, host: StandInHost) -> None:
    host.names["df"] = pa.Table.from_arrays([pa.array([1]), pa.array([2])], ["a", "A"])
    assert notebook.rows("SELECT a + A_1 FROM df") == [["3"]]
    assert host.said == ["df: column A is A_1 in DuckDB, which has no name twice."]


_CATEGORIES = pd.Categorical(["b", None, "a"], ["z", "b", "a"])
_ARROW = pa.table({"c": pa.array(_CATEGORIES)})
_POLARS = pl.DataFrame({"c": pl.Series(["b", None, "a"], dtype=pl.Enum(["z", "b", "a"]))})


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"c": _CATEGORIES}),
        pd.DataFrame({"c": _CATEGORIES}, index=pd.Index([1, 2, 3], name="n")),
        _ARROW,
        pa.concat_tables([_ARROW.slice(0, 1), _ARROW.slice(1)]),
        _POLARS,
        _POLARS.lazy(),
    ],
    ids=["pandas", "pandas with an index", "pyarrow", "chunks", "polars", "lazy"],
)
def test_categories_are_enums_there_and_back(notebook: Notebook, host: StandInHost, frame: Any) -> None:
    host.names["df"] = frame
    notebook.language.lookup = lambda name, held=0: in_memory(host.names[name], 2**20, name)
    notebook.run("CREATE TABLE t AS FROM df; CREATE TABLE none AS FROM df LIMIT 0")
    assert notebook.rows("SELECT DISTINCT typeof(c) FROM t JOIN df USING (c)") == [["ENUM('z', 'b', 'a')"]]
    assert notebook.rows("SELECT enum_range(c) FROM df LIMIT 1") == [["[z, b, a]"]]
    assert pandas_of(notebook.language.take("t")).c.array.equals(_CATEGORIES)
    assert pandas_of(notebook.language.take("none")).c.array.equals(_CATEGORIES[:0])
    assert notebook.rows("SHOW TABLES") == [["none"], ["t"]]


def test_categories_within_columns_are_enums(notebook: Notebook, host: StandInHost) -> None:
    words = pa.array(["b", None, "a"]).dictionary_encode()
    inner = pa.StructArray.from_arrays([words, pa.array([1, 2, 3])], ["odd name", "n"])
    host.names["df"] = pa.table({"s": inner, "l": pa.ListArray.from_arrays(pa.array([0, 1, 1, 3]), words)})
    notebook.run("CREATE TABLE t AS FROM df")
    back = notebook.language.take("t")
    assert back.schema.field("s").type.field("odd name").type.value_type == pa.string()
    assert back.schema.field("l").type.value_type.value_type == pa.string()
    assert back.to_pylist() == host.names["df"].to_pylist()


def test_categories_that_are_no_texts_are_what_they_stand_for(notebook: Notebook, host: StandInHost) -> None:
    host.names["df"] = pa.table({"c": pa.array([7, 8]).dictionary_encode()})
    assert notebook.rows("SELECT typeof(c), c FROM df") == [["BIGINT", "7"], ["BIGINT", "8"]]


def test_a_missing_and_a_repeated_category_are_no_values_of_an_enum(notebook: Notebook, host: StandInHost) -> None:
    words = pa.DictionaryArray.from_arrays(pa.array([0, 1, 2, 3]), pa.array(["b", None, "b", "it's"]))
    host.names["df"] = pa.table({"c": words})
    assert notebook.rows("SELECT typeof(c), c FROM df WHERE c IS NULL OR c > 'b'") == [
        ["ENUM('b', 'it''s')", "null"],
        ["ENUM('b', 'it''s')", "it's"],
    ]


def test_a_column_without_a_value_keeps_the_type_that_it_came_with(notebook: Notebook, host: StandInHost) -> None:
    notebook.run("CREATE TABLE t AS SELECT 'x' AS s, DATE '2024-01-01' AS d, 1.5::DECIMAL(9, 2) AS n, [1::INT] AS l")
    frame = pandas_of(notebook.language.take("t"))
    for without in (frame[:0], frame.assign(s=None, d=None, n=None, l=None)):
        host.names["df"] = without
        notebook.run("CREATE OR REPLACE TABLE copied AS FROM df; INSERT INTO copied VALUES (NULL, NULL, NULL, NULL)")
        kinds = notebook.rows("SELECT typeof(s), typeof(d), typeof(n), typeof(l) FROM copied LIMIT 1")
        assert kinds == [["VARCHAR", "DATE", "DECIMAL(9,2)", "INTEGER[]"]]


def test_a_slice_with_nested_columns(notebook: Notebook, host: StandInHost) -> None:
    host.names["df"] = pa.table({"s": [{"t": {"n": 1}}, {"t": {"n": 2}}]}).slice(1)
    assert notebook.rows("SELECT s.t.n FROM df") == [["2"]]


def test_the_languages_own_variables_are_not_seen(notebook: Notebook) -> None:
    for name in ("connection", "statement", "relation"):
        assert notebook.error(f"SELECT * FROM {name}").evalue == f"Table with name {name} does not exist!"


def test_a_table_wins_over_a_variable(notebook: Notebook, host: StandInHost) -> None:
    host.names["t"] = pd.DataFrame({"a": ["variable"]})
    notebook.delta("t", pa.table({"a": ["catalog"]}))
    assert notebook.rows("FROM t") == [["catalog"]]
    notebook.run("CREATE TABLE t AS SELECT 'own' AS a")
    assert notebook.rows("FROM t") == [["own"]]


def test_a_table_made_from_a_frame_of_its_name(notebook: Notebook, host: StandInHost) -> None:
    host.names["flights"] = pd.DataFrame({"a": [1]})
    notebook.run("CREATE TABLE flights AS SELECT a + 1 AS a FROM flights")
    assert notebook.rows("FROM flights") == [["2"]]


def test_views_see_the_newest_frame(notebook: Notebook, host: StandInHost) -> None:
    host.names["df"] = pd.DataFrame({"a": [1]})
    notebook.run("CREATE VIEW v AS SELECT a FROM df; CREATE VIEW w AS SELECT a FROM v")
    host.names["df"] = pd.DataFrame({"a": [2]})
    assert notebook.rows("FROM w") == [["2"]]


@pytest.mark.parametrize("view", ["v", "main.v", "memory.v", "memory.main.v", "temp.t", "memory.own.w"])
def test_a_view_sees_what_it_reads_however_it_is_written(notebook: Notebook, host: StandInHost, view: str) -> None:
    host.names["planes"] = pd.DataFrame({"a": [1]})
    notebook.delta("pilots", pa.table({"b": [2]}))
    notebook.run(
        "CREATE VIEW v AS FROM planes, pilots; CREATE TEMP VIEW t AS FROM planes, pilots;"
        "CREATE SCHEMA own; CREATE VIEW own.w AS FROM memory.main.v"
    )
    assert notebook.rows(f"FROM {view}") == [["1", "2"]]


def test_no_variable_is_wanted_by_a_name_in_a_schema(notebook: Notebook, host: StandInHost) -> None:
    notebook.delta("t", pa.table({"a": [7]}), schema="sales")
    host.names["t"] = host.names["a"] = 1
    assert notebook.rows("SELECT sales.t.a FROM sales.t") == [["7"]]
    assert notebook.error("FROM sales.a").evalue.startswith("Table with name a does not exist!")


def test_a_spark_frame_is_brought_into_memory(notebook: Notebook, host: StandInHost) -> None:
    spark_frame = type("DataFrame", (), {"__module__": "pyspark.sql.classic.dataframe"})
    host.names["worst"] = spark_frame()
    notebook.language.lookup = {"worst": pa.table({"a": [7]})}.__getitem__
    assert notebook.rows("SELECT * FROM worst") == [["7"]]

    def too_large(name: str) -> None:
        raise CellError("FrameTooLarge", f"{name} is too large")

    notebook.language.lookup = too_large
    assert notebook.error("SELECT * FROM worst").evalue == "worst is too large"


def test_what_is_no_frame_says_where_it_lives(notebook: Notebook, host: StandInHost) -> None:
    host.names["number"] = 5
    assert "number lives in Python and cannot come" in notebook.error("SELECT * FROM number").evalue


# --- sharing


@pytest.mark.parametrize(
    ("code", "free"),
    [
        ("SELECT * FROM a JOIN b ON a.x = b.x", {"a", "b"}),
        ("WITH q AS (SELECT 1) SELECT * FROM q, d", {"d"}),
        ("SELECT 'FROM s' FROM d -- FROM c", {"d"}),
        ("SELECT 's' FROM d JOIN e USING (x) -- FROM c", {"d", "e"}),
        ("CREATE TABLE t AS FROM df; SELECT * FROM other", {"df", "t", "other"}),
        ("SELEC", set()),
    ],
)
def test_free_names(notebook: Notebook, code: str, free: set[str]) -> None:
    assert notebook.language.free_names(code) >= free - {"t"}
    assert notebook.language.free_names(code) <= free | {"x"}


def test_own_tables_are_not_free(notebook: Notebook) -> None:
    notebook.run("CREATE TABLE t (a INT)")
    assert notebook.language.free_names("SELECT * FROM t, u") == {"u"}


def test_bound_names_are_those_of_the_last_cell(notebook: Notebook) -> None:
    notebook.run("CREATE TABLE a AS SELECT 1 AS x; CREATE VIEW b AS SELECT 1 AS x")
    assert notebook.language.bound_names() == {"a", "b"}
    notebook.run("CREATE OR REPLACE TABLE a AS SELECT 2 AS x")
    assert notebook.language.bound_names() == {"a"}
    notebook.run("SELECT 1")
    assert notebook.language.bound_names() == set()


def test_tables_are_taken_as_arrow(notebook: Notebook, host: StandInHost) -> None:
    host.names["df"] = pd.DataFrame({"a": [1]})
    notebook.run(
        "CREATE TABLE t AS SELECT 9223372036854775807 AS i, 170141183460469231731687303715884105727::HUGEINT AS h, "
        "1.10::DECIMAL(5,2) AS d, NULL::INT AS n, DATE '2020-02-29' AS day; CREATE VIEW v AS FROM df"
    )
    assert notebook.language.take("t").to_pylist() == [
        {"i": 2**63 - 1, "h": Decimal(2**127 - 1), "d": Decimal("1.10"), "n": None, "day": date(2020, 2, 29)}
    ]
    assert notebook.language.take("v").to_pylist() == [{"a": 1}]
    with pytest.raises(KeyError):
        notebook.language.take("nosuch")


def test_frames_are_given(notebook: Notebook) -> None:
    notebook.language.give("late", pa.table({"a": [1]}))
    assert notebook.rows("FROM late") == [["1"]]
    with pytest.raises(TypeError):
        notebook.language.give("x", 1)


@pytest.fixture
def book(notebook: Notebook) -> Book:
    return Book(notebook)


@pytest.fixture
def old(notebook: Notebook) -> str:
    """A database in a file, with a table ``flights``, for ATTACH."""
    with duckdb.connect(notebook.folder / "old.duckdb") as connection:
        connection.execute("CREATE TABLE flights AS SELECT 'attached' AS a; CREATE TABLE other AS SELECT 'other' AS a")
    return str(notebook.folder / "old.duckdb")


def test_an_attached_databases_tables_take_nobodys_names(book: Book, old: str) -> None:
    book.python("import pandas as pd\nflights = pd.DataFrame({'a': ['frame']})")
    book.duckdb(f"ATTACH '{old}' AS old")
    book.python("seen = flights.a[0]")
    assert book.names["seen"] == "frame" and "flights" not in book.sharing.ledger
    assert book.shown("FROM flights") == "frame"
    assert book.shown("FROM old.flights") == "attached"
    assert set(book.notebook.language.describe()) == set()


def test_use_makes_names_of_what_is_there_and_binds_nothing(book: Book, old: str) -> None:
    book.python("import pandas as pd\nflights = pd.DataFrame({'a': ['frame']})")
    book.duckdb(f"ATTACH '{old}' AS old; USE old")
    assert book.shown("FROM flights") == "attached"
    book.duckdb("CREATE TABLE made AS SELECT 'made' AS a")
    book.python("seen, made_here = flights.a[0], made.a[0]")
    assert (book.names["seen"], book.names["made_here"]) == ("frame", "made")
    book.duckdb("USE memory")
    assert book.shown("FROM flights") == "frame"
    book.duckdb("USE old; CREATE OR REPLACE TABLE flights AS SELECT 'bound' AS a")
    book.python("seen = flights.a[0]")
    assert book.names["seen"] == "bound"


def test_another_schemas_tables_take_nobodys_names(book: Book) -> None:
    book.python("import pandas as pd\nflights = pd.DataFrame({'a': ['frame']})")
    book.duckdb("CREATE SCHEMA s; CREATE TABLE s.flights AS SELECT 'schema' AS a")
    book.python("seen = flights.a[0]")
    assert book.names["seen"] == "frame"
    assert book.shown("FROM flights") == "frame" and book.shown("FROM s.flights") == "schema"


def test_a_view_that_can_be_read_no_more_stops_no_cell_of_python(book: Book) -> None:
    book.python("import pandas as pd\ndf = pd.DataFrame({'a': [1]})")
    book.duckdb("CREATE VIEW v AS FROM df")
    book.python("total = int(v.a.sum())")
    assert book.names["total"] == 1
    book.python("del df, v")
    with pytest.raises(NameError):
        book.python("v")
    assert book.sharing.hint("v") == "v lives in DuckDB and cannot come: Table with name df does not exist."
    book.python("df = 5")
    with pytest.raises(NameError):
        book.python("v")
    assert "df lives in Python and cannot come: DuckDB reads frames, it is a int." in book.sharing.hint("v")


def test_a_failed_transaction_ends_by_rollback_and_binds_nothing(book: Book) -> None:
    book.duckdb("CREATE TABLE t AS SELECT 'duckdb' AS a; CREATE TABLE u AS SELECT 1 AS a")
    book.python("import pandas as pd\nt = pd.DataFrame({'a': ['python']})")
    with pytest.raises(CellError):
        book.duckdb("BEGIN; INSERT INTO u VALUES (2); INSERT INTO u SELECT 'x'::INT")
    assert set(book.notebook.language.describe()) == {"t", "u"}
    with pytest.raises(NameError):
        book.python("u")
    assert "u lives in DuckDB and cannot come" in book.sharing.hint("u") and "ROLLBACK" in book.sharing.hint("u")
    book.duckdb("ROLLBACK")
    book.python("seen, count = t.a[0], len(u)")
    assert (book.names["seen"], book.names["count"]) == ("python", 1)


def test_what_is_asked_about_a_cell_leaves_the_open_transaction_alone(book: Book) -> None:
    book.python("import pandas as pd\ndf = pd.DataFrame({'a': [1]})")
    book.duckdb("CREATE TABLE t (a INT); BEGIN; INSERT INTO t VALUES (5)")
    book.duckdb("CREATE VIEW v AS FROM df")  # which tables it reads cannot be told before there is a df
    book.duckdb("COMMIT")
    assert book.shown("SELECT sum(t.a) + sum(v.a) FROM t, v") == "6"


# --- the editor's questions


def test_completion_in_a_failed_transaction(notebook: Notebook) -> None:
    notebook.run("CREATE TABLE own_table (own_column INT)")
    notebook.error("BEGIN; FROM nosuch")
    assert completed(notebook, "FROM own_table SELECT own")["own_column"] == "column"
    assert completed(notebook, "SEL")["SELECT"] == "keyword"
    assert notebook.language.inspect("FROM own_table", 14) == {"text/plain": "own_table\n  own_column"}


def test_completion_of_attached_tables(notebook: Notebook, old: str) -> None:
    notebook.run(f"CREATE TABLE flights (here INT); ATTACH '{old}' AS old")
    assert completed(notebook, "FROM old.fl") == {"flights": "table"}
    assert completed(notebook, "FROM old.flights f SELECT f.") == {"a": "column"}
    assert completed(notebook, "FROM flights f SELECT f.") == {"here": "column"}
    assert "other" not in completed(notebook, "FROM oth")


def completed(notebook: Notebook, code: str) -> dict[str, str]:
    answer = notebook.language.complete(code, len(code))
    assert answer is not None
    assert len(answer.matches) == len(answer.kinds)
    return dict(zip(answer.matches, answer.kinds, strict=True))


def test_completion(notebook: Notebook, host: StandInHost) -> None:
    notebook.run('CREATE TABLE own_table (own_column INT, "odd name" INT)')
    notebook.delta("delta_table", pa.table({"delta_column": [1]}))
    notebook.delta("t", pa.table({"a": [1]}), schema="sales")
    host.names["frame"] = pd.DataFrame({"frame_column": [1]})
    assert completed(notebook, "SELECT * FROM own")["own_table"] == "table"
    assert completed(notebook, "SELECT * FROM del")["delta_table"] == "table"
    assert completed(notebook, "SELECT * FROM fra")["frame"] == "table"
    assert completed(notebook, "FROM sales.") == {"t": "table"}
    assert completed(notebook, "FROM own_table SELECT o")['"odd name"'] == "column"
    assert completed(notebook, "FROM delta_table d SELECT d.") == {"delta_column": "column"}
    assert completed(notebook, "FROM frame SELECT frame_")["frame_column"] == "column"
    assert completed(notebook, "SELECT regexp_m")["regexp_matches"] == "function"
    assert completed(notebook, "SEL")["SELECT"] == "keyword"
    assert completed(notebook, "sel")["select"] == "keyword"


def test_completion_of_tables_of_catalogs(catalogs: Notebook) -> None:
    assert completed(catalogs, "FROM ma")["main"] == "schema"
    assert completed(catalogs, "FROM main.") == {"sales": "schema", "default": "schema"}
    assert completed(catalogs, "FROM main.sales.") == {"t": "table"}
    assert completed(catalogs, 'FROM "main"."sales".') == {"t": "table"}
    assert completed(catalogs, "FROM hive_metastore.sales.t x SELECT x.") == {"a": "column"}
    assert completed(catalogs, "SELECT main.sales.t.") == {"a": "column"}


def test_completion_replaces_the_word(notebook: Notebook) -> None:
    answer = notebook.language.complete("SELECT sales.abc", 16)
    assert answer is not None
    assert (answer.start, answer.end) == (13, 16)


def test_documentation(notebook: Notebook) -> None:
    notebook.run("CREATE TABLE t (first INT, second INT)")
    answer = notebook.language.inspect("SELECT regexp_matches('a', 'b')", 12)
    assert answer is not None
    assert "regexp_matches(" in answer["text/plain"]
    table = notebook.language.inspect("SELECT * FROM t", 15)
    assert table == {"text/plain": "t\n  first\n  second"}
    assert notebook.language.inspect("SELECT nosuch", 13) is None


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("SELECT 1", "complete"),
        ("SELECT 1;", "complete"),
        ("SELECT 'abc", "incomplete"),
        ("SELECT 1 FROM", "incomplete"),
        ("SELEC 1 2 3", "invalid"),
    ],
)
def test_completeness(notebook: Notebook, code: str, status: str) -> None:
    assert notebook.language.is_complete(code).status == status


def test_nothing_is_left_of_a_stopped_language(notebook: Notebook) -> None:
    notebook.run("CREATE TABLE t (a INT)")
    notebook.language.stop()
    assert notebook.rows("SELECT count(*) FROM duckdb_tables()") == [["0"]]


def test_delta_times_keep_their_meaning(notebook: Notebook) -> None:
    moment = datetime(2020, 7, 1, 12, 30)
    notebook.delta("times", pa.table({"plain": pa.array([moment], pa.timestamp("us"))}))
    assert notebook.rows("FROM times") == [["2020-07-01 12:30:00"]]
    assert DeltaTable(notebook.folder / "warehouse/default/times").protocol().reader_features == ["timestampNtz"]


# --- tables that Spark wrote

_WRITTEN = {
    "plain": [
        "CREATE TABLE {t} USING delta AS SELECT id, CAST(id AS STRING) s, id % 3 p, id / 2 x FROM range(100)",
    ],
    "of_a_catalog": [
        "CREATE SCHEMA IF NOT EXISTS main.duck",
        "CREATE TABLE {t} USING delta AS SELECT id, CAST(id AS STRING) s, id % 3 p, id / 2 x FROM range(10)",
    ],
    "deleted": [
        "CREATE TABLE {t} USING delta TBLPROPERTIES ('delta.enableDeletionVectors' = 'true') "
        "AS SELECT id, CAST(id AS STRING) s, id % 3 p, id / 2 x FROM range(100)",
        "DELETE FROM {t} WHERE id % 10 = 3",
        "MERGE INTO {t} USING (SELECT id FROM range(0, 200, 7)) u ON {t}.id = u.id "
        "WHEN MATCHED THEN UPDATE SET s = 'merged' "
        "WHEN NOT MATCHED THEN INSERT (id, s, p, x) VALUES (u.id, 'new', 0, NULL)",
    ],
    "parted": [
        "CREATE TABLE {t} USING delta PARTITIONED BY (p) TBLPROPERTIES ('delta.enableDeletionVectors' = 'true') "
        "AS SELECT id, CAST(id AS STRING) s, id % 3 p, id / 2 x FROM range(100)",
        "DELETE FROM {t} WHERE id % 10 = 3",
    ],
    "renamed": [
        "CREATE TABLE {t} USING delta TBLPROPERTIES ('delta.columnMapping.mode' = 'name') "
        "AS SELECT id, CAST(id AS STRING) old, id % 3 p, id / 2 x FROM range(100)",
        "ALTER TABLE {t} RENAME COLUMN old TO s",
    ],
    "evolved": [
        "CREATE TABLE {t} USING delta AS SELECT id, CAST(id AS STRING) s FROM range(10)",
        "ALTER TABLE {t} ADD COLUMNS (p BIGINT, x DOUBLE)",
        "INSERT INTO {t} VALUES (10, 'ten', 1, 0.5)",
    ],
    "widened": [
        "CREATE TABLE {t} (id INT, s STRING, p BIGINT, x DOUBLE) USING delta "
        "TBLPROPERTIES ('delta.enableTypeWidening' = 'true')",
        "INSERT INTO {t} VALUES (1, 'a', 1, 0.5)",
        "ALTER TABLE {t} ALTER COLUMN id TYPE BIGINT",
        "INSERT INTO {t} VALUES (9999999999, 'b', 1, 0.5)",
    ],
}
_CALLED = {name: f"duck_{name}" for name in _WRITTEN} | {"of_a_catalog": "main.duck.t"}
_SUMS = "SELECT count(*), sum(id), sum(length(s)), sum(p), sum(x) FROM {t}"


@pytest.fixture(scope="module")
def written(workspace: Path) -> Any:
    """Tables that Spark wrote, and what it reads in them."""
    from lakebook.config import find_workspace
    from lakebook.spark.attach import Attachment
    from lakebook.spark.driver import connect

    attachment = Attachment(connect(find_workspace(workspace), workspace, "duckdb"), [str(workspace)])
    try:
        spark, sums = attachment.session, {}
        for name, statements in _WRITTEN.items():
            for statement in statements:
                spark.sql(statement.format(t=_CALLED[name]))
            sums[name] = [str(value) for value in spark.sql(_SUMS.format(t=_CALLED[name])).first()]
        yield sums
        for table in _CALLED.values():
            spark.sql(f"DROP TABLE {table}")
        spark.sql("DROP SCHEMA main.duck")
    finally:
        attachment.detach()


@pytest.mark.spark
@pytest.mark.parametrize("name", sorted(_WRITTEN))
def test_what_spark_wrote_is_read_right_or_refused(written: dict[str, list[str]], workspace: Path, name: str) -> None:
    notebook = Notebook(StandInHost(workspace))
    try:
        assert notebook.rows(_SUMS.format(t=_CALLED[name])) == [written[name]]
    except CellError as error:
        assert name == "widened", error
        assert error.evalue.startswith("Table default.duck_widened has features that cannot be read without Spark")
    finally:
        notebook.language.stop()


@pytest.mark.spark
def test_a_table_with_deleted_rows_is_read_anew_for_every_use(written: dict[str, list[str]], workspace: Path) -> None:
    notebook = Notebook(StandInHost(workspace))
    try:
        rows = int(written["deleted"][0])
        query = "SELECT count(*) FROM duck_deleted a JOIN duck_deleted b USING (id)"
        assert notebook.rows(query) == [[str(rows)]]
        query = "SELECT count(*) FROM (FROM duck_deleted UNION ALL FROM duck_deleted)"
        assert notebook.rows(query) == [[str(2 * rows)]]
    finally:
        notebook.language.stop()
