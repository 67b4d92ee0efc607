"""No language ever reads a value that is not the newest, and nobody's own things are replaced."""

from __future__ import annotations

import functools
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from IPython.core.inputtransformer2 import TransformerManager

from kernel.sharing.played import Played4
from lakebook.config import SparkSettings, Workspace
from lakebook.spark.tables import FILE
from lakebook_kernel.languages.python import stored_names, with_magics
from lakebook_kernel.sharing.catalog import CatalogNames
from lakebook_kernel.sharing.python import PythonNames
from lakebook_kernel.sharing.stamps import stamp


@pytest.fixture
def book() -> Played4:
    return Played4()


@pytest.mark.parametrize("value", ["'JFK'", "1", "None", "True"])
def test_binding_the_same_object_again_counts(book: Played4, value: str) -> None:
    book.python(f"a = {value}")
    book.cell("scala", "read a")
    book.cell("scala", "bind a='LGA'")
    book.python(f"a = {value}")
    assert repr(book.cell("duckdb", "read a").values["a"]) == value


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("a = b, c = 1, 2", {"a", "b", "c"}),
        ("a: int = 1\nb: int\nc += 1", {"a", "c"}),
        ("import x.y, z as w\nfrom m import n as o", {"x", "w", "o"}),
        ("with open(p) as f, g as (h, i):\n    j = 1", {"f", "h", "i", "j"}),
        ("def f():\n    a = 1\nclass B:\n    c = 1", {"f", "B"}),
        ("if a:\n    b = 1\nfor c in d:\n    e = 1\ntry:\n    f = 1\nexcept E: pass", set()),
        ("a.b = 1\nc[d] = 2\n[e, *g] = h", {"e", "g"}),
        ("not python", set()),
    ],
)
def test_what_a_cell_binds_whenever_it_ends(code: str, names: set[str]) -> None:
    assert stored_names(code) == names


@pytest.mark.parametrize(
    ("line", "names"),
    [(0, set()), (2, {"a"}), (4, {"a", "b"}), (5, {"a", "b", "c"}), (6, {"a", "b", "c", "d"})],
)
def test_what_a_cell_binds_that_fails_at_a_line(line: int, names: set[str]) -> None:
    assert stored_names("a = 1\nb = [\n]\nwith c() as c:\n    d = 1\n    e = 1\nf = 1", line) == names


@pytest.mark.parametrize(
    "code",
    ["%%time\nprint(a)", "%time print(a)", "%%timeit -n 1\na + 1", "%timeit -n1 -r 2 a + 1", "%%capture out\n%time a"],
)
def test_what_a_magic_runs_is_read_too(code: str) -> None:
    names = PythonNames({}, TransformerManager().transform_cell)
    assert "a" in names.free_names(code)


def test_other_magics_have_text(book: Played4) -> None:
    names = PythonNames({}, TransformerManager().transform_cell)
    assert names.free_names("%%writefile x.py\na") == {"get_ipython"}
    assert with_magics("x = 1", lambda code: code) == "x = 1"


def test_a_copy_of_what_is_bound_anew_elsewhere_is_not_found(book: Played4) -> None:
    book.cell("scala", "bind a=60")
    book.python("a")
    book.cell("scala", "bind a=90")
    with pytest.raises(NameError):
        book.python("eval('a')")


def test_deleting_a_copy_leaves_the_owner_and_the_others_alone(book: Played4) -> None:
    book.cell("scala", "bind a=1")
    book.cell("duckdb", "read a")
    book.python("a\ndel a")
    assert book.languages["duckdb"].values == {"a": 1}


def test_a_name_that_died_elsewhere_is_not_read_there(book: Played4) -> None:
    duckdb = book.languages["duckdb"]
    duckdb.reads_python = True
    book.cell("scala", "bind a=1")
    book.cell("duckdb", "read a")
    book.cell("scala", "drop a")
    book.python("a = 2")
    assert book.cell("duckdb", "read a").values == {}


def test_a_change_through_an_alias_of_a_copy_is_seen(book: Played4) -> None:
    book.cell("scala", "bind a=[1]")
    book.python("b = a")
    book.python("b.append(2)")
    assert book.cell("duckdb", "read a").values["a"] == [1, 2]


def test_without_sharing_nothing_stays_promised(book: Played4) -> None:
    book.python("a = 1")
    assert book.cell("r", "read a").promised
    book.sharing.on = False
    assert not book.cell("r", "read a").promised


def test_what_is_handed_over_is_the_newest(book: Played4) -> None:
    book.cell("r", "bind a=1")
    book.languages["scala"].values["a"] = 2
    book.sharing.hand_over("a", book.languages["scala"])
    book.python("b = a")
    assert book.names["b"] == 2


def test_tables_stay_known_after_a_cell_of_python(book: Played4) -> None:
    book.tables.versions = {"t": 1}
    first = book.cell("r", "read t").promised["t"]
    book.sharing.value("t", book.languages["r"])
    book.python("x = 1")
    assert book.cell("r", "read t").promised["t"] == first


@pytest.mark.parametrize(
    "value",
    [np.mean, np.add, functools.lru_cache(len), functools.partial(len)],
    ids=["numpy", "ufunc", "cache", "partial"],
)
def test_whatever_is_called_is_never_replaced(book: Played4, value: Any) -> None:
    book.names["f"] = value
    book.cell("scala", "bind f=5")
    book.python("g = f")
    assert book.names["g"] is value


def test_what_a_language_keeps_for_itself_is_told(book: Played4) -> None:
    book.python("year = 2013")
    book.languages["scala"].protected = {"year"}
    book.cell("scala", "read year")
    assert "Scala has a year of its own" in book.sharing.hint("type mismatch: year")


@pytest.mark.parametrize(
    "table",
    [
        pa.table({"t": pa.array([0], pa.timestamp("us", "GMT+3"))}),
        pa.table({"d": pa.array([2932897], pa.date32())}),
    ],
    ids=["zone", "date"],
)
def test_what_pandas_cannot_show_says_so(book: Played4, table: pa.Table) -> None:
    book.languages["r"].values["d"] = table
    book.sharing.ledger.bind("d", "r")
    with pytest.raises(NameError):
        book.python("d")
    assert "d lives in R and cannot come: pandas has no form for it" in book.sharing.hint("name 'd' is not defined")


FRAMES = {
    "masked": pd.DataFrame({"i": pd.array([1, None, 3], "Int32")}),
    "booleans": pd.DataFrame({"i": pd.array([True, None, False], "boolean")}),
    "strings": pd.DataFrame({"i": pd.array(["a", None, "c"], "string")}),
    "categories": pd.DataFrame({"i": pd.Categorical(["a", "b", "a"])}),
    "times": pd.DataFrame({"i": pd.date_range("2020-01-01", periods=3, tz="Europe/Berlin")}),
    "numbers": pd.DataFrame({"i": [1, 2, 3]}),
    "an index": pd.DataFrame({"i": [1, 2, 3]}, index=pd.Index(["a", "b", "c"], name="k")),
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_looking_at_a_frame_does_not_change_its_stamp(frame: pd.DataFrame) -> None:
    before = stamp(frame)
    frame.merge(frame, on="i")
    frame.groupby("i", observed=True).size()
    frame["i"].isin(frame["i"])
    frame.describe(include="all")
    assert stamp(frame) == before and stamp(frame.copy()) == before


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_changing_a_frame_changes_its_stamp(frame: pd.DataFrame) -> None:
    changed = frame.copy()
    changed.iloc[0, 0] = changed.iloc[2, 0] if len(set(changed["i"])) == 3 else changed.iloc[1, 0]
    assert stamp(changed) != stamp(frame)
    assert stamp(frame.rename(columns={"i": "j"})) != stamp(frame)
    assert stamp(frame["i"]) != stamp(changed["i"]) and stamp(frame["i"]) == stamp(frame.copy()["i"])


def test_a_table_made_anew_is_another_one(tmp_path: Path) -> None:
    log = tmp_path / "t" / "_delta_log"
    log.mkdir(parents=True)
    commit = log / f"{0:020}.json"
    commit.write_text("{}")
    workspace = Workspace(tmp_path, tmp_path, SparkSettings(), tmp_path, None)
    row = f'{{"schema": "default", "name": "t", "location": "{tmp_path / "t"}", "provider": "delta"}}'
    (tmp_path / FILE).write_text(f'{{"tables": [{row}]}}')
    catalog = CatalogNames(lambda: workspace, lambda: pytest.fail("no session"), lambda: "default")
    first = catalog.stamp("t")
    assert catalog.stamp("T") == first and catalog.holds("t") and not catalog.holds("d")
    commit.unlink()
    other = log / "other"
    other.write_text("{}")
    other.rename(commit)
    assert catalog.stamp("t") != first


def test_dates_are_plain() -> None:
    assert stamp(date(2020, 1, 1)) == stamp(date(2020, 1, 1)) != stamp(date(2020, 1, 2))
