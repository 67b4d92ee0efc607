"""The first cell of a reproduction's notebook, which puts its tables into the catalog."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lakebook.reproduce.copies import is_local
from lakebook.reproduce.pins import Pin

#: the cell's tag, and its id
TAG = "reproduced-tables"


def pinning_cell(pins: Iterable[Pin], run_id: str, root: Path) -> str:
    """The cell's text; empty when no table is known by a name.

    Args:
        root: the folder of the new workspace, in which the tables of this machine are.
    """
    named = [pin for pin in pins if pin.table.name]
    if not named:
        return ""
    schemas = sorted({pin.table.name.partition(".")[0] for pin in named} - {"default"})
    statements = [
        *(f"CREATE SCHEMA IF NOT EXISTS {_quoted(schema)}" for schema in schemas),
        *(_made(pin, root) for pin in named),
        "\nUNION ALL ".join(map(_counted, named)),
    ]
    head = f"%sql\n-- The tables that run {run_id} read, each at the version that it read.\n"
    return head + "".join(f"{statement};\n" for statement in statements)


def _made(pin: Pin, root: Path) -> str:
    name = _quoted_name(pin.table.name)
    if is_local(pin.table):
        return f"CREATE TABLE IF NOT EXISTS {name} USING delta LOCATION {_text(f'file:{root / pin.place}')}"
    source = f"delta.{_quoted(pin.table.location)} VERSION AS OF {pin.table.version}"
    return f"CREATE TABLE IF NOT EXISTS {name} SHALLOW CLONE {source}"


def _counted(pin: Pin) -> str:
    """Shows that the version is there; of a clone from elsewhere, it is the clone's first."""
    table = pin.table
    version = table.version if is_local(table) else 0
    about = f"SELECT {_text(table.name)} AS `table`, {table.version} AS version, count(*) AS rows"
    return f"{about} FROM {_quoted_name(table.name)} VERSION AS OF {version}"


def _quoted_name(name: str) -> str:
    return ".".join(map(_quoted, name.split(".", 1)))


def _quoted(name: str) -> str:
    return f"`{name.replace('`', '``')}`"


def _text(value: str) -> str:
    """As a literal of Spark's SQL."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
