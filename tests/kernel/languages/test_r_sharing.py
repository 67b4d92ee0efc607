"""Names between Python and R as the kernel shares them: R itself, without Spark."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

import pytest

from kernel.standins import StandInHost, StandInOutput
from lakebook_kernel.cell import Cell
from lakebook_kernel.languages.r import RLanguage
from lakebook_kernel.sharing.automatic import SharedNames
from lakebook_kernel.sharing.python import PythonNames

pytestmark = pytest.mark.r


class CountingNames(PythonNames):
    """Python's names; notes which of them were looked at and which were taken."""

    def __init__(self, names: dict[str, Any]) -> None:
        super().__init__(names, lambda code: code)
        self.looked_at: list[str] = []
        self.taken: list[str] = []

    def stamp(self, name: str) -> Hashable:
        self.looked_at.append(name)
        return super().stamp(name)

    def take(self, name: str) -> Any:
        self.taken.append(name)
        return super().take(name)


class Tables:
    """A catalog: tables, their versions, and how often it was searched."""

    name = "catalog"

    def __init__(self) -> None:
        self.versions: dict[str, int] = {}
        self.searched = 0

    def holds(self, name: str) -> bool:
        self.searched += 1
        return name in self.versions

    def stamp(self, name: str) -> Hashable:
        return self.versions[name]

    def take(self, name: str) -> Any:
        return float(self.versions[name])


class Book:
    """A notebook of Python and R."""

    def __init__(self, r: RLanguage) -> None:
        self.names: dict[str, Any] = {}
        self.python_names = CountingNames(self.names)
        self.tables = Tables()
        self.said: list[str] = []
        self.r_language = r
        self.sharing = SharedNames(self.python_names, self.tables, lambda name: r, self.said.append, lambda: 10)
        r.lookup = lambda name: self.sharing.value(name, r)
        r.on_loss = lambda: self.sharing.lost("r")

    def python(self, code: str) -> None:
        self.sharing.before(code, self.python_names)
        try:
            exec(code, self.names)
        finally:
            self.sharing.after(self.python_names)

    def r(self, code: str, *inputs: str) -> str:
        """Run an R cell, ``%r -i`` these names; what it printed."""
        output = StandInOutput()
        self.sharing.before(code, self.r_language)
        for name in inputs:
            self.sharing.bring(name, self.r_language)
        try:
            self.r_language.run(Cell("r", code), output)
        finally:
            self.sharing.after(self.r_language)
            self.messages = output.text("stderr")
        return output.text()


@pytest.fixture(scope="module")
def language(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RLanguage]:
    language = RLanguage(StandInHost(tmp_path_factory.mktemp("notebook")))
    yield language
    language.stop()


@pytest.fixture
def book(language: RLanguage) -> Book:
    made = Book(language)
    made.r("rm(list = ls())")
    made.sharing.lost("r")
    return made


# -------------------------------------------------------------------- newest value


def test_what_took_the_place_of_rs_own_is_not_kept(book: Book) -> None:
    book.r("x <- 1")
    for value in (2, 3):
        book.python(f"x = {value}")
        assert book.r("cat(x)") == str(value)


def test_what_was_brought_by_option_is_not_kept(book: Book) -> None:
    book.python("x = [2.0, 3.0]")
    assert book.r("cat(x)", "x") == "2 3"
    book.python("x.append(4.0)")
    assert book.r("cat(x)") == "2 3 4"
    book.python("x = 3")
    assert book.r("cat(x)") == "3"
    book.python("del x")
    assert book.r("cat(exists('x'))") == "FALSE"


def test_what_is_withdrawn_is_nothing_that_r_did(book: Book) -> None:
    book.python("x = 2")
    book.r("x", "x")
    book.python("x = 3")
    book.r("1")
    assert book.r_language.removed_names() == set() and book.r_language.bound_names() == set()
    assert not book.r_language.holds("x")
