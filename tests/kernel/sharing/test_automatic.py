"""The rules of sharing, with languages that are only played: which name is whose, what is sent, and what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from kernel.sharing.played import Played4, frame_of_spark
from lakebook_kernel.languages.base import UNCHANGED, CellError


@pytest.fixture
def book() -> Played4:
    return Played4()


def test_what_a_cell_uses_is_brought_and_nothing_else(book: Played4) -> None:
    book.python("a, b = 1, 2")
    scala = book.cell("scala", "read a")
    assert scala.values == {"a": 1}


def test_a_value_is_sent_once(book: Played4) -> None:
    book.python("a = [1]")
    book.cell("scala", "read a")
    assert book.cell("scala", "read a").given == ["a"]


@pytest.mark.parametrize(
    "change",
    [
        "a = [2]",
        "a.append(2)",
        "b = a\nb.append(2)",
        "def f():\n    global a\n    a = [3]\nf()",
        "for a in ([9],): pass",
    ],
    ids=["bound anew", "in place", "through an alias", "global", "loop"],
)
def test_a_changed_value_is_sent_again(book: Played4, change: str) -> None:
    book.python("a = [1]")
    book.cell("scala", "read a")
    book.python(change)
    assert book.cell("scala", "read a").values["a"] == book.names["a"]


def test_a_lazy_frame_is_sent_computed_and_never_stale(book: Played4, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("a\n1\n")
    book.python(f"import polars\nlazy = polars.scan_csv({str(file)!r})")
    assert book.cell("scala", "read lazy").values["lazy"].to_pydict() == {"a": [1]}
    file.write_text("a\n2\n")
    assert book.cell("scala", "read lazy").values["lazy"].to_pydict() == {"a": [2]}
    file.write_text("a\n" + "3\n" * 100)
    with pytest.raises(CellError, match="lazy is larger than 10 bytes"):
        book.cell("scala", "read lazy")


def test_a_lazy_frame_that_fails_says_so_to_whoever_uses_it(book: Played4) -> None:
    book.python("import polars\nlazy = polars.LazyFrame({'a': ['x']}).cast(polars.Int64)")
    book.cell("scala", "read lazy")
    assert "lazy lives in Python and cannot come: computing it failed" in book.sharing.refused["lazy"]


def test_the_newest_assignment_wins(book: Played4) -> None:
    book.cell("scala", "bind a=1")
    book.python("b = a")
    assert book.names["b"] == 1
    book.python("a = 2")
    assert book.cell("scala", "read a").values["a"] == 2
    book.cell("duckdb", "bind a=3")
    book.python("b = a")
    assert book.names["b"] == 3
    assert book.cell("scala", "read a").values["a"] == 3


def test_replacing_what_the_language_had_bound_itself_is_said(book: Played4) -> None:
    book.python("a = 1")
    book.cell("scala", "bind a=2")
    assert not book.said
    book.python("a")
    assert book.said == ["a is Scala's now, which bound it last; Python's own is replaced."]
    book.cell("scala", "bind a=3")
    book.python("a")
    assert len(book.said) == 1


def test_what_python_defines_is_never_replaced(book: Played4) -> None:
    book.python("import json as tool\ndef work(): return 1\nclass Kind: pass")
    book.cell("scala", "bind tool=1\nbind work=2\nbind Kind=3\nbind max=4\nbind spark=5")
    book.python("x = (tool, work, Kind, max)")
    assert book.names["tool"].__name__ == "json" and book.names["work"]() == 1
    assert "max" not in book.names and "spark" not in book.names


def test_what_another_language_protects_is_not_replaced(book: Played4) -> None:
    book.python("count = 1")
    book.languages["scala"].protected = {"count"}
    assert book.cell("scala", "read count").given == []


def test_a_name_that_cannot_come_says_why_when_it_is_missed(book: Played4) -> None:
    book.python("def work(): pass\ns = {1}")
    book.cell("scala", "read work s")
    assert book.sharing.hint("not found: value work") == "work lives in Python and cannot come: it is a function."
    assert "no sets" in book.sharing.hint("not found: value s")
    assert book.sharing.hint("division by zero") == ""


def test_one_that_cannot_come_hides_no_binding_of_ones_own(book: Played4) -> None:
    book.cell("scala", "bind a=1")
    book.python("def a(): pass")
    assert book.cell("scala", "read a").values == {"a": 1}


def test_one_that_cannot_come_any_more_leaves_no_old_copy(book: Played4) -> None:
    book.python("a = 1")
    book.cell("scala", "read a")
    book.python("a = {1}")
    assert book.cell("scala", "read a").values == {}


def test_a_deleted_name_leaves_no_copy(book: Played4) -> None:
    book.python("a = 1")
    book.cell("scala", "read a")
    book.python("del a")
    assert book.cell("scala", "read a").values == {}


def test_a_name_that_its_owner_deletes_is_python_s_copy_s(book: Played4) -> None:
    book.cell("scala", "bind a=1")
    book.python("a")
    book.cell("scala", "drop a")
    book.python("b = a")
    assert book.names["b"] == 1


def test_functions_lead_to_the_names_they_read(book: Played4) -> None:
    book.cell("scala", "bind rate=2")
    book.python("def price(x):\n    return x * rate\ndef outer(x):\n    return price(x)")
    book.python("y = outer(3)")
    assert book.names["y"] == 6


def test_what_is_bound_before_a_cell_fails_counts(book: Played4) -> None:
    with pytest.raises(CellError):
        book.cell("scala", "bind a=1\nfail half-way")
    book.python("b = a")
    assert book.names["b"] == 1
    with pytest.raises(ZeroDivisionError):
        book.python("a = 7\n1 / 0")
    assert book.cell("scala", "read a").values["a"] == 7


def test_a_copy_that_python_changes_becomes_pythons(book: Played4) -> None:
    book.cell("scala", "bind a=[1]")
    book.python("a.append(2)")
    assert book.cell("scala", "read a").values["a"] == [1, 2]


def test_older_versions_are_let_go(book: Played4) -> None:
    book.python("a = [1]")
    book.cell("scala", "read a")
    book.python("a = [2]")
    assert book.languages["scala"].withdrawn == ["a"]


def test_a_language_that_died_has_nothing(book: Played4) -> None:
    book.cell("scala", "bind a=1")
    book.python("b = 2")
    book.cell("scala", "read b")
    book.sharing.lost("scala")
    book.languages["scala"].values.clear()
    with pytest.raises(NameError):
        book.python("a")
    assert book.cell("scala", "read b").values == {"b": 2}


def test_a_lazy_language_gets_promises_and_fetches(book: Played4) -> None:
    book.python("a = [1]")
    r = book.cell("r", "read a missing")
    assert list(r.promised) == ["a"] and r.given == []
    assert book.sharing.value("a", r) == [1]
    first = r.promised["a"]
    assert book.cell("r", "read a").promised["a"] == first
    book.python("a.append(2)")
    assert book.cell("r", "read a").promised["a"] != first


def test_a_lazy_language_gets_at_once_what_takes_the_place_of_its_own(book: Played4) -> None:
    book.cell("r", "bind a=1")
    book.python("a = 2")
    r = book.cell("r", "read a")
    assert r.values == {"a": 2} and r.promised == {}
    assert "R's own is replaced" in book.said[0]


def test_a_name_that_nobody_bound_is_a_table_to_a_lazy_language(book: Played4) -> None:
    book.tables.versions = {"t": 1, "mine": 1, "mtcars": 1}
    assert "mtcars" not in book.cell("r", "read mtcars").promised
    book.python("mine = 5")
    first = dict(book.cell("r", "read t mine").promised)
    assert book.sharing.value("t", book.languages["r"]) == "version 1"
    assert book.sharing.value("mine", book.languages["r"]) == 5
    assert book.cell("r", "read t mine").promised == first
    book.tables.versions["t"] = 2
    assert book.cell("r", "read t").promised["t"] != first["t"]
    assert book.cell("scala", "read t").given == []


def test_a_promise_that_cannot_be_kept_says_why(book: Played4) -> None:
    book.python("def f(): pass")
    book.cell("r", "read f")
    with pytest.raises(CellError, match="f lives in Python and cannot come: it is a function"):
        book.sharing.value("f", book.languages["r"])


def test_where_a_value_that_is_asked_for_lives(book: Played4) -> None:
    book.python("a = 1")
    book.cell("scala", "bind b=2")
    book.cell("r", "read a b")
    assert [book.sharing.home(name, book.languages["r"]) for name in "ab"] == ["Python", "Scala"]
    assert [book.sharing.home(name, book.languages["duckdb"]) for name in "ab"] == ["Python", "Scala"]


def test_sharing_can_be_switched_off(book: Played4) -> None:
    book.python("a = 1")
    book.sharing.on = False
    assert book.cell("scala", "read a").values == {}
    book.sharing.on = True
    assert book.cell("scala", "read a").values == {"a": 1}


def test_a_language_that_sees_pythons_names_is_given_only_others(book: Played4) -> None:
    duckdb = book.languages["duckdb"]
    duckdb.reads_python = True
    book.python("a = 1")
    assert book.cell("duckdb", "read a").given == []
    book.cell("scala", "bind a=2")
    assert book.cell("duckdb", "read a").given == ["a"]
    book.python("a = 3")
    assert set(book.cell("duckdb", "read a").withdrawn) == {"a"}


def test_a_name_can_be_asked_for(book: Played4) -> None:
    book.python("a = 1\ndef f(): pass")
    scala = book.languages["scala"]
    book.sharing.bring("a", scala)
    assert scala.values == {"a": 1}
    with pytest.raises(CellError, match="no other language has a variable"):
        book.sharing.bring("b", scala)
    with pytest.raises(CellError, match="it is a function"):
        book.sharing.bring("f", scala)
    scala.values["c"] = 3
    book.sharing.hand_over("c", scala)
    assert book.names["c"] == 3
    with pytest.raises(CellError, match="no variable of that name"):
        book.sharing.hand_over("d", scala)


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of Spark DataFrames in the order in which they are collected; each comes as `rows 1`, `rows 2`, …"""
    names: list[str] = []

    def collect(frame: object, limit: int, name: str) -> str:
        names.append(name)
        return f"rows {len(names)}"

    monkeypatch.setattr("lakebook_kernel.languages.frames.spark.arrow_of", collect)
    return names


def test_a_frame_of_spark_is_collected_once_per_version_for_a_lazy_language(
    book: Played4, collected: list[str]
) -> None:
    versions = ["1"]
    book.names["frame"] = frame_of_spark(lambda: versions[-1])
    r = book.cell("r", "read frame")
    assert book.sharing.value("frame", r, r.promised["frame"]) == "rows 1"
    held = r.promised["frame"]
    assert book.cell("r", "read frame").promised["frame"] == held
    assert book.sharing.value("frame", r, held) is UNCHANGED
    versions.append("2")
    assert book.cell("r", "read frame").promised["frame"] != held
    assert book.sharing.value("frame", r, held) == "rows 2"


def test_a_frame_of_spark_is_collected_once_per_version_for_one_that_reads_pythons_names(
    book: Played4, collected: list[str]
) -> None:
    duckdb = book.languages["duckdb"]
    duckdb.reads_python = True
    versions = ["1"]
    book.names["frame"] = frame_of_spark(lambda: versions[-1])
    for _ in range(2):
        book.cell("duckdb", "read frame")
        assert book.sharing.value("frame", duckdb) == "rows 1"
    versions.append("2")
    book.cell("duckdb", "read frame")
    assert book.sharing.value("frame", duckdb) == "rows 2"
    book.names["other"] = frame_of_spark(lambda: "2")
    book.python("frame = other")
    book.cell("duckdb", "read frame")
    assert book.sharing.value("frame", duckdb) == "rows 3"


def test_a_frame_of_spark_without_a_version_is_collected_by_every_cell_and_not_kept(
    book: Played4, collected: list[str]
) -> None:
    duckdb, r = book.languages["duckdb"], book.languages["r"]
    duckdb.reads_python = True
    book.names["frame"] = frame_of_spark(lambda: None)
    for _ in range(2):
        book.cell("duckdb", "read frame")
        book.sharing.value("frame", duckdb)
    assert book.sharing.ledger.copies("frame") == {}
    for _ in range(2):
        book.cell("r", "read frame")
        book.sharing.value("frame", r, r.promised["frame"])
    assert len(collected) == 4
