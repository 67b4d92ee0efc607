"""The columns of a frame of Python's, of any library, and their types as that library writes them."""

from __future__ import annotations

from typing import Any

from lakebook_kernel.languages.frames import kind_of

#: of how many it is told
LIMIT = 2000


def columns_of(value: Any) -> list[tuple[str, str]]:
    """Name and type of each; none of what is no frame. No rows are computed."""
    kind = kind_of(value)
    match kind and (kind.library, kind.form):
        case (_, "column"):
            return [(str(value.name or ""), str(value.dtype))]
        case ("pandas", _):
            return [(str(name), str(dtype)) for name, dtype in value.dtypes.iloc[:LIMIT].items()]
        case ("polars", _):
            return [(name, str(dtype)) for name, dtype in value.collect_schema().items()][:LIMIT]
        case ("pyarrow", _):
            return [(field.name, str(field.type)) for field in value.schema][:LIMIT]
        case ("pyspark", _):
            return [(field.name, field.dataType.simpleString()) for field in value.schema.fields[:LIMIT]]
        case ("duckdb", _):
            return [(name, str(kind)) for name, kind in zip(value.columns, value.types, strict=True)][:LIMIT]
    return []
