"""Which type and value a value has after its journey between Python and Scala."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd


class Same:
    """For a value that comes back as it went."""


@dataclass(frozen=True)
class Given:
    """A Python value ``x``, its type in Scala, what is true of it there, and what comes back."""

    value: Any
    type: str
    true: str
    back: Any = Same


@dataclass(frozen=True)
class Taken:
    """A Scala expression, and what Python has of it."""

    code: str
    value: Any


OSLO = ZoneInfo("Europe/Oslo")
FAR = timezone(-timedelta(hours=5, minutes=30, seconds=7))

GIVEN = [
    # nothing, truth, numbers
    Given(None, "Null", "x == null"),
    Given(True, "Boolean", "x"),
    Given(3, "Long", "x == 3L"),
    Given(2**53 + 1, "Long", "x == 9007199254740993L"),
    Given(-(2**63), "Long", "x == Long.MinValue"),
    Given(1.5, "Double", "x == 1.5"),
    Given(float("nan"), "Double", "x.isNaN"),
    Given(float("-inf"), "Double", "x.isNegInfinity"),
    Given(-0.0, "Double", "1 / x == Double.NegativeInfinity"),
    Given(5e-324, "Double", "x == Double.MinPositiveValue"),
    Given(Decimal("1.10"), "scala.math.BigDecimal", 'x == BigDecimal("1.10") && x.scale == 2'),
    Given(Decimal("-3E+5"), "scala.math.BigDecimal", "x.scale == -5 && x.toLong == -300000L"),
    Given(Decimal("12345678901234567890123456789012345678901234567890.1"), "scala.math.BigDecimal", "x.precision == 51"),
    # NumPy's numbers keep their width; Python has one int and one float
    Given(np.bool_(True), "Boolean", "x", True),
    Given(np.int8(-128), "Byte", "x == Byte.MinValue", -128),
    Given(np.int16(3), "Short", "x == 3", 3),
    Given(np.int32(3), "Int", "x == 3", 3),
    Given(np.int64(3), "Long", "x == 3L", 3),
    Given(np.uint8(255), "Short", "x == 255", 255),
    Given(np.uint16(65535), "Int", "x == 65535", 65535),
    Given(np.uint32(2**32 - 1), "Long", "x == 4294967295L", 2**32 - 1),
    Given(np.uint64(2**64 - 1), "scala.math.BigInt", 'x == BigInt("18446744073709551615")', 2**64 - 1),
    Given(np.float16(0.5), "Float", "x == 0.5f", 0.5),
    Given(np.float32(0.1), "Float", "x == 0.1f", float(np.float32(0.1))),
    Given(np.float64(0.1), "Double", "x == 0.1", 0.1),
    # text and bytes
    Given("", "String", "x.isEmpty"),
    Given('"é" 𝄞 \0 \\u0041', "String", 'x.codePointCount(0, x.length) == 14 && x.contains("𝄞")'),
    Given("\ud800", "String", "x.length == 1 && x(0) == 0xD800"),
    Given(np.str_("text"), "String", 'x == "text"', "text"),
    Given(b"\x00\xff", "Array[Byte]", "x.toSeq == Seq[Byte](0, -1)"),
    Given(b"", "Array[Byte]", "x.isEmpty"),
    Given(bytearray(b"a"), "Array[Byte]", "x.length == 1", b"a"),
    # times
    Given(date(1, 1, 1), "java.time.LocalDate", "x == java.time.LocalDate.of(1, 1, 1)"),
    Given(date(2024, 2, 29), "java.time.LocalDate", 'x.toString == "2024-02-29"'),
    Given(datetime(1969, 12, 31, 23, 59, 59, 999999), "java.time.LocalDateTime", "x.getNano == 999999000"),
    Given(datetime.max, "java.time.LocalDateTime", 'x.toString == "9999-12-31T23:59:59.999999"'),
    Given(datetime(2024, 3, 31, 1, tzinfo=UTC), "java.time.ZonedDateTime", 'x.toString == "2024-03-31T01:00Z"'),
    Given(
        datetime(2024, 10, 27, 2, 30, tzinfo=OSLO, fold=1),
        "java.time.ZonedDateTime",
        'x.toString == "2024-10-27T02:30+01:00[Europe/Oslo]"',
    ),
    Given(datetime(1900, 1, 1, tzinfo=FAR), "java.time.ZonedDateTime", 'x.toString == "1900-01-01T00:00-05:30:07"'),
    Given(time(23, 59, 59, 999999), "java.time.LocalTime", 'x.toString == "23:59:59.999999"'),
    Given(timedelta(-1, 5, 7), "java.time.Duration", "x.toNanos == -86394999993000L"),
    Given(timedelta.max, "java.time.Duration", "x.toDays == 999999999L"),
    Given(pd.NaT, "Null", "x == null", None),
    Given(pd.NA, "Null", "x == null", None),
    Given(pd.Timestamp("2024-01-01 00:00:00.5"), "java.time.LocalDateTime", "x.getNano == 500000000",
          datetime(2024, 1, 1, 0, 0, 0, 500000)),
    Given(pd.Timestamp("2024-01-01", tz="UTC"), "java.time.ZonedDateTime", 'x.getZone.getId == "Z"',
          datetime(2024, 1, 1, tzinfo=UTC)),
    Given(pd.Timedelta("1us"), "java.time.Duration", "x.toNanos == 1000", timedelta(microseconds=1)),
    Given(np.datetime64("2024-02-29"), "java.time.LocalDate", "x.getDayOfMonth == 29", date(2024, 2, 29)),
    Given(np.datetime64("1969-12-31T23:59:59.5"), "java.time.LocalDateTime", "x.getNano == 500000000",
          datetime(1969, 12, 31, 23, 59, 59, 500000)),
    Given(np.timedelta64(-1, "ms"), "java.time.Duration", "x.toMillis == -1", timedelta(milliseconds=-1)),
    # lists; None among the elements makes them options, elements of two types make them Any
    Given([], "List[Nothing]", "x.isEmpty"),
    Given([1, 2], "List[Long]", "x.sum == 3L"),
    Given([1.5, float("inf")], "List[Double]", "x.max.isPosInfinity"),
    Given([True, False], "List[Boolean]", "x.head"),
    Given(["a", "𝄞"], "List[String]", 'x.mkString == "a𝄞"'),
    Given([1, None], "List[Option[Long]]", "x == List(Some(1L), None)"),
    Given([None, None], "List[Null]", "x.forall(_ == null)"),
    Given([1, "a"], "List[Any]", 'x == List(1L, "a")'),
    Given([1, 1.0], "List[Any]", "x.last.isInstanceOf[Double]"),
    Given([1, "a", None], "List[Option[Any]]", "x.last.isEmpty"),
    Given([[], [1]], "List[List[Long]]", "x.last.head == 1L"),
    Given([[1], [None]], "List[List[Option[Long]]]", "x.head.head.contains(1L)"),
    Given([Decimal("1.0"), Decimal(2)], "List[scala.math.BigDecimal]", "x.sum == 3"),
    Given([date(2024, 1, 1)], "List[java.time.LocalDate]", "x.head.getYear == 2024"),
    Given([np.int32(1), np.int32(2)], "List[Int]", "x.sum == 3", [1, 2]),
    Given([b"a", b"b"], "List[Array[Byte]]", "x.last.head == 'b'"),
    # tuples, sets, dictionaries
    Given((1, "a", None), "(Long, String, Null)", 'x._1 == 1L && x._2 == "a"'),
    Given((1,), "(Long,)", "x._1 == 1L"),
    Given([(1, None), (2, "b")], "List[(Long, Option[String])]", 'x.last._2.contains("b")'),
    Given({1, 2}, "scala.collection.immutable.Set[Long]", "x(1L) && x.size == 2"),
    Given(set(), "scala.collection.immutable.Set[Any]", "x.isEmpty"),
    Given(frozenset([1.5]), "scala.collection.immutable.Set[Double]", "x(1.5)", {1.5}),
    Given({"a": 1, "b": 2}, "scala.collection.immutable.Map[String,Long]", 'x("b") == 2L'),
    Given({}, "scala.collection.immutable.Map[Any,Nothing]", "x.isEmpty"),
    Given({str(n): n for n in range(9, 0, -1)}, "scala.collection.immutable.Map[String,Long]",
          'x.keys.mkString == "987654321"'),
    Given({1: {"b": [None, 2.5]}}, "scala.collection.immutable.Map[Long,scala.collection.immutable.Map[String,List[Option[Double]]]]",
          'x(1L)("b").last.contains(2.5)'),
    Given([{}, {"a": 1}], "List[scala.collection.immutable.Map[String,Long]]", 'x.last("a") == 1L'),
    Given(OrderedDict(a=1), "scala.collection.immutable.Map[String,Long]", 'x("a") == 1L', {"a": 1}),
    Given({(1, 2): "pair"}, "scala.collection.immutable.Map[(Long, Long),String]", 'x((1L, 2L)) == "pair"'),
    # NumPy's arrays
    Given(np.array([True, False]), "Array[Boolean]", "x.head && !x.last"),
    Given(np.array([1, -1], "i2"), "Array[Short]", "x.sum == 0"),
    Given(np.array([1, 2], "i4"), "Array[Int]", "x.sum == 3"),
    Given(np.array([2**62, 1]), "Array[Long]", "x.sum == 4611686018427387905L"),
    Given(np.array([1, 2], ">i4"), "Array[Int]", "x.sum == 3", np.array([1, 2], "i4")),
    Given(np.array([0.5, np.nan], "f4"), "Array[Float]", "x.last.isNaN"),
    Given(np.array([0.1, -0.0]), "Array[Double]", "x.head == 0.1"),
    Given(np.array([]), "Array[Double]", "x.isEmpty"),
    Given(np.array([1, -1], "i1"), "Array[Byte]", "x.sum == 0", b"\x01\xff"),
    Given(np.array([255], "u1"), "Array[Short]", "x.head == 255", np.array([255], "i2")),
    Given(np.array([2**64 - 1], "u8"), "Array[scala.math.BigInt]", "x.head.bitLength == 64", [2**64 - 1]),
    Given(np.arange(6.0).reshape(2, 3), "Array[Array[Double]]", "x(1)(2) == 5.0"),
    Given(np.arange(6).reshape(3, 2).T, "Array[Array[Long]]", "x(1)(2) == 5L"),
    Given(np.arange(8, dtype="i4").reshape(2, 2, 2), "Array[Array[Array[Int]]]", "x(1)(0)(1) == 5"),
    Given(np.zeros((3, 0)), "Array[Array[Double]]", "x.length == 3 && x.head.isEmpty"),
    Given(np.array(["a", "𝄞"]), "Array[String]", 'x.mkString == "a𝄞"', ["a", "𝄞"]),
    Given(np.array(["2024-01-01", "NaT"], "M8[D]"), "Array[java.time.LocalDate]", "x.last == null",
          [date(2024, 1, 1), None]),
    # what is masked is missing
    Given(np.ma.masked, "Null", "x == null", None),
    Given(np.ma.MaskedArray(3, True), "Null", "x == null", None),
    Given(np.ma.MaskedArray([1, 2], [False, False]), "Array[Long]", "x.sum == 3", np.array([1, 2])),
    Given(np.ma.MaskedArray([1, 2], [False, True]), "Array[Option[Long]]", "x.toSeq == Seq(Some(1L), None)", [1, None]),
    Given(np.ma.MaskedArray([[0.5], [1.5]], [[True], [False]]), "Array[Array[Option[Double]]]",
          "x.head.head.isEmpty && x.last.head.contains(1.5)", [[None], [1.5]]),
    Given(np.ma.MaskedArray(["a", "b"], [True, False]), "Array[Option[String]]", 'x.last.contains("b")', [None, "b"]),
    Given(np.ma.MaskedArray(np.array(["2024-01-01", "2024-01-02"], "M8[D]"), [True, False]),
          "Array[Option[java.time.LocalDate]]", "x.last.get.getDayOfMonth == 2", [None, date(2024, 1, 2)]),
    Given([np.ma.masked, 1.5], "List[Option[Double]]", "x == List(None, Some(1.5))", [None, 1.5]),
    Given([np.array([1.5]), np.array([2.5])], "List[Array[Double]]", "x.last.head == 2.5"),
]  # fmt: skip

#: what has no form in Scala, and a part of what is said of it
NOT_GIVEN = [
    (2**63, "beyond 64 bits"),
    ([1, 2**64], "beyond 64 bits"),
    (1j, "complex"),
    (np.array([1j]), "complex128"),
    (np.longdouble(1), "has no form"),
    (np.array([object()]), "tolist"),
    (np.zeros((0, 3)), "shape"),
    (Decimal("NaN"), "Decimal NaN"),
    (Decimal("1E+99999999999"), "exponent"),
    (time(1, tzinfo=UTC), "time with a zone"),
    (datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=19))), "18 hours"),
    (tuple(range(23)), "tuple of 23"),
    ((), "tuple of 0"),
    (print, "builtin_function_or_method"),
    ([[print]], "builtin_function_or_method"),
    (object(), "object"),
]

TAKEN = [
    Taken("true", True),
    Taken("1.toByte", 1),
    Taken("1.toShort", 1),
    Taken("1", 1),
    Taken("Long.MaxValue", 2**63 - 1),
    Taken("0.1f", float(np.float32(0.1))),
    Taken("0.1", 0.1),
    Taken("Double.NaN", float("nan")),
    Taken("-0.0", -0.0),
    Taken("BigInt(2).pow(100)", 2**100),
    Taken("BigInt(-1)", -1),
    Taken("java.math.BigInteger.TEN", 10),
    Taken('BigDecimal("1.10")', Decimal("1.10")),
    Taken('new java.math.BigDecimal("1E+3")', Decimal("1E+3")),
    Taken("'é'", "é"),
    Taken('"𝄞"', "𝄞"),
    Taken("(null: String)", None),
    Taken("null", None),
    Taken("()", None),
    Taken("(None: Option[Int])", None),
    Taken("Option(3)", 3),
    Taken("Some(Some(List(1)))", [1]),
    Taken("java.lang.Integer.valueOf(5)", 5),
    # times
    Taken("java.time.LocalDate.of(2024, 2, 29)", date(2024, 2, 29)),
    Taken("java.time.LocalDateTime.of(2024, 2, 29, 1, 2, 3, 4000)", datetime(2024, 2, 29, 1, 2, 3, 4)),
    Taken("java.time.Instant.EPOCH", datetime(1970, 1, 1, tzinfo=UTC)),
    Taken('java.time.ZonedDateTime.parse("2024-07-01T00:00+02:00[Europe/Oslo]")', datetime(2024, 7, 1, tzinfo=OSLO)),
    Taken('java.time.ZonedDateTime.parse("2024-07-01T00:00+02:00[UTC+02:00]")',
          datetime(2024, 7, 1, tzinfo=timezone(timedelta(hours=2)))),
    Taken('java.time.OffsetDateTime.parse("2024-07-01T00:00-05:30:07")', datetime(2024, 7, 1, tzinfo=FAR)),
    Taken("java.time.LocalTime.of(1, 2)", time(1, 2)),
    Taken("java.time.Duration.ofMillis(-1)", timedelta(milliseconds=-1)),
    Taken("scala.concurrent.duration.Duration(3, \"s\")", timedelta(seconds=3)),
    Taken('java.sql.Date.valueOf("2024-02-29")', date(2024, 2, 29)),
    Taken("new java.sql.Timestamp(1500)", datetime(1970, 1, 1, 0, 0, 1, 500000, tzinfo=UTC)),
    Taken("new java.util.Date(0)", datetime(1970, 1, 1, tzinfo=UTC)),
    # collections
    Taken("Nil", []),
    Taken("List(1, 2)", [1, 2]),
    Taken("Seq(1.5f)", [1.5]),
    Taken("Vector(Some(1), None)", [1, None]),
    Taken("1 to 3", [1, 2, 3]),
    Taken("scala.collection.mutable.ArrayBuffer('a', 'b')", ["a", "b"]),
    Taken("java.util.List.of(1, 2)", [1, 2]),
    Taken("List(1, 2L, \"a\", null)", [1, 2, "a", None]),
    Taken("Set(1, 2)", {1, 2}),
    Taken("Set(Set(1))", {frozenset([1])}),
    Taken('Map("a" -> List(1), "b" -> Nil)', {"a": [1], "b": []}),
    Taken("scala.collection.mutable.Map(1 -> ())", {1: None}),
    Taken('java.util.Map.of("k", true)', {"k": True}),
    Taken('(1, "a")', (1, "a")),
    Taken("Tuple1(1)", (1,)),
    Taken("(1 to 22).toList match { case l => l.foldLeft(0)(_ + _) -> l.size }", (253, 22)),
    Taken("List((1, 2.5), (3, 4.5))", [(1, 2.5), (3, 4.5)]),
    Taken("Array(1, 2)", np.array([1, 2], "i4")),
    Taken("Array(1L)", np.array([1], "i8")),
    Taken("Array(true)", np.array([True])),
    Taken("Array(1.toShort)", np.array([1], "i2")),
    Taken("Array(0.5f)", np.array([0.5], "f4")),
    Taken("Array(0.5)", np.array([0.5])),
    Taken("Array.empty[Double]", np.array([])),
    Taken("Array(Array(1, 2), Array(3, 4))", np.array([[1, 2], [3, 4]], "i4")),
    Taken("Array(1.toByte, -1.toByte)", b"\x01\xff"),
    Taken('Array("a".getBytes, "bc".getBytes)', [b"a", b"bc"]),
    Taken('Array("a", null)', ["a", None]),
    Taken("Array('a')", ["a"]),
    Taken("List(Array(1.5))", [np.array([1.5])]),
]  # fmt: skip

#: what has no form in Python, and a part of what is said of it
NOT_TAKEN = [
    ("(n: Int) => n + 1", "is a Int => Int, which has no form in Python"),
    ("List((n: Int) => n + 1)", "a function in it"),
    ("new Object", "is a Object, which has no form in Python"),
    ("Left(1): Either[Int, Int]", "Either\\[Int,Int\\], which has no form in Python"),
    ("List(Left(1))", "a Left in it"),
    ("LazyList.from(1)", "LazyList"),
    ("Iterator(1)", "Iterator\\[Int\\], which has no form in Python"),
    ("sc.parallelize(1 to 2)", "RDD\\[Int\\], which has no form in Python"),
    ("List(spark.range(1))", "a Dataset in it"),
    ("Array(Array(1), Array(1, 2))", "rows differ in length"),
    ("Set[Any](1, true)", "two elements of a Set are equal in Python"),
    ("Map[Any, Int](1 -> 1, true -> 2)", "two keys of a Map are equal in Python"),
    ("Set(List(1))", "cannot be hashed in Python"),
    ("java.time.LocalDate.MAX", "beyond what Python's can hold"),
    ("java.time.Duration.ofSeconds(Long.MaxValue)", "beyond what Python's can hold"),
    ("scala.concurrent.duration.Duration.Inf", "which has no form in Python"),
]
