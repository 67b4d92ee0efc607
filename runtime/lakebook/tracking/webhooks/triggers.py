"""Triggers on the registry's tables: whoever changes them, the change is written down in the same transaction.

A trigger's body names its own table's row and ``lakebook_registry_events``, never another table of MLflow's: while one
of those is made anew by a migration, SQLite refuses all that mentions it. Such a migration drops the triggers of the
table; ``keep`` brings them back.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from lakebook.tracking.webhooks.database import has_tables, reading, transaction
from lakebook.tracking.webhooks.errors import WebhookError

_EVENTS = "lakebook_registry_events"
_MODEL = {"workspace": "workspace", "name": "name"}
_VERSION = {**_MODEL, "version": "version"}
#: the stage that MLflow gives to a version that was deleted; the row stays
_DELETED = "'Deleted_Internal'"
_NOW = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"


def _trigger(
    name: str, event: str, on: str, values: dict[str, str], when: str = "", row: str = "NEW", **more: str
) -> tuple[str, str]:
    """A trigger's name and its text, as SQLite keeps it.

    Args:
        event: what is written down.
        on: the change and the table.
        values: column of ours to column of the row.
        row: the row after the change, or the one before it.
        more: column of ours to an expression.
    """
    expressions = {
        "time": _NOW,
        "event": f"'{event}'",
        **{column: f"{row}.{value}" for column, value in values.items()},
        **more,
    }
    condition = f" WHEN {when}" if when else ""
    text = (
        f"CREATE TRIGGER lakebook_{name} AFTER {on}{condition} BEGIN "
        f"INSERT INTO {_EVENTS} ({', '.join(expressions)}) VALUES ({', '.join(expressions.values())}); END"
    )
    return f"lakebook_{name}", text


def _tag(entity: str, table: str, owner: dict[str, str]) -> list[tuple[str, str]]:
    values = {**owner, "key": "key", "value": "value"}
    changed = "NEW.value IS NOT OLD.value"
    return [
        _trigger(f"{entity}_set", f"{entity}.set", f"INSERT ON {table}", values),
        _trigger(f"{entity}_changed", f"{entity}.set", f"UPDATE OF value ON {table}", values, changed),
        _trigger(f"{entity}_deleted", f"{entity}.deleted", f"DELETE ON {table}", values, row="OLD"),
    ]


_ALIAS = {**_VERSION, "key": "alias"}
_TRIGGERS = dict(
    [
        _trigger(
            "registered_model_created",
            "registered_model.created",
            "INSERT ON registered_models",
            {**_MODEL, "description": "description"},
        ),
        _trigger(
            "registered_model_renamed",
            "registered_model.renamed",
            "UPDATE OF name ON registered_models",
            _MODEL,
            "NEW.name IS NOT OLD.name",
            row="OLD",
            value="NEW.name",
        ),
        _trigger(
            "registered_model_deleted",
            "registered_model.deleted",
            "DELETE ON registered_models",
            _MODEL,
            row="OLD",
        ),
        *_tag("registered_model_tag", "registered_model_tags", _MODEL),
        _trigger(
            "model_version_created",
            "model_version.created",
            "INSERT ON model_versions",
            {**_VERSION, "description": "description", "source": "source", "run_id": "run_id"},
        ),
        _trigger(
            "model_version_deleted",
            "model_version.deleted",
            "UPDATE OF current_stage ON model_versions",
            _VERSION,
            f"NEW.current_stage IS {_DELETED} AND OLD.current_stage IS NOT {_DELETED}",
        ),
        _trigger(
            "model_version_removed",
            "model_version.deleted",
            "DELETE ON model_versions",
            _VERSION,
            f"OLD.current_stage IS NOT {_DELETED}",
            row="OLD",
        ),
        _trigger(
            "model_version_stage_transitioned",
            "model_version_stage.transitioned",
            "UPDATE OF current_stage ON model_versions",
            {**_VERSION, "value": "current_stage"},
            f"NEW.current_stage IS NOT OLD.current_stage AND NEW.current_stage IS NOT {_DELETED}",
            previous="OLD.current_stage",
        ),
        *_tag("model_version_tag", "model_version_tags", _VERSION),
        _trigger(
            "model_version_alias_created",
            "model_version_alias.created",
            "INSERT ON registered_model_aliases",
            _ALIAS,
        ),
        _trigger(
            "model_version_alias_changed",
            "model_version_alias.created",
            "UPDATE OF version ON registered_model_aliases",
            _ALIAS,
            "NEW.version IS NOT OLD.version",
        ),
        _trigger(
            "model_version_alias_deleted",
            "model_version_alias.deleted",
            "DELETE ON registered_model_aliases",
            _ALIAS,
            row="OLD",
        ),
    ]
)

#: the columns that triggers read, for each of MLflow's tables
_READ = {
    "registered_models": {"workspace", "name", "description"},
    "registered_model_tags": {"workspace", "name", "key", "value"},
    "registered_model_aliases": {"workspace", "name", "version", "alias"},
    "model_versions": {"workspace", "name", "version", "description", "source", "run_id", "current_stage"},
    "model_version_tags": {"workspace", "name", "version", "key", "value"},
}


def keep(file: Path) -> None:
    """Bring back the triggers of a store that has webhooks, where a migration has dropped them.

    Raises:
        WebhookError: they cannot be brought back.
    """
    with reading(file) as connection:
        if not _wanted(connection) or not _missing(connection):
            return
    with transaction(file) as connection:
        if _wanted(connection):
            install(connection)


def install(connection: sqlite3.Connection) -> None:
    """Make the triggers, as this version of them is. In the caller's transaction.

    Raises:
        WebhookError: the registry's tables are not as this version of MLflow makes them.
    """
    for table, columns in _READ.items():
        present = {row["name"] for row in connection.execute(f"PRAGMA table_info({table})")}
        if lacks := sorted(columns - present):
            raise WebhookError(
                f"The registry's tables are another MLflow's ({table} has no {lacks[0]}): bring them up to date by "
                "mlflow db upgrade, and try again."
            )
    for name in _missing(connection):
        connection.execute(f"DROP TRIGGER IF EXISTS {name}")
        connection.execute(_TRIGGERS[name])


def remove(connection: sqlite3.Connection) -> None:
    """Drop the triggers, in the caller's transaction."""
    for name in _TRIGGERS:
        connection.execute(f"DROP TRIGGER IF EXISTS {name}")


def _wanted(connection: sqlite3.Connection) -> bool:
    if not has_tables(connection):
        return False
    return connection.execute("SELECT 1 FROM lakebook_webhooks").fetchone() is not None


def _missing(connection: sqlite3.Connection) -> list[str]:
    """Those that are not there, or are another version's."""
    present = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall())
    return [name for name, text in _TRIGGERS.items() if present.get(name) != text]
