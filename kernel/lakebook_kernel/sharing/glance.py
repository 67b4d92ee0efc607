"""What can be seen of a Python value at a glance: without computing, copying or asking anybody."""

from __future__ import annotations

import inspect
import types
from itertools import islice
from reprlib import Repr
from typing import Any

from lakebook_kernel.languages.frames import Kind, kind_of

#: characters
LIMIT = 120
#: of a frame's columns, and of an array's values
_NAMES, _VALUES = 20, 6
#: bits of the largest integer that is written out
_DIGITS = 1024
_CODE = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, type)
#: of whose classes ``str`` is cheap, and says what the value is
_PLAIN = ("datetime", "decimal", "fractions", "ipaddress", "pathlib", "uuid")


def is_aside(value: Any) -> bool:
    """Whether it is code or a session rather than data: a module, a function, a class, ``spark``."""
    name, module = type(value).__name__, type(value).__module__
    of_spark = module.startswith("pyspark.") and name in ("SparkSession", "SparkContext", "SQLContext")
    return of_spark or name == "Dbutils" or isinstance(value, (types.ModuleType, *_CODE))


def glance(value: Any) -> str:
    """The beginning of a value, the columns of a frame, the arguments of a function; empty where nothing is said."""
    try:
        text = _glance(value)
    except (RuntimeError, ValueError, TypeError):  # changed meanwhile, or a class of the user's
        return ""
    line = " ".join(text.split())
    return line if len(line) <= LIMIT else line[: LIMIT - 1] + "…"


def _glance(value: Any) -> str:
    kind = kind_of(value)
    if kind is not None:
        return _of_frame(value, kind)
    if isinstance(value, (types.FunctionType, types.MethodType)):
        return str(inspect.signature(value))
    module = type(value).__module__
    if module == "numpy" and hasattr(value, "dtype"):
        return _of_array(value)
    if module.partition(".")[0] in _PLAIN:
        return str(value)
    return _written.repr(value) if module == "builtins" else ""


def _of_frame(value: Any, kind: Kind) -> str:
    if kind.form == "column":
        return _listed(value.iloc[:_VALUES] if kind.library == "pandas" else value[:_VALUES], len(value))
    names = _column_names(value, kind)
    return ", ".join(map(str, names[:_NAMES])) + (f", … {len(names):,} columns" if len(names) > _NAMES else "")


def _column_names(value: Any, kind: Kind) -> list[Any]:
    match kind.library, kind.form:
        case ("pyspark", _):  # whom nobody has asked yet would have to ask the driver
            schema = vars(value).get("_schema")
            return list(schema.names) if schema is not None else []
        case ("pyarrow", _):
            return list(value.schema.names)
        case ("polars", "lazy"):
            return []
        case _:
            return list(value.columns)


def _of_array(value: Any) -> str:
    if value.dtype.hasobject or not value.ndim:
        return str(value.dtype) if value.ndim else str(value)
    return _listed(value.flat, value.size)


def _listed(values: Any, length: int) -> str:
    shown = [str(getattr(value, "item", lambda value=value: value)()) for value in islice(iter(values), _VALUES)]
    return ", ".join(shown) + (", …" if length > _VALUES else "")


class _Written(Repr):
    """As Python writes a value, in short. Objects of classes that are not Python's own are named by their class."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = LIMIT
        self.maxlevel = 3
        self.maxlist = self.maxtuple = self.maxdict = self.maxset = self.maxfrozenset = _NAMES

    def repr_int(self, x: int, level: int) -> str:
        return repr(x) if x.bit_length() <= _DIGITS else f"an integer of {x.bit_length():,} bits"

    def repr_instance(self, x: object, level: int) -> str:
        kind = type(x)
        plain = kind.__module__ == "builtins" and isinstance(x, (bool, float, complex, bytes, range, types.NoneType))
        return repr(x)[: LIMIT + 1] if plain else f"<{kind.__name__}>"

    def repr1(self, x: Any, level: int) -> str:
        # the base class goes by the name of the class alone, which may be the user's
        return super().repr1(x, level) if type(x).__module__ == "builtins" else self.repr_instance(x, level)


_written = _Written()
