"""What is where in the catalog, as the lab shows it, from the list that the driver keeps in a file."""

from __future__ import annotations

from collections import defaultdict
from http import HTTPStatus
from typing import Any

from lakebook.config import Workspace
from lakebook.lab.answers import Refused
from lakebook.spark.tables import FILE, SESSION_CATALOG, Contents, Item, Table, catalogs, contents, find_table

#: what SQL calls the session's own catalog, as on Databricks
_OWN = SESSION_CATALOG[1]
#: a schema of views that Spark itself answers
_INFORMATION = "information_schema"
#: how many of the things that a search finds are shown
_FOUND = 200


def stamp(workspace: Workspace) -> str:
    """Another one when the list has been written anew; empty when there is none yet."""
    try:
        about = (workspace.state / FILE).stat()
    except FileNotFoundError:
        return ""
    return f"{about.st_mtime_ns:x}-{about.st_ino:x}"


def tree(workspace: Workspace) -> dict[str, Any]:
    """The catalogs and their schemas, and when the list was written."""
    known = read(workspace)
    schemas: dict[str, dict[str, str]] = defaultdict(dict)
    for name, comment in [(schema.name, schema.comment) for schema in known.schemas] + [
        (table.schema, "") for table in known.tables
    ]:
        catalog, schema = parts(name)
        schemas[catalog].setdefault(schema, comment)
    for name in catalogs(known.tables):
        schemas[_OWN if name in SESSION_CATALOG else name].setdefault(_INFORMATION, "")
    return {
        "stamp": stamp(workspace),
        "catalogs": [
            {
                "name": catalog,
                "schemas": [
                    {"name": name, "comment": comment}
                    for name, comment in sorted(schemas[catalog].items())
                    if name != _INFORMATION
                ],
            }
            for catalog in sorted(schemas)
        ],
    }


def schema(workspace: Workspace, catalog: str, name: str) -> dict[str, Any]:
    """What is in a schema."""
    known = read(workspace)
    written = joined(catalog, name)
    return {
        "tables": sorted(
            (_table(table) for table in known.tables if table.schema == written), key=lambda row: row["name"]
        ),
        "functions": _items(known.functions, written),
        "volumes": _items(known.volumes, written),
    }


def search(workspace: Workspace, words: str) -> dict[str, Any]:
    """Tables, views, functions and volumes in whose names, or a view's columns, all the words are."""
    wanted = words.lower().split()
    known = read(workspace)
    found = [
        *(_hit("table", table.schema, _table(table)) for table in known.tables if _fits(wanted, table)),
        *(_hit("function", item.schema, _item(item)) for item in known.functions if _fits(wanted, item)),
        *(_hit("volume", item.schema, _item(item)) for item in known.volumes if _fits(wanted, item)),
    ]
    return {"found": found[:_FOUND], "more": max(0, len(found) - _FOUND)}


def table(workspace: Workspace, catalog: str, schema: str, name: str) -> Table:
    """A table of the list. Raises ``Refused`` when it is not in it."""
    found = find_table(read(workspace).tables, name, joined(catalog, schema))
    if found is None:
        raise Refused(HTTPStatus.NOT_FOUND, f"The catalog has no table {catalog}.{schema}.{name} any more.")
    return found


def read(workspace: Workspace) -> Contents:
    """The list. Raises ``Refused`` when the file is not one."""
    try:
        return contents(workspace)
    except (ValueError, TypeError, KeyError) as problem:
        raise Refused(
            HTTPStatus.CONFLICT,
            f"{workspace.state / FILE} cannot be read ({problem}); the next cell that changes a table writes it anew.",
        ) from None


def parts(written: str) -> tuple[str, str]:
    """Catalog and schema of a schema as the list has it."""
    catalog, _, name = written.rpartition(".")
    return catalog or _OWN, name


def joined(catalog: str, schema: str) -> str:
    """The reverse of ``parts``."""
    return schema if catalog in SESSION_CATALOG else f"{catalog}.{schema}"


def _fits(wanted: list[str], thing: Table | Item) -> bool:
    columns = " ".join(column[0] for column in thing.columns) if isinstance(thing, Table) else ""
    text = f"{thing.schema}.{thing.name} {columns}".lower()
    return all(word in text for word in wanted)


def _hit(kind: str, written: str, about: dict[str, Any]) -> dict[str, Any]:
    catalog, name = parts(written)
    return {"kind": kind, "catalog": catalog, "schema": name, **about}


def _table(table: Table) -> dict[str, Any]:
    return {"name": table.name, "provider": table.provider, "comment": table.comment}


def _items(items: list[Item], written: str) -> list[dict[str, Any]]:
    return sorted((_item(item) for item in items if item.schema == written), key=lambda row: str(row["name"]))


def _item(item: Item) -> dict[str, Any]:
    return {"name": item.name, "comment": item.comment}
