"""Whatever is in a frame or a nested value, it comes back from R as the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.languages.test_r_values import run, same, told
from kernel.standins import StandInHost
from lakebook_kernel.languages.r import RLanguage

pytestmark = [
    pytest.mark.r,
    pytest.mark.filterwarnings("error"),
]

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
DOUBLES = st.floats(allow_nan=True)
DATES = st.dates()
TIMES = st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2240, 1, 1))
SPANS = st.timedeltas(-dt.timedelta(days=90_000), dt.timedelta(days=90_000))
INTEGERS = st.integers(-(2**31) + 1, 2**31 - 1)
WORDS = st.sampled_from(["a", "b", "", "ü"])

COLUMNS: list[tuple[pa.DataType, st.SearchStrategy[Any]]] = [
    (pa.bool_(), st.booleans()),
    (pa.int32(), INTEGERS),
    (pa.float64(), DOUBLES),
    (pa.large_string(), TEXT),
    (pa.dictionary(pa.int32(), pa.string()), WORDS),
    (pa.dictionary(pa.int32(), pa.string(), ordered=True), WORDS),
    (pa.binary(), st.binary(max_size=5)),
    (pa.date32(), DATES),
    (pa.timestamp("us"), TIMES),
    (pa.timestamp("us", "America/New_York"), TIMES),
    (pa.timestamp("us", "+05:45"), TIMES),
    (pa.duration("us"), SPANS),
    (pa.time64("us"), st.times()),
    (pa.list_(pa.float64()), st.lists(DOUBLES | st.none(), max_size=3)),
    (pa.list_(pa.large_string()), st.lists(TEXT | st.none(), max_size=3)),
    (
        pa.struct([("n", pa.int32()), ("s", pa.large_string())]),
        st.fixed_dictionaries({"n": INTEGERS, "s": TEXT | st.none()}),
    ),
]

TYPICAL = {pa.list_(pa.float64()): [0.5], pa.list_(pa.large_string()): ["a"], pa.binary(): b"a"}


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    rows = draw(st.integers(0, 12))
    kinds = draw(st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=5))
    columns = []
    for kind, values in kinds:
        items = draw(st.lists(values | st.none(), min_size=rows, max_size=rows))
        if pa.types.is_list(kind) or pa.types.is_binary(kind):
            # which type an R list is a column of is seen from a value
            items, kind = ([*items[1:], TYPICAL[kind]], kind) if rows else ([], pa.float64())
        columns.append(_array(items, kind))
    names = [draw(TEXT) for _ in columns]
    return pa.Table.from_arrays(columns, names=names)


def _array(items: list[Any], kind: pa.DataType) -> pa.Array:
    if not pa.types.is_dictionary(kind):
        return pa.array(items, kind)
    encoded = pa.array(items, pa.string()).dictionary_encode()
    return pa.DictionaryArray.from_arrays(encoded.indices, encoded.dictionary, ordered=kind.ordered)


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    DOUBLES,
    st.complex_numbers(allow_nan=False),
    TEXT,
    st.binary(max_size=4),
    DATES,
    TIMES,
    SPANS,
    st.times().map(lambda time: time.replace(fold=0)),
    st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(TEXT, inner, max_size=4),
        st.sets(TEXT, max_size=4),
    ),
    max_leaves=12,
)
ARRAYS = st.builds(
    lambda numbers, shape: np.resize(np.array(numbers), shape),
    st.lists(DOUBLES, min_size=1) | st.lists(st.booleans(), min_size=1) | st.lists(st.complex_numbers(), min_size=1),
    st.lists(st.integers(0, 3), min_size=1, max_size=4).map(tuple),
)

check = settings(
    max_examples=100,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def r(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RLanguage]:
    language = RLanguage(StandInHost(tmp_path_factory.mktemp("notebook")))
    language.start()
    yield language
    language.stop()


def there_and_back(r: RLanguage, value: Any) -> Any:
    with told(r):
        r.give("x", value)
        run(r, "y <- x; rm(x)")
        return r.take("y")


@check
@given(table=tables())
def test_frames(r: RLanguage, table: pa.Table) -> None:
    back = there_and_back(r, table)
    assert same(back, table), (back.schema, back.to_pylist(), table.schema, table.to_pylist())


@check
@given(value=VALUES)
def test_nested_values(r: RLanguage, value: Any) -> None:
    back = there_and_back(r, value)
    assert same(back, value), (back, value)


@check
@given(array=ARRAYS)
def test_arrays(r: RLanguage, array: np.ndarray[Any, Any]) -> None:
    assert same(there_and_back(r, array), array)
