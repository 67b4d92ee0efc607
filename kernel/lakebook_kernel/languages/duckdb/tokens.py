"""DuckDB's tokens and offsets: both count bytes of UTF-8, Python and Jupyter count characters."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import duckdb

_LOOKS = {"explain", "describe", "desc", "show", "prepare"}


class Word(NamedTuple):
    """A token: an identifier or keyword without its quotes, or all else, strings too."""

    is_name: bool
    text: str
    #: where it stands, in bytes
    start: int
    end: int


def words(code: str) -> Iterator[Word]:
    """The tokens of SQL but for comments."""
    source = code.encode()
    tokens = duckdb.tokenize(code)
    for (start, kind), end in zip(tokens, [*(start for start, _ in tokens[1:]), len(source)], strict=True):
        text = source[start:end].decode().strip()
        after = start + len(text.encode())
        match kind:
            case duckdb.token_type.identifier | duckdb.token_type.keyword:
                yield Word(True, unquoted(text), start, after)
            case duckdb.token_type.comment:
                continue
            case _:
                yield Word(False, text, start, after)


def chains(code: str) -> Iterator[list[Word]]:
    """Names as they are written, each with those that dots join to it: ``a.b.c`` is one chain."""
    chain: list[Word] = []
    dotted = False
    for word in words(code):
        is_dot = not word.is_name and word.text == "."
        if chain and not (dotted or is_dot):
            yield chain
            chain = []
        if word.is_name:
            chain.append(word)
        dotted = is_dot
    if chain:
        yield chain


def mentions(code: str) -> set[tuple[str | None, str]]:
    """Everything in SQL that may be a table: ``(schema, name)``, schema None where none is written.

    ``a.b`` may be the table ``b`` in a schema or a column of the table ``a``, so it yields both.
    """
    found: set[tuple[str | None, str]] = set()
    for first, *others in chains(code):
        found.add((None, first.text))
        if others:
            found.add((first.text, others[0].text))
    return found


def reads(code: str) -> bool:
    """Whether a statement reads the tables that it mentions: one that explains, describes or prepares does not."""
    first = [word.text.lower() for word in islice(words(code), 4)]
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
