"""Widgets in SQL: the statements that make and remove them, and their values in the text of other statements."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from lakebook_kernel.languages.base import CellError

_CREATE = re.compile(r"CREATE\s+WIDGET\b", re.IGNORECASE)
_REMOVE = re.compile(r"REMOVE\s+WIDGET\b", re.IGNORECASE)
_KINDS = ("text", "dropdown", "combobox", "multiselect")
_NAME = r"(?P<name>`(?:[^`]|``)+`|[\w.-]+|\"[^\"]+\"|'[^']+')"
_TEXT = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"
_CREATED = re.compile(
    rf"CREATE\s+WIDGET\s+(?P<kind>{'|'.join(_KINDS)})\s+{_NAME}\s+DEFAULT\s+(?P<default>{_TEXT})"
    r"(?:\s+CHOICES\s+(?P<choices>.+))?",
    re.IGNORECASE | re.DOTALL,
)
_REMOVED = re.compile(rf"REMOVE\s+WIDGET\s+{_NAME}", re.IGNORECASE)
#: a call of ``getArgument``, or a text or comment, in which there is none
_ARGUMENT = re.compile(
    rf"\bgetArgument\s*\(\s*(?P<name>{_TEXT})\s*(?:,\s*(?P<default>{_TEXT})\s*)?\)|{_TEXT}|--[^\n]*|/\*.*?\*/",
    re.IGNORECASE | re.DOTALL,
)
_PASTED = re.compile(r"\$(?:\{\s*(?P<braced>[^{}$]+?)\s*\}|(?P<bare>[A-Za-z_]\w*))")

#: gives a widget's value; None when there is none of that name
Find = Callable[[str], str | None]


@dataclass(frozen=True)
class CreateWidget:
    """``CREATE WIDGET``."""

    kind: str
    name: str
    default: str
    #: a query whose first column has the choices
    choices: str | None
    #: where in the statement the query begins
    start: int


@dataclass(frozen=True)
class RemoveWidget:
    """``REMOVE WIDGET``."""

    name: str


def read(statement: str) -> CreateWidget | RemoveWidget | None:
    """A statement about a widget; None when it is another one.

    Raises:
        CellError: it is one and cannot be read.
    """
    if _CREATE.match(statement):
        found = _CREATED.fullmatch(statement)
        kind = found["kind"].lower() if found else ""
        if found is None or (found["choices"] is None) != (kind == "text"):
            raise CellError(
                "ParseException",
                'CREATE WIDGET is written: CREATE WIDGET TEXT name DEFAULT "value", or '
                'CREATE WIDGET DROPDOWN (COMBOBOX, MULTISELECT) name DEFAULT "value" CHOICES SELECT ….',
            )
        return CreateWidget(
            kind, _bare(found["name"]), _text(found["default"]), found["choices"], found.start("choices")
        )
    if _REMOVE.match(statement):
        removed = _REMOVED.fullmatch(statement)
        if removed is None:
            raise CellError("ParseException", "REMOVE WIDGET is written: REMOVE WIDGET name.")
        return RemoveWidget(_bare(removed["name"]))
    return None


def with_values(statement: str, find: Find) -> str:
    """A statement in which the older ways to write a widget's value have become the value.

    ``${name}`` and ``$name`` become the value's text as it stands, in texts and names too, as Databricks does it;
    ``getArgument("name")`` becomes a text of SQL's. What names no widget stays as it is.

    Raises:
        CellError: ``getArgument`` of a widget that is not there, without a default.
    """

    def pasted(found: re.Match[str]) -> str:
        value = find(found["braced"] or found["bare"])
        return found[0] if value is None else value

    def argument(found: re.Match[str]) -> str:
        if found["name"] is None:
            return found[0]
        name = _text(found["name"])
        value = find(name)
        if value is None and found["default"] is None:
            raise CellError(
                "InputWidgetNotDefined",
                f'No input widget named {name} is defined. Make it with CREATE WIDGET TEXT {name} DEFAULT "".',
            )
        return found["default"] if value is None else _quoted(value)

    if "$" in statement:
        statement = _PASTED.sub(pasted, statement)
    if "getargument" in statement.lower():
        statement = _ARGUMENT.sub(argument, statement)
    return statement


def _bare(name: str) -> str:
    if name.startswith("`"):
        return name[1:-1].replace("``", "`")
    return name[1:-1] if name[0] in "\"'" else name


def _text(literal: str) -> str:
    return re.sub(r"\\(.)", r"\1", literal[1:-1], flags=re.DOTALL)


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
