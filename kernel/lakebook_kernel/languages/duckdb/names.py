"""What a name in a DuckDB statement means: a table of its own, a Delta table of the catalog, or a frame of Python's.

In this order: as everywhere in SQL, a table wins over a variable. Only what a statement mentions is registered, just
before it runs and no longer than that, so that the next statement sees the table's next version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import duckdb

from lakebook.config import Workspace
from lakebook.spark.tables import Table, catalogs, find_table, tables
from lakebook.tracking.lookup import likely
from lakebook.tracking.tables import TableVersion
from lakebook_kernel.languages.base import CellError
from lakebook_kernel.languages.duckdb.catalogs import Spelled, Triple, respelled, triples
from lakebook_kernel.languages.duckdb.delta import open_table
from lakebook_kernel.languages.duckdb.enums import as_enums
from lakebook_kernel.languages.duckdb.errors import details
from lakebook_kernel.languages.duckdb.frames import column_names, is_scanned, readable
from lakebook_kernel.languages.duckdb.tokens import mentions, quoted, reads, words
from lakebook_kernel.languages.frames import kind_of


class Place(NamedTuple):
    """Where a table or view of DuckDB's own is."""

    database: str
    schema: str
    name: str


class Own(NamedTuple):
    """What a table or view of DuckDB's own is."""

    #: another once it has been replaced
    identity: int
    is_view: bool
    #: whether its name alone means it: not where it is in an attached database or another schema, until ``USE``
    by_name: bool


_BY_NAME = """
    database_name = 'temp' OR database_name = current_database() AND list_contains(current_schemas(true), schema_name)
"""
_OWN = f"""
    SELECT database_name, schema_name, table_name, table_oid, false, {_BY_NAME} FROM duckdb_tables()
    UNION ALL
    SELECT database_name, schema_name, view_name, view_oid, true, {_BY_NAME} FROM duckdb_views() WHERE NOT internal
"""
#: asked only where there is a view: DuckDB writes out those of its catalog too
_TEXTS = "SELECT lower(view_name), sql FROM duckdb_views() WHERE NOT internal"
#: DuckDB's own schemas with what may stand before them: their database, or a schema that they are in
_SCHEMAS = """
    SELECT lower(database_name), lower(schema_name) FROM duckdb_schemas()
    UNION SELECT lower(parent_schema), lower(schema_name) FROM duckdb_schemas() WHERE parent_schema IS NOT NULL
"""


def by_name(own: Mapping[Place, Own]) -> set[str]:
    """The names that mean something by themselves."""
    return {place.name for place, made in own.items() if made.by_name}


@dataclass
class Names:
    """The names of one notebook's connection."""

    connection: duckdb.DuckDBPyConnection
    #: another one to the same database: a question that fails there leaves the user's transaction as it is
    beside: duckdb.DuckDBPyConnection
    workspace: Workspace
    #: Python's names
    variables: Mapping[str, Any]
    #: brings a frame of Python's into memory that is computed only then
    lookup: Callable[[str], Any]
    #: shows a line to the user
    say: Callable[[str], None]
    #: is told of each Delta table that a statement has read
    used: Callable[[TableVersion], None]
    #: frames that another language gave
    given: dict[str, Any] = field(default_factory=dict)
    _last: dict[Place, Own] = field(default_factory=dict, init=False)

    def own(self) -> dict[Place, Own]:
        """DuckDB's own tables and views, those of attached databases too; while aborted, those before the failure."""
        try:
            rows = self.connection.execute(_OWN).fetchall()
        except duckdb.TransactionException:
            return self._last
        self._last = {Place(*row[:3]): Own(*row[3:]) for row in rows}
        return self._last

    def aborted(self) -> bool:
        """Whether a statement failed in a transaction, after which only ROLLBACK is heard."""
        try:
            self.connection.execute("SELECT 1").fetchall()
        except duckdb.TransactionException:
            return True
        return False

    def answering(self) -> duckdb.DuckDBPyConnection:
        """The connection, or the other one while it hears nothing but ROLLBACK."""
        return self.beside if self.aborted() else self.connection

    @contextmanager
    def resolved(self, code: str, own: Mapping[Place, Own]) -> Iterator[dict[str, CellError]]:
        """Within it, what ``code`` mentions can be read; ``own`` is what `own` answers now.

        Yields why a name that it mentions cannot be, by name: an error only if the statement turns out to need it.
        """
        if self.aborted():
            yield {}
            return
        registered: list[tuple[str | None, str]] = []
        opened: dict[str, TableVersion] = {}
        problems: dict[str, CellError] = {}
        try:
            wanted = _wanted(code, own, self._texts(own))
            known = tables(self.workspace) if wanted else []
            problems |= _missing(triples(code), known)
            for schema, name in wanted:
                try:
                    table = find_table(known, name, schema or "default")
                    frame = self._find(schema, name) if table is None else None
                    if table is not None:
                        frame, opened[_registered_as(schema, name)] = open_table(table)
                    if frame is not None:
                        self._register(schema, name, frame)
                        registered.append((schema, name))
                except CellError as problem:
                    problems[name] = problem
                except (TypeError, duckdb.Error) as problem:
                    reason = details(problem)["exception_message"] if isinstance(problem, duckdb.Error) else problem
                    problems[name] = CellError("NotShared", f"{name} lives in Python and cannot come: {reason}.")
            yield problems
            if opened and reads(code):
                self._tell(code, opened)
        finally:
            if not self.aborted():  # else ROLLBACK takes them away
                for schema, name in registered:
                    self._unregister(schema, name)

    def spelled(self, code: str, statement: str) -> Spelled:
        """The code of which the statement is one, with the statement's tables of catalogs as DuckDB has them.

        A name of three parts is left as it is if its schema is DuckDB's own, or if it is no table where it stands.
        """
        mentioned = triples(statement)
        if not mentioned or self.aborted():
            return Spelled.unchanged(code)
        known = tables(self.workspace)
        there = {triple for triple in mentioned if find_table(known, triple.table, triple.owner)}
        if there:
            own = set(self.connection.execute(_SCHEMAS).fetchall())
            there = self._read(statement, {triple for triple in there if (triple.catalog, triple.schema) not in own})
        return respelled(code, there)

    def _read(self, statement: str, wanted: set[Triple]) -> set[Triple]:
        """Those that are tables in a statement and not columns; all of them, where DuckDB cannot tell."""
        try:
            read = self.beside.get_table_names(statement, qualified=True)
        except duckdb.Error:
            return wanted
        return {triple for name in read for triple in triples(name)} & wanted

    def _texts(self, own: Mapping[Place, Own]) -> dict[str, str]:
        """What makes up each view, by its name in lower case."""
        if not any(made.is_view for made in own.values()):
            return {}
        return dict(self.connection.execute(_TEXTS).fetchall())

    def _tell(self, code: str, opened: Mapping[str, TableVersion]) -> None:
        """Say which of the tables a statement has read: what it mentions may be a column, too."""
        try:
            read = {name.lower() for name in self.beside.get_table_names(code)}
        except duckdb.Error:  # it cannot tell of every statement
            read = {name.lower() for name in opened}
        for name, version in opened.items():
            if name.lower() in read:
                self.used(version)

    def _find(self, schema: str | None, name: str) -> Any:
        """A frame of Python's or of another language's; None where there is none of that name."""
        if schema is not None:
            return None
        value = self.given.get(name, self.variables.get(name))
        kind = kind_of(value)
        if kind is not None:
            if kind.form == "lazy" and not is_scanned(value):
                value = self.lookup(name)
            return readable(value, name, self.say)
        if name in self.variables:
            reason = f"DuckDB reads frames, it is a {type(value).__name__}"
            raise CellError("NotShared", f"{name} lives in Python and cannot come: {reason}.")
        return None

    def _register(self, schema: str | None, name: str, frame: Any) -> None:
        if schema is None:
            self._register_frame(name, frame)
            return
        hidden = _hidden(schema, name)
        self.connection.register(hidden, frame)
        self.connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)}")
        self.connection.execute(f"CREATE VIEW {quoted(schema)}.{quoted(name)} AS FROM {quoted(hidden)}")

    def _register_frame(self, name: str, frame: Any) -> None:
        self.connection.register(name, frame)
        kind = kind_of(frame)
        if kind is None:
            return
        scan = self.connection.table(quoted(name))
        ours = zip(column_names(frame), scan.columns, strict=True)
        other = [f"{column} is {known_as}" for column, known_as in ours if column != known_as]
        if other:
            self.say(f"{name}: column {', '.join(other)} in DuckDB, which has no name twice.")
        if kind == ("pyarrow", "table"):
            hidden = _hidden("", name)
            self.connection.register(hidden, frame)
            enums = as_enums(self.connection, self.connection.table(quoted(hidden)), frame)
            if enums is None:
                self.connection.unregister(hidden)
            else:
                self.connection.register(name, enums)

    def _unregister(self, schema: str | None, name: str) -> None:
        if schema is None:
            self.connection.unregister(name)
        else:
            self.connection.execute(f"DROP VIEW IF EXISTS {quoted(schema)}.{quoted(name)}")
        self.connection.unregister(_hidden(schema or "", name))


def _missing(mentioned: set[Triple], known: list[Table]) -> dict[str, CellError]:
    """What to say of names in the workspace's catalogs which it does not have, should DuckDB not have them either."""
    there = [f"{table.schema}.{table.name}" for table in known]
    ours = {triple for triple in mentioned if triple.catalog in catalogs(known)}
    names = [f"{one.owner}.{one.table}" for one in ours if find_table(known, one.table, one.owner) is None]
    return {name: CellError("TableNotFound", f"There is no table {name}{likely(name, there)}") for name in names}


def _hidden(schema: str, name: str) -> str:
    return f"__lakebook {schema}.{name}"


def _registered_as(schema: str | None, name: str) -> str:
    return name if schema is None else _hidden(schema, name)


def _wanted(code: str, own: Mapping[Place, Own], views: Mapping[str, str]) -> set[tuple[str | None, str]]:
    """Names that the code and the views it uses mention and that DuckDB does not have."""
    plain = {place.name.lower() for place, made in own.items() if made.by_name}
    owners = {(owner.lower(), place.name.lower()) for place in own for owner in (place.schema, place.database)}
    wanted: set[tuple[str | None, str]] = set()
    texts, seen = [code], set[str]()
    while texts:
        text = texts.pop()
        used = {word.text.lower() for word in words(text)} & views.keys() - seen  # wherever in a dotted name it stands
        seen |= used
        texts.extend(views[name] for name in used)
        for schema, name in mentions(text):
            low = name.lower()
            if (low not in plain) if schema is None else ((schema.lower(), low) not in owners):
                wanted.add((schema, name))
    return wanted
