"""Values between Python and R, by the table in ``r_values.py``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from kernel.languages.r_values import (
    ARRAYS,
    CONTAINERS,
    FRAMES,
    FROM_R,
    HOME,
    REFUSED,
    SAME,
    SCALARS,
    SERIES,
    FromR,
    Home,
    Python,
    Refused,
)
from kernel.standins import StandInHost, StandInOutput
from lakebook_kernel.cell import Cell
from lakebook_kernel.languages.r import RLanguage

pytestmark = pytest.mark.r


@pytest.fixture(scope="module")
def r(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RLanguage]:
    language = RLanguage(StandInHost(tmp_path_factory.mktemp("notebook")))
    language.start()
    yield language
    language.stop()


def run(r: RLanguage, code: str) -> str:
    output = StandInOutput()
    r.run(Cell("r", code), output)
    return output.text() + "".join(str(data.get("text/plain")) for data in output.of("result"))


def same(one: Any, other: Any) -> bool:
    """Equal in type and value, at every depth; NaN is NaN, and the sign of zero counts."""
    if isinstance(one, pa.Table):
        return (
            isinstance(other, pa.Table)
            and one.schema.equals(other.schema)
            and repr(one.to_pydict()) == repr(other.to_pydict())
            and [repr(column.to_pylist()) for column in one.columns]
            == [repr(column.to_pylist()) for column in other.columns]
        )
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return (one.dtype, one.shape) == (other.dtype, other.shape) and repr(one.tolist()) == repr(other.tolist())
    if isinstance(one, pd.Series):
        return one.equals(other) and one.name == other.name and list(one.index) == list(other.index)
    if isinstance(one, pd.Categorical):
        return one.equals(other) and list(one.categories) == list(other.categories)
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if hasattr(one, "utcoffset") and hasattr(one, "year"):
        return one == other and one.utcoffset() == other.utcoffset()
    if isinstance(one, (set, frozenset, Decimal)):
        return bool(one == other)
    return repr(one) == repr(other)


@contextmanager
def told(r: RLanguage, words: str = "") -> Iterator[list[str]]:
    """The lines that the user is shown within it; there are some, and have these words, if words are given."""
    assert isinstance(r.host, StandInHost)
    said = r.host.said = []
    yield said
    assert all(re.search(words, line) for line in said) and bool(said) == bool(words), said


def says(r: RLanguage, claim: str) -> bool:
    return run(r, f"cat(isTRUE({claim}))") == "TRUE"


@pytest.mark.parametrize("row", [*SCALARS, *CONTAINERS, *ARRAYS, *SERIES, *FRAMES], ids=lambda row: row.name)
def test_from_python(r: RLanguage, row: Python) -> None:
    with told(r, row.warns):
        r.give("x", row.value)
    assert says(r, row.r), run(r, "str(x)")
    run(r, "y <- x")
    with told(r):
        back = r.take("y")
    expected = row.value if row.back is SAME else row.back
    assert same(back, expected), (back, expected)


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row.name)
def test_refused_by_r(r: RLanguage, row: Refused) -> None:
    run(r, "x <- 'before'")
    with pytest.raises(TypeError, match=f"x .a {type(row.value).__name__}. has no form in R: .*{row.words}"):
        r.give("x", row.value)
    assert says(r, "x == 'before'")


@pytest.mark.parametrize("row", FROM_R, ids=lambda row: row.name)
def test_from_r(r: RLanguage, row: FromR) -> None:
    run(r, f"o <- {row.code}")
    with told(r, row.warns):
        value = r.take("o")
    assert same(value, row.value), (value, row.value)
    r.give("x", value)
    assert says(r, row.back), run(r, "str(x)")


@pytest.mark.parametrize("row", HOME, ids=lambda row: row.name)
def test_stays_in_r(r: RLanguage, row: Home) -> None:
    run(r, f"o <- {row.code}")
    with pytest.raises(TypeError, match=f"R's o has no form in Python: .*{row.words}"):
        r.take("o")


def test_a_loss_is_told_each_time(r: RLanguage) -> None:
    with told(r, "2\\^53") as said:
        for _ in range(2):
            r.give("x", pa.table({"n": [2**53 + 1]}))
            r.give("y", pa.table({"n": [2**53 + 1]}))
    assert [line.partition(":")[0] for line in said] == ["x in R", "y in R"] * 2


def test_an_unbound_name(r: RLanguage) -> None:
    with pytest.raises(KeyError):
        r.take("unbound")


@pytest.mark.parametrize("value", [(1.0, 2.0), [3.0], np.array([1.0, 2.0])])
def test_what_r_computes_of_a_value_is_of_its_type(r: RLanguage, value: Any) -> None:
    r.give("x", value)
    run(r, "y <- x * 2; first <- x[1]")
    assert type(r.take("y")) is type(value)
    assert isinstance(r.take("first"), float)


def test_a_time_without_zone_stays_one_in_what_r_makes_of_it(r: RLanguage) -> None:
    r.give("x", pd.DataFrame({"t": pd.date_range("2020-01-01", periods=3)}))
    run(r, "y <- dplyr::filter(x, t > min(t)); z <- rbind(y, x)[1:2, , drop = FALSE]")
    assert r.take("y").schema.field("t").type == pa.timestamp("us") == r.take("z").schema.field("t").type


def test_nothing_of_a_value_is_printed_that_r_would_not_print(r: RLanguage) -> None:
    for value, code in [
        (("a",), "'a'"),
        ({1.5}, "1.5"),
        ((1.0, "a"), "list(1, 'a')"),
        (np.array([1.0, 2.0]), "c(1, 2)"),
    ]:
        r.give("x", value)
        assert run(r, "x") == run(r, code)


def test_a_frame_takes_little_more_memory_than_itself(r: RLanguage) -> None:
    rows = 3_000_000
    numbers = np.arange(rows)
    table = pa.table(
        {
            "integer": pa.array(numbers, pa.int32(), mask=numbers % 7 == 0),
            "double": pa.array(numbers / 7, mask=numbers % 5 == 0),
            "time": pa.array(numbers * 10**9, pa.timestamp("us", "Europe/Berlin"), mask=numbers % 3 == 0),
            "wide": numbers,
        }
    )
    pid = int(run(r, "cat(Sys.getpid())"))
    run(r, "invisible(gc())")
    assert _peak_above_now(pid, lambda: r.give("x", table)) < 2.2 * table.nbytes
    assert _peak_above_now(pid, lambda: r.take("x")) < 2.2 * table.nbytes
    run(r, "rm(x)")


def _peak_above_now(pid: int, work: Callable[[], object]) -> int:
    """By how many bytes a process's memory grows at most meanwhile."""
    status = Path(f"/proc/{pid}/status")
    Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak is what is used now
    before = _peak(status.read_text())
    work()
    return _peak(status.read_text()) - before


def _peak(status: str) -> int:
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def test_half_a_value_is_never_bound(r: RLanguage) -> None:
    run(r, "x <- 'before'")
    with pytest.raises(TypeError):
        r.give("x", {"good": 1.0, "bad": object()})
    with pytest.raises(TypeError):
        r.give("x", pa.table({"good": [1.0], "bad": ["\0"]}))
    r.give("new", 1)
    with pytest.raises(TypeError, match="NUL"):
        r.give("never", pa.table({"a": ["\0"]}))
    assert says(r, "x == 'before' && !exists('never')")


def test_an_interrupted_value_is_not_bound(r: RLanguage) -> None:
    assert isinstance(r.host, StandInHost)
    run(r, "x <- 'before'")
    many = pa.table({str(place): [f"{place} {row}" for row in range(200_000)] for place in range(60)})
    with pytest.raises(KeyboardInterrupt), r.host.interrupted(0.2):
        r.give("x", many)
    assert says(r, "x == 'before'")
