"""Columns and versions of a Delta table, read from its log by delta-rs: no Spark is needed."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError, TableNotFoundError

from lakebook.lab.answers import Refused
from lakebook.spark.tables import Table

#: of which there are more, the newest are shown
VERSIONS = 100
#: seconds for which an object store is waited for
_PATIENCE = {"timeout": "10s", "connect_timeout": "5s", "max_retries": "1", "retry_timeout": "15s"}
#: Delta's names of types to SQL's
_TYPES = {"long": "bigint", "integer": "int", "short": "smallint", "byte": "tinyint"}
#: in which metric the operation has told how many rows it wrote: Spark's names, and delta-rs'
_ROWS = ("numOutputRows", "numUpdatedRows", "numDeletedRows", "num_added_rows", "num_updated_rows", "num_deleted_rows")


def details(table: Table) -> dict[str, Any]:
    """The columns of a table: name, type, comment, whether the table is partitioned by it. Raises ``Refused``."""
    about = {"provider": table.provider, "location": table.location or "", "comment": table.comment}
    if table.provider != "delta" or table.location is None:
        columns = [_column(name, kind, comment) for name, kind, comment in table.columns]
        return {**about, "columns": columns, "version": None}
    try:
        delta = _open(table)
        metadata = delta.metadata()
        fields = json.loads(delta.schema().to_json())["fields"]
    except DeltaError as problem:
        raise _unreadable(table, problem) from None
    columns = [
        _column(
            field["name"],
            type_name(field["type"]),
            str(field["metadata"].get("comment", "")),
            partition=field["name"] in metadata.partition_columns,
        )
        for field in fields
    ]
    comment = metadata.description or table.comment
    return {**about, "columns": columns, "comment": comment, "version": delta.version()}


def history(table: Table) -> dict[str, Any]:
    """The versions of a Delta table, the newest first. Raises ``Refused``."""
    if table.provider != "delta" or table.location is None:
        raise Refused(HTTPStatus.CONFLICT, f"{table.name} is a {table.provider}: only Delta tables have versions.")
    try:
        versions = _open(table).history(VERSIONS + 1)
    except DeltaError as problem:
        raise _unreadable(table, problem) from None
    return {"versions": [_version(told) for told in versions[:VERSIONS]], "more": len(versions) > VERSIONS}


def type_name(kind: Any) -> str:
    """A type of a Delta table's schema, as Spark's SQL writes it."""
    if isinstance(kind, str):
        return _TYPES.get(kind, kind)
    match kind["type"]:
        case "array":
            return f"array<{type_name(kind['elementType'])}>"
        case "map":
            return f"map<{type_name(kind['keyType'])},{type_name(kind['valueType'])}>"
        case "struct":
            fields = (f"{field['name']}:{type_name(field['type'])}" for field in kind["fields"])
            return f"struct<{','.join(fields)}>"
    return str(kind["type"])


def _open(table: Table) -> DeltaTable:
    location = table.location or ""
    try:
        return DeltaTable(location, storage_options=_PATIENCE if "://" in location else None)
    except TableNotFoundError:
        raise Refused(
            HTTPStatus.NOT_FOUND, f"The files of table {table.name} are gone; they were in {location}."
        ) from None
    except OSError as problem:
        raise _unreadable(table, problem) from None


def _unreadable(table: Table, problem: Exception) -> Refused:
    said = next(iter(str(problem).splitlines()), type(problem).__name__)
    why = f"The log of table {table.name} cannot be read without Spark; a SQL cell can: DESCRIBE {table.name}. ({said})"
    return Refused(HTTPStatus.CONFLICT, why)


def _column(name: str, kind: str, comment: str, *, partition: bool = False) -> dict[str, Any]:
    return {"name": name, "type": kind, "comment": comment, "partition": partition}


def _version(told: dict[str, Any]) -> dict[str, Any]:
    metrics = told.get("operationMetrics") or {}
    rows = next((int(metrics[name]) for name in _ROWS if int(metrics.get(name) or 0)), None)
    return {
        "version": told["version"],
        #: milliseconds since 1970
        "timestamp": told.get("timestamp"),
        "operation": str(told.get("operation", "")),
        "mode": str((told.get("operationParameters") or {}).get("mode", "")),
        "rows": rows,
        "by": str(told.get("userName") or ""),
    }
