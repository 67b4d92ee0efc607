"""The language of ``%duckdb`` cells: several statements, the last result is shown."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import override

from lakebook.config import ConfigError, find_workspace
from lakebook.spark.tables import find_table, tables
from lakebook_kernel.cell import Cell
from lakebook_kernel.display.frames import duckdb_head
from lakebook_kernel.display.tables import ROWS, Column, Table, table_bundle
from lakebook_kernel.errors import excerpt, place
from lakebook_kernel.languages.base import (
    CellError,
    Completeness,
    Completion,
    Described,
    Host,
    Language,
    MimeBundle,
    Output,
)
from lakebook_kernel.languages.duckdb.errors import details

if TYPE_CHECKING:
    import duckdb

    from lakebook_kernel.languages.duckdb.catalogs import Spelled
    from lakebook_kernel.languages.duckdb.names import Names

#: keywords that cannot name a table
_NO_NAMES = "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category IN ('reserved', 'type_function')"
_INTERNAL = ('Did you mean "pg_', 'Did you mean "duckdb_', 'Did you mean "sqlite_')


class DuckDBLanguage(Language):
    """One in-memory database per notebook."""

    name: ClassVar[str] = "duckdb"
    label: ClassVar[str] = "DuckDB"
    reads_python: ClassVar[bool] = True

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._database: Names | None = None
        self._bound: set[str] = set()

    @override
    def start(self) -> None:
        self._names  # noqa: B018

    @override
    def stop(self) -> None:
        if self._database is not None:
            self._database.beside.close()
            self._database.connection.close()
            self._database = None

    @property
    def _names(self) -> Names:
        if self._database is None:
            with self.host.waiting(lambda: None):  # an exception in the midst of DuckDB's import ends the process
                import duckdb

                from lakebook_kernel.languages.duckdb.names import Names

            try:
                workspace = find_workspace(self.host.folder)
            except ConfigError as error:
                raise CellError("ConfigError", str(error)) from None
            connection = duckdb.connect(config={"python_enable_replacements": False})
            beside = connection.cursor()
            spill = Path(tempfile.gettempdir()) / f"lakebook-duckdb-{os.getpid()}"
            for setting, value in {
                "errors_as_json": "true",
                "file_search_path": str(self.host.folder),
                "temp_directory": str(spill),
            }.items():
                for each in (connection, beside):
                    each.execute(f"SET {setting} = '{value.replace(chr(39), chr(39) * 2)}'")
            if connection.execute("SELECT current_setting('enable_progress_bar')").fetchall() == [(True,)]:
                connection.execute("SET enable_progress_bar = false")  # fails where it is off for want of ipywidgets
            self._database = Names(
                connection,
                beside,
                workspace,
                self.host.names,
                lambda name: self.lookup(name),
                self.host.say,
                self.host.used,
            )
        return self._database

    @override
    def run(self, cell: Cell, output: Output) -> None:
        import duckdb

        from lakebook_kernel.languages.duckdb.catalogs import Spelled
        from lakebook_kernel.languages.duckdb.names import by_name

        names = self._names
        own = before = names.own()
        try:
            code = Spelled.unchanged(cell.code)
            with self._errors(code, {}):
                statements = names.connection.extract_statements(code.code)
            shown: MimeBundle | None = None
            for number, statement in enumerate(statements, 1):
                earlier = own
                code = names.spelled(cell.code, statement.query)
                if code.changes:
                    statement = names.connection.extract_statements(code.code)[number - 1]
                try:
                    with (
                        names.resolved(statement.query, own) as problems,
                        self._errors(code, problems),
                        self.host.waiting(names.connection.interrupt),
                    ):
                        shown = self._execute(statement, last=number == len(statements))
                finally:
                    if statement.type != duckdb.StatementType.SELECT:  # which makes nothing
                        own = names.own()
                if statement.type == duckdb.StatementType.ATTACH:  # what is in the database was bound by others
                    before = before | {place: made for place, made in own.items() if earlier.get(place) != made}
            if shown is not None:
                output.result(shown)
        finally:
            old = {(place, made.identity) for place, made in before.items()}
            self._bound = by_name({place: made for place, made in own.items() if (place, made.identity) not in old})

    def _execute(self, statement: duckdb.Statement, last: bool) -> MimeBundle | None:
        """Run a statement; what it shows is asked of the last one only, and no more of a question than is shown."""
        import duckdb

        connection = self._names.connection
        if last and statement.type == duckdb.StatementType.SELECT:
            try:
                relation = connection.query(statement)  # type: ignore[arg-type]
            except duckdb.Error:
                connection.execute(statement).fetchone()  # fails alike, and names the place
                raise
            try:
                return table_bundle(duckdb_head(relation))
            except duckdb.Error as error:
                raise _told(error) from None
        description = connection.execute(statement).description
        rows = connection.fetchmany(ROWS + 1)
        while rows and connection.fetchmany(10_000):
            pass  # a result is computed as it is fetched: its end and its errors belong here
        if not last or statement.expected_result_type == [duckdb.ExpectedResultType.NOTHING]:
            return None
        if statement.type == duckdb.StatementType.EXPLAIN:
            return {"text/plain": "\n".join(row[1] for row in rows)}
        if not rows and statement.type == duckdb.StatementType.CREATE:
            return None
        columns = [Column(name, str(kind)) for name, kind, *_ in description or []]
        values = [[None if value is None else str(value) for value in row] for row in rows]
        return table_bundle(Table(columns, values[:ROWS], len(rows) > ROWS))

    @contextmanager
    def _errors(self, code: Spelled, problems: dict[str, CellError]) -> Iterator[None]:
        """Turn DuckDB's errors into the cell's."""
        import duckdb

        try:
            yield
        except duckdb.Error as error:
            told = _told(error, code)
            if isinstance(error, duckdb.CatalogException):
                for name, problem in problems.items():
                    if name.lower() in told.evalue.lower():
                        raise problem from None
            raise told from None

    @override
    def free_names(self, code: str) -> set[str]:
        """Tables that the code reads; where DuckDB cannot tell without them, every name that may be one."""
        import duckdb

        from lakebook_kernel.languages.duckdb.names import by_name
        from lakebook_kernel.languages.duckdb.tokens import mentions

        beside = self._names.beside  # it is given frames only as the cell runs: here what needs them fails
        try:
            statements = beside.extract_statements(code)
        except duckdb.Error:
            return set()
        free: set[str] = set()
        for statement in statements:
            try:
                free |= beside.get_table_names(statement.query)
            except duckdb.Error:
                words = {name for schema, name in mentions(statement.query) if schema is None}
                keywords = {row[0] for row in beside.execute(_NO_NAMES).fetchall()}
                free |= {word for word in words if word.lower() not in keywords}
        return free - by_name(self._names.own()) if free else free

    @override
    def bound_names(self) -> set[str]:
        return self._bound

    @override
    def take(self, name: str) -> Any:
        """A table or view as a `pyarrow.Table`."""
        from lakebook_kernel.languages.duckdb.catalogs import Spelled
        from lakebook_kernel.languages.duckdb.names import by_name
        from lakebook_kernel.languages.duckdb.tokens import quoted
        from lakebook_kernel.languages.frames.memory import of_relation

        names = self._names
        own = names.own()
        if name not in by_name(own):
            raise KeyError(name)
        query = f"FROM {quoted(name)}"
        try:
            with (
                names.resolved(query, own) as problems,
                self._errors(Spelled.unchanged(query), problems),
                self.host.waiting(names.connection.interrupt),
            ):
                return of_relation(names.connection.query(query))
        except CellError as problem:
            raise TypeError(problem.evalue.splitlines()[0].rstrip(".!")) from None

    @override
    def give(self, name: str, value: Any) -> None:
        from lakebook_kernel.languages.frames import is_frame

        if not is_frame(value):
            raise TypeError(f"DuckDB reads frames, it is a {type(value).__name__}")
        self._names.given[name] = value

    @override
    def withdraw(self, name: str) -> None:
        self._names.given.pop(name, None)

    @override
    def protects(self, name: str) -> bool:
        return find_table(tables(self._names.workspace), name) is not None

    @override
    def describe(self) -> dict[str, Described]:
        own = self._names.own()
        return {
            place.name: Described("view" if own[place].is_view else "table", is_frame=True)
            for place in own
            if own[place].by_name
        }

    @override
    def is_complete(self, code: str) -> Completeness:
        import duckdb

        try:
            self._names.connection.extract_statements(code)
        except duckdb.Error as error:
            told = details(error)
            position = told.get("position")
            rest = code.encode()[int(position) :].split() if position is not None else []
            open_end = "unterminated" in told.get("exception_message", "") or len(rest) <= 1
            return Completeness("incomplete" if open_end else "invalid")
        return Completeness("complete")

    @override
    def complete(self, code: str, cursor: int) -> Completion | None:
        from lakebook_kernel.languages.duckdb.completion import complete

        return complete(self._names, code, cursor)

    @override
    def inspect(self, code: str, cursor: int, detail: int = 0) -> MimeBundle | None:
        from lakebook_kernel.languages.duckdb.completion import inspect

        return inspect(self._names, code, cursor)


def _told(error: duckdb.Error, code: Spelled | None = None) -> CellError:
    """DuckDB's error, with its place in the user's code if DuckDB was given ``code``."""
    from lakebook_kernel.languages.duckdb.tokens import characters

    told = details(error)
    lines = told["exception_message"].splitlines()
    message = "\n".join(line for line in lines if not line.startswith(_INTERNAL))
    name = type(error).__name__
    traceback = [f"{name}: {message}"]
    if code is not None and "position" in told:
        position = int(told["position"])
        length = int(told.get("location", "[0,1]").strip("[]").split(",")[1])
        start, end = (characters(code.users, code.in_users(at)) for at in (position, position + length))
        line, column = place(code.users, start)
        traceback += excerpt(code.users, line, column, max(1, end - start))
    return CellError(name, message, traceback, str(error))
