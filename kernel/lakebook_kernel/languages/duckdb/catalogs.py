"""Names of three parts, ``catalog.schema.table``, as DuckDB can have them: a table in a schema ``"catalog.schema"``.

DuckDB's own names of three parts begin with an attached database; those are left alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from lakebook_kernel.languages.duckdb.tokens import chains, quoted


class Triple(NamedTuple):
    """A name of three parts, in lower case."""

    catalog: str
    schema: str
    table: str

    @property
    def owner(self) -> str:
        """The schema with its catalog, as the list of tables writes it."""
        return f"{self.catalog}.{self.schema}"


class Change(NamedTuple):
    """Bytes of a text that were replaced, and where the new ones stand."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int


@dataclass(frozen=True)
class Spelled:
    """A user's code as DuckDB is given it."""

    users: str
    code: str
    changes: tuple[Change, ...] = ()

    @classmethod
    def unchanged(cls, code: str) -> Spelled:
        """Code that DuckDB is given as it is."""
        return cls(code, code)

    def in_users(self, position: int) -> int:
        """Where in the user's code a byte of DuckDB's stands; both are counted in bytes."""
        shift = 0
        for change in self.changes:
            if position < change.new_start:
                break
            if position < change.new_end:
                return change.old_start
            shift = change.old_end - change.new_end
        return position + shift


def triples(code: str) -> set[Triple]:
    """The names of three parts in SQL; of ``a.b.c.d``, which may be a column, the first three parts."""
    return {triple for triple, _, _ in _places(code)}


def respelled(code: str, wanted: Collection[Triple]) -> Spelled:
    """The code with some of its names of three parts as ``"catalog.schema".table``."""
    source = code.encode()
    parts: list[bytes] = []
    changes: list[Change] = []
    done = length = 0
    for triple, start, end in _places(code):
        if triple not in wanted:
            continue
        kept, new = source[done:start], quoted(triple.owner).encode()
        parts += [kept, new]
        changes.append(Change(start, end, length + len(kept), length + len(kept) + len(new)))
        length, done = changes[-1].new_end, end
    return Spelled(code, b"".join([*parts, source[done:]]).decode(), tuple(changes))


def _places(code: str) -> Iterator[tuple[Triple, int, int]]:
    """Each name of three parts, and where its catalog and schema stand, in bytes."""
    for chain in chains(code):
        if len(chain) > 2:
            catalog, schema, table = chain[:3]
            triple = Triple(catalog.text.lower(), schema.text.lower(), table.text.lower())
            yield triple, catalog.start, schema.end
