"""Names of other languages in R: sent when R needs them, and not before; and which names R's code reads, binds and removes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from kernel.standins import StandInHost, StandInOutput
from lakebook_kernel.cell import Cell
from lakebook_kernel.languages.base import UNCHANGED, CellError, Described
from lakebook_kernel.languages.r import RLanguage

pytestmark = pytest.mark.r


class Notebook:
    """The kernel's part: other languages' values, and which of them R has asked for."""

    def __init__(self, r: RLanguage) -> None:
        self.r = r
        self.values: dict[str, Any] = {}
        self.asked: list[str] = []
        #: under which number R had a value when it asked
        self.held: list[int] = []
        r.lookup = self.hand_over

    def hand_over(self, name: str, held: int = 0) -> Any:
        self.asked.append(name)
        self.held.append(held)
        value = self.values[name]
        if isinstance(value, BaseException):
            raise value
        return value

    def run(self, code: str, **versions: int) -> str:
        """Promise names in these versions and run a cell; what it wrote."""
        self.r.promise(versions, {})
        output = StandInOutput()
        self.r.run(Cell("r", code), output)
        self.messages = output.text("stderr")
        return output.text() + "".join(data["text/plain"] for data in output.of("result"))


@pytest.fixture(scope="module")
def language(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RLanguage]:
    language = RLanguage(StandInHost(tmp_path_factory.mktemp("notebook")))
    yield language
    language.stop()


@pytest.fixture
def notebook(language: RLanguage) -> Notebook:
    made = Notebook(language)
    made.run("rm(list = ls())")
    return made


# ------------------------------------------------------------------------ promises


def test_a_promised_name_is_sent_when_it_is_read(notebook: Notebook) -> None:
    notebook.values["x"] = pa.table({"a": [1.0, 2.0]})
    assert notebook.run("cat(exists('x'), 'x' %in% ls())", x=1) == "TRUE FALSE"
    assert notebook.asked == []
    assert notebook.run("cat(sum(x$a))", x=1) == "3"
    assert notebook.asked == ["x"]


def test_a_name_that_is_only_quoted_is_not_sent(notebook: Notebook) -> None:
    code = "library(ggplot2)\np <- ggplot(mtcars, aes(wt, carrier))\nf <- y ~ carrier\nq <- quote(carrier)"
    notebook.run(code, carrier=1)
    notebook.r.complete("carr", 4)
    notebook.r.inspect("carrier", 4)
    assert notebook.asked == []


def test_it_is_sent_once_a_version(notebook: Notebook) -> None:
    notebook.values["x"] = 1.5
    notebook.run("x; x; y <- x + x", x=1)
    assert notebook.run("cat(x)", x=1) == "1.5"
    assert notebook.asked == ["x"]
    notebook.values["x"] = 2.5
    assert notebook.run("cat(x)", x=2) == "2.5"
    assert notebook.asked == ["x", "x"]


def test_a_value_of_another_version_is_parked_until_it_is_needed(notebook: Notebook) -> None:
    notebook.values["x"] = 1.5
    notebook.run("x", x=1)
    notebook.values["x"] = UNCHANGED
    assert notebook.run("1", x=2) == "[1] 1"
    assert notebook.held == [0]
    assert notebook.run("cat(x, x)", x=3) == "1.5 1.5"
    assert notebook.held == [0, 1]
    assert notebook.run("cat(x)", x=1) == "1.5"
    assert notebook.held == [0, 1]
    notebook.values["x"] = 2.5
    assert notebook.run("cat(x)", x=4) == "2.5"
    assert notebook.run("cat(x)", x=4) == "2.5"
    assert notebook.held == [0, 1, 1]


def test_a_parked_value_goes_with_its_promise(notebook: Notebook) -> None:
    notebook.values["x"] = 1.5
    notebook.run("x", x=1)
    notebook.run("1")
    notebook.run("x", x=2)
    notebook.r.withdraw("x")
    notebook.run("x", x=3)
    assert notebook.held == [0, 0, 0]


def test_a_name_promised_no_longer_is_gone(notebook: Notebook) -> None:
    notebook.values.update(x=1.5, z=2.5)
    notebook.run("x + z", x=1, z=1)
    assert notebook.run("cat(exists('x'), exists('z'))", z=1) == "FALSE TRUE"
    assert notebook.run("cat(exists('z'), length(ls('lakebook:names', all.names = TRUE)))") == "FALSE 0"
    notebook.run("x", x=1)
    assert notebook.asked == ["x", "z", "x"]


def test_packages_attached_meanwhile_do_not_hide_it(notebook: Notebook) -> None:
    notebook.values.update(area=1.5, contour=2.5)
    assert notebook.run("cat(area)\nlibrary(grid); library(splines)", area=1, contour=1) == "1.5"
    assert notebook.run("cat(search()[2], area, contour)", area=1, contour=1) == "lakebook:names 1.5 2.5"
    assert notebook.asked == ["area", "contour"]


def test_ones_own_variable_comes_first_and_is_left_alone(notebook: Notebook) -> None:
    notebook.values["x"] = 1.5
    assert notebook.run("x <- 'own'; cat(x)", x=1) == "own"
    assert notebook.run("cat(x)", x=2) == "own"
    assert notebook.asked == []
    assert notebook.run("rm(x); x <- x + 1; cat(x)", x=2) == "2.5"
    assert notebook.r.bound_names() == {"x"}


def test_functions_of_the_same_name_are_found(notebook: Notebook) -> None:
    notebook.values["c"] = 1.5
    assert notebook.run("cat(c(1, 2), c)", c=1) == "1 2 1.5"
    assert notebook.asked == ["c"]


def test_a_refusal_is_an_error_of_r(notebook: Notebook) -> None:
    sentence = "x is gone."
    notebook.values["x"] = CellError("E", sentence)
    with pytest.raises(CellError) as caught:
        notebook.run("1\nx + 1", x=1)
    assert caught.value.evalue == sentence
    assert caught.value.traceback == [f"Error: {sentence}", *caught.value.traceback[1:]]
    assert "fetched_value" not in caught.value.full
    assert notebook.run("cat(tryCatch(x, error = conditionMessage))", x=1) == sentence
    assert notebook.messages == ""
    notebook.values["x"] = 1.5
    assert notebook.run("cat(x)", x=1) == "1.5"


def test_what_r_cannot_have_is_told(notebook: Notebook) -> None:
    notebook.values.update(x=object(), tab=pa.table({"s": ["\0"]}))
    with pytest.raises(CellError, match=r"x lives in Python and cannot come: x \(a object\) has no form in R"):
        notebook.run("x", x=1)
    with pytest.raises(CellError, match="tab has no form in R: s holds a text with a NUL"):
        notebook.run("invisible(get('tab', 'lakebook:names'))", tab=1)


def test_what_cannot_come_hides_no_function(notebook: Notebook) -> None:
    notebook.values["sum"] = object()
    assert notebook.run("cat(sum(1, 2))", sum=1) == "3"
    assert "sum lives in Python and cannot come" in notebook.messages


def test_a_loss_of_digits_is_a_warning_in_the_cell(notebook: Notebook) -> None:
    notebook.values["x"] = pa.table({"n": [2**53 + 1]})
    notebook.run("y <- x", x=1)
    assert "integers beyond 2^53" in notebook.messages


def test_an_interrupt_while_it_is_fetched_ends_the_cell(notebook: Notebook) -> None:
    notebook.values["x"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        notebook.run("x", x=1)
    notebook.values["x"] = 1.5
    assert notebook.run("cat(x)", x=1) == "1.5"
    assert notebook.messages == ""


def test_a_new_r_asks_again(notebook: Notebook) -> None:
    notebook.values["x"] = 1.5
    notebook.run("y <- x", x=1)
    notebook.r.stop()
    assert notebook.r.removed_names() == {"y"}
    assert notebook.run("cat(x)", x=1) == "1.5"
    assert notebook.asked == ["x", "x"]


# ------------------------------------------------------------------- names in code


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("c(1, 2)", set()),
        ("c <- c; c(1)", {"c"}),
        ("y ~ late + air", {"y", "late", "air"}),
        ("quote(late)", {"late"}),
        ("f <- function(a, b = base) { d <- a; d + b + late }", {"base", "late"}),
        ("get('late')", {"late"}),
        ("x <- 1; rm(x); x", {"x"}),
        ("assign('x', y); x", {"y"}),
        ("sapply(1:3, function(i) i * factor_of)", {"factor_of"}),
        ("reader(1)", {"late"}),
        ("outer_one(1)", {"late", "deep"}),
        ("sapply(1:3, outer_one)", {"outer_one", "late", "deep"}),
        ("do.call('reader', list(1))", {"late"}),
        ("made()", {"late"}),
        ("summary(x)", {"x", "of_method"}),
        ("this isn't R", set()),
        ("library(dplyr); stats::sd(x)", {"x"}),
    ],
)
def test_free_names(notebook: Notebook, code: str, names: set[str]) -> None:
    notebook.run(
        "reader <- function(n) { k <- n; k + late }\n"
        "outer_one <- function(n) { late <- n; reader(deep) }\n"
        "made <- local({ own <- 1; function() own + late })\n"
        "summary.mine <- function(object, ...) of_method"
    )
    assert notebook.r.free_names(code) == names


def test_reading_names_evaluates_no_promise(notebook: Notebook) -> None:
    notebook.run("delayedAssign('slow', stop('evaluated'))")
    assert notebook.r.free_names("slow + slow()") == {"slow"}


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("a <- 1; b = 2; 3 -> d; assign('e', 4); for (i in 1:2) NULL", {"a", "b", "d", "e", "i"}),
        ("f <- function() inner <<- 5; f()", {"f", "inner"}),
        ("delayedAssign('late', stop('evaluated'))", {"late"}),
        ("if (FALSE) old <- 2", set()),
        ("if (TRUE) old <- 2", {"old"}),
        ("old <- old", {"old"}),
        ("old[1] <- 7", {"old"}),
        ("change(); 1", {"old"}),
        ("frame$a <- 3", {"frame"}),
        ("for (k in 1:3) frame$a[k] <- k", {"frame", "k"}),
        ("local({ old <- 3 })", set()),
        ("unused <- function() old <<- 1", {"unused"}),
        ("y <- quote(old <- 1)", {"y"}),
        ("library(data.table); dt[, b := 1]", {"dt"}),
        ("flag <- is.null(NULL)", {"flag"}),
        ("old", set()),
    ],
)
def test_bound_names(notebook: Notebook, code: str, names: set[str]) -> None:
    notebook.run(
        "old <- c(1, 2); change <- function() old[2] <<- 9; frame <- data.frame(a = 1:3); flag <- is.null(NULL)\n"
        "dt <- data.table::data.table(a = 1)"
    )
    notebook.run(code)
    assert notebook.r.bound_names() == names


TABLE = "library(data.table)\na <- data.table(x = 1); b <- a; other <- data.table(x = 1)\n"
LONG = "x <- numeric(2e5); bump <- function() x[1] <<- 1\nbump(); bump()\n"


@pytest.mark.parametrize(
    ("before", "code", "names"),
    [
        (TABLE, "b[, y := 2]", {"a", "b"}),
        (TABLE, "b[1, x := 9]", {"a", "b"}),
        (TABLE, "data.table::set(b, 1L, 'x', 9)", {"a", "b"}),
        (TABLE, "setnames(b, 'z')", {"a", "b"}),
        (TABLE + "add <- function(d) d[, y := 2]", "invisible(add(b))", {"a", "b"}),
        (TABLE + "put <- function(d) set(d, 1L, 'x', 9)", "invisible(put(b))", {"a", "b"}),
        (TABLE + "put <- function() set(b, 1L, 'x', 9)", "invisible(put())", {"a", "b"}),
        (TABLE, "b[, sum(x)]", set()),
        (TABLE, "b <- copy(b)[, y := 2]", {"b"}),
        (LONG, "bump()", {"x"}),
        (LONG + "twice <- function(n = bump()) n", "invisible(sapply(1, function(i) twice()))", {"x"}),
        (LONG, "x[1]", set()),
        (LONG + "own <- local({ x <- 1; function() x <<- 2 })", "own()", set()),
    ],
)
def test_what_is_changed_where_it_lies_is_bound(notebook: Notebook, before: str, code: str, names: set[str]) -> None:
    notebook.run(before)
    notebook.run("1")
    notebook.run(code)
    assert notebook.r.bound_names() == names


def test_what_follows_an_error_is_not_bound(notebook: Notebook) -> None:
    notebook.run("a <- b <- 1")
    with pytest.raises(CellError):
        notebook.run("a <- a\nstop('here')\nb <- b")
    assert notebook.r.bound_names() == {"a"}


def test_removed_names(notebook: Notebook) -> None:
    notebook.run("a <- b <- d <- 1")
    notebook.run("rm(a); e <- 2; rm(list = 'b'); rm(e)")
    assert notebook.r.removed_names() == {"a", "b"}
    assert notebook.r.bound_names() == set()
    notebook.run("d")
    assert notebook.r.removed_names() == set()


# --------------------------------------------------------------------------- listing


def test_what_packages_have_is_known(notebook: Notebook) -> None:
    notebook.run("mine <- 1")
    assert notebook.r.knows("mtcars") and notebook.r.knows("pi")
    assert not notebook.r.knows("mine") and not notebook.r.knows("nothing")
    assert not notebook.r.knows("df"), "a function does not count"


def test_variables_are_described(notebook: Notebook) -> None:
    notebook.run("d <- data.frame(a = 1:3, b = 1)\nv <- 1:5\nf <- function() 1")
    assert notebook.r.describe() == {
        "d": Described("data.frame", "3 × 2", "a, b", is_frame=True),
        "v": Described("integer", "5", "1, 2, 3, 4, 5"),
        "f": Described("function", "", "function()", is_aside=True),
    }


def test_describing_and_completing_variables_computes_none(notebook: Notebook) -> None:
    notebook.run("delayedAssign('slow_one', stop('evaluated')); delayedAssign('used', 1:3); n <- length(used)")
    assert notebook.r.describe() == {
        "slow_one": Described("promise"),
        "used": Described("integer", "3", "1, 2, 3"),
        "n": Described("integer", "1", "3"),
    }
    completion = notebook.r.complete("slow_", 5)
    assert completion is not None and (completion.matches, completion.kinds) == (["slow_one"], ["variable"])


def test_no_variables(notebook: Notebook) -> None:
    assert notebook.r.describe() == {}
