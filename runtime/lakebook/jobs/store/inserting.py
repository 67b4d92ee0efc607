"""Inserting what somebody else may have inserted at the same moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_if_new(connection: Connection, table: Table, unique: Column[Any], row: Mapping[str, Any]) -> bool:
    """Insert a row unless there is one with the same value in a column; says whether it was inserted."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(**row).on_conflict_do_nothing(index_elements=[unique])
    return connection.execute(statement.returning(unique)).first() is not None
