"""What becomes of values between Python and R. This table was there before the code: change it first.

R has no type for some of Python's, and Python none for some of R's. The rules, by type and never by value:

- Python's ``int`` is a double in R and a ``float`` when it comes back; NumPy's integers of up to 32 bits are R's integers and ``int``.
- A list, tuple or set whose items R can have in one vector is a vector, else a list. R's ``comment()``, which is not printed, says
  what comes back as another type than R's own: tuples, sets, one-dimensional NumPy arrays, Series, decimals, and a list of one,
  which R cannot tell from a scalar.
- A time without zone is one of UTC in R, under the name ``Etc/Universal``, by which it comes back without zone.
- Frames come back as ``pyarrow.Table``; a pandas index other than the default one as columns in front.
"""

from __future__ import annotations

import datetime as dt
import math
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

SAME: Any = object()
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
INDIA = dt.timezone(dt.timedelta(hours=5, minutes=30))
NAN = float("nan")


class OwnFrame(pd.DataFrame):
    """A library's frame that inherits from pandas'."""


class OwnSeries(pd.Series):  # type: ignore[type-arg]
    """A library's column that inherits from pandas'."""


@dataclass(frozen=True)
class Python:
    """A Python value: what R must say of it as ``x``, and what comes back."""

    name: str
    value: Any
    r: str
    back: Any = SAME
    warns: str = ""


@dataclass(frozen=True)
class Refused:
    """A Python value that R cannot have, and words of the reason."""

    name: str
    value: Any
    words: str


@dataclass(frozen=True)
class FromR:
    """An R value: what Python gets, and what R says of it (``x``) when it is back, with the first one as ``o``."""

    name: str
    code: str
    value: Any
    back: str = "identical(x, o)"
    warns: str = ""


@dataclass(frozen=True)
class Home:
    """An R value that Python cannot have, and words of the reason."""

    name: str
    code: str
    words: str


SCALARS = [
    Python("None", None, "is.null(x)"),
    Python("True", True, "identical(x, TRUE)"),
    Python("int", 3, "identical(x, 3)", 3.0),
    Python("int of 32 bits and more", 2**31, "identical(x, 2147483648)", 2.0**31),
    Python("the largest exact int", 2**53, "x == 2^53", 2.0**53),
    Python("the smallest exact int", -(2**53), "x == -2^53", -(2.0**53)),
    Python("float", 0.1, "identical(x, 0.1)"),
    Python("NaN", NAN, "is.nan(x)"),
    Python("infinity", math.inf, "identical(x, Inf)"),
    Python("minus infinity", -math.inf, "identical(x, -Inf)"),
    Python("minus zero", -0.0, "identical(1 / x, -Inf)"),
    Python("complex", 1 + 2j, "identical(x, 1+2i)"),
    Python("Decimal", Decimal("0.1"), "x == 0.1 && is.double(x)"),
    Python("Decimal of fifteen digits", Decimal("-1234567890.12345"), "x == -1234567890.12345"),
    Python("str", "a", "identical(x, 'a')"),
    Python("empty str", "", "identical(x, '')"),
    Python("quotes", "'\"`\\", "nchar(x) == 4L"),
    Python("emoji", "👩‍🚀", "nchar(x) == 3L && Encoding(x) == 'UTF-8'"),
    Python("right to left", "שלום", "nchar(x) == 4L"),
    Python("combining", "e\u0301", "nchar(x) == 2L"),
    Python("control characters", "".join(map(chr, range(1, 32))) + "\x7f", "nchar(x, 'bytes') == 32L"),
    Python("the text NA", "NA", "!is.na(x)"),
    Python("bytes", b"\0a\xff", "identical(x, as.raw(c(0, 97, 255)))"),
    Python("no bytes", b"", "identical(x, raw(0))"),
    Python("bytearray", bytearray(b"a"), "identical(x, as.raw(97))", b"a"),
    Python("date", dt.date(2020, 2, 29), "identical(x, as.Date('2020-02-29'))"),
    Python("the first date", dt.date.min, "as.numeric(x) == -719162"),
    Python("datetime", dt.datetime(2020, 2, 29, 12, 30), "format(x) == '2020-02-29 12:30:00'"),
    Python("datetime before 1970", dt.datetime(1900, 1, 1, 0, 0, 0, 1), "inherits(x, 'POSIXct')"),
    Python(
        "microseconds", dt.datetime(2020, 2, 29, 12, 30, 1, 123457), "abs(as.numeric(x) - 1582979401.123457) < 2e-7"
    ),
    Python(
        "datetime in a zone",
        dt.datetime(2020, 7, 1, 12, tzinfo=BERLIN),
        "identical(x, as.POSIXct('2020-07-01 12:00', tz = 'Europe/Berlin'))",
    ),
    Python(
        "datetime in UTC",
        dt.datetime(2020, 7, 1, 12, tzinfo=dt.UTC),
        "identical(x, as.POSIXct('2020-07-01 12:00', tz = 'UTC'))",
    ),
    Python(
        "datetime with an offset", dt.datetime(2020, 7, 1, 12, tzinfo=INDIA), "format(x, '%H:%M %z') == '12:00 +0530'"
    ),
    Python("the far future in microseconds", dt.datetime(2200, 1, 1, 0, 0, 0, 999999, dt.UTC), "TRUE"),
    Python(
        "timedelta", dt.timedelta(days=-1, seconds=1, microseconds=1), "inherits(x, 'difftime') && units(x) == 'secs'"
    ),
    Python("time", dt.time(23, 59, 59, 999999), "inherits(x, 'hms') && as.numeric(x, 'hours') > 23.9"),
    Python(
        "Timestamp",
        pd.Timestamp("2020-01-01 00:00:01"),
        "format(x) == '2020-01-01 00:00:01'",
        dt.datetime(2020, 1, 1, 0, 0, 1),
    ),
    Python("Timedelta", pd.Timedelta("1s"), "x == 1", dt.timedelta(seconds=1)),
    Python("pandas' NA", pd.NA, "identical(x, NA)", None),
    *(
        Python(f"NumPy's {kind.__name__}", kind(7), "identical(x, 7L)", 7)
        for kind in (np.int8, np.int16, np.int32, np.uint8, np.uint16)
    ),
    *(Python(f"NumPy's {kind.__name__}", kind(7), "identical(x, 7)", 7.0) for kind in (np.int64, np.uint32, np.uint64)),
    Python("NumPy's float64", np.float64(0.1), "identical(x, 0.1)", 0.1),
    Python("NumPy's float32", np.float32(0.1), "abs(x - 0.1) < 1e-8", float(np.float32(0.1))),
    Python("NumPy's bool", np.bool_(True), "identical(x, TRUE)", True),
    Python("NumPy's complex", np.complex64(1j), "identical(x, 0+1i)", 1j),
    Python("NumPy's str", np.str_("a"), "identical(x, 'a')", "a"),
    Python(
        "datetime64",
        np.datetime64("2020-01-01T12:00:00.5"),
        "as.numeric(x) == 1577880000.5",
        dt.datetime(2020, 1, 1, 12, 0, 0, 500000),
    ),
    Python(
        "datetime64 of days", np.datetime64("2020-01-01"), "identical(x, as.Date('2020-01-01'))", dt.date(2020, 1, 1)
    ),
]

CONTAINERS = [
    Python("list", [1.0, 2.0], "identical(x, c(1, 2))"),
    Python("list of integers", [1, 2], "identical(x, c(1, 2))", [1.0, 2.0]),
    Python("list of both numbers", [1, 2.5], "identical(x, c(1, 2.5))", [1.0, 2.5]),
    Python("list of one", [1.0], "x == 1 && length(x) == 1L && class(x) == 'numeric'"),
    Python("list of one text", ["a"], "x == 'a' && toupper(x) == 'A' && is.null(oldClass(x))"),
    Python("empty list", [], "identical(x, list())"),
    Python("list with None", ["a", None], "identical(x, c('a', NA))"),
    Python("list of None", [None, None], "identical(x, c(NA, NA))"),
    Python("list of one None", [None], "is.na(x)"),
    Python("NaN beside None", [NAN, None], "identical(is.nan(x), c(TRUE, FALSE)) && is.na(x[2])"),
    Python("mixed list", [1.0, "a", None], "identical(x, list(1, 'a', NULL))"),
    Python("truth and numbers", [True, 1.0], "identical(x, list(TRUE, 1))"),
    Python("list of complex", [1j, None], "identical(is.na(x), c(FALSE, TRUE))"),
    Python("list of bytes", [b"a", b""], "identical(x, list(as.raw(97), raw(0)))"),
    Python("list of dates", [dt.date(2020, 1, 1), None], "inherits(x, 'Date') && is.na(x[2])"),
    Python(
        "list of times in a zone", [dt.datetime(2020, 1, 1, tzinfo=BERLIN)] * 2, "attr(x, 'tzone') == 'Europe/Berlin'"
    ),
    Python("times in two zones", [dt.datetime(2020, 1, 1, tzinfo=BERLIN), dt.datetime(2020, 1, 1)], "is.list(x)"),
    Python("list of Decimal", [Decimal("0.1"), Decimal("2")], "sum(x) == 2.1"),
    Python("tuple", (1.0, 2.0), "all(x == c(1, 2)) && is.numeric(x)"),
    Python("mixed tuple", (1.0, "a"), "x[[1]] == 1 && x[[2]] == 'a'"),
    Python("empty tuple", (), "length(x) == 0L"),
    Python("set", {"a", "b"}, "setequal(x, c('a', 'b'))"),
    Python("frozenset", frozenset({1.0}), "x == 1"),
    Python("empty set", set(), "length(x) == 0L"),
    Python("range", range(3), "identical(x, c(0, 1, 2))", [0.0, 1.0, 2.0]),
    Python("dict", {"a": 1.0, "b": "x"}, "identical(x, list(a = 1, b = 'x'))"),
    Python("empty dict", {}, "identical(x, setNames(list(), character()))"),
    Python("odd keys", {"": 1.0, "a b": 2.0, "🦊": 3.0}, "identical(names(x), c('', 'a b', '🦊'))"),
    Python("dict with None", {"a": None}, "identical(x, list(a = NULL))"),
    Python("nested", {"a": [1.0, 2.0], "b": {"c": ("x",), "d": [[1.0, 2.0], ["y", "z"]]}}, "x$b$d[[2]][1] == 'y'"),
    Python("list of dicts", [{"a": 1.0}, {"a": 2.0}], "x[[2]]$a == 2"),
]

ARRAYS = [
    Python("array", np.array([1.0, NAN]), "is.numeric(x) && is.nan(x[2]) && is.null(dim(x))"),
    Python("array of one", np.array([1.0]), "x == 1"),
    Python("empty array", np.array([]), "length(x) == 0L && is.double(x)"),
    Python("integers", np.array([1, 2], np.int32), "is.integer(x)"),
    Python("small integers", np.array([1, 2], np.uint8), "is.integer(x)", np.array([1, 2], np.int32)),
    Python("wide integers", np.array([1, 2]), "is.double(x)", np.array([1.0, 2.0])),
    Python("truth", np.array([True, False]), "is.logical(x)"),
    Python("float32", np.array([0.5], np.float32), "x == 0.5", np.array([0.5])),
    Python("complex array", np.array([1j, 2]), "is.complex(x)"),
    Python("texts", np.array(["a", "bb"]), "is.character(x)"),
    Python(
        "datetime64 array", np.array(["2020-01-01T00:00:01", "NaT"], "M8[us]"), "inherits(x, 'POSIXct') && is.na(x[2])"
    ),
    Python("days", np.array(["2020-01-01", "NaT"], "M8[D]"), "inherits(x, 'Date')"),
    Python("timedelta64 array", np.array([1, 2], "m8[us]"), "inherits(x, 'difftime')"),
    Python(
        "masked",
        np.ma.MaskedArray([1.0, NAN, 3.0], [False, False, True]),
        "is.nan(x[2]) && is.na(x[3]) && !is.nan(x[3])",
    ),
    Python("matrix", np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), "identical(x, rbind(c(1, 2, 3), c(4, 5, 6)))"),
    Python("matrix of truth", np.array([[True], [False]]), "identical(x, matrix(c(TRUE, FALSE)))"),
    Python("matrix of texts", np.array([["a", "b"]]), "identical(x, matrix(c('a', 'b'), 1))"),
    Python("matrix of complex", np.array([[1j, 2]]), "identical(dim(x), 1:2)"),
    Python(
        "three dimensions", np.arange(24, dtype=np.int32).reshape(2, 3, 4), "x[2, 3, 4] == 23L && x[2, 1, 1] == 12L"
    ),
    Python("empty matrix", np.zeros((0, 3)), "identical(dim(x), c(0L, 3L))"),
    Python("objects", np.array([1.0, "a"], object), "identical(unlist(x[1]), 1)"),
    Python("no dimension", np.array(1.5), "identical(x, 1.5)", 1.5),
]

SERIES = [
    Python("Series", pd.Series([1.0, NAN]), "is.na(x[2]) && !is.nan(x[2])"),
    Python("named Series", pd.Series(["a", "b"], name="n"), "x[2] == 'b'"),
    Python("Series with texts as index", pd.Series([1.0, 2.0], ["u", "v"]), "x['v'] == 2"),
    Python(
        "Series with an index",
        pd.Series([1.0, 2.0], [5, 6], name="n"),
        "identical(x, data.frame(index = c(5, 6), n = c(1, 2)))",
        pa.table({"index": [5.0, 6.0], "n": [1.0, 2.0]}),
    ),
    Python(
        "Categorical",
        pd.Categorical(["b", None, "a"], ["b", "a"]),
        "identical(x, factor(c('b', NA, 'a'), c('b', 'a')))",
    ),
    Python("ordered Categorical", pd.Categorical(["b", "a"], ["b", "a"], ordered=True), "is.ordered(x) && x[1] < x[2]"),
    Python("Series of a class of its own", OwnSeries([1.0, 2.0]), "identical(c(x), c(1, 2))", pd.Series([1.0, 2.0])),
    Python("polars Series", pl.Series([1.0, None]), "identical(x, c(1, NA))", [1.0, None]),
    Python("pyarrow array", pa.array([1, None], pa.int32()), "identical(x, c(1L, NA))", [1, None]),
    Python("pyarrow scalar", pa.scalar(1.5), "identical(x, 1.5)", 1.5),
]


def _column(kind: pa.DataType, *values: Any) -> pa.Table:
    return pa.table({"c": pa.array([*values, None], kind)})


def _typed(name: str, kind: pa.DataType, values: list[Any], r: str, back: pa.DataType | None = None) -> Python:
    table = _column(kind, *values)
    return Python(f"column of {name}", table, r, SAME if back is None else table.cast(pa.schema([("c", back)])))


_STRUCT = pa.struct([("a", pa.float64()), ("b", pa.large_string())])

FRAMES = [
    _typed("bool", pa.bool_(), [True], "identical(x$c, c(TRUE, NA))"),
    *(
        _typed(str(kind), kind, [7], "identical(x$c, c(7L, NA))", pa.int32())
        for kind in (pa.int8(), pa.int16(), pa.int32(), pa.uint8(), pa.uint16())
    ),
    *(
        _typed(str(kind), kind, [7], "identical(x$c, c(7, NA))", pa.float64())
        for kind in (pa.int64(), pa.uint32(), pa.uint64())
    ),
    _typed("double", pa.float64(), [NAN, 0.1, -0.0], "is.nan(x$c[1]) && is.na(x$c[4]) && !is.nan(x$c[4])"),
    _typed("float", pa.float32(), [0.5], "identical(x$c, c(0.5, NA))", pa.float64()),
    _typed("decimal", pa.decimal128(38, 18), [Decimal("1234.5")], "identical(x$c, c(1234.5, NA))", pa.float64()),
    _typed("string", pa.large_string(), ["", "é", "\x1f\x1e"], "is.na(x$c[4]) && x$c[1] == ''"),
    _typed("binary", pa.binary(), [b"\0a", b""], "identical(x$c, list(as.raw(c(0, 97)), raw(0), NULL))"),
    _typed("date", pa.date32(), [dt.date(2020, 1, 1)], "identical(x$c, as.Date(c('2020-01-01', NA)))"),
    _typed(
        "time without zone",
        pa.timestamp("us"),
        [dt.datetime(2020, 1, 1, 1, 2, 3, 4)],
        "format(x$c[1], '%H:%M') == '01:02'",
    ),
    _typed(
        "time in a zone",
        pa.timestamp("us", "Europe/Berlin"),
        [dt.datetime(2020, 1, 1)],
        "attr(x$c, 'tzone') == 'Europe/Berlin'",
    ),
    _typed(
        "time with an offset",
        pa.timestamp("us", "-03:30"),
        [dt.datetime(2020, 1, 1)],
        "format(x$c[1], '%H:%M %z') == '20:30 -0330'",
    ),
    _typed(
        "time in nanoseconds", pa.timestamp("ns", "UTC"), [dt.datetime(2020, 1, 1)], "TRUE", pa.timestamp("us", "UTC")
    ),
    _typed(
        "duration", pa.duration("us"), [dt.timedelta(seconds=90)], "identical(x$c[1], as.difftime(90, units = 'secs'))"
    ),
    _typed("time of day", pa.time64("us"), [dt.time(1, 2, 3, 4)], "inherits(x$c, 'hms')"),
    _typed("time of day in seconds", pa.time32("s"), [dt.time(1, 2, 3)], "x$c[1] == 3723", pa.time64("us")),
    _typed("nothing", pa.null(), [None], "identical(x$c, c(NA, NA))", pa.bool_()),
    _typed("struct", _STRUCT, [{"a": 1.0, "b": None}], "is.data.frame(x$c) && x$c$a[1] == 1 && all(is.na(x$c[2, ]))"),
    _typed("struct of struct", pa.struct([("s", _STRUCT)]), [{"s": {"a": 1.0, "b": "x"}}], "x$c$s$b[1] == 'x'"),
    _typed(
        "list", pa.list_(pa.float64()), [[1.0, None], [], [2.0]], "identical(x$c, list(c(1, NA), numeric(), 2, NULL))"
    ),
    _typed("list of texts", pa.list_(pa.large_string()), [["a"], ["b", None]], "identical(x$c[[1]], 'a')"),
    _typed("list of dates", pa.list_(pa.date32()), [[dt.date(2020, 1, 1)]], "inherits(x$c[[1]], 'Date')"),
    _typed(
        "list of lists",
        pa.list_(pa.list_(pa.float64())),
        [[[1.0], [2.0, 3.0]], []],
        "identical(x$c[[1]], list(1, c(2, 3)))",
    ),
    _typed(
        "list of structs",
        pa.list_(_STRUCT),
        [[{"a": 1.0, "b": "x"}, {"a": 2.0, "b": None}]],
        "is.data.frame(x$c[[1]]) && nrow(x$c[[1]]) == 2L",
    ),
    _typed(
        "map",
        pa.map_(pa.large_string(), pa.float64()),
        [[("k", 1.0)]],
        "x$c[[1]]$key == 'k' && x$c[[1]]$value == 1",
        pa.list_(pa.struct([("key", pa.large_string()), ("value", pa.float64())])),
    ),
    Python(
        "categories",
        pa.table({"c": pa.array(["b", None, "a"]).dictionary_encode()}),
        "identical(x$c, factor(c('b', NA, 'a'), c('b', 'a')))",
    ),
    Python(
        "categories of numbers",
        pa.table({"c": pa.array([1.5, None]).dictionary_encode()}),
        "identical(x$c, c(1.5, NA))",
        pa.table({"c": [1.5, None]}),
    ),
    Python(
        "no rows",
        pa.table({"a": pa.array([], pa.float64()), "b": pa.array([], pa.large_string())}),
        "nrow(x) == 0L && is.character(x$b)",
    ),
    Python("no columns", pa.table({}), "is.data.frame(x) && length(x) == 0L"),
    Python(
        "odd names",
        pa.Table.from_arrays([pa.array([1.0])] * 6, ["a", "a", "", "a b", "`", "🦊"]),
        "identical(names(x), c('a', 'a', '', 'a b', '`', '🦊'))",
    ),
    Python(
        "a slice",
        pa.table({"a": [float(i) for i in range(100)], "b": [str(i) for i in range(100)]}).slice(50, 3),
        "identical(x$b, c('50', '51', '52'))",
        pa.table({"a": [50.0, 51.0, 52.0], "b": pa.array(["50", "51", "52"], pa.large_string())}),
    ),
    Python(
        "chunks",
        pa.concat_tables([pa.table({"k": pa.array([word]).dictionary_encode()}) for word in "ab"]),
        "identical(x$k, factor(c('a', 'b')))",
    ),
    Python(
        "pandas",
        pd.DataFrame({"f": [1.0, NAN], "s": ["a", None], "t": pd.to_datetime(["2020-01-01", None])}),
        "is.na(x$f[2]) && !is.nan(x$f[2]) && is.na(x$s[2]) && is.na(x$t[2])",
        pa.table(
            {
                "f": [1.0, None],
                "s": pa.array(["a", None], pa.large_string()),
                "t": pa.array([dt.datetime(2020, 1, 1), None], pa.timestamp("us")),
            }
        ),
    ),
    Python(
        "pandas' nullable types",
        pd.DataFrame(
            {
                "i": pd.array([1, None], "Int32"),
                "f": pd.arrays.FloatingArray(np.array([NAN, 0.0]), np.array([False, True])),
            }
        ),
        "is.nan(x$f[1]) && is.na(x$f[2]) && !is.nan(x$f[2])",
        pa.table({"i": pa.array([1, None], pa.int32()), "f": pa.array([NAN, None])}),
    ),
    Python(
        "pandas with duplicated names",
        pd.DataFrame([[1.0, 2.0]], columns=["a", "a"]),
        "identical(names(x), c('a', 'a'))",
        pa.Table.from_arrays([pa.array([1.0]), pa.array([2.0])], ["a", "a"]),
    ),
    Python(
        "pandas with a named index",
        pd.DataFrame({"a": [1.0]}, index=pd.Index(["r"], name="n")),
        "identical(x, data.frame(n = 'r', a = 1))",
        pa.table({"n": pa.array(["r"], pa.large_string()), "a": [1.0]}),
    ),
    Python(
        "pandas with an index",
        pd.DataFrame({"a": [1.0]}, index=[7]),
        "identical(x, data.frame(index = 7, a = 1))",
        pa.table({"index": [7.0], "a": [1.0]}),
    ),
    Python(
        "pandas with an index of levels",
        pd.DataFrame({"a": [1.0]}, index=pd.MultiIndex.from_tuples([("u", "v")], names=["k", None])),
        "identical(names(x), c('k', 'level_1', 'a'))",
        pa.table({"k": pa.array(["u"], pa.large_string()), "level_1": pa.array(["v"], pa.large_string()), "a": [1.0]}),
    ),
    Python(
        "pandas of a class of its own",
        OwnFrame({"a": [1.0]}),
        "identical(x, data.frame(a = 1))",
        pa.table({"a": [1.0]}),
    ),
    Python(
        "pandas with numbers as names",
        pd.DataFrame({0: [1.0]}),
        "identical(names(x), '0')",
        pa.table({"0": [1.0]}),
        warns="become texts",
    ),
    Python(
        "polars",
        pl.DataFrame({"f": [NAN, None], "c": pl.Series(["u", None], dtype=pl.Categorical), "l": [[1.0], None]}),
        "is.nan(x$f[1]) && is.factor(x$c) && is.list(x$l)",
        pa.table({"f": [NAN, None], "c": pa.array(["u", None]).dictionary_encode(), "l": [[1.0], None]}),
    ),
    Python(
        "integers beyond 2^53",
        pa.table({"a": [2**53 + 1]}),
        "is.double(x$a)",
        pa.table({"a": [2.0**53]}),
        warns="integers beyond 2\\^53",
    ),
    Python(
        "decimals of many digits",
        pa.table({"a": [Decimal("1234567890.1234567890")]}),
        "is.double(x$a)",
        pa.table({"a": [1234567890.123456789]}),
        warns="more than 15 digits",
    ),
    Python(
        "nanoseconds",
        pa.table({"a": pa.array([1], pa.timestamp("ns"))}),
        "TRUE",
        pa.table({"a": pa.array([0], pa.timestamp("us"))}),
        warns="more digits than R keeps",
    ),
    Python(
        "structs of nulls",
        pa.table({"a": pa.array([{"b": None}], pa.struct([("b", pa.float64())]))}),
        "is.na(x$a$b)",
        pa.table({"a": pa.array([None], pa.struct([("b", pa.float64())]))}),
        warns="structs of nulls",
    ),
]


class Own:
    pass


_CYCLE: list[Any] = []
_CYCLE.append(_CYCLE)

REFUSED = [
    Refused("int beyond 2^53", 2**53 + 1, "2\\^53"),
    Refused("int of 64 bits", 2**64, "2\\^53"),
    Refused("huge int", 10**30, "2\\^53"),
    Refused(
        "dates and times", pd.Series([dt.date(2020, 1, 1), dt.datetime(2020, 1, 2, 15)], dtype=object), "date, datetime"
    ),
    Refused("bytes and texts", pd.Series([b"x", "y"]), "bytes, str"),
    Refused("such a column of a frame", pd.DataFrame({"c": [b"x", "y"]}), "column c .* bytes, str"),
    Refused("an index of them", pd.Index([b"x", "y"], dtype=object), "bytes, str"),
    Refused("an array of them", pd.array([b"x", "y"], dtype=object), "bytes, str"),
    Refused("categories of them", pd.Categorical([b"x", "y"], categories=[b"x", "y"]), "bytes, str"),
    Refused("list with such an int", [1, 2**60], "2\\^53"),
    Refused("array with such an int", np.array([2**60]), "2\\^53"),
    Refused("NumPy's largest unsigned", np.uint64(2**64 - 1), "2\\^53"),
    Refused("the integer that R takes for NA", np.int32(-(2**31)), "2147483648"),
    Refused("such a column", pa.table({"a": pa.array([-(2**31)], pa.int32())}), "2147483648"),
    Refused("Decimal of many digits", Decimal("0.12345678901234567890"), "15 digits"),
    Refused("NUL", "a\0b", "NUL"),
    Refused("NUL in a column", pa.table({"a": ["a\0b"]}), "NUL"),
    Refused("half a surrogate pair", "\ud800", "Unicode"),
    Refused("keys that are no texts", {1: 2}, "key 1 is a int"),
    Refused("nanoseconds", pd.Timestamp("2020-01-01 00:00:00.000000001"), "nanoseconds"),
    Refused("nanoseconds of NumPy", np.array([1], "M8[ns]"), "nanoseconds"),
    Refused("a time too far for microseconds", dt.datetime.max, "microseconds"),
    Refused("time of day with a zone", dt.time(1, tzinfo=dt.UTC), "zone"),
    Refused("function", len, "nothing like it"),
    Refused("object", Own(), "nothing like it"),
    Refused("class", Own, "nothing like it"),
    Refused("module", math, "nothing like it"),
    Refused("generator", (i for i in ()), "nothing like it"),
    Refused("list with an object", [1.0, Own()], "nothing like it"),
    Refused("list in itself", _CYCLE, "contains itself"),
    Refused("mixed pandas column", pd.DataFrame({"a": [1, "x"]}), "column a"),
    Refused("periods", pd.DataFrame({"a": pd.period_range("2020", periods=1, freq="M")}), "column a"),
    Refused("index and column of one name", pd.DataFrame({"a": [1]}, index=pd.Index([1], name="a")), "both called a"),
    Refused("lazy frame", pl.LazyFrame({"a": [1]}), "nothing like it"),
]

_TABLE: Callable[..., pa.Table] = pa.table

FROM_R = [
    FromR("NULL", "NULL", None),
    FromR("TRUE", "TRUE", True),
    FromR("integer", "7L", 7, "identical(x, 7)"),
    FromR("double", "0.1", 0.1),
    FromR("complex", "1+2i", 1 + 2j),
    FromR("text", "'é'", "é"),
    FromR("raw", "as.raw(c(0, 255))", b"\0\xff"),
    FromR("one byte", "as.raw(1)", b"\1"),
    FromR("NA", "NA", None, "is.null(x)"),
    FromR("NA_integer_", "NA_integer_", None, "is.null(x)"),
    FromR("NA_real_", "NA_real_", None, "is.null(x)"),
    FromR("NaN", "NaN", NAN),
    FromR("NA_character_", "NA_character_", None, "is.null(x)"),
    FromR("NA_complex_", "NA_complex_", None, "is.null(x)"),
    FromR("logicals", "c(TRUE, NA)", [True, None]),
    FromR("integers", "c(1L, NA)", [1, None], "identical(x, c(1, NA))"),
    FromR("doubles", "c(1, NaN, NA, -Inf)", [1.0, NAN, None, -math.inf]),
    FromR("texts", "c('a', NA, '')", ["a", None, ""]),
    FromR("complex numbers", "c(1i, NA)", [1j, None], "identical(is.na(x), is.na(o)) && x[1] == 1i"),
    FromR("no doubles", "numeric()", [], "identical(x, list())"),
    FromR("no texts", "character()", [], "identical(x, list())"),
    FromR("no bytes", "raw()", b""),
    FromR("latin1", "iconv('é', 'UTF-8', 'latin1')", "é", "x == o"),
    FromR("named doubles", "c(a = 1, b = 2)", {"a": 1.0, "b": 2.0}, "identical(x, as.list(o))"),
    FromR("named scalar", "c(a = 1)", {"a": 1.0}, "identical(x, as.list(o))"),
    FromR("Date", "as.Date('2020-02-29')", dt.date(2020, 2, 29)),
    FromR("Date of integers", "structure(18000L, class = 'Date')", dt.date(2019, 4, 14), "x == o"),
    FromR(
        "POSIXct", "as.POSIXct('2020-07-01 12:00', tz = 'Europe/Berlin')", dt.datetime(2020, 7, 1, 12, tzinfo=BERLIN)
    ),
    FromR(
        "POSIXct in UTC",
        "as.POSIXct('2020-07-01 12:00:00.25', tz = 'UTC')",
        dt.datetime(2020, 7, 1, 12, 0, 0, 250000, dt.UTC),
    ),
    FromR(
        "POSIXlt", "as.POSIXlt('2020-07-01 12:00', tz = 'UTC')", dt.datetime(2020, 7, 1, 12, tzinfo=dt.UTC), "x == o"
    ),
    *(
        FromR(f"difftime in {unit}", f"as.difftime(2, units = '{unit}')", dt.timedelta(**{name: 2}), "x == o")
        for unit, name in {
            "secs": "seconds",
            "mins": "minutes",
            "hours": "hours",
            "days": "days",
            "weeks": "weeks",
        }.items()
    ),
    FromR("hms", "structure(3723.5, class = c('hms', 'difftime'), units = 'secs')", dt.time(1, 2, 3, 500000)),
    FromR("factor", "factor(c('b', NA, 'a'), c('b', 'a', 'z'))", pd.Categorical(["b", None, "a"], ["b", "a", "z"])),
    FromR(
        "ordered",
        "factor(c('b', 'a'), c('b', 'a'), ordered = TRUE)",
        pd.Categorical(["b", "a"], ["b", "a"], ordered=True),
    ),
    FromR(
        "integer64",
        "structure(c(9.8813129168249309e-324, 4.9406564584124654e-324), class = 'integer64')",
        [2, 1],
        "identical(x, c(2, 1))",
    ),
    FromR("list", "list(1, 'a', NULL)", [1.0, "a", None]),
    FromR("list of one", "list(1)", [1.0], "x == 1"),
    FromR("empty list", "list()", []),
    FromR(
        "named list",
        "list(a = 1, b = list(c = 'x', d = 1:2))",
        {"a": 1.0, "b": {"c": "x", "d": [1, 2]}},
        "identical(x, list(a = 1, b = list(c = 'x', d = c(1, 2))))",
    ),
    FromR("empty named list", "setNames(list(), character())", {}),
    FromR("matrix", "matrix(c(1.5, 2, 3, 4), 2)", np.array([[1.5, 3.0], [2.0, 4.0]])),
    FromR("matrix of integers", "matrix(1:6, 2)", np.array([[1, 3, 5], [2, 4, 6]], np.int32)),
    FromR("matrix with NA", "matrix(c(1L, NA), 1)", np.ma.MaskedArray(np.array([[1, 0]], np.int32), [[False, True]])),
    FromR("matrix of texts", "matrix(c('a', 'b'), 1)", np.array([["a", "b"]])),
    FromR("matrix of raw", "matrix(as.raw(1:2), 1)", np.array([[1, 2]], np.uint8), "all(x == as.integer(o))"),
    FromR("array", "array(1:24 / 2, 2:4)", (np.arange(1, 25) / 2).reshape((2, 3, 4), order="F")),
    FromR(
        "dimnames",
        "matrix(1:2, 1, dimnames = list('r', c('u', 'v')))",
        np.array([[1, 2]], np.int32),
        "all(x == o)",
        warns="dimnames",
    ),
    FromR("table()", "table(c('a', 'a', 'b'))", np.array([2, 1], np.int32), "all(x == o)", warns="dimnames"),
    FromR("ts", "ts(c(1, 2), 2000)", [1.0, 2.0], "all(x == o)", warns="class ts"),
    FromR("a class of one's own", "structure(2, class = 'own')", 2.0, "x == 2", warns="class own"),
    FromR("I()", "I('a')", "a", "x == 'a'"),
    FromR(
        "data.frame",
        "data.frame(i = 1:2, s = c('a', NA))",
        _TABLE({"i": pa.array([1, 2], pa.int32()), "s": pa.array(["a", None], pa.large_string())}),
    ),
    FromR(
        "tibble",
        "tibble::tibble(a = 1, l = list(1:2))",
        _TABLE({"a": [1.0], "l": pa.array([[1, 2]], pa.list_(pa.int32()))}),
        "identical(x$l, o$l)",
    ),
    FromR("data.table", "data.table::data.table(a = c(1, 2))", _TABLE({"a": [1.0, 2.0]}), "all(x$a == o$a)"),
    FromR("row names", "data.frame(a = 1, row.names = 'r')", _TABLE({"a": [1.0]}), "x$a == 1", warns="row names"),
    FromR(
        "frame of frames",
        "local({ d <- data.frame(a = 1:2); d$b <- data.frame(u = c(1, NA), v = c('x', NA)); d })",
        _TABLE(
            {
                "a": pa.array([1, 2], pa.int32()),
                "b": pa.array([{"u": 1.0, "v": "x"}, None], pa.struct([("u", pa.float64()), ("v", pa.large_string())])),
            }
        ),
    ),
    FromR(
        "matrix in a frame",
        "local({ d <- data.frame(a = c(1, 2)); d$m <- matrix(c(1, 2, 3, 4), 2); d })",
        _TABLE({"a": [1.0, 2.0], "m": pa.array([[1.0, 3.0], [2.0, 4.0]], pa.list_(pa.float64(), 2))}),
        "identical(x$m, list(c(1, 3), c(2, 4)))",
    ),
    FromR("no rows", "data.frame(a = character())", _TABLE({"a": pa.array([], pa.large_string())})),
    FromR("rows only", "data.frame(row.names = 1:3)", _TABLE({}), "length(x) == 0L", warns="3 rows"),
    FromR(
        "a level NA", "addNA(factor(c('a', NA)))", pd.Categorical(["a", None], ["a"]), "is.na(x[2])", warns="level NA"
    ),
    FromR("list with frames", "list(d = data.frame(a = 1))", {"d": _TABLE({"a": [1.0]})}),
]

HOME = [
    Home("function", "function(x) x", "function"),
    Home("builtin", "sum", "function"),
    Home("environment", "new.env()", "environment"),
    Home("model", "lm(mpg ~ wt, mtcars)", "class lm"),
    Home("connection", "stdin()", "connection"),
    Home("formula", "y ~ x", "formula"),
    Home("symbol", "quote(a)", "symbol"),
    Home("call", "quote(a + b)", "code"),
    Home("S4 object", "methods::getClass('numeric')", "S4"),
    Home("list with a function", "list(1, sum)", "function"),
    Home("column of functions", "local({ d <- data.frame(a = 1); d$f <- list(sum); d })", "column f"),
    Home("column of several types", "local({ d <- data.frame(a = 1:2); d$f <- list(1, 'a'); d })", "column f"),
    Home("column of complex", "data.frame(z = 1i)", "complex"),
    Home("names twice", "c(a = 1, a = 2)", "not unique"),
    Home("infinite date", "as.Date(Inf)", "infinite"),
    Home("date before Python's", "structure(-1e6, class = 'Date')", "years 1 to 9999"),
    Home("invalid text", "rawToChar(as.raw(255))", "UTF-8"),
    Home(
        "time of day that no day has", "structure(90000, class = c('hms', 'difftime'), units = 'secs')", "time of day"
    ),
]
