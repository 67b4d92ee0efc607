"""Python's names, as sharing sees them."""

from __future__ import annotations

import builtins
import math
import re
import sys
from collections.abc import Callable, Hashable, Iterable, Mapping
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import override

from lakebook_kernel.driver import SESSION_NAMES
from lakebook_kernel.languages import PYTHON
from lakebook_kernel.languages.base import Namespace
from lakebook_kernel.languages.frames import kind_of
from lakebook_kernel.languages.python import free_names, reads, stored_names, touched_names, with_magics
from lakebook_kernel.memory import given_back
from lakebook_kernel.sharing.stamps import stamp, version

if TYPE_CHECKING:
    import pandas
    import pyarrow

#: names of the kernel's own: they mean the same everywhere already, or nothing elsewhere
_OWN = {
    *SESSION_NAMES, "dbutils", "display", "displayHTML",
    "In", "Out", "get_ipython", "exit", "quit", "open",
}  # fmt: skip
#: functions among the builtins that give way to what any language binds under their names
_LENT = {"sql", "table", "udf", "getArgument"}
_STAY = {
    ModuleType: "a module",
    FunctionType: "a function",
    BuiltinFunctionType: "a function",
    MethodType: "a method",
    type: "a class",
}
_MISSING = object()
_WORD = re.compile(r"\w+")


def _references() -> int:
    """How many there are to a value that only a notebook's name has, counted as ``changed_through_an_alias`` does."""
    names = {"name": object()}
    value = names["name"]
    return sys.getrefcount(value)


_OURS = _references()


class PythonNames(Namespace):
    """The notebook's global names of Python.

    Args:
        names: the names themselves.
        plain: turns a cell into plain Python: IPython's magics become calls.
        failed_line: the line of plain Python at which the last cell failed; infinite when it came to its end.
    """

    name: ClassVar[str] = PYTHON
    label: ClassVar[str] = "Python"
    reads_python: ClassVar[bool] = True
    frames_by_reference: ClassVar[bool] = True

    def __init__(
        self, names: Mapping[str, Any], plain: Callable[[str], str], failed_line: Callable[[], float] = lambda: math.inf
    ) -> None:
        self._names: Any = names
        self._plain = plain
        self._failed_line = failed_line
        self._last = "", ""
        self._before: dict[str, Any] = {}
        #: the running cell as plain Python, and which of the names it mentions
        self._running: tuple[str, set[str]] = "", set()
        #: what copies from other languages looked like when they came
        self._given: dict[str, Hashable] = {}
        self._used: set[str] = set()

    @override
    def free_names(self, code: str) -> set[str]:
        self._used = self.read_by(code)
        return self._used

    def read_by(self, code: str) -> set[str]:
        """The global names that a cell reads, itself, through magics or through the notebook's functions."""
        return reads(free_names(self._whole(code)), self._names)

    def touched_by(self, code: str) -> set[str]:
        """The global names that a cell may bind or whose values it may change."""
        return touched_names(self._whole(code))

    def remember(self, names: set[str], code: str = "") -> None:
        """A cell starts: what these names mean now is what ``bound_names`` compares with.

        Args:
            code: the cell's, if it is one of Python.
        """
        self._before = {name: self._names.get(name, _MISSING) for name in names}
        mentioned = names.intersection(_WORD.findall(code))
        self._running = self._whole(code) if mentioned else "", mentioned

    def _whole(self, code: str) -> str:
        """The cell as plain Python; asked for twice about every cell."""
        if self._last[0] != code:
            self._last = code, with_magics(code, self._plain)
        return self._last[1]

    @override
    def bound_names(self) -> set[str]:
        """Of the names remembered, those that were bound, and copies that were changed in place.

        A name that the cell binds in any case counts even if it means the same object as before: `x = 1` again. When
        the cell failed, that is what stands before the line at which it did.
        """
        before, self._before = self._before, {}
        code, mentioned = self._running
        stored = stored_names(code, self._failed_line()) & mentioned if mentioned else set()
        present = {name for name in before if name in self._names}
        rebound = {name for name in present if name in stored or self._names[name] is not before[name]}
        used, self._used = (self._used & present & self._given.keys()) - rebound, set()
        changed = {name for name in used if stamp(self._names[name]) != self._given[name]}
        for name in rebound | changed:
            self._given.pop(name, None)
        return rebound | changed

    def values(self, names: Iterable[str]) -> dict[str, Any]:
        """What those of the names mean that are bound."""
        return {name: self._names[name] for name in names if name in self._names}

    @override
    def removed_names(self) -> set[str]:
        """Of the names remembered, those that Python had and has no more."""
        return {name for name, value in self._before.items() if value is not _MISSING and name not in self._names}

    def changed_through_an_alias(self, name: str) -> bool:
        """Whether a copy from another language was changed by way of another name since it came."""
        if name not in self._given or name not in self._names:
            return False
        value = self._names[name]
        if sys.getrefcount(value) <= _OURS:  # nobody else has it
            return False
        return stamp(value) != self._given[name]

    @override
    def holds(self, name: str) -> bool:
        return name in self._names and not self._is_kernels(name)

    def shareable(self) -> list[str]:
        """The names that other languages may ask for: not the kernel's, and nothing that has no form elsewhere."""
        return [
            name
            for name, value in list(self._names.items())  # a cell may bind more meanwhile
            if not self._is_kernels(name) and not _stays(value) and not _is_builtin(name)
        ]

    @override
    def protects(self, name: str) -> bool:
        present = self._names.get(name, _MISSING)
        return self._is_kernels(name) or _is_builtin(name) or (present is not _MISSING and _stays(present))

    @override
    def stamp(self, name: str) -> Hashable:
        return stamp(self._names[name])

    @override
    def version(self, name: str) -> Hashable:
        return version(self._names[name])

    @override
    def take(self, name: str) -> Any:
        value = self._names[name]
        if _stays(value):
            words = next((words for kind, words in _STAY.items() if isinstance(value, kind)), "a function")
            raise TypeError(f"it is {words}")
        return value

    @override
    def give(self, name: str, value: Any) -> None:
        given = _usual(value)
        self._given[name] = stamp(given)
        self._names[name] = given

    @override
    def withdraw(self, name: str) -> None:
        self._given.pop(name, None)
        self._names.pop(name, None)

    def _is_kernels(self, name: str) -> bool:
        return name in _OWN or (name.startswith("_") and name != "_sqldf")


def _is_builtin(name: str) -> bool:
    return hasattr(builtins, name) and name not in _LENT


def _stays(value: Any) -> bool:
    """Whether it is code: a module, a class, or whatever is called (a ufunc, a partial, a fitted model)."""
    return isinstance(value, ModuleType) or callable(value)


def _usual(value: Any) -> Any:
    """A frame as pandas, which is what Python's libraries take; other values as they are."""
    if kind_of(value) != ("pyarrow", "table"):
        return value
    try:
        return pandas_of(value)
    except (ValueError, KeyError, OverflowError) as problem:  # a date that pandas cannot show, a zone it does not know
        raise TypeError(f"pandas has no form for it: {str(problem).splitlines()[0]}") from None


def pandas_of(table: pyarrow.Table) -> pandas.DataFrame:
    """A table as pandas; the table is gone afterwards, its columns one by one.

    A column's type depends on its Arrow type alone: whole numbers and booleans can be missing. What pandas has as
    objects is remembered with the frame.
    """
    import pandas
    import pyarrow

    from lakebook_kernel.languages.frames.series import remember_types

    whole = {
        pyarrow.bool_(): pandas.BooleanDtype(),
        **{getattr(pyarrow, f"int{bits}")(): getattr(pandas, f"Int{bits}Dtype")() for bits in (8, 16, 32, 64)},
        **{getattr(pyarrow, f"uint{bits}")(): getattr(pandas, f"UInt{bits}Dtype")() for bits in (8, 16, 32, 64)},
    }
    schema = table.schema
    with given_back():
        frame: pandas.DataFrame = table.to_pandas(
            types_mapper=whole.get, integer_object_nulls=True, split_blocks=True, self_destruct=True
        )
    remember_types(frame, schema)
    return frame
