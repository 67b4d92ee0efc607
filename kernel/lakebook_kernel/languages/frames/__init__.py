"""Which of Python's values are frames, of whatever library: the one list that every language goes by.

Finding out imports nothing, and a class that inherits from a library's counts as it does.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

#: in Python's memory; computed when somebody needs the rows; one column
Form = Literal["table", "lazy", "column"]


class Kind(NamedTuple):
    library: str
    form: Form


#: by the name of a class, and the package that it is in
_KINDS: dict[tuple[str, str], Kind] = {
    ("DataFrame", "pandas"): Kind("pandas", "table"),
    ("DataFrame", "polars"): Kind("polars", "table"),
    ("Table", "pyarrow"): Kind("pyarrow", "table"),
    ("RecordBatch", "pyarrow"): Kind("pyarrow", "table"),
    ("Series", "pandas"): Kind("pandas", "column"),
    ("Series", "polars"): Kind("polars", "column"),
    ("DataFrame", "pyspark.sql"): Kind("pyspark", "lazy"),
    ("LazyFrame", "polars"): Kind("polars", "lazy"),
    ("Dataset", "pyarrow"): Kind("pyarrow", "lazy"),
    ("DuckDBPyRelation", "duckdb"): Kind("duckdb", "lazy"),
    ("DuckDBPyRelation", "_duckdb"): Kind("duckdb", "lazy"),
}
_NAMES = {name for name, _ in _KINDS}
#: what a column without a name is called in a frame
UNNAMED = "value"


def kind_of(value: Any) -> Kind | None:
    """Which library's frame or column it is; None for all else."""
    for ancestor in type(value).__mro__:
        if ancestor.__name__ in _NAMES:
            packages = ancestor.__module__.split(".")
            for package in (packages[0], ".".join(packages[:2])):
                kind = _KINDS.get((ancestor.__name__, package))
                if kind is not None:
                    return kind
    return None


def is_frame(value: Any) -> bool:
    return kind_of(value) is not None


def framed(column: Any) -> Any:
    """A column of pandas or polars as a frame of its library."""
    if column.name in (None, ""):
        column = column.rename(UNNAMED)
    return column.to_frame()
