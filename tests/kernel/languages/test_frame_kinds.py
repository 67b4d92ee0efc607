"""Which values are frames, and what becomes of those that are computed only when somebody needs their rows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow.dataset import dataset

from lakebook_kernel.languages.base import CellError
from lakebook_kernel.languages.frames import framed, is_frame, kind_of
from lakebook_kernel.languages.frames.memory import in_memory
from lakebook_kernel.sharing.python import pandas_of


class Own(pd.DataFrame):
    """A library's frame that inherits from pandas'."""


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (pd.DataFrame(), ("pandas", "table")),
        (Own(), ("pandas", "table")),
        (pd.Series([1]), ("pandas", "column")),
        (pl.DataFrame(), ("polars", "table")),
        (pl.Series([1]), ("polars", "column")),
        (pl.LazyFrame(), ("polars", "lazy")),
        (pa.table({}), ("pyarrow", "table")),
        (pa.record_batch({"a": [1]}), ("pyarrow", "table")),
        (dataset(pa.table({"a": [1]})), ("pyarrow", "lazy")),
        (duckdb.sql("SELECT 1"), ("duckdb", "lazy")),
    ],
    ids=lambda part: type(part).__name__ if is_frame(part) else "",
)
def test_frames(value: Any, kind: tuple[str, str]) -> None:
    assert kind_of(value) == kind


@pytest.mark.parametrize("value", [1, [1], {"a": [1]}, None, pa.array([1]), pd.Index([1]), type("DataFrame", (), {})()])
def test_what_is_no_frame(value: Any) -> None:
    assert not is_frame(value)


def test_finding_out_imports_nothing() -> None:
    code = "import sys; from lakebook_kernel.languages.frames import is_frame; is_frame(1); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pyarrow", "pandas", "numpy", "duckdb"}.intersection(loaded)


@pytest.mark.parametrize("column", [pd.Series([1]), pl.Series([1])], ids=["pandas", "polars"])
def test_a_column_without_a_name_has_one_in_a_frame(column: Any) -> None:
    assert list(framed(column).columns) == ["value"]


LAZY = [
    pl.LazyFrame({"a": range(1000), "b": ["x"] * 1000}),
    dataset(pa.table({"a": range(1000), "b": ["x"] * 1000})),
    duckdb.sql("SELECT range AS a, 'x' AS b FROM range(1000)"),
]


@pytest.mark.parametrize("frame", LAZY, ids=["polars", "pyarrow", "duckdb"])
def test_a_lazy_frame_is_computed_within_the_limit(frame: Any) -> None:
    table = in_memory(frame, 2**20, "frame")
    assert table.column_names == ["a", "b"]
    assert table["a"].to_pylist() == list(range(1000))
    with pytest.raises(CellError) as caught:
        in_memory(frame, 2**10, "frame")
    assert caught.value.evalue == (
        "frame is larger than 1 KB in memory. Take a part of it, or set a higher limit under [share] in lakebook.toml or "
        "as LAKEBOOK_SHARE_LIMIT."
    )


def test_no_more_than_the_limit_is_computed() -> None:
    with pytest.raises(CellError, match="larger than 1 MB"):
        in_memory(duckdb.sql("SELECT * FROM range(1_000_000_000_000)"), 2**20, "endless")


@pytest.mark.parametrize(
    "frame",
    [
        pl.LazyFrame({"c": pl.Series([], dtype=pl.Enum(["z", "a"])), "n": pl.Series([], dtype=pl.Int8)}),
        duckdb.sql("SELECT 'a'::ENUM('z', 'a') AS c, 1::TINYINT AS n WHERE false"),
    ],
    ids=["polars", "duckdb"],
)
def test_a_lazy_frame_without_rows_keeps_its_types(frame: Any) -> None:
    table = in_memory(frame, 2**20, "frame")
    assert pa.types.is_dictionary(table.schema.field("c").type) and table.schema.field("n").type == pa.int8()


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (pl.LazyFrame({"a": ["x"]}).select(pl.col("a").cast(pl.Int64)), "InvalidOperationError"),
        (duckdb.sql("SELECT 'x'::VARCHAR AS a").project("a::INT"), "ConversionException"),
        (duckdb.sql("SELECT INTERVAL 1 MONTH AS a"), "column a has intervals of months"),
    ],
    ids=["polars", "duckdb", "months"],
)
def test_a_lazy_frame_that_cannot_be_computed_says_why(frame: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        in_memory(frame, 2**20, "frame")


def test_what_pandas_remembers_of_types_can_be_written(tmp_path: Path) -> None:
    frame = pandas_of(pa.table({"s": pa.array([], pa.string()), "n": pa.array([], pa.int8())}))
    frame.to_parquet(tmp_path / "x.parquet")
    assert pd.read_parquet(tmp_path / "x.parquet").attrs == frame.attrs
    assert not pandas_of(pa.table({"n": pa.array([1.5])})).attrs
