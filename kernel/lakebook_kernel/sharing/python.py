"""Python's names, as sharing sees them."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Hashable, Mapping
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

from lakebook_kernel.languages.python import free_names, reads
from lakebook_kernel.sharing.ledger import PYTHON
from lakebook_kernel.sharing.stamps import stamp

if TYPE_CHECKING:
    import pandas
    import pyarrow

#: names of the kernel's own: they mean the same everywhere already, or nothing elsewhere
_OWN = {"spark", "sc", "display", "In", "Out", "get_ipython", "exit", "quit", "open"}
_STAY = {
    ModuleType: "a module",
    FunctionType: "a function",
    BuiltinFunctionType: "a function",
    MethodType: "a method",
    type: "a class",
}
_MISSING = object()


class PythonNames:
    """The notebook's global names of Python.

    Args:
        names: the names themselves.
        plain: turns a cell into plain Python: IPython's magics become calls.
    """

    name = PYTHON
    lazy = False
    reads_python = True
    frames_by_reference = True

    def __init__(self, names: Mapping[str, Any], plain: Callable[[str], str]) -> None:
        self._names: Any = names
        self._plain = plain
        self._before: dict[str, Any] = {}
        #: what copies from other languages looked like when they came
        self._given: dict[str, Hashable] = {}
        self._used: set[str] = set()

    def free_names(self, code: str) -> set[str]:
        self._used = reads(free_names(self._plain(code)), self._names)
        return self._used

    def remember(self, names: set[str]) -> None:
        """A Python cell starts: what these names mean now is what ``bound_names`` compares with."""
        self._before = {name: self._names.get(name, _MISSING) for name in names}

    def bound_names(self) -> set[str]:
        """Of the names remembered, those that now mean another value, or a copy that was changed in place."""
        before, self._before = self._before, {}
        rebound = {name for name, value in before.items() if self._names.get(name, _MISSING) is not value}
        used = (self._used & before.keys() & self._given.keys()) - rebound
        self._used = set()
        changed = {name for name in used if stamp(self._names[name]) != self._given[name]}
        for name in rebound | changed:
            self._given.pop(name, None)
        return rebound | changed

    def removed_names(self) -> set[str]:
        return set()

    def holds(self, name: str) -> bool:
        return name in self._names and not self._is_kernels(name)

    def shareable(self) -> list[str]:
        """The names that other languages may ask for: not the kernel's, and nothing that has no form elsewhere."""
        return [
            name
            for name, value in self._names.items()
            if not self._is_kernels(name) and not isinstance(value, tuple(_STAY)) and not hasattr(builtins, name)
        ]

    def protects(self, name: str) -> bool:
        present = self._names.get(name, _MISSING)
        return self._is_kernels(name) or hasattr(builtins, name) or isinstance(present, tuple(_STAY))

    def knows(self, name: str) -> bool:
        return False

    def stamp(self, name: str) -> Hashable:
        return stamp(self._names[name])

    def take(self, name: str) -> Any:
        value = self._names[name]
        for kind, words in _STAY.items():
            if isinstance(value, kind):
                raise TypeError(f"it is {words}")
        return value

    def give(self, name: str, value: Any) -> None:
        given = _usual(value)
        self._given[name] = stamp(given)
        self._names[name] = given

    def withdraw(self, name: str) -> None:
        self._given.pop(name, None)
        self._names.pop(name, None)

    def promise(self, names: Mapping[str, int]) -> None:
        pass

    def _is_kernels(self, name: str) -> bool:
        return name in _OWN or (name.startswith("_") and name != "_sqldf")


def _usual(value: Any) -> Any:
    """A frame as pandas, which is what Python's libraries take; other values as they are."""
    if type(value).__module__.startswith("pyarrow") and type(value).__name__ == "Table":
        return pandas_of(value)
    return value


def pandas_of(table: pyarrow.Table) -> pandas.DataFrame:
    """A table as pandas. A column's type depends on its Arrow type alone: whole numbers and booleans can be missing."""
    import pandas
    import pyarrow

    whole = {
        pyarrow.bool_(): pandas.BooleanDtype(),
        **{getattr(pyarrow, f"int{bits}")(): getattr(pandas, f"Int{bits}Dtype")() for bits in (8, 16, 32, 64)},
        **{getattr(pyarrow, f"uint{bits}")(): getattr(pandas, f"UInt{bits}Dtype")() for bits in (8, 16, 32, 64)},
    }
    frame: pandas.DataFrame = table.to_pandas(types_mapper=whole.get, integer_object_nulls=True)
    return frame
