"""SQL cells: Spark SQL, one statement after the other; the last result is shown and is ``_sqldf``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import override

from lakebook_kernel.cell import Cell
from lakebook_kernel.display.tables import Table, table_bundle
from lakebook_kernel.errors import excerpt, explain, place, position
from lakebook_kernel.languages import sql_widgets
from lakebook_kernel.languages.base import CellError, Completeness, Completion, Host, Language, MimeBundle, Output

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

#: rows that are fetched to be shown
ROWS = 100
#: the name of the last result, in every language
RESULT = "_sqldf"

_WORD = re.compile(r"[\w`.]*$")
_VERSION = re.compile(r"\bVERSION\s+AS\s+OF\s*:", re.IGNORECASE)
_TABLES = re.compile(
    r"\b(?:from|join|into|update|table|describe)\s+([`\w.]+)(?:\s+(?:as\s+)?(?!join\b)(\w+))?", re.IGNORECASE
)


class SqlLanguage(Language):
    """Spark SQL in this notebook's session."""

    name: ClassVar[str] = "sql"
    label: ClassVar[str] = "SQL"
    info: ClassVar[Mapping[str, Any]] = {
        "name": "sql",
        "version": version("pyspark"),
        "mimetype": "text/x-sql",
        "codemirror_mode": "sql",
        "pygments_lexer": "sql",
        "file_extension": ".sql",
    }
    frames_by_reference: ClassVar[bool] = True
    in_driver: ClassVar[bool] = True

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._started = False
        self._words: tuple[list[str], list[str]] | None = None

    @override
    def start(self) -> None:
        self.host.spark()
        self._started = True

    @override
    def run(self, cell: Cell, output: Output) -> None:
        spark, notebook = self.host.spark(), self.host.notebook()
        head: str | None = None
        handle: str | None = None
        for start, end in notebook.statements(cell.code):
            code, end = self._with_values(cell.code, start, end)
            try:
                if self._about_a_widget(code[start:end]):
                    continue
                frame = spark.sql(code[start:end], self._bound(code, start, end))
                if frame.columns:
                    head = notebook.tableHead(frame._jdf, ROWS)
                    self._keep(frame)
                    handle = self.keep(frame)
            except Exception as error:
                if type(error).__name__ == "ParseException" and _VERSION.search(code[start:end]):
                    message = "VERSION AS OF takes no parameter in Spark: write the number itself."
                    raise _refused("ParseException", message, code, start) from None
                raise _told(error, code, start) from None
        if head is not None:
            output.result(table_bundle(Table.from_json(json.loads(head)), handle=handle))

    def _with_values(self, code: str, start: int, end: int) -> tuple[str, int]:
        """The cell with the values of widgets in one statement, and that statement's end."""
        statement = code[start:end]
        if sql_widgets.read(statement) is not None:
            return code, end
        try:
            whole = sql_widgets.with_values(statement, self._widget)
        except CellError as missing:
            raise _refused(missing.ename, missing.evalue, code, start) from None
        return code[:start] + whole + code[end:], start + len(whole)

    def _widget(self, name: str) -> str | None:
        """The value of a widget; None when there is none of that name."""
        value: str | None = self.dbutils.call("widgets.find", [name]) if self.dbutils else None
        return value

    def _about_a_widget(self, statement: str) -> bool:
        """Do what a statement about a widget says; False when it is another one."""
        match sql_widgets.read(statement):
            case sql_widgets.CreateWidget(kind, name, default, None, _):
                self._call(f"widgets.{kind}", [name, default])
            case sql_widgets.CreateWidget(kind, name, default, str(query), start):
                rows = self.host.spark().sql(query, self._bound(statement, start, len(statement))).collect()
                choices = list(dict.fromkeys(str(row[0]) for row in rows if row[0] is not None))
                self._call(f"widgets.{kind}", [name, default, choices])
            case sql_widgets.RemoveWidget(name):
                self._call("widgets.remove", [name])
            case None:
                return False
        return True

    def _call(self, name: str, arguments: list[Any]) -> None:
        assert self.dbutils is not None, "a kernel has one"
        self.dbutils.call(name, arguments)

    def _bound(self, code: str, start: int, end: int) -> dict[str, Column] | None:
        """The values of a statement's parameters; None when it has none."""
        from lakebook_kernel.languages.sql_parameters import NoLiteral, literals

        notebook = self.host.notebook()
        values: dict[str, Any] = {}
        try:
            for name in notebook.parameters(code[start:end]):
                values[name] = self._value(name)
            for name, value in notebook.sought(code[start:end]) if values else ():
                if isinstance(values[name], list | tuple | set | frozenset):
                    raise TypeError(f"IN (:{name}) takes no list; write array_contains(:{name}, {value})")
            for name in notebook.counts(code[start:end]) if values else ():
                values[name] = _count(name, values[name])
            return literals(self.host.spark(), notebook, values, self.host.say) if values else None
        except NoLiteral as reason:
            message = f"{reason.name} lives in {self.home(reason.name)} and cannot come: {reason}."
            raise _refused("TypeError", message, code, start) from None
        except KeyError:
            message = f":{name} has no value: assign {name} in a cell of any language first."
            raise _refused("NameError", message, code, start) from None
        except TypeError as reason:
            raise _refused("TypeError", f"{reason}.", code, start) from None

    def _value(self, name: str) -> Any:
        """What a parameter stands for: a name of any language, else a widget. Raises ``KeyError``."""
        try:
            return self.lookup(name)
        except KeyError:
            value = self._widget(name)
            if value is None:
                raise
            return value

    def _keep(self, frame: DataFrame) -> None:
        self.host.names[RESULT] = frame
        self.host.notebook().shareFrame(RESULT, frame._jdf)

    @override
    def is_complete(self, code: str) -> Completeness:
        if not self._started or not code.strip():
            return Completeness("unknown")
        status = self.host.notebook().completeness(code)
        return Completeness(status, "  " if status == "incomplete" else "")

    @override
    def free_names(self, code: str) -> set[str]:
        if not self._started:
            return set()
        notebook = self.host.notebook()
        statements = [self._query(code[start:end]) for start, end in notebook.statements(code)]
        return {name for statement in statements for name in notebook.relations(statement)}

    def _query(self, statement: str) -> str:
        """What of a statement Spark's parser reads; the statement itself when it cannot be read anyway."""
        try:
            found = sql_widgets.read(statement)
            if isinstance(found, sql_widgets.CreateWidget):
                return found.choices or ""
            return sql_widgets.with_values(statement, self._widget)
        except CellError:  # the cell will be told so
            return statement

    @override
    def take(self, name: str) -> Any:
        """A table or view by name, or the last result: what ``-o`` asks for."""
        if name == RESULT and name in self.host.names:
            return self.host.names[name]
        if not self.host.spark().catalog.tableExists(_quoted(name)):
            raise KeyError(name)
        return self.host.spark().table(_quoted(name))

    @override
    def protects(self, name: str) -> bool:
        return self.host.spark().catalog.tableExists(_quoted(name))

    @override
    def withdraw(self, name: str) -> None:
        self.host.if_attached(lambda notebook: notebook.unshareFrame(name), None)

    @override
    def give(self, name: str, value: Any) -> None:
        from lakebook_kernel.languages.frames import is_frame
        from lakebook_kernel.languages.frames.spark import spark_frame

        if not is_frame(value):
            raise TypeError(f"a {type(value).__name__} is no frame; SQL takes others as parameters: :{name}")
        spark, notebook = self.host.spark(), self.host.notebook()
        notebook.shareFrame(name, spark_frame(spark, value, name, self.host.say)._jdf)

    @override
    def answers_beside(self, running: str) -> bool:
        return True  # the driver hears this session on several threads

    @override
    def complete(self, code: str, cursor: int) -> Completion | None:
        if not self._started or not self.host.attached():
            return None
        found = _WORD.search(code[:cursor])
        word = found[0] if found else ""
        owner, dot, stem = word.rpartition(".")
        spark = self.host.spark()
        columns = self._columns(spark, code)
        candidates: dict[str, str] = {}
        if dot:
            candidates |= dict.fromkeys(columns.get(owner.strip("`").lower(), []), "column")
            candidates |= dict.fromkeys(self._tables(spark, owner), "table")
        else:
            candidates |= {column: "column" for names in columns.values() for column in names}
            candidates |= dict.fromkeys(self._tables(spark), "table")
            functions, keywords = self._vocabulary(spark)
            candidates |= dict.fromkeys(functions, "function")
            upper = not stem.islower()
            candidates |= {keyword if upper else keyword.lower(): "keyword" for keyword in keywords}
        stem = stem.strip("`").lower()
        matches = [name for name in candidates if name.lower().startswith(stem)]
        start = cursor - len(word) + len(owner) + len(dot)
        kinds = [candidates[name] for name in matches]
        quoted = [_written(name, kind) for name, kind in zip(matches, kinds, strict=True)]
        return Completion(quoted, start, cursor, kinds)

    @override
    def inspect(self, code: str, cursor: int, detail: int = 0) -> MimeBundle | None:
        if not self._started or not self.host.attached():
            return None
        before = _WORD.search(code[:cursor])
        after = re.match(r"[\w`.]*", code[cursor:])
        word = ((before[0] if before else "") + (after[0] if after else "")).strip(".")
        if not word:
            return None
        spark = self.host.spark()
        if spark.catalog.functionExists(word):
            rows = spark.sql(f"DESCRIBE FUNCTION EXTENDED {word}").collect()
            return {"text/plain": "\n".join(row[0] for row in rows)}
        if spark.catalog.tableExists(word):
            fields = spark.table(word).schema.fields
            lines = [f"  {field.name}: {field.dataType.simpleString()}" for field in fields]
            return {"text/plain": "\n".join([word, *lines])}
        column = word.rpartition(".")[2]
        for table, kinds in self._columns(spark, code).items():
            if column in kinds:
                return {"text/plain": f"{table}.{column}: {kinds[column]}"}
        return None

    def _tables(self, spark: SparkSession, schema: str | None = None) -> list[str]:
        """Tables and views of a schema; of the current one temporary views too, and the schemas' own names."""
        if schema is not None and not spark.catalog.databaseExists(schema.strip("`")):
            return []
        rows = spark.sql(f"SHOW TABLES IN {schema}" if schema else "SHOW TABLES").collect()
        schemas = [] if schema else [row[0] for row in spark.sql("SHOW SCHEMAS").collect()]
        return [row["tableName"] for row in rows if not (schema and row["isTemporary"])] + schemas

    def _columns(self, spark: SparkSession, code: str) -> dict[str, dict[str, str]]:
        """The columns of the tables that the code names and their types, by table and by alias."""
        columns: dict[str, dict[str, str]] = {}
        for table, alias in _TABLES.findall(code):
            name = table.strip("`").lower()
            if name not in columns and _exists(spark, table):
                fields = spark.table(table).schema.fields
                columns[name] = {field.name: field.dataType.simpleString() for field in fields}
            if alias and name in columns:
                columns[alias.lower()] = columns[name]
        return columns

    def _vocabulary(self, spark: SparkSession) -> tuple[list[str], list[str]]:
        if self._words is None:
            functions = [row[0] for row in spark.sql("SHOW FUNCTIONS").collect()]
            self._words = ([name for name in functions if name.isidentifier()], list(self.host.notebook().keywords()))
        return self._words


def _exists(spark: SparkSession, table: str) -> bool:
    """Whether there is a table or view of this name, as it is written in code that may be half written."""
    from pyspark.errors import ParseException

    try:
        return spark.catalog.tableExists(table)
    except ParseException:
        return False


def _written(name: str, kind: str) -> str:
    return name if kind in ("function", "keyword") or re.fullmatch(r"\w+", name, re.ASCII) else _quoted(name)


def _count(name: str, value: Any) -> Any:
    """A number of rows as Spark wants it: of 32 bits."""
    import numpy as np

    try:
        return np.int32(value) if isinstance(value, int) else value
    except OverflowError:
        raise TypeError(f":{name} is beyond 2147483647, the most rows that LIMIT and OFFSET take") from None


def _refused(name: str, message: str, code: str, start: int) -> CellError:
    return CellError(name, message, [f"{name}: {message}", *excerpt(code, place(code, start)[0])])


def _told(error: Exception, code: str, start: int) -> CellError | Exception:
    """A statement's error, with the place in the cell."""
    told = explain(error)
    if told is None:
        return error
    context = next(iter(_contexts(error)), None)
    found = position(str(getattr(error, "_desc", "")))
    if context is not None:
        first, last = context
        line, column = place(code, start + first)
        width = last - first + 1
    elif found is not None:
        lead_line, lead_column = place(code, start)
        line, column = lead_line + found[0] - 1, found[1] + (lead_column if found[0] == 1 else 0)
        word = re.match(r"\w+", code.split("\n")[line - 1][column:])
        width = len(word[0]) if word else 1
    else:
        line, column = place(code, start)
        return CellError(told.ename, told.evalue, [f"{told.ename}: {told.evalue}", *excerpt(code, line)], told.full)
    return CellError(
        told.ename, told.evalue, [f"{told.ename}: {told.evalue}", *excerpt(code, line, column, width)], told.full
    )


def _contexts(error: Exception) -> list[tuple[int, int]]:
    """Where in the statement Spark places the error: first and last offset."""
    contexts: list[Any] = getattr(error, "getQueryContext", list)() or []
    return [
        (context.startIndex(), context.stopIndex())
        for context in contexts
        if context.contextType().name == "SQL" and context.startIndex() >= 0
    ]


def _quoted(name: str) -> str:
    """A name as Spark's parser takes it whatever its alphabet is."""
    return "`" + name.replace("`", "``") + "`"
