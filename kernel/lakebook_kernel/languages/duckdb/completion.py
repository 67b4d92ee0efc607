"""What may stand at a place in DuckDB's SQL, and what it means."""

from __future__ import annotations

import re
from typing import Any

from lakebook.spark.tables import find_table, tables
from lakebook_kernel.languages.base import Completion, MimeBundle
from lakebook_kernel.languages.duckdb import delta, frames
from lakebook_kernel.languages.duckdb.names import Names, Own, Place
from lakebook_kernel.languages.duckdb.tokens import mentions, quoted, unquoted, words
from lakebook_kernel.languages.frames import is_frame

_WORD = re.compile(r'(?:(?P<owner>(?:\w+|"[^"]*")(?:\.(?:\w+|"[^"]*"))*)\.)?(?P<stem>\w*|"[^"]*)$')
_ALIAS = re.compile(r'\b(?:from|join|,)\s*([\w.]+|"[^"]*")\s+(?:as\s+)?(\w+)', re.IGNORECASE)
_PLAIN = re.compile(r"[A-Za-z_]\w*")


def complete(names: Names, code: str, cursor: int) -> Completion | None:
    """Columns, tables and schemas after what they are in and a dot.

    Elsewhere columns of the tables that the code names, tables, functions and keywords.
    """
    found = _WORD.search(code[:cursor])
    if found is None:
        return None
    owner, stem = found["owner"], found["stem"]
    candidates: dict[str, str] = {}
    if owner is not None:
        owner = ".".join(word.text for word in words(owner) if word.is_name)
        aliases = {alias.lower(): unquoted(table) for table, alias in _ALIAS.findall(code)}
        candidates |= dict.fromkeys(_columns(names, aliases.get(owner.lower(), owner)), "column")
        candidates |= {name: "table" for schema, name in _tables(names) if schema.lower() == owner.lower()}
        candidates |= dict.fromkeys(_schemas(names, owner), "schema")
    else:
        mentioned = {name.lower() for schema, name in mentions(code) if schema is None}
        known = [name for schema, name in _tables(names) if schema in ("default", "")]
        for table in known:
            if table.lower() in mentioned:
                candidates |= dict.fromkeys(_columns(names, table), "column")
        candidates |= dict.fromkeys(known, "table")
        candidates |= dict.fromkeys((schema.partition(".")[0] for schema, _ in _tables(names) if schema), "schema")
        candidates |= _vocabulary(names)
    stem = stem.removeprefix('"').lower()
    upper = code[found.start("stem") : cursor].isupper()
    matches = [name for name in candidates if name.lower().startswith(stem)]
    kinds = [candidates[name] for name in matches]
    texts = [_written(name, kind, upper) for name, kind in zip(matches, kinds, strict=True)]
    return Completion(texts, found.start("stem"), cursor, kinds)


def inspect(names: Names, code: str, cursor: int) -> MimeBundle | None:
    """What DuckDB documents of the function at ``cursor``, or the columns of the table."""
    before = _WORD.search(code[:cursor])
    after = re.match(r"\w*", code[cursor:])
    word = unquoted((before["stem"] if before else "") + (after[0] if after else ""))
    if not word:
        return None
    query = (
        "SELECT DISTINCT function_name, parameters, parameter_types, return_type, description, examples "
        "FROM duckdb_functions() WHERE function_name = lower(?) AND NOT starts_with(function_name, '__')"
    )
    rows = names.answering().execute(query, [word]).fetchall()
    if rows:
        return {"text/plain": "\n\n".join(dict.fromkeys(map(_signature, rows)))}
    columns = _columns(names, word)
    return {"text/plain": "\n".join([word, *(f"  {column}" for column in columns)])} if columns else None


def _signature(row: tuple[Any, ...]) -> str:
    name, parameters, types, result, description, examples = row
    arguments = ", ".join(
        f"{parameter} {kind}" if kind else parameter
        for parameter, kind in zip(parameters, types or [None] * len(parameters), strict=False)
    )
    lines = [f"{name}({arguments})" + (f" -> {result}" if result else "")]
    lines += [description] if description else []
    lines += [f"Example: {example}" for example in examples or []]
    return "\n".join(lines)


def _tables(names: Names) -> list[tuple[str, str]]:
    """Schema, or attached database, and name of everything that can be read; what its name alone means has none."""
    values = {**names.variables, **names.given}
    shared = [("", name) for name, value in values.items() if is_frame(value) and not name.startswith("_")]
    own = [(owner, place.name) for place, made in names.own().items() for owner in _owners(place, made)]
    return [*own, *((table.schema, table.name) for table in tables(names.workspace)), *shared]


def _schemas(names: Names, catalog: str) -> set[str]:
    """The schemas that are known of a catalog."""
    split = (schema.partition(".") for schema, _ in _tables(names))
    return {schema for before, _, schema in split if schema and before.lower() == catalog.lower()}


def _owners(place: Place, made: Own) -> list[str]:
    """What may stand before the name, with a dot; empty where nothing need."""
    owners = [place.schema] if made.by_name or place.schema != "main" else []
    owners += [place.database] if place.schema == "main" else []
    return [*owners, ""] if made.by_name else owners


def _columns(names: Names, table: str) -> list[str]:
    """The columns of a table, a view or a frame, none when there is no such thing."""
    schema, _, name = table.rpartition(".")
    for place, made in names.own().items():
        if place.name.lower() == name.lower() and schema.lower() in map(str.lower, _owners(place, made)):
            query = (
                "SELECT column_name FROM duckdb_columns() "
                "WHERE (database_name, schema_name, table_name) = (?, ?, ?) ORDER BY column_index"
            )
            return [row[0] for row in names.answering().execute(query, place).fetchall()]
    known = find_table(tables(names.workspace), name, schema or "default")
    if known is not None:
        return delta.column_names(known)
    frame = names.given.get(name, names.variables.get(name))
    return frames.column_names(frame) if is_frame(frame) else []


def _vocabulary(names: Names) -> dict[str, str]:
    functions = "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_name SIMILAR TO '[a-z]\\w*'"
    keywords = "SELECT keyword_name FROM duckdb_keywords()"
    found = {row[0]: "function" for row in names.answering().execute(functions).fetchall()}
    return found | {row[0]: "keyword" for row in names.answering().execute(keywords).fetchall()}


def _written(name: str, kind: str, upper: bool) -> str:
    if kind == "keyword":
        return name.upper() if upper else name
    return name if kind == "function" or _PLAIN.fullmatch(name) else quoted(name)
