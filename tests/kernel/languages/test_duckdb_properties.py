"""Whatever is in a frame, it comes back from DuckDB as the same."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.languages.test_duckdb import Notebook
from kernel.standins import StandInHost

pytestmark = pytest.mark.filterwarnings("error")

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
TIMES = st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2240, 1, 1))

SCALARS: list[tuple[pa.DataType, st.SearchStrategy[Any]]] = [
    (pa.bool_(), st.booleans()),
    *((getattr(pa, f"int{bits}")(), st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)) for bits in (8, 16, 32, 64)),
    *((getattr(pa, f"uint{bits}")(), st.integers(0, 2**bits - 1)) for bits in (8, 16, 32, 64)),
    (pa.float32(), st.floats(width=32)),
    (pa.float64(), st.floats()),
    (pa.string(), TEXT),
    (pa.binary(), st.binary(max_size=5)),
    (pa.date32(), st.dates()),
    (pa.time64("us"), st.times()),
    (pa.timestamp("us"), TIMES),
    (pa.timestamp("ns"), TIMES),
    (pa.timestamp("us", "UTC"), TIMES),
    (pa.decimal128(9, 2), st.integers(-(10**9) + 1, 10**9 - 1).map(lambda digits: Decimal(digits).scaleb(-2))),
    (pa.decimal128(38, 18), st.integers(-(10**28), 10**28).map(lambda digits: Decimal(f"{digits}e-18"))),
]


def _list(inner: tuple[pa.DataType, st.SearchStrategy[Any]]) -> tuple[pa.DataType, st.SearchStrategy[Any]]:
    kind, values = inner
    return pa.list_(kind), st.lists(values | st.none(), max_size=3)


def _struct(
    fields: list[tuple[pa.DataType, st.SearchStrategy[Any]]],
) -> tuple[pa.DataType, st.SearchStrategy[Any]]:
    names = [f"f {at}" for at in range(len(fields))]
    kind = pa.struct([(name, kind) for name, (kind, _) in zip(names, fields, strict=True)])
    return kind, st.fixed_dictionaries(
        {name: values | st.none() for name, (_, values) in zip(names, fields, strict=True)}
    )


KINDS = st.recursive(
    st.sampled_from(SCALARS),
    lambda inner: inner.map(_list) | st.lists(inner, min_size=1, max_size=3).map(_struct),
    max_leaves=4,
)
#: as DuckDB tells them apart: in capitals or not, they are the same
NAMES = st.lists(
    TEXT.filter(lambda name: bool(name) and "\0" not in name),
    min_size=1,
    max_size=5,
    unique_by=lambda name: name.lower(),
)


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    rows = draw(st.integers(0, 12))
    names = draw(NAMES)
    columns = []
    for _ in names:
        kind, values = draw(KINDS)
        columns.append(pa.array(draw(st.lists(values | st.none(), min_size=rows, max_size=rows)), kind))
    table = pa.Table.from_arrays(columns, names=names)
    start = draw(st.integers(0, rows))
    return pa.concat_tables([table.slice(0, start), table.slice(start)])  # more chunks than one


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Any:
    made = Notebook(StandInHost(Path(tmp_path_factory.mktemp("notebook"))))
    yield made
    made.language.stop()


@settings(
    max_examples=150,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(table=tables())
def test_frames(notebook: Notebook, table: pa.Table) -> None:
    notebook.host.names["frame_in_python"] = table
    notebook.run("CREATE OR REPLACE TABLE copied AS FROM frame_in_python")
    back = notebook.language.take("copied")
    assert back.schema.names == table.schema.names
    for ours, theirs in zip(table.columns, back.columns, strict=True):
        assert _plain(theirs.type) == _plain(ours.type), (ours.type, theirs.type)
        theirs = theirs.cast(ours.type)  # UTC goes by two names
        # repr tells 0.0 from -0.0, and is right for NaN
        assert repr(theirs.to_pylist()) == repr(ours.to_pylist())


def _plain(kind: pa.DataType) -> pa.DataType:
    """The type without what DuckDB does not keep: the name of a zone, and of a list's only field."""
    if pa.types.is_timestamp(kind):
        return pa.timestamp(kind.unit, kind.tz and "UTC")
    if pa.types.is_list(kind):
        return pa.list_(_plain(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([(kind.field(at).name, _plain(kind.field(at).type)) for at in range(kind.num_fields)])
    return kind
