"""What a cell costs: trivial ones of every language, and a small question to a Delta table."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from benchmarks import plain
from benchmarks.measuring import MILLISECONDS, Comparison, Goal, Run, at_least, at_most, in_turn
from benchmarks.place import Place
from benchmarks.spark_shell import SparkShell

TRIVIAL = "1 + 1"
QUESTION = "SELECT day, count(*) AS times, max(delay) AS worst FROM {table} GROUP BY day ORDER BY day"


def python_cell(place: Place) -> Iterator[Comparison]:
    ours, reference = place.kernel("lakebook"), place.kernel("plain-python")
    sides = partial(ours.seconds, TRIVIAL), partial(reference.seconds, TRIVIAL)
    yield _cells("Python cell, before Spark", "ipykernel", at_most(1.1), *sides, 200)
    ours.seconds("spark.range(1).count()")
    yield _cells("Python cell, Spark attached", "ipykernel", at_most(1.1), *sides, 200)


def sql_cell(place: Place) -> Iterator[Comparison]:
    ours, reference = place.kernel("lakebook"), place.kernel("plain-python")
    reference.seconds(plain.session(plain.settings_of(place.workspace)))
    yield _cells(
        "SQL cell",
        "spark.sql(…).collect()",
        at_most(1.2),
        partial(ours.seconds, "%sql\nSELECT 1"),
        partial(reference.seconds, 'spark.sql("SELECT 1").collect()'),
        100,
    )


def r_cell(place: Place) -> Iterator[Comparison]:
    ours, reference = place.kernel("lakebook"), place.kernel("plain-r")
    yield _cells(
        "R cell",
        "IRkernel",
        at_most(1.2),
        partial(ours.seconds, f"%r\n{TRIVIAL}"),
        partial(reference.seconds, TRIVIAL),
        200,
    )


def scala_cell(place: Place) -> Iterator[Comparison]:
    with SparkShell(place.folder()) as shell:
        yield _cells(
            "Scala cell",
            "spark-shell",
            at_most(1.0),
            partial(place.kernel("lakebook").seconds, f"%scala\n{TRIVIAL}"),
            partial(shell.seconds, TRIVIAL, result=" = 2"),
            60,
        )


def duckdb_question(place: Place) -> Iterator[Comparison]:
    kernel = place.kernel("lakebook")
    kernel.seconds(f"%sql\nCREATE TABLE numbers AS SELECT * FROM delta.`{place.table()}`")
    question = QUESTION.format(table="numbers")
    yield _cells(
        "Question to a Delta table by %duckdb",
        "%sql",
        at_least(10),
        partial(kernel.seconds, f"%duckdb\n{question}"),
        partial(kernel.seconds, f"%sql\n{question}"),
        40,
    )


def _cells(what: str, against: str, goal: Goal, ours: Run, reference: Run, runs: int) -> Comparison:
    """Compare two cells once both are warm: the JVM compiles what it has run often."""
    return Comparison(what, against, MILLISECONDS, goal, *in_turn(ours, reference, runs, warm_up=runs // 2))
