"""``dbutils`` for languages that reach it by names and plain values: R and Scala."""

from __future__ import annotations

from typing import Any

from lakebook_kernel.databricks.context import Context
from lakebook_kernel.databricks.dbutils import PARTS, DBUtils
from lakebook_kernel.databricks.errors import DbutilsError


def call(dbutils: DBUtils, name: str, arguments: list[Any]) -> Any:
    """Call a function of ``dbutils`` by its name, such as ``widgets.get`` or ``fs.ls``.

    Returns:
        What it returned, as JSON has it: texts, numbers, None, lists and dictionaries.

    Raises:
        DbutilsError: there is no such function, or it cannot do what was asked; one clear sentence.
        NotebookExit: the function is ``notebook.exit``.
    """
    part, dot, function = name.partition(".")
    target = getattr(dbutils, part, None) if part in PARTS or part == "help" else None
    for word in function.split(".") if dot else ():
        target = None if word.startswith("_") else getattr(target, word, None)
    if not callable(target):
        raise DbutilsError(f"dbutils.{name} is not there; dbutils.help() lists what is.")
    try:
        return plain(target(*arguments))
    except TypeError as wrong:
        if wrong.__traceback__ is not None and wrong.__traceback__.tb_next is not None:  # not of the call itself
            raise
        told = str(wrong).partition("()")[2]
        raise DbutilsError(f"dbutils.{name}(){told}.") from None


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Context):
        return value.plain()
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: plain(item) for name, item in value._asdict().items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, bytes):
        return list(value)
    return value
