"""Names between Python and R as the kernel shares them: R itself, without Spark."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

from kernel.standins import StandInHost, StandInOutput, shared
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

    def begin(self) -> None:
        pass

    def holds(self, name: str) -> bool:
        self.searched += 1
        return name in self.versions

    def stamp(self, name: str) -> Hashable:
        return self.versions[name]

    def version(self, name: str) -> Hashable:
        return None

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
        r.lookup = lambda name, held=0: self.sharing.value(name, r, held)
        r.on_loss = lambda: self.sharing.lost("r")

    def python(self, code: str) -> None:
        with shared(self.sharing, code, self.python_names):
            exec(code, self.names)

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


def test_a_function_of_the_notebook_is_not_replaced(book: Book) -> None:
    book.r("f <- function(x) x + 1; total <- sum")
    book.python("f = 3; total = 4")
    assert book.r("cat(sapply(1:3, f), sapply(list(1:3), total))") == "2 3 4 6"
    assert book.said == []
    assert book.r("cat(f)", "f") == "3"
    book.python("f = 5")
    assert book.r("cat(f)") == "5"


# ------------------------------------------------------------- names used before


def test_a_name_used_before_can_be_had_without_being_written(book: Book) -> None:
    book.python("x = 2")
    book.r("keep <- quote(x + 1); cat(x)")
    assert book.r("cat(eval(keep))") == "3"
    book.python("x = 5")
    assert book.r("cat(eval(keep))") == "6"
    assert book.r("cat(eval(keep))") == "6"


def test_a_value_is_fetched_once_whether_it_is_written_or_not(book: Book) -> None:
    book.python("x = [2.0, 3.0]")
    book.r("keep <- quote(x)")
    for code in ("x", "1", "eval(keep)", "1", "x", "eval(keep)"):
        book.r(code)
    assert book.python_names.taken == ["x"]


def test_a_value_changed_in_place_is_fetched_again(book: Book) -> None:
    book.python("x = [2.0, 3.0]")
    book.r("keep <- quote(x); x")
    book.python("x.append(4.0)")
    book.r("1")
    assert book.r("cat(eval(keep))") == "2 3 4"
    book.python("x[0] = 7.0")
    assert book.r("cat(x)") == "7 3 4"
    assert book.r("cat(eval(keep))") == "7 3 4"
    assert book.python_names.taken == ["x"] * 3


def test_a_cell_that_uses_nothing_costs_nothing(book: Book) -> None:
    book.python("x = [2.0]")
    book.tables.versions["t"] = 1
    book.r("x; t")
    looked, searched = len(book.python_names.looked_at), book.tables.searched
    book.r("1 + 1")
    book.r("'x'")
    assert (len(book.python_names.looked_at), book.tables.searched) == (looked, searched)


def test_a_table_used_before_is_read_again_only_when_it_has_changed(book: Book) -> None:
    book.tables.versions["t"] = 1
    book.r("keep <- quote(t); t")
    assert book.r("cat(eval(keep))") == "1"
    book.tables.versions["t"] = 2
    assert book.r("cat(eval(keep))") == "2"
    book.python("t = 9")
    assert book.r("cat(eval(keep))") == "9"


def test_a_name_that_nobody_has_any_more_is_promised_no_longer(book: Book) -> None:
    book.python("x = 2")
    book.r("keep <- quote(x); x")
    book.python("del x")
    assert book.r("cat(exists('x'))") == "FALSE"


def test_what_r_binds_itself_is_promised_no_longer(book: Book) -> None:
    book.python("x = 2")
    book.r("x <- x + 1")
    assert book.r("rm(x); cat(exists('x'))") == "FALSE"


def test_a_value_that_never_arrived_is_sent_again(book: Book) -> None:
    book.python("x = [1.0]")
    book.r("keep <- quote(x); x")
    book.python("x.append(object())")
    assert "no form in R" in book.r("cat(tryCatch(eval(keep), error = conditionMessage))")
    assert "no form in R" in book.r("cat(tryCatch(eval(keep), error = conditionMessage))")
    assert "no form in R" in book.r("cat(tryCatch(x, error = conditionMessage))")
    book.python("x[1] = 2.0")
    assert book.r("cat(eval(keep))") == "1 2"


def test_what_was_brought_by_option_is_fresh_without_being_written(book: Book) -> None:
    book.python("x = [2.0, 3.0]")
    book.r("keep <- quote(x)", "x")
    assert book.r("cat(eval(keep))") == "2 3"
    assert book.python_names.taken == ["x"]
    book.python("x.append(4.0)")
    assert book.r("cat(eval(keep))") == "2 3 4"
    assert book.r("cat(x)") == "2 3 4"
    assert book.python_names.taken == ["x"] * 2


def test_what_is_brought_while_nothing_is_shared_stays(book: Book) -> None:
    book.sharing.on = False
    book.python("x = [2.0, 3.0]")
    book.r("1", "x")
    book.python("x.append(4.0)")
    assert book.r("cat(x)") == "2 3"
    assert book.r("cat(x)", "x") == "2 3 4"


# -------------------------------------------------------------- changed where it lies

FRAME = "import pandas\nframe = pandas.DataFrame({'x': [1, 2], 'y': ['a', 'b']})"


@pytest.mark.parametrize(
    ("code", "column"),
    [
        ("setnames(frame, 'x', 'z')", "z"),
        ("set(frame, 1L, 'x', 9L)", "x"),
        ("set(frame, j = 'x', value = 5)", "x"),
        ("setDT(frame); frame[, z := x]", "z"),
        ("alias <- frame; set(alias, 1L, 'x', 9L)", "x"),
        ("alias <- list(frame); set(alias[[1]], 1L, 'x', 9L)", "x"),
        ("f <- function(t) set(t, 1L, 'y', 'c'); f(frame)", "y"),
    ],
)
@pytest.mark.parametrize("brought", ["before", "now", "by option"])
def test_what_r_changes_where_it_lies_is_rs(book: Book, code: str, column: str, brought: str) -> None:
    book.r("library(data.table)")
    book.python(FRAME)
    if brought == "before":
        book.r("nrow(frame)")
    book.r(code, *(["frame"] if brought == "by option" else []))
    in_r = book.r(f"cat(names(frame), as.character(frame${column}))")
    assert book.sharing.ledger.owner("frame") == "r"
    book.python("seen = frame.rename(columns=str)")
    seen = book.names["seen"]
    values = [value if isinstance(value, str) else f"{value:g}" for value in seen[column]]
    assert in_r == " ".join([*seen.columns, *values])


@pytest.mark.parametrize(
    "code",
    [
        "t <- data.table(a = 1); t[, b := nrow(frame)]",
        "setDT(frame); t <- frame[x == 2]; t[, b := 1]",
        "if (FALSE) setnames(frame, 'x', 'z'); set(copy(frame), 1L, 'x', 9L)",
    ],
)
@pytest.mark.parametrize("brought", [False, True])
def test_what_r_only_reads_beside_such_changes_is_not_rs(book: Book, code: str, brought: bool) -> None:
    book.r("library(data.table)")
    book.python(FRAME)
    if brought:
        book.r("nrow(frame)")
    book.r(code)
    assert book.sharing.ledger.owner("frame") == "python"


def test_a_data_table_made_of_a_copy_stays_one(book: Book) -> None:
    book.python(FRAME)
    book.r("library(data.table); setDT(frame)")
    assert book.r("frame[, z := 2 * x]; cat(frame$z)") == "2 4"
    assert book.sharing.ledger.owner("frame") == "r"


@pytest.mark.parametrize("code", ["total <<- total + 1", "total <<- 3", "assign('total', 3, inherits = TRUE)"])
def test_what_a_function_binds_in_place_of_a_copy_is_rs(book: Book, code: str) -> None:
    book.python("total = 2")
    book.r(f"f <- function() {code}; f()")
    book.python("seen = total")
    assert book.names["seen"] == 3


@pytest.mark.parametrize("change", ["setnames(own, 'x', 'z')", "set(other, 1L, 'x', 9)"])
def test_what_changes_in_a_frame_of_rs_own_is_newer(book: Book, change: str) -> None:
    book.r("library(data.table); own <- data.frame(x = c(1, 2)); other <- own")
    book.python("seen = own.copy()")
    in_r = book.r(f"{change}; cat(names(own), own[[1]])")
    book.python("seen = own")
    assert in_r == " ".join([*book.names["seen"].columns, *(f"{value:g}" for value in book.names["seen"].iloc[:, 0])])


# ------------------------------------------------------------------------------- forks


def test_a_fork_has_the_names_that_its_cell_uses(book: Book) -> None:
    book.python("x = 2; unused = 3")
    code = "f <- function(i) x + i; cat(unlist(parallel::mclapply(1:2, f, mc.cores = 2)))"
    assert book.r(code) == "3 4"
    assert book.python_names.taken == ["x"]
    book.python("x = 3")
    assert book.r("cat(unlist(parallel::mclapply(1:2, f, mc.cores = 2)))") == "4 5"


def test_a_fork_that_needs_another_name_says_what_to_do(book: Book) -> None:
    book.python("x = 2")
    hidden = "parallel::mclapply(1:2, function(i) eval(keep), mc.cores = 2)"
    book.r("keep <- quote(x); f <- function() 1")
    told = book.r(f"told <- suppressWarnings({hidden}); cat(told[[1]])")
    assert told == (
        "Error : x is not in R yet, and a forked R (as of mclapply) cannot fetch it: use it once before, as in force(x).\n"
    )
    assert book.r(f"invisible(force(x)); cat(unlist({hidden}))") == "2 2"


# ------------------------------------------------------------------------- restart


def test_a_new_r_has_the_shared_names_in_its_first_cell(tmp_path: Path) -> None:
    (tmp_path / "lakebook.toml").touch()
    restarted = "%r --restart\ncat(x, exists('y'))"
    sources = ["x = [2.0, 3.0]", "%r -i x\ny <- 1", restarted, "%r\nx", restarted, "y = 1"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    options: dict[str, Any] = {"resources": {"metadata": {"path": str(tmp_path)}}, "timeout": 60}
    nbclient.NotebookClient(notebook, kernel_name="lakebook", **options).execute()
    for place in (2, 4):
        assert [sent["text"] for sent in notebook.cells[place].outputs] == ["2 3 FALSE"]


def test_what_a_cell_of_python_bound_before_it_failed_counts(tmp_path: Path) -> None:
    (tmp_path / "lakebook.toml").touch()
    sources = ["x = y = None", "%r\nx <- y <- 1", "x = None\n1 / 0\ny = None", "%r\ncat(is.null(x), y)"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    options: dict[str, Any] = {"resources": {"metadata": {"path": str(tmp_path)}}, "timeout": 60}
    nbclient.NotebookClient(notebook, kernel_name="lakebook", allow_errors=True, **options).execute()
    assert [sent["text"] for sent in notebook.cells[3].outputs if sent.name == "stdout"] == ["TRUE 1"]
