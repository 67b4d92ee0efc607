"""Delta tables that Python code reads and writes by delta-rs, itself or through polars and others that call it."""

from __future__ import annotations

import functools
import inspect
import logging
import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urlsplit
from weakref import WeakKeyDictionary

from lakebook.imports import AfterImport
from lakebook.tracking.tables import TableVersion, Write

if TYPE_CHECKING:
    from deltalake import QueryBuilder

_log = logging.getLogger(__name__)

#: what is to be done with a call's result
Then = Callable[[Any], None]

#: the methods of ``DeltaTable`` that read rows, or name the files that have them; others call these
_READS = ("to_pyarrow_dataset", "scan", "file_uris", "count", "__datafusion_table_provider__")
#: those that commit, with the operation as the table's history has it
_WRITES = {"update": "UPDATE", "delete": "DELETE", "create_write_transaction": "WRITE"}
#: who reads by delta-rs and says so elsewhere
_OURS = ("lakebook_kernel.", "lakebook.")
#: where Python looks for whom a warning is about, it passes over frames of such a file
_PASSED_OVER = "<lakebook, as importlib._bootstrap>"


class Call(NamedTuple):
    """A call of one of delta-rs' functions."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    @property
    def owner(self) -> Any:
        """The object whose method it is."""
        return self.args[0]

    def argument(self, name: str) -> Any:
        """What was given for a parameter, or its default. Raises ``TypeError`` when the call will fail anyway."""
        bound = inspect.signature(self.function).bind(*self.args, **self.kwargs)
        bound.apply_defaults()
        return bound.arguments[name]


class DeltaRs:
    """Tells what delta-rs has read and committed in this process; it is not imported for that.

    Nothing changes for the user's code: signatures, documentation, results, warnings and exceptions are delta-rs' own.
    """

    def __init__(self, read: Callable[[TableVersion], None], wrote: Callable[[Write], None]) -> None:
        self._read = read
        self._wrote = wrote
        self._patches: list[tuple[Any, str, Any]] = []
        self._registered: WeakKeyDictionary[QueryBuilder, dict[str, TableVersion]] = WeakKeyDictionary()
        self._import = AfterImport({"deltalake"}, self._patch)

    def install(self) -> None:
        """Begin, now or when somebody imports ``deltalake``."""
        self._import.install()

    def uninstall(self) -> None:
        """Leave delta-rs as it was."""
        self._import.uninstall()
        while self._patches:
            owner, name, original = self._patches.pop()
            setattr(owner, name, original)

    def _patch(self) -> None:
        import deltalake
        from deltalake.table import TableAlterer, TableMerger
        from deltalake.writer import convert_to, writer

        table, builder, places = deltalake.DeltaTable, deltalake.QueryBuilder, (deltalake, deltalake.writer)
        for name in _READS:
            self._watch(table, name, self._reads)
        self._watch(table, "load_cdf", self._reads_changes)
        for name, operation in _WRITES.items():
            self._watch(table, name, functools.partial(self._commits, operation))
        self._watch(table, "restore", self._restores)
        self._watch(table, "create", self._creates)
        self._watch(TableMerger, "execute", functools.partial(self._commits, "MERGE"))
        self._watch(TableAlterer, "add_columns", functools.partial(self._commits, "ADD COLUMN"))
        self._watch(builder, "register", self._registers)
        self._watch(builder, "execute", self._queries)
        self._watch(writer, "write_deltalake", functools.partial(self._writes, "WRITE", "table_or_uri"), *places)
        self._watch(convert_to, "convert_to_deltalake", functools.partial(self._writes, "CONVERT", "uri"), *places)

    def _watch(self, owner: Any, name: str, begin: Callable[[Call], Then], *elsewhere: Any) -> None:
        """Let ``begin`` see each call of a function, also by those who have it from ``elsewhere``, and its result."""
        original = inspect.getattr_static(owner, name, None)
        if original is None:  # an older delta-rs
            return
        of_class = isinstance(original, classmethod)
        function = original.__func__ if of_class else original

        def watched(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            if sys._getframe(1).f_globals.get("__name__", "").startswith(_OURS):
                return function(*args, **kwargs)
            then = _quietly(begin, Call(function, args, kwargs))
            result = function(*args, **kwargs)
            if then is not None:
                _quietly(then, result)
            return result

        functools.update_wrapper(watched, function)
        watched.__code__ = watched.__code__.replace(co_filename=_PASSED_OVER)
        for place in (owner, *elsewhere):
            self._patches.append((place, name, original))
            setattr(place, name, classmethod(watched) if of_class else watched)

    # --- reads

    def _reads(self, call: Call) -> Then:
        return lambda result: self._read(_version(call.owner._table))

    def _reads_changes(self, call: Call) -> Then:
        last = call.argument("ending_version")
        return lambda result: self._read(_version(call.owner._table, last))

    def _registers(self, call: Call) -> Then:
        name, table = call.argument("table_name"), call.argument("delta_table")
        return lambda result: self._registered.setdefault(call.owner, {}).update({name: _version(table._table)})

    def _queries(self, call: Call) -> Then:
        sql, known = call.argument("sql"), self._registered.get(call.owner, {})

        def then(result: object) -> None:
            for name, table in known.items():
                if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", sql):
                    self._read(table)

        return then

    # --- writes

    def _commits(self, operation: str, call: Call) -> Then:
        """A commit makes another version; without one nothing was written."""
        table = getattr(call.owner, "table", call.owner)._table  # of what alters a table, it is the table's
        return self._commits_to(table, operation)

    def _commits_to(self, table: Any, operation: str, *sources: TableVersion) -> Then:
        before = table.version()

        def then(result: object) -> None:
            if table.version() != before:
                for source in sources:
                    self._read(source)
                self._wrote(Write(_version(table), operation, sources))

        return then

    def _restores(self, call: Call) -> Then:
        table, target = call.owner._table, call.argument("target")
        sources = (_version(table, target),) if isinstance(target, int) else ()
        return self._commits_to(table, "RESTORE", *sources)

    def _creates(self, call: Call) -> Then:
        if self._is_left_alone(call, "table_uri"):
            return lambda result: None
        return lambda result: self._wrote(Write(_version(result._table), "CREATE TABLE"))

    def _writes(self, operation: str, parameter: str, call: Call) -> Then:
        """A function that is given a table, or where it is or will be."""
        from deltalake import DeltaTable

        target = call.argument(parameter)
        if isinstance(target, DeltaTable):
            return self._commits_to(target._table, operation)
        if self._is_left_alone(call, parameter):
            return lambda result: None
        options = call.argument("storage_options")
        return lambda result: self._wrote(
            Write(_version(DeltaTable(str(target), storage_options=options)._table), operation)
        )

    def _is_left_alone(self, call: Call, parameter: str) -> bool:
        """Whether nothing will be written because the table exists."""
        from deltalake import DeltaTable

        place, options = str(call.argument(parameter)), call.argument("storage_options")
        return call.argument("mode") == "ignore" and DeltaTable.is_deltatable(place, options)


def _version(table: Any, version: int | None = None) -> TableVersion:
    """A table of delta-rs' Rust side, at the version that it has loaded or at the one given."""
    number = table.version() if version is None else version
    return TableVersion("", _location(table.table_uri()), number, str(table.metadata().id))


def _location(uri: str) -> str:
    parts = urlsplit(uri)
    return unquote(parts.path) if parts.scheme == "file" else uri


def _quietly(step: Callable[[Any], Any], value: Any) -> Any:
    """The user's call goes on, or fails, as it would have."""
    try:
        return step(value)
    except Exception as problem:
        _log.warning("What delta-rs read or wrote is not known: %s", problem)
        return None
