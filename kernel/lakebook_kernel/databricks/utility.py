"""What the parts of ``dbutils`` have in common: they say what they can do."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

from lakebook_kernel.databricks.errors import DbutilsError


class Utility:
    """A part of ``dbutils``. Its public methods are what it can do, and their docstrings its help."""

    def help(self, name: str | None = None) -> None:
        """Print what this part can do, or what one of its functions does."""
        print(help_of(type(self), name))


def help_of(kind: type, name: str | None = None) -> str:
    """The help of a class, or of one of its methods. Raises ``DbutilsError`` when there is no such method."""
    methods = methods_of(kind)
    if name is None:
        lines = [f"{method}{_signature(function)}: {_first(function)}" for method, function in methods.items()]
        return "\n".join([_first(kind), "", *lines])
    if name not in methods:
        raise DbutilsError(f"There is no {name} here; there are {', '.join(methods)}.")
    return f"{name}{_signature(methods[name])}\n\n{_plain(inspect.getdoc(methods[name]) or '')}"


def methods_of(kind: type) -> dict[str, Callable[..., Any]]:
    """The methods that users call, those of its bases last."""
    found: dict[str, Callable[..., Any]] = {}
    for base in kind.__mro__:
        for name, value in vars(base).items():
            if inspect.isfunction(value) and not name.startswith("_") and _is_databricks(name):
                found.setdefault(name, value)
    return found


def _is_databricks(name: str) -> bool:
    """Whether it is a name of Databricks', which has no underlines, unlike those that only the kernel calls."""
    return "_" not in name and name not in ("find", "choose", "plain")


def _signature(function: Callable[..., Any]) -> str:
    parameters = list(inspect.signature(function).parameters.values())[1:]
    return str(inspect.Signature([one.replace(annotation=inspect.Parameter.empty) for one in parameters]))


def _first(documented: object) -> str:
    return _plain((inspect.getdoc(documented) or "").split("\n\n")[0].replace("\n", " "))


def _plain(text: str) -> str:
    return re.sub(r"``([^`]*)``", r"\1", text)
