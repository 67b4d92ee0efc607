"""What R asks of Spark: requests to the kernel, answered here by a session that is only played."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from lakebook_kernel.cell import Cell
from lakebook_kernel.languages.base import CellError
from lakebook_kernel.languages.r import RLanguage

pytestmark = pytest.mark.r


class Frame:
    """As much of a DataFrame as the kernel uses."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table
        self.columns = table.column_names

    def toArrow(self) -> pa.Table:  # noqa: N802
        return self._table


class Host:
    """The kernel's part; ``answer`` plays the session's ``sql``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict[str, Any] = {}
        self.asked: list[tuple[str, dict[str, Any] | None]] = []
        self.answer: Callable[[str], pa.Table]
        self.begin()

    def begin(self) -> None:
        """Nothing was asked, and every question is answered alike."""
        self.asked.clear()
        self.answer = lambda text: pa.table({"n": [1, 2, 3]})

    def waiting(self, stop: Callable[[], None]) -> nullcontext[None]:
        return nullcontext()

    def spark(self) -> Host:
        return self

    def sql(self, text: str, args: dict[str, Any] | None = None) -> Frame:
        self.asked.append((text, args))
        return Frame(self.answer(text))


class Text:
    """A cell's output: text alone."""

    def __init__(self) -> None:
        self.stdout = ""
        self.stderr = ""
        self.tables: list[str] = []

    def stream(self, name: str, text: str) -> None:
        setattr(self, name, getattr(self, name) + text)

    def result(self, data: dict[str, Any], metadata: Any = None) -> None:
        self.stdout += data["text/plain"] + "\n"

    def display(self, data: dict[str, Any], metadata: Any = None, **rest: Any) -> None:
        self.tables.append(data["text/plain"])


@pytest.fixture(scope="module")
def language(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RLanguage]:
    made = RLanguage(Host(tmp_path_factory.mktemp("notebook")))
    yield made
    made.stop()


@pytest.fixture
def host(language: RLanguage) -> Host:
    assert isinstance(language.host, Host)
    language.host.begin()
    return language.host


def run(language: RLanguage, code: str) -> Text:
    text = Text()
    language.run(Cell("r", code), text)
    return text


def test_sql_answers_a_data_frame(language: RLanguage, host: Host) -> None:
    assert run(language, "class(sql('SELECT 1')); sum(sql('SELECT 1')$n)").stdout == '[1] "data.frame"\n[1] 6\n'


def test_parameters_are_bound_by_name(language: RLanguage, host: Host) -> None:
    run(language, "sql('SELECT :n, :t, :s', n = 2L, t = TRUE, s = 'it\\'s')")
    assert host.asked == [("SELECT :n, :t, :s", {"n": 2, "t": True, "s": "it's"})]


@pytest.mark.parametrize("call", ["sql('SELECT :x', x = 1:2)", "sql('SELECT :x', 1)", "sql(1)"])
def test_what_cannot_be_bound_is_an_error(language: RLanguage, host: Host, call: str) -> None:
    with pytest.raises(CellError):
        run(language, call)
    assert not host.asked


def test_a_statement_without_a_result_shows_nothing(language: RLanguage, host: Host) -> None:
    host.answer = lambda text: pa.table({})
    assert run(language, "sql('CREATE VIEW v AS SELECT 1')").tables == []


def test_an_error_of_sparks_is_a_condition(language: RLanguage, host: Host) -> None:
    def refuse(text: str) -> pa.Table:
        raise CellError("AnalysisException", "no such table", full="the long story")

    host.answer = refuse
    with pytest.raises(CellError) as caught:
        run(language, "x <- sql('SELECT * FROM nowhere')")
    assert (caught.value.ename, caught.value.evalue) == ("AnalysisException", "no such table")
    assert caught.value.traceback[1].endswith("x <- sql('SELECT * FROM nowhere')")
    assert "the long story" in caught.value.full
    assert (
        run(language, "tryCatch(sql('x'), sparkError = function(e) conditionMessage(e))").stdout
        == '[1] "no such table"\n'
    )


def test_an_interrupt_in_spark_ends_the_cell(language: RLanguage, host: Host) -> None:
    def interrupt(text: str) -> pa.Table:
        raise KeyboardInterrupt

    host.answer = interrupt
    run(language, "kept <- 1")
    with pytest.raises(KeyboardInterrupt):
        run(language, "sql('SELECT 1'); kept <- 2")
    assert run(language, "kept").stdout == "[1] 1\n"


def test_integers_never_lose_a_digit_in_silence(language: RLanguage, host: Host) -> None:
    host.answer = lambda text: pa.table({"id": [2**53 + 1]})
    assert "id holds integers beyond 2^53" in run(language, "x <- sql('SELECT id')").stderr


def test_a_lazy_table_becomes_one_query(language: RLanguage, host: Host) -> None:
    code = """
library(dplyr, warn.conflicts = FALSE)
flights <- tbl(spark, "default.flights", vars = c("n", "carrier"))
late <- flights %>% filter(n > 1, carrier == "it's") %>% group_by(carrier) %>% summarise(m = mean(n, na.rm = TRUE))
show_query(late)"""
    query = " ".join(run(language, code).stdout.split())
    assert query == (
        "<SQL> SELECT `carrier`, AVG(`n`) AS `m` FROM `default`.`flights` "
        r"WHERE (`n` > 1.0) AND (`carrier` = 'it\'s') GROUP BY `carrier`"
    )
    assert host.asked == []


def test_dplyr_does_not_hide_sql(language: RLanguage, host: Host) -> None:
    assert run(language, "library(dplyr, warn.conflicts = FALSE); sql('SELECT 1')$n").stdout == "[1] 1 2 3\n"
    run(language, "x <- collect(tbl(spark, sql('SELECT n FROM t')))")
    assert host.asked[-1] == ("SELECT * FROM (SELECT n FROM t) `q01`", None) or "SELECT n FROM t" in host.asked[-1][0]


def test_a_lazy_table_shows_its_first_rows(language: RLanguage, host: Host) -> None:
    host.answer = lambda text: pa.table({"n": list(range(101))}) if "101" in text else pa.table({"n": [1]})
    [shown] = run(language, "dplyr::tbl(spark, 'flights')").tables
    assert "there are more" in shown


def condition(language: RLanguage, verbs: str) -> str:
    """The SQL that verbs on a lazy table become, after WHERE or SELECT."""
    code = (
        f"library(dplyr, warn.conflicts = FALSE); t <- tbl(spark, 't', vars = c('x', 'p')); show_query(t %>% {verbs})"
    )
    return run(language, code).stdout.split("WHERE")[-1].strip()


@pytest.mark.parametrize(
    ("call", "sql"),
    [
        ("grepl('a.b', x)", "(RLIKE(`x`, 'a.b'))"),
        ("grepl('a.b', x, fixed = TRUE)", "(CONTAINS(`x`, 'a.b'))"),
        ("grepl('a.b', x, ignore.case = TRUE)", "(RLIKE(`x`, CONCAT('(?iu)', 'a.b')))"),
        ("grepl(p, x, ignore.case = TRUE, perl = FALSE)", "(RLIKE(`x`, CONCAT('(?iu)', `p`)))"),
        ("gsub('.', '$', x, fixed = TRUE) == 'a'", "(REPLACE(`x`, '.', '$') = 'a')"),
        ("gsub('A', 'b', x, TRUE) == 'b'", "(REGEXP_REPLACE(`x`, CONCAT('(?iu)', 'A'), 'b') = 'b')"),
        (r"gsub('(a)(b)', '\\2\\1$\\\\1', x) == 'b'", r"(REGEXP_REPLACE(`x`, '(a)(b)', '$2$1\\$\\\\1') = 'b')"),
        (r"str_replace_all(x, '(a)', '<\\1>') == 'b'", "(REGEXP_REPLACE(`x`, '(a)', '<$1>') = 'b')"),
    ],
)
def test_patterns_mean_on_spark_what_they_mean_in_r(language: RLanguage, host: Host, call: str, sql: str) -> None:
    assert condition(language, f"filter({call})") == sql


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("grepl('a', x, perl = TRUE)", "grepl() on Spark has no perl = TRUE"),
        ("gsub('a', 'b', x, useBytes = TRUE) == 'b'", "gsub() on Spark has no useBytes = TRUE"),
        (
            "grepl('a', x, fixed = TRUE, ignore.case = TRUE)",
            "grepl() takes fixed = TRUE or ignore.case = TRUE, not both.",
        ),
    ],
)
def test_what_spark_cannot_search_for_is_refused(language: RLanguage, host: Host, call: str, said: str) -> None:
    with pytest.raises(CellError) as raised:
        condition(language, f"filter({call})")
    assert said in raised.value.evalue


def test_a_result_is_fetched_in_pieces_to_its_end(language: RLanguage, host: Host) -> None:
    host.answer = lambda text: pa.table({"n": list(range(2500)), "t": ["x"] * 2500})
    code = """
library(DBI)
res <- dbSendQuery(spark, "SELECT n, t FROM t")
cat(dbHasCompleted(res), dbGetRowCount(res), ""); none <- dbFetch(res, 0); cat(dim(none), names(none), class(none$t), "\n")
sizes <- c(); last <- c()
while (!dbHasCompleted(res)) { part <- dbFetch(res, 1000); sizes <- c(sizes, nrow(part)); last <- c(last, part$n[nrow(part)]) }
cat(sizes, last, row.names(part)[1], dbGetRowCount(res), nrow(dbFetch(res, 10)), nrow(dbFetch(res)), "\n")
dbClearResult(res); cat(dbIsValid(res), "\n")"""
    assert run(language, code).stdout.splitlines() == [
        "FALSE 0 0 2 n t character ",
        "1000 1000 500 999 1999 2499 1 2500 0 0 ",
        "FALSE ",
    ]
    assert len(host.asked) == 1
    with pytest.raises(CellError, match=r"dbClearResult\(\) has ended this result"):
        run(language, "dbFetch(res)")


@pytest.mark.parametrize("rest", ["-1", "Inf", "NA"])
def test_what_is_left_of_a_result_comes_at_once(language: RLanguage, host: Host, rest: str) -> None:
    host.answer = lambda text: pa.table({"n": list(range(10))})
    code = f"""
res <- DBI::dbSendQuery(spark, "SELECT n FROM t")
cat(DBI::dbFetch(res, 4)$n, DBI::dbHasCompleted(res), DBI::dbFetch(res, {rest})$n, DBI::dbHasCompleted(res))"""
    assert run(language, code).stdout == "0 1 2 3 FALSE 4 5 6 7 8 9 TRUE"


def test_a_statement_that_is_sent_is_run(language: RLanguage, host: Host) -> None:
    host.answer = lambda text: pa.table({})
    run(language, "res <- DBI::dbSendStatement(spark, 'DROP TABLE t'); invisible(DBI::dbClearResult(res))")
    assert host.asked == [("DROP TABLE t", None)]
