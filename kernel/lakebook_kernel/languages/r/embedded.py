"""R itself, inside this process: started, its code loaded, its functions called. Main thread only."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Hashable, Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import rpy2.rinterface as ri
from rpy2.rinterface_lib import callbacks, embedded, openrlib

from lakebook_kernel.languages.r.console import Console

_SOURCES = (
    *("session", "evaluate", "errors", "plots", "values", "names"),
    *("assist", "exchange", "shared", "spark", "connection", "mlflow", "models", "fits", "fit_details"),
    *("dbutils", "files", "paths", "sparkr", "sparkr_columns", "sparkr_frames", "sparkr_tables", "sparkr_absent"),
)
#: elements of a value that may be copied once more, or live a cell longer, for the sake of knowing when it changes
MODERATE = 100_000


class R:
    """Our R code in an environment of its own; the notebook's variables are in R's global one."""

    def __init__(self, console: Console, on_quit: Callable[[int], None]) -> None:
        callbacks.consolewrite_print = lambda text: console.write("stdout", text)
        callbacks.consolewrite_warnerror = lambda text: console.write("stderr", text)
        callbacks.showmessage = lambda text: console.write("stderr", text + "\n")
        callbacks.consoleread = lambda prompt: ""
        callbacks.cleanup = lambda save, status, last: on_quit(status)
        callbacks.showfiles = lambda names, headers, title, delete, pager: None
        embedded.set_initoptions(("R", "--quiet", "--no-save", "--no-restore"))
        # R checks its stack against the limit it finds: an endless recursion is an error, not a crash
        ri.initr(interactive=False, _c_stack_limit=0)
        self._base = ri.baseenv
        self._library = ctypes.PyDLL(str(Path(openrlib.R_HOME, "lib", "libR.so")))
        self._library.Rf_install.restype = ctypes.c_void_p
        self._library.Rf_install.argtypes = [ctypes.c_char_p]
        self._library.TYPEOF.argtypes = [ctypes.c_void_p]
        self._library.PRVALUE.argtypes = [ctypes.c_void_p]
        self._library.PRVALUE.restype = ctypes.c_void_p
        self._library.SET_SYMVALUE.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
        self._kept: list[Any] = []
        self._held: Any = None
        self.held: set[str] = set()
        #: where the frames lay at the last look
        self._tables: dict[str, int] = {}
        #: the global variables that were functions at the last look
        self.functions: set[str] = set()
        self._environment = self.base("new.env", ri.baseenv)
        self._environment["set_base"] = self.function(self._set_base)
        self._environment["is_closure"] = self.function(self._is_closure)
        self._environment["is_unforced"] = self.function(self._is_unforced)
        for name in _SOURCES:
            text = files(__package__).joinpath("R", f"{name}.R").read_text(encoding="utf-8")
            self.base("eval", self.base("str2expression", ri.StrSexpVector([text])), self._environment)

    def function(self, python: Callable[..., ri.Sexp]) -> ri.Sexp:
        """A function of R's that calls ``python``."""
        made = ri.rternalize(python, signature=False)
        self._kept.append(made)
        return made

    def define(self, name: str, value: ri.Sexp) -> None:
        """Bind a name for our R code."""
        self._environment[name] = value

    def call(self, name: str, *arguments: ri.Sexp) -> Any:
        """Call one of our R functions."""
        return self._environment[name](*arguments)

    def base(self, name: str, *arguments: ri.Sexp) -> Any:
        """Call one of base R's functions."""
        return self._base[name](*arguments)

    def addresses(self) -> dict[str, Hashable]:
        """Where the value of every global variable lies: a new one tells that the variable was bound anew.

        data.table changes frames where they lie, also under another name: their columns' places and names count.

        Values of moderate size, those in ``held``, are held until the next call: R changes none of them in place and
        puts no other value where it was.
        """
        rlib, frame = openrlib.rlib, ri.globalenv.__sexp__._cdata
        self._held = self.base("new.env")
        held = self._held.__sexp__._cdata
        found: dict[str, Hashable] = {}
        self.held, self.functions, self._tables = set(), set(), {}
        for name in self.call("variables"):
            symbol = rlib.Rf_install(name.encode())
            value = rlib.Rf_findVarInFrame(frame, symbol)
            found[name] = address = _address(value)
            if self._is_frame(value):
                self._tables[name] = address
                found[name] = (address, *self._parts(value))
            if self._type(value) in (rlib.CLOSXP, rlib.BUILTINSXP, rlib.SPECIALSXP):
                self.functions.add(name)
            if self._weight(value) <= MODERATE:
                rlib.Rf_defineVar(symbol, value, held)
                self.held.add(name)
        return found

    def alike(self, names: Iterable[str]) -> set[str]:
        """Those of the names that were frames at the last look, and all other names of these frames."""
        places = {self._tables[name] for name in names if name in self._tables}
        return {name for name, place in self._tables.items() if place in places}

    def _is_frame(self, value: Any) -> bool:
        rlib = openrlib.rlib
        if self._type(value) != rlib.VECSXP:
            return False
        kinds = rlib.Rf_getAttrib(value, rlib.Rf_install(b"class"))
        texts = (rlib.R_CHAR(rlib.STRING_ELT(kinds, place)) for place in range(rlib.Rf_xlength(kinds)))
        return any(openrlib.ffi.string(text) == b"data.frame" for text in texts)

    def _parts(self, table: Any) -> Iterator[int]:
        """Where a frame's columns and their names lie; R has each text only once."""
        rlib = openrlib.rlib
        names = rlib.Rf_getAttrib(table, rlib.Rf_install(b"names"))
        for place in range(rlib.Rf_xlength(table)):
            yield _address(rlib.VECTOR_ELT(table, place))
        for place in range(rlib.Rf_xlength(names)):
            yield _address(rlib.STRING_ELT(names, place))

    def _is_closure(self, name: ri.Sexp) -> ri.Sexp:
        """Whether a global variable is a function, without evaluating what is a promise yet."""
        return ri.BoolSexpVector([self._type(self._global(name)) == openrlib.rlib.CLOSXP])

    def _is_unforced(self, name: ri.Sexp) -> ri.Sexp:
        """Whether a global variable is a promise that nobody has needed yet."""
        rlib, value = openrlib.rlib, self._global(name)
        promised = self._type(value) == rlib.PROMSXP
        return ri.BoolSexpVector([promised and self._library.PRVALUE(_address(value)) == _address(rlib.R_UnboundValue)])

    @staticmethod
    def _global(name: ri.Sexp) -> Any:
        rlib = openrlib.rlib
        return rlib.Rf_findVarInFrame(ri.globalenv.__sexp__._cdata, rlib.Rf_install(name[0].encode()))

    def _weight(self, value: Any, depth: int = 0) -> int:
        """About how many elements a value has; of a list with very many or deep ones, more than ``MODERATE``."""
        rlib = openrlib.rlib
        kind = self._type(value)
        if kind not in (rlib.LGLSXP, rlib.INTSXP, rlib.REALSXP, rlib.CPLXSXP, rlib.STRSXP, rlib.RAWSXP, rlib.VECSXP):
            return 1
        length = int(rlib.Rf_xlength(value))
        if kind != rlib.VECSXP or length > MODERATE:
            return length
        if length > 200 or depth > 3:
            return MODERATE + 1
        return length + sum(self._weight(rlib.VECTOR_ELT(value, place), depth + 1) for place in range(length))

    def _type(self, value: Any) -> int:
        return int(self._library.TYPEOF(_address(value)))

    @staticmethod
    def interrupt() -> None:
        """Ask R to stop at its next check; any thread."""
        openrlib.rlib.R_interrupts_pending = 1

    @staticmethod
    def forget_interrupt() -> None:
        """Take back a request to stop that R has not seen yet."""
        openrlib.rlib.R_interrupts_pending = 0

    def _set_base(self, name: ri.Sexp, value: ri.Sexp) -> ri.Sexp:
        """Set one of base's variables that R keeps for itself (``.Last.value``, ``last.warning``, ``.Traceback``)."""
        self._library.SET_SYMVALUE(self._library.Rf_install(name[0].encode()), _address(value.__sexp__._cdata))
        return ri.BoolSexpVector([True])


def _address(value: Any) -> int:
    return int(openrlib.ffi.cast("uintptr_t", value))


def raw_memory(vector: ri.Sexp) -> Any:
    """The memory of a raw vector."""
    return openrlib.ffi.buffer(openrlib.rlib.RAW(vector.__sexp__._cdata), len(vector))
