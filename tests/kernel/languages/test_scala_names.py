"""What sharing asks of Scala's names, on a driver of the tests: whether a value may have changed or may be replaced."""

from __future__ import annotations

import pytest

from kernel.attached import Run
from lakebook_kernel.languages.scala import ScalaLanguage

pytestmark = pytest.mark.spark


@pytest.mark.parametrize(
    "code",
    [
        "1",
        '"text"',
        "(1L, 'x', 2.5f)",
        "BigDecimal(1.5)",
        "java.time.LocalDate.of(2024, 1, 1)",
        "Option(1)",
        "None",
        "List(1, 2)",
        "Seq(Vector(Some(1.5)))",
        'Map("a" -> Set(1))',
        "1 to 3",
        "spark.range(3)",
        'Seq((1, "x")).toDF("a", "b")',
    ],
)
def test_what_nothing_can_change_is_known_to_be_unchanged(scala: ScalaLanguage, run: Run, code: str) -> None:
    run(f"val fixed = {code}")
    assert scala.stamp("fixed") == scala.stamp("fixed")


@pytest.mark.parametrize(
    "code",
    [
        "Array(1)",
        "List(Array(1))",
        "scala.collection.mutable.ArrayBuffer(1)",
        'scala.collection.concurrent.TrieMap("a" -> 1)',
        "(scala.collection.mutable.ListBuffer(1): scala.collection.Seq[Int])",
        'Map("a" -> scala.collection.concurrent.TrieMap("b" -> 1))',
        "new java.util.concurrent.ConcurrentHashMap[String, Int]",
        "new java.util.concurrent.atomic.AtomicLong",
        "new java.sql.Timestamp(0)",
        "new Object { var n = 1 }",
        "List[Any](Array(1))",
    ],
)
def test_what_can_be_changed_may_have_been(scala: ScalaLanguage, run: Run, code: str) -> None:
    run(f"val changing = {code}")
    assert scala.stamp("changing") != scala.stamp("changing")


@pytest.mark.parametrize(
    ("code", "protected"),
    [
        ("val it = (x: Int) => x", True),
        ("val it = () => 1", True),
        ("val it = math.max(_: Int, _: Int)", True),
        ("val it: PartialFunction[Int, Int] = { case 1 => 2 }", True),
        ("type Change = Int => Int; val it: Change = _ + 1", True),
        ("def it(x: Int) = x", True),
        ("val it = 1", False),
        ("val it = List(1)", False),
        ('val it = Map("a" -> 1)', False),
        ("val it = Set(1)", False),
    ],
)
def test_a_function_is_replaced_by_no_value_from_elsewhere(
    scala: ScalaLanguage, run: Run, code: str, protected: bool
) -> None:
    run(code)
    assert scala.protects("it") is protected
