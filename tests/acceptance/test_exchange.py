"""Every kind of value from every language to every other one and back: the table is in ``exchange_*.py``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import permutations
from typing import Any

import pytest

from acceptance.exchange import LANGUAGES, Kind
from acceptance.exchange_collections import AT_HOME, COLLECTIONS
from acceptance.exchange_columns import COLUMNS
from acceptance.exchange_frames import FRAMES
from acceptance.exchange_numbers import NOTHING_AND_NUMBERS
from acceptance.exchange_texts import TEXTS_AND_TIMES
from acceptance.live import Notebook, Outcome
from lakebook_kernel.display.tables import ROWS
from test_docs import ROOT, rows

KINDS = [*NOTHING_AND_NUMBERS, *TEXTS_AND_TIMES, *COLLECTIONS, *AT_HOME, *FRAMES, *COLUMNS]
LABELS = {"python": "Python", "sql": "SQL", "r": "R", "scala": "Scala", "duckdb": "DuckDB"}
FIRST = {"python": "", **{language: f"%{language}\n" for language in LANGUAGES[1:]}}
RESULT = {"python": "_sqldf", "r": "`_sqldf`", "scala": "_sqldf", "duckdb": "_sqldf"}

PREPARATION = [
    """import datetime as dt, math
from decimal import Decimal
from zoneinfo import ZoneInfo
import duckdb, numpy as np, pandas as pd, polars as pl, pyarrow as pa, pyarrow.dataset

class Model:
    pass

class Own(pd.DataFrame):
    pass

def is_pandas(x):
    return type(x) is pd.DataFrame

def is_spark(x):
    return type(x).__module__.startswith("pyspark.sql") and hasattr(x, "selectExpr")

def table(x):
    if isinstance(x, pa.Table):
        return x
    return pa.Table.from_pandas(x, preserve_index=False) if is_pandas(x) else x.to_arrow()

def rows(x):
    return table(x).to_pylist()

def tell_python(name, check, value):
    try:
        said = "ok" if check() else f"is {type(value()).__name__}: {value()!r}"
    except Exception as problem:
        said = f"fails: {problem!r}"
    print(f"{name} {said}\\n")""",
    """%r
tell_r <- function(name, check, value)
  cat(name, tryCatch(if (isTRUE(check)) "ok" else paste(c("is", capture.output(str(value))), collapse = " "),
                     error = function(e) paste("fails:", conditionMessage(e))), "\\n")""",
    """%scala
def kindOf[T: Manifest](x: T): String = manifest[T].toString
def tell_scala(name: String, check: => Boolean, value: => Any): Unit = {
  val said = try { if (check) "ok" else { val v = value; "is " + (if (v == null) "null" else v.getClass.getName + ": " + v) } }
    catch { case e: Exception => "fails: " + e }
  println(name + " " + said)
}""",
]


@pytest.fixture(scope="module")
def prepared(notebook: Notebook) -> Iterator[Notebook]:
    for cell in PREPARATION:
        notebook.good(cell)
    yield notebook


def variable(kind: Kind, source: str, target: str) -> str:
    return f"{re.sub(r'[^a-z0-9]+', '_', kind.name.lower())}_{source}_{target}"


def bind(language: str, name: str, code: str) -> str:
    match language:
        case "r":
            return f"{name} <- {code}"
        case "scala":
            return f"val {name} = {code}"
        case "duckdb":
            return f"CREATE TABLE {name} AS {code};"
        case _:
            return f"{name} = {code}"


def tell(language: str, name: str, check: str, value: str) -> str:
    """A line of a cell that prints ``name ok`` when the check holds of the value."""
    check = check.replace("@", value)
    match language:
        case "python":
            return f"tell_python({name!r}, lambda: {check}, lambda: {value})"
        case _:
            return f'tell_{language}("{name}", {check}, {value})'


def relations(language: str, checks: dict[str, str]) -> str:
    """A question that shows a row ``c0 ok`` for each check that holds, as a frame's check is in SQL and DuckDB."""
    word = "explode(array" if language == "sql" else "unnest(list_value"
    holds = [check.replace("@", name) for name, check in checks.items()]
    told = [f"if({check}, 'c{at} ok', 'c{at} is else')" for at, check in enumerate(holds)]
    return f"SELECT {word}({', '.join(told)})) AS told"


class Trip:
    """All that goes from one language to another and back."""

    def __init__(self, notebook: Notebook, source: str, target: str, kinds: list[Kind]) -> None:
        self.notebook = notebook
        self.source = source
        self.target = target
        self.kinds = {variable(kind, source, target): kind for kind in kinds}
        self.problems: list[str] = []
        self.said = ""

    def run(self, language: str, lines: list[str]) -> Outcome:
        outcome = self.notebook.run(FIRST[language] + "\n".join(lines))
        self.said += outcome.stderr
        if not outcome.ok:
            self.problems.append(outcome.error)
        return outcome

    def expect(self, outcome: Outcome, names: list[str], where: str) -> None:
        told = dict(re.findall(r"^\W*(\w+) (ok|is .*|fails: .*?)\W*$", outcome.text, re.MULTILINE))
        self.problems += [
            f"{name} in {where}: {told.get(name, 'said nothing').strip()}"
            for name in names
            if told.get(name, "").strip() != "ok"
        ]

    def ask(self, language: str, checks: dict[str, str], where: str) -> None:
        """The checks of SQL and DuckDB, as many at once as a table shows rows."""
        names = list(checks)
        for part in (names[start : start + ROWS] for start in range(0, len(names), ROWS)):
            outcome = self.run(language, [relations(language, {name: checks[name] for name in part})])
            told = dict(re.findall(r"c(\d+) (ok|is else)", outcome.text))
            self.problems += [
                f"{name} in {where}: {told.get(str(at), 'said nothing')}"
                for at, name in enumerate(part)
                if told.get(str(at)) != "ok"
            ]

    def there(self, name: str) -> str:
        return self.kinds[name].check(self.target, self.journey(name).check)

    def back(self, name: str) -> str:
        return self.kinds[name].check(self.source, self.journey(name).back)

    def journey(self, name: str) -> Any:
        journey = self.kinds[name].journey(self.source, self.target)
        assert journey is not None
        return journey

    def returning(self) -> list[str]:
        return [name for name in self.kinds if self.journey(name).back != ""]

    def check_warnings(self) -> None:
        for name in self.kinds:
            lines = [line for line in self.said.splitlines() if re.search(rf"\b(copy_)?{name}\b", line)]
            words = self.journey(name).words
            if words and not any(words in line for line in lines):
                self.problems.append(f"{name}: no warning has {words!r}: {self.said}")
            if not words and lines:
                self.problems.append(f"{name}: warned of {lines}")


def bound(trip: Trip) -> None:
    trip.run(trip.source, [bind(trip.source, name, kind.forms[trip.source].code) for name, kind in trip.kinds.items()])


def by_cells(trip: Trip) -> None:
    """Between languages whose names are bound by assignment: all in three cells."""
    bound(trip)
    copies = {name: f"copy_{name}" for name in trip.returning()}
    seen(trip, copies)
    if copies and trip.source == "duckdb":
        trip.ask("duckdb", {copy: trip.back(name) for name, copy in copies.items()}, "duckdb again")
    elif copies:
        lines = [tell(trip.source, copy, trip.back(name), copy) for name, copy in copies.items()]
        trip.expect(trip.run(trip.source, lines), list(copies.values()), f"{trip.source} again")


def seen(trip: Trip, copies: dict[str, str]) -> None:
    """The target checks what it has and binds the copies."""
    names = list(trip.kinds)
    if trip.target == "duckdb":
        lines = [bind("duckdb", copy, f"FROM {name}") for name, copy in copies.items()]
        trip.run("duckdb", lines)
        trip.ask("duckdb", {name: trip.there(name) for name in names}, "duckdb")
    else:
        lines = [tell(trip.target, name, trip.there(name), name) for name in names]
        lines += [bind(trip.target, copy, name) for name, copy in copies.items()]
        trip.expect(trip.run(trip.target, lines), names, trip.target)


PARAMETER = {
    "python": ("row_of_sql = _sqldf.toArrow().to_pylist()[0]", "row_of_sql[{name!r}]"),
    "r": ("", "`_sqldf`[['{name}']]"),
    "scala": ("", '_sqldf.head().getAs[Any]("{name}")'),
}


def to_parameters(trip: Trip) -> None:
    """Values as SQL's parameters; the copies are the columns of its result."""
    bound(trip)
    trip.ask("sql", {name: trip.there(name).replace("@", f":{name}") for name in trip.kinds}, "sql")
    trip.run("sql", ["SELECT " + ", ".join(f":{name} AS {name}" for name in trip.kinds)])
    first, column = PARAMETER[trip.source]
    lines = [tell(trip.source, name, trip.back(name), column.format(name=name)) for name in trip.returning()]
    trip.expect(trip.run(trip.source, [first, *lines]), trip.returning(), f"{trip.source} again")


def to_relations(trip: Trip) -> None:
    """Frames as SQL's relations; the copy is its last result."""
    bound(trip)
    trip.ask("sql", {name: trip.there(name) for name in trip.kinds}, "sql")
    for name in trip.returning():
        trip.run("sql", [f"SELECT * FROM {name}"])
        if trip.source == "duckdb":
            trip.ask("duckdb", {name: trip.back(name).replace("@", "_sqldf")}, "duckdb again")
        else:
            told = tell(trip.source, name, trip.back(name), RESULT[trip.source])
            trip.expect(trip.run(trip.source, [told]), [name], f"{trip.source} again")


def from_results(trip: Trip) -> None:
    """SQL's last result in another language, and its copy in SQL."""
    result = RESULT[trip.target]
    for name, kind in trip.kinds.items():
        trip.run("sql", [kind.forms["sql"].code])
        said, trip.said = trip.said, ""
        if trip.target == "duckdb":
            trip.run("duckdb", [f"CREATE TABLE copy_{name} AS FROM _sqldf"])
            trip.ask("duckdb", {name: trip.there(name).replace("@", "_sqldf")}, "duckdb")
        else:
            lines = [tell(trip.target, name, trip.there(name), result), bind(trip.target, f"copy_{name}", result)]
            trip.expect(trip.run(trip.target, lines), [name], trip.target)
        trip.said = said + trip.said.replace("_sqldf", name)
    trip.ask("sql", {f"copy_{name}": trip.back(name) for name in trip.returning()}, "sql again")


def travel(notebook: Notebook, source: str, target: str, kinds: list[Kind]) -> list[str]:
    """What was not as stated."""
    groups: list[tuple[Callable[[Trip], None], list[Kind]]]
    if target == "sql":
        groups = [
            (to_parameters, [kind for kind in kinds if not kind.frame]),
            (to_relations, [kind for kind in kinds if kind.frame]),
        ]
    else:
        groups = [(from_results if source == "sql" else by_cells, kinds)]
    problems = []
    for go, group in groups:
        if group:
            trip = Trip(notebook, source, target, group)
            go(trip)
            trip.check_warnings()
            problems += trip.problems
    return problems


@pytest.mark.r
@pytest.mark.parametrize(("source", "target"), list(permutations(LANGUAGES, 2)))
def test_values_arrive_and_come_back(prepared: Notebook, source: str, target: str) -> None:
    kinds = [kind for kind in KINDS if (journey := kind.journey(source, target)) and journey.arrives]
    problems = travel(prepared, source, target, kinds)
    assert not problems, "\n".join(problems)


STUCK = [
    pytest.param(kind, source, target, id=f"{kind.name}-{source}-{target}")
    for kind in KINDS
    for source, target in permutations(LANGUAGES, 2)
    if (journey := kind.journey(source, target)) and not journey.arrives
]


@pytest.mark.r
@pytest.mark.parametrize(("kind", "source", "target"), STUCK)
def test_what_cannot_come_says_where_it_lives(prepared: Notebook, kind: Kind, source: str, target: str) -> None:
    journey = kind.journey(source, target)
    assert journey is not None
    name = variable(kind, source, target)
    prepared.good(FIRST[source] + bind(source, name, kind.forms[source].code))
    if target == "duckdb" or (target == "sql" and kind.frame):
        use = f"SELECT * FROM {name}"
    else:
        use = f"SELECT :{name}" if target == "sql" else name
    said = prepared.run(FIRST[target] + use).error
    assert f"{name} lives in {LABELS[source]} and cannot come: " in said
    assert journey.words in said


def test_every_journey_is_stated() -> None:
    for kind in KINDS:
        for source, target in permutations(LANGUAGES, 2):
            journey = kind.journey(source, target)
            made = source in kind.forms and kind.forms[source].code
            assert journey is None or made, f"{kind.name} is not made in {source}"
            possible = made and target in kind.forms and target in kind.targets and (kind.frame or target != "duckdb")
            assert journey or not possible, f"{kind.name} from {source} to {target} is not stated"
    assert len({kind.name for kind in KINDS}) == len(KINDS)


def test_what_does_not_travel_is_in_the_documentation() -> None:
    described = {
        (value.strip(), source.strip(), target.strip(), what.partition(":")[0])
        for values, sources, targets, what in rows(ROOT / "docs" / "sharing.md", "## What does not travel")
        for value in values.split(", ")
        for source in sources.split(", ")
        for target in targets.split(", ")
    }
    known = {
        (kind.name, LABELS[source], LABELS[target], journey.outcome)
        for kind in KINDS
        for source, target in permutations(LANGUAGES, 2)
        if (journey := kind.journey(source, target)) and journey.words
    }
    assert described == known
