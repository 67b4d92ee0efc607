"""Categories and factors as DuckDB's enums: of Arrow's dictionaries it reads the texts alone."""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa


def as_enums(connection: duckdb.DuckDBPyConnection, scan: duckdb.DuckDBPyRelation, table: pa.Table) -> Any:
    """The scan of a table with an enum wherever the table has a dictionary of texts; None where it has none.

    An enum's values are all of the dictionary's, in its order. There is none without values: such a column is text.
    """
    columns, found = [], False
    for name, kind, column in zip(scan.columns, scan.types, table.columns, strict=True):
        enum = _with_enums(connection, _one_array(column), kind) if _has_dictionary(column.type) else kind
        expression = duckdb.ColumnExpression(name)
        columns.append(expression if enum == kind else expression.cast(enum).alias(name))
        found |= enum != kind
    return scan.select(*columns) if found else None


def _has_dictionary(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return True
    return any(_has_dictionary(kind.field(at).type) for at in range(kind.num_fields))


def _with_enums(connection: duckdb.DuckDBPyConnection, array: pa.Array, kind: Any) -> Any:
    """DuckDB's type of an array, with enums in place of the texts that dictionaries are."""
    arrow = array.type
    if pa.types.is_dictionary(arrow):
        levels = array.dictionary.drop_null().unique()
        return _enum(connection, levels) if kind.id == "varchar" and len(levels) else kind
    if pa.types.is_struct(arrow):
        parts = zip(kind.children, array.flatten(), strict=True)
        return duckdb.struct_type({name: _with_enums(connection, part, child) for (name, child), part in parts})
    if pa.types.is_list(arrow) or pa.types.is_large_list(arrow):
        ((_, child),) = kind.children
        return duckdb.list_type(_with_enums(connection, array.flatten(), child))
    return kind


def _enum(connection: duckdb.DuckDBPyConnection, levels: pa.Array) -> Any:
    """The type, as DuckDB has it of pandas: in its SQL many levels are a long text."""
    import pandas

    (kind,) = connection.from_df(pandas.DataFrame({"": pandas.Categorical([], levels.to_pylist())})).types
    return kind


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
