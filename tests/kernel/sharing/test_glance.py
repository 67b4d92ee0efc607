"""What is seen of a value at a glance, and what is not looked at."""

from __future__ import annotations

from typing import Any

import numpy
import pandas
import polars
import pyarrow
import pytest

from lakebook_kernel.sharing.columns import columns_of
from lakebook_kernel.sharing.glance import LIMIT, glance, is_aside


class Loud:
    """Says when somebody looks at it."""

    def __repr__(self) -> str:
        raise AssertionError("its code was run")


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        (None, "None"),
        (True, "True"),
        (5, "5"),
        (1 << 5000, "an integer of 5,001 bits"),
        ("JFK\nLGA", r"'JFK\nLGA'"),
        ([1, Loud()], "[1, <Loud>]"),
        ({"a": (1, 2.5)}, "{'a': (1, 2.5)}"),
        (Loud(), ""),
        (pandas.Timestamp("2013-01-01").date(), "2013-01-01"),
        (numpy.arange(9).reshape(3, 3), "0, 1, 2, 3, 4, 5, …"),
        (numpy.float64(2.5), "2.5"),
        (numpy.array([Loud()], dtype=object), "object"),
        (pandas.DataFrame({"a": [1], 2: [Loud()]}), "a, 2"),
        (pandas.Series([1.5, 2.5]), "1.5, 2.5"),
        (polars.DataFrame({"a": [1]}), "a"),
        (polars.LazyFrame({"a": [1]}), ""),
        (pyarrow.table({"a": [1], "b": ["x"]}), "a, b"),
        (lambda minutes, *, late=15: late, "(minutes, *, late=15)"),
    ],
)
def test_a_glance_runs_no_code_of_the_users(value: Any, seen: str) -> None:
    assert glance(value) == seen


def test_a_glance_is_short() -> None:
    assert len(glance("x" * 10_000_000)) <= LIMIT
    assert len(glance(list(range(10_000_000)))) <= LIMIT
    assert glance(pandas.DataFrame([range(30)])).endswith("19, … 30 columns")


def test_code_is_told_from_data() -> None:
    assert all(is_aside(value) for value in (numpy, len, Loud, lambda: 1))
    assert not any(is_aside(value) for value in (1, [len], Loud(), pandas.DataFrame()))


@pytest.mark.parametrize(
    ("frame", "columns"),
    [
        (pandas.DataFrame({"a": [1], "b": ["x"]}), [("a", "int64"), ("b", "object")]),
        (pandas.Series([1.5], name="s"), [("s", "float64")]),
        (polars.LazyFrame({"a": [1]}), [("a", "Int64")]),
        (pyarrow.table({"a": [1]}), [("a", "int64")]),
        (1, []),
    ],
)
def test_columns_have_the_types_of_their_library(frame: Any, columns: list[tuple[str, str]]) -> None:
    assert columns_of(frame) == columns
