"""Whether a definition has the fields and types that it should, by the dataclasses of ``databricks.sdk``."""

from __future__ import annotations

import dataclasses
import re
import typing
from collections.abc import Callable
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any

from lakebook.jobs.definitions import schema
from lakebook.jobs.definitions.errors import hint, meant
from lakebook.jobs.definitions.tree import Node, Problems, joined, kind

_BOOLS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_WHOLE = re.compile(r"[-+]?\d{1,19}")


@dataclasses.dataclass(frozen=True)
class _Field:
    type: Any
    required: bool


@cache
def _fields(wanted: type) -> dict[str, _Field]:
    hints = typing.get_type_hints(wanted)
    optional = schema.OPTIONAL.get(wanted.__name__, set())
    fields = {
        field.name: _Field(
            hints[field.name],
            field.default is dataclasses.MISSING
            and field.default_factory is dataclasses.MISSING
            and field.name not in optional,
        )
        for field in dataclasses.fields(wanted)
    }
    added = schema.ADDED.get(wanted.__name__, {})
    return fields | {name: _Field(type_, required=False) for name, type_ in added.items()}


class Shape:
    """Checks nodes against types. What is wrong is among the problems, and left out of what ``checked`` returns."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        #: what was accepted and changes nothing
        self.notes: list[str] = []

    def checked(self, node: Node, wanted: Any, path: str = "", owner: str = "", name: str = "") -> Node | None:
        """The node in the type that is wanted, with its path; None when it cannot be.

        Args:
            node: what was written.
            wanted: a type, as a dataclass has it.
            path: of the node, for messages.
            owner: the class that has it.
            name: its field in that class.
        """
        here = Node(node.value, node.place, node.text, path)
        wanted = _present(wanted)
        if wanted is Any:
            return here
        if dataclasses.is_dataclass(wanted):
            return self._object(here, typing.cast("type", wanted))
        arguments = typing.get_args(wanted)
        match typing.get_origin(wanted):
            case origin if origin is list:
                return self._list(here, arguments[0])
            case origin if origin is dict:
                return self._dict(here, arguments[1])
        if issubclass(wanted, Enum):
            return self._word(here, wanted, any_case=name in schema.ANY_CASE.get(owner, ()))
        return self._scalar(here, wanted)

    def _object(self, node: Node, wanted: type) -> Node | None:
        if node.value is not None and not isinstance(node.value, dict):
            return self._refused(node, "a mapping")
        fields = _fields(wanted)
        found: dict[str, Node] = {}
        for name, child in node.fields.items():
            path = joined(node.path, name)
            if name not in fields:
                near = [one for one in fields if not _refusal(wanted, one)]
                self._problems.at(child, f"is unknown{hint(name, near)}", path)
            elif instead := _refusal(wanted, name):
                self._problems.at(child, f"is not supported: {instead}", path)
            elif child.value is not None:
                self._note(wanted, name, path)
                if (kept := self.checked(child, fields[name].type, path, wanted.__name__, name)) is not None:
                    found[name] = kept
        for name, field in fields.items():
            missing = name not in node.fields or node.fields[name].value is None
            if field.required and missing and not self._problems.below(joined(node.path, name)):
                self._problems.at(node, f"has no {name}, which is required")
        return Node(found, node.place, path=node.path)

    def _note(self, wanted: type, name: str, path: str) -> None:
        owner = wanted.__name__
        meaningful = schema.MEANINGFUL.get(owner)
        if name in schema.WITHOUT_MEANING.get(owner, ()) or (meaningful is not None and name not in meaningful):
            self.notes.append(f"{path} has no meaning here")

    def _list(self, node: Node, wanted: Any) -> Node | None:
        if not isinstance(node.value, list):
            return self._refused(node, "a list")
        kept = [self.checked(item, wanted, joined(node.path, index)) for index, item in enumerate(node.value)]
        return Node([item for item in kept if item is not None], node.place, path=node.path)

    def _dict(self, node: Node, wanted: Any) -> Node | None:
        if not isinstance(node.value, dict):
            return self._refused(node, "a mapping")
        kept = {name: self.checked(child, wanted, joined(node.path, name)) for name, child in node.value.items()}
        return Node({name: child for name, child in kept.items() if child is not None}, node.place, path=node.path)

    def _word(self, node: Node, wanted: type[Enum], any_case: bool) -> Node | None:
        words = [str(member.value) for member in wanted]
        text = node.value if isinstance(node.value, str) else ""
        for word in words:
            if text == word or (any_case and text.lower() == word.lower()):
                return dataclasses.replace(node, value=word)
        near = meant(text, words) or meant(text.upper(), words)
        return self._refused(node, f"one of {', '.join(words)}{near}")

    def _scalar(self, node: Node, wanted: type) -> Node | None:
        value = node.value
        if isinstance(value, dict | list) or value is None:
            return self._refused(node, _NAMES[wanted] + _quoted(value, wanted))
        converted = _CONVERT[wanted](value, node.text)
        if converted is None:
            return self._refused(node, _NAMES[wanted])
        return dataclasses.replace(node, value=converted)

    def _refused(self, node: Node, wanted: str) -> Node | None:
        """Say what was expected; the node is left out."""
        self._problems.at(node, f"is {kind(node.value)}, expected {wanted}")
        return None


def _present(wanted: Any) -> Any:
    """The type without None."""
    if typing.get_origin(wanted) in (typing.Union, UnionType):
        return next(one for one in typing.get_args(wanted) if one is not NoneType)
    return wanted


def _refusal(wanted: type, name: str) -> str | None:
    """What to do instead of what a field asks for; None if it is supported."""
    owner = wanted.__name__
    if owner == "Task" and name.endswith("_task") and name not in schema.KINDS:
        return f"a task here is one of {', '.join(schema.KINDS)}"
    return schema.REFUSED.get(owner, {}).get(name)


def _quoted(value: Any, wanted: type) -> str:
    return ' (write "" for an empty one)' if value is None and wanted is str else ""


def _as_text(value: Any, text: str | None) -> str | None:
    if isinstance(value, str) or text is None:  # JSON says itself what is text
        return value if isinstance(value, str) else None
    return str(value).lower() if isinstance(value, bool) else text


def _as_whole(value: Any, text: str | None) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and text is not None and _WHOLE.fullmatch(value) else None


def _as_number(value: Any, text: str | None) -> float | None:
    whole = _as_whole(value, text)
    if whole is not None or isinstance(value, float):
        return value if whole is None else whole
    try:
        return float(value) if isinstance(value, str) and text is not None else None
    except ValueError:
        return None


def _as_bool(value: Any, text: str | None) -> bool | None:
    if isinstance(value, bool):
        return value
    return _BOOLS.get(value.lower()) if isinstance(value, str) and text is not None else None


_NAMES = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
_CONVERT: dict[type, Callable[[Any, str | None], Any]] = {
    str: _as_text,
    int: _as_whole,
    float: _as_number,
    bool: _as_bool,
}
