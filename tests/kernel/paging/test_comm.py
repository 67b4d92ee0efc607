"""Questions over a comm: each is answered once, in a sentence when it cannot be, and can be withdrawn."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import pyarrow as pa
import pytest

from lakebook import downloads
from lakebook_kernel.display.tables import Column
from lakebook_kernel.paging.comm import TablesComm
from lakebook_kernel.paging.kept import KeptTables
from lakebook_kernel.paging.local import LocalSource
from lakebook_kernel.paging.questions import Query
from lakebook_kernel.paging.source import Cancelled, Page

BIG = 2**60


class StandInComm:
    """A browser's end of a comm."""

    def __init__(self) -> None:
        self.sent: Queue[dict[str, Any]] = Queue()

    def on_msg(self, take: Callable[[dict[str, Any]], None]) -> None:
        self.ask = lambda **data: take({"content": {"data": data}})

    def on_close(self, closed: Callable[[Any], None]) -> None:
        self.close = lambda: closed(None)

    def send(self, data: dict[str, Any]) -> None:
        self.sent.put(data)

    def told(self) -> dict[str, Any]:
        return self.sent.get(timeout=60)


class Slow(LocalSource):
    """A source that answers only when its question is withdrawn."""

    def __init__(self) -> None:
        super().__init__(pa.table({"a": [1]}))
        self.columns = [Column("a", "int64")]
        self.asked, self.withdrawn = threading.Event(), threading.Event()

    def rows(self, query: Query, offset: int, limit: int) -> Page:
        self.asked.set()
        assert self.withdrawn.wait(60)
        raise Cancelled

    def cancel(self) -> None:
        self.withdrawn.set()


@pytest.fixture
def tables() -> KeptTables:
    return KeptTables(lambda: ("cell", "1"), lambda frame: pytest.fail("this is no frame of Spark's"))


@pytest.fixture
def browser(tables: KeptTables) -> Iterator[StandInComm]:
    comm = StandInComm()
    answering = TablesComm(tables)
    answering.opened(comm)  # type: ignore[arg-type]
    yield comm
    answering.close()


def test_a_browser_is_told_which_tables_there_are_and_when_they_go(tables: KeptTables, browser: StandInComm) -> None:
    assert browser.told() == {"tables": []}
    tables._cell = lambda: ("c", "1")
    first = tables.keep(pa.table({"a": [1]}))
    tables._cell = lambda: ("c", "2")
    tables.keep(pa.table({"a": [1]}))
    assert browser.told() == {"forgotten": [first]}


def test_questions_are_answered_with_texts(tables: KeptTables, browser: StandInComm) -> None:
    browser.told()
    handle = tables.keep(pa.table({"a": [BIG, None], "b": ["x" * 3_000, ""]}))
    browser.ask(id=1, table=handle, ask="rows", limit=2)
    long = {"text": "x" * 2_000, "cut": 1_000}
    answer = browser.told()
    assert answer["id"] == 1
    assert answer["answer"] | {"moment": 0} == {
        "rows": [[str(BIG), long], [None, ""]],
        "total": 2,
        "more": False,
        "moment": 0,
    }
    browser.ask(id=2, table=handle, ask="cell", offset=0, column=1)
    assert browser.told() == {"id": 2, "answer": {"text": "x" * 3_000, "cut": 0}}
    browser.ask(id=3, table=handle, ask="values", column=0)
    values = browser.told()["answer"]["values"]
    assert {(value["text"], value["key"], value["count"]) for value in values} == {
        (str(BIG), str(BIG), 1),
        (None, None, 1),
    }
    browser.ask(id=4, table=handle, ask="statistics", column=0)
    assert browser.told()["answer"]["max"] == str(BIG)
    browser.ask(id=5, table=handle, ask="chart", chart={"kind": "bar", "x": 0})
    assert browser.told()["answer"]["scale"] == "category"


def test_what_cannot_be_answered_is_told_in_a_sentence(tables: KeptTables, browser: StandInComm) -> None:
    browser.told()
    browser.ask(id=1, table="of-another-kernel", ask="rows")
    assert browser.told() == {
        "id": 1,
        "error": "The frame of this table is gone: run the cell again to see more than the rows below.",
        "why": "gone",
    }
    handle = tables.keep(pa.table({"a": [1]}))
    browser.ask(id=2, table=handle, ask="rows", query={"orders": [{"column": 7}]})
    told = browser.told()
    assert (told["why"], told["error"]) == ("failed", "The table has 1 columns, and was asked for one with column = 7.")


def test_a_question_can_be_withdrawn(tables: KeptTables, browser: StandInComm) -> None:
    browser.told()
    source = Slow()
    browser.ask(id=1, table=tables.keep(source), ask="rows")
    assert source.asked.wait(60)
    browser.ask(cancel=1)
    assert browser.told() == {"id": 1, "error": "The question was withdrawn.", "why": "cancelled"}


def test_a_browser_that_goes_withdraws_its_questions(tables: KeptTables, browser: StandInComm) -> None:
    source = Slow()
    browser.ask(id=1, table=tables.keep(source), ask="rows")
    assert source.asked.wait(60)
    browser.close()
    assert source.withdrawn.wait(60)


def test_a_file_is_offered_where_nobody_can_guess_it_and_goes_with_the_kernel(
    tables: KeptTables, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    comm = StandInComm()
    answering = TablesComm(tables)
    answering.opened(comm)  # type: ignore[arg-type]
    comm.told()
    comm.ask(id=1, table=tables.keep(pa.table({"a": [1, 2]})), ask="export", format="csv")
    path = comm.told()["answer"]["path"]
    token, name = path.removeprefix(f"{downloads.ADDRESS}/").split("/")
    file = downloads.folder() / token / name
    assert len(token) >= 32 and file.read_text() == "a\n1\n2\n"
    assert downloads.folder().stat().st_mode & 0o777 == file.parent.stat().st_mode & 0o777 == 0o700
    answering.close()
    assert not file.exists()
