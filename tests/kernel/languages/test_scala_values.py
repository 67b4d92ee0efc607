"""Values between Python and Scala, on a driver of the tests: the table in ``scala_values.py``, and what it cannot say."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from kernel.attached import AttachedHost, Run
from kernel.languages.scala_values import GIVEN, NOT_GIVEN, NOT_TAKEN, TAKEN, Given, Same, Taken
from lakebook_kernel.languages.scala import ScalaLanguage

pytestmark = pytest.mark.spark


def same(left: Any, right: Any) -> bool:
    """Whether two values are of one type and equal all the way down; NaN is NaN, and -0.0 is not 0.0."""
    if type(left) is not type(right):
        return False
    match left:
        case float():
            return (left == right and math.copysign(1, left) == math.copysign(1, right)) or (
                left != left and right != right
            )
        case np.ndarray():
            return left.dtype == right.dtype and left.shape == right.shape and left.tobytes() == right.tobytes()
        case list() | tuple():
            return len(left) == len(right) and all(map(same, left, right))
        case dict():
            return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
        case datetime():
            return left == right and left.fold == right.fold and str(left.tzinfo) == str(right.tzinfo)
    return bool(left == right) and str(left) == str(right)


def shown(case: object) -> str:
    return repr(case.value)[:60] if isinstance(case, Given) else str(getattr(case, "code", case))[:60]


@pytest.mark.parametrize("case", GIVEN, ids=shown)
def test_given(scala: ScalaLanguage, attached: AttachedHost, run: Run, case: Given) -> None:
    scala.give("x", case.value)
    assert attached.notebook().scala().typeOf("x") == case.type
    run(f"val y = x\nval holds = {case.true}")
    assert scala.take("holds") is True
    expected = case.value if case.back is Same else case.back
    if isinstance(expected, set):
        assert scala.take("y") == expected
    else:
        assert same(scala.take("y"), expected)


@pytest.mark.parametrize(("value", "reason"), NOT_GIVEN, ids=lambda part: repr(part)[:40].partition(" at 0x")[0])
def test_not_given(scala: ScalaLanguage, value: Any, reason: str) -> None:
    with pytest.raises(TypeError, match=reason):
        scala.give("never", value)
    with pytest.raises(KeyError):
        scala.take("never")


@pytest.mark.parametrize("case", TAKEN, ids=shown)
def test_taken(scala: ScalaLanguage, run: Run, case: Taken) -> None:
    run(f"val taken = {case.code}")
    value = scala.take("taken")
    assert same(value, case.value) or (isinstance(value, set) and value == case.value)


@pytest.mark.parametrize(("code", "reason"), NOT_TAKEN)
def test_not_taken(scala: ScalaLanguage, run: Run, code: str, reason: str) -> None:
    run(f"val kept = {code}")
    with pytest.raises(TypeError, match=reason):
        scala.take("kept")


def test_a_class_of_a_cell_has_no_form(scala: ScalaLanguage, run: Run) -> None:
    run("case class Point(x: Int)\nval point = Point(1)\nval points = List(point)")
    with pytest.raises(TypeError, match="point is a Point, which has no form in Python"):
        scala.take("point")
    with pytest.raises(TypeError, match=r"points is a List\[Point\]: a Point in it"):
        scala.take("points")


def test_what_contains_itself_is_refused(scala: ScalaLanguage, run: Run) -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(TypeError, match="contains itself"):
        scala.give("endless", endless)
    run("val around = scala.collection.mutable.ArrayBuffer[Any]()")
    run("around += around; ()")
    with pytest.raises(TypeError, match="contains itself"):
        scala.take("around")


def test_a_value_that_is_too_large_for_a_block_is_refused(scala: ScalaLanguage, run: Run) -> None:
    run("val large = new Array[Long](34 << 20)")
    with pytest.raises(TypeError, match="make it a DataFrame"):
        scala.take("large")
    run("val large = 0")


def test_nanoseconds_arrive_whole_and_their_loss_is_told_each_time(
    attached: AttachedHost, scala: ScalaLanguage, run: Run
) -> None:
    scala.give("precise", pd.Timestamp("2024-01-01 00:00:00.123456789"))
    assert "Int = 123456789" in run("precise.getNano").text()
    for _ in range(2):
        with attached.cell() as output:
            assert scala.take("precise") == datetime(2024, 1, 1, 0, 0, 0, 123456)
        assert output.text("stderr") == "precise: nanoseconds were cut off: Python's times have microseconds.\n"
    run("val coarse = java.time.LocalTime.of(1, 2, 3, 4000)")
    with attached.cell() as output:
        scala.take("coarse")
    assert output.messages == []


def test_nanoseconds_that_a_frame_loses_are_told_each_time(attached: AttachedHost, scala: ScalaLanguage) -> None:
    frame = pd.DataFrame({"t": [pd.Timestamp("2024-01-01 00:00:00.123456789")]})
    for name in ("first", "second"):
        with attached.cell() as output:
            scala.give(name, frame)
        assert output.text("stderr") == f"{name}: nanoseconds of t were cut off: Spark's times have microseconds.\n"


def test_types_are_named_whatever_the_notebook_calls_its_own(scala: ScalaLanguage, run: Run) -> None:
    run("class List; class Long; class String; object java; object scala")
    scala.give("shadowed", [{"a": 1}, {"b": 2}])
    assert scala.take("shadowed") == [{"a": 1}, {"b": 2}]


def test_binding_says_nothing_and_a_name_can_be_bound_again(attached: AttachedHost, run: Run) -> None:
    scala = ScalaLanguage(attached)
    before = len(attached.output.messages)
    for value in (1, "text", [1.5]):
        scala.give("again", value)
        assert scala.take("again") == value
    assert len(attached.output.messages) == before
    assert "List[Double] = List(1.5)" in run("val seen = again").text()


def test_whatever_reads_a_value_keeps_it_when_the_name_is_given_another(scala: ScalaLanguage, run: Run) -> None:
    read = "(def_of, late, function(), new Reader().value, mapped.collect().toList, again)"
    scala.give("moving", 1)
    run("def def_of = moving\nlazy val late = moving\nval function = () => moving\nvar again = moving")
    run("class Reader { def value = moving }\nval mapped = spark.range(2).map(_ + moving)")
    for value in (2, 3, "text", 4, 5):
        scala.give("moving", value)
        assert "(1,1,1,1,List(1, 2),1)" in run(read).text()
        assert f"= {value}\n" in run("moving").text() and scala.take("moving") == value


def test_a_value_of_the_same_type_is_given_without_compiling(
    attached: AttachedHost, scala: ScalaLanguage, run: Run
) -> None:
    classes = Path(attached.spark().sparkContext.getConf().get("spark.lakebook.scala.classes") or "")

    def lines() -> int:
        return len(list(classes.iterdir()))

    scala.give("often", 1)
    before = lines()
    scala.give("often", 2)
    scala.withdraw("often")
    scala.give("often", 3)
    assert lines() == before
    run('val often = "of Scala"')
    scala.give("often", 4)
    assert scala.take("often") == 4 and lines() == before + 1
    scala.give("often", "text")
    assert scala.take("often") == "text" and lines() == before + 2


def test_a_given_name_is_completed_after_it_was_taken_back(scala: ScalaLanguage) -> None:
    for _ in range(3):
        scala.give("completed", "text")
        found = scala.complete("completed.toUpp", 15)
        assert found is not None and "toUpperCase" in found.matches
        scala.withdraw("completed")
        assert "completed" not in scala.describe()


@pytest.mark.parametrize("name", ["type", "val", "ünï", "_x", "x_1"])
def test_names_of_python_are_names_of_scala(scala: ScalaLanguage, name: str) -> None:
    scala.give(name, 7)
    assert scala.take(name) == 7


def test_old_values_of_a_name_are_freed(scala: ScalaLanguage, run: Run) -> None:
    def used() -> int:
        run("System.gc(); Thread.sleep(200); System.gc()")
        return int(run("println((Runtime.getRuntime.totalMemory - Runtime.getRuntime.freeMemory) >> 20)").text())

    block = np.zeros(2 << 20)  # 16 MB
    scala.give("big", block)
    before = used()
    for _ in range(10):
        scala.give("big", block)
    assert used() - before < 50


def test_a_million_numbers(scala: ScalaLanguage, run: Run) -> None:
    numbers = list(range(1_000_000))
    scala.give("numbers", numbers)
    assert "Long = 499999500000" in run("numbers.sum").text()
    assert scala.take("numbers") == numbers
    scala.give("matrix", np.arange(1_000_000.0).reshape(1000, 1000))
    assert (scala.take("matrix") == np.arange(1_000_000.0).reshape(1000, 1000)).all()


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"n": [1, 2]}),
        pd.Series([1, 2], name="n"),
        pl.DataFrame({"n": [1, 2]}),
        pa.table({"n": [1, 2]}),
    ],
    ids=["pandas", "Series", "polars", "pyarrow"],
)
def test_frames_become_spark_frames(scala: ScalaLanguage, run: Run, frame: Any) -> None:
    scala.give("frame", frame)
    assert run("val frame2 = frame").text().strip() == "frame2: org.apache.spark.sql.DataFrame = [n: bigint]"
    assert [row.n for row in scala.take("frame").collect()] == [1, 2]
