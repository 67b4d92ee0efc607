"""What the kernel knows of Python code without running it. Python cells themselves are IPython's."""

from __future__ import annotations

import symtable
from collections.abc import Iterable, Mapping
from types import CodeType, FunctionType
from typing import Any


def free_names(code: str) -> set[str]:
    """The global names that ``code`` (plain Python, magics already translated) reads, in its functions too.

    Names that the code binds as well are included: whether the binding comes first is not known before it runs.
    """
    try:
        table = symtable.symtable(code, "<cell>", "exec")
    except (SyntaxError, ValueError):
        return set()
    return set(_read(table))


def _read(table: symtable.SymbolTable) -> Iterable[str]:
    top = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (top or symbol.is_global()):
            yield symbol.get_name()
    for child in table.get_children():
        yield from _read(child)


def reads(names: Iterable[str], namespace: Mapping[str, Any]) -> set[str]:
    """The names, and the globals that functions and classes of the notebook among them read, and so on."""
    waiting, seen = list(names), set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for function in _functions(namespace.get(name)):
            if function.__globals__ is namespace:
                waiting += _globals(function.__code__)
    return seen


def _functions(value: Any) -> list[FunctionType]:
    if isinstance(value, type):
        return [member for member in vars(value).values() if isinstance(member, FunctionType)]
    function = getattr(value, "__wrapped__", value) if callable(value) else None
    return [function] if isinstance(function, FunctionType) else []


def _globals(code: CodeType) -> set[str]:
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _globals(constant)
    return names
