"""DuckDB's tokens and offsets: both count bytes of UTF-8, Python and Jupyter count characters."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import duckdb

_LOOKS = {"explain", "describe", "desc", "show", "prepare"}


def words(code: str) -> Iterator[tuple[str, str]]:
    """The tokens of SQL but for comments: ``(kind, text)``.

    Identifiers and keywords are of kind ``name``, without quotes; all else, strings too, is ``other``.
    """
    source = code.encode()
    tokens = duckdb.tokenize(code)
    for (start, kind), end in zip(tokens, [*(start for start, _ in tokens[1:]), len(source)], strict=True):
        text = source[start:end].decode().strip()
        match kind:
            case duckdb.token_type.identifier | duckdb.token_type.keyword:
                yield "name", unquoted(text)
            case duckdb.token_type.comment:
                continue
            case _:
                yield "other", text


def mentions(code: str) -> set[tuple[str | None, str]]:
    """Everything in SQL that may be a table: ``(schema, name)``, schema None where none is written.

    ``a.b`` may be a table in a schema or a column of a table, so it yields both.
    """
    found: set[tuple[str | None, str]] = set()
    owner, dotted = None, False
    for kind, text in words(code):
        if kind == "name":
            found.add((None, text))
            if dotted and owner is not None:
                found.add((owner, text))
            owner, dotted = text, False
        else:
            dotted = text == "."
            owner = owner if dotted else None
    return found


def reads(code: str) -> bool:
    """Whether a statement reads the tables that it mentions: one that explains, describes or prepares does not."""
    first = [text.lower() for _, text in islice(words(code), 4)]
    return bool(first) and first[0] not in _LOOKS and not (first[0] == "create" and "view" in first)


def unquoted(name: str) -> str:
    """An identifier without its quotes, if it has any."""
    return name[1:-1].replace('""', '"') if len(name) > 1 and name[0] == name[-1] == '"' else name


def quoted(name: str) -> str:
    """A name as an identifier, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def characters(code: str, position: int) -> int:
    """An offset in bytes as one in characters."""
    return len(code.encode()[:position].decode(errors="ignore"))
