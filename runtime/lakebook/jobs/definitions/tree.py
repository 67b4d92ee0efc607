"""A definition's values, each with the place where it was written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lakebook.jobs.definitions.errors import Problem

#: what ``Node.value`` is when it is neither a mapping nor a sequence
Scalar = str | int | float | bool | None


@dataclass(frozen=True)
class Place:
    """Where something was written."""

    file: Path | None = None
    line: int | None = None


@dataclass
class Node:
    """A value: a mapping of nodes, a sequence of them, or a scalar."""

    value: Any
    #: of its key, if it stands in a mapping
    place: Place = Place()
    #: how YAML has a scalar written, which is the text it is where text is wanted: 1.10, 2024-01-01; None in JSON
    text: str | None = None
    #: from the job, such as ``tasks[0].task_key``
    path: str = ""

    @property
    def fields(self) -> dict[str, Node]:
        """What a mapping has; nothing if it is none."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> list[Node]:
        """What a sequence has; nothing if it is none."""
        return self.value if isinstance(self.value, list) else []

    def at(self, *names: str) -> Node | None:
        """What is below by these names."""
        node: Node | None = self
        for name in names:
            node = node.fields.get(name) if node else None
        return node

    def get(self, *names: str) -> Any:
        """The scalar below by these names; None if there is none."""
        node = self.at(*names)
        return None if node is None or isinstance(node.value, dict | list) else node.value

    def each(self, *names: str) -> list[Node]:
        """The items of the sequence below by these names."""
        node = self.at(*names)
        return node.items if node else []

    def texts(self) -> Iterator[Node]:
        """Every text in it, at any depth."""
        if isinstance(self.value, str):
            yield self
        for child in (*self.fields.values(), *self.items):
            yield from child.texts()

    def plain(self) -> Any:
        """The value without places."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        return [child.plain() for child in self.value] if isinstance(self.value, list) else self.value


def tree(value: Any) -> Node:
    """The nodes of a plain value, whose places are not known."""
    if isinstance(value, dict):
        return Node({key: tree(child) for key, child in value.items()})
    return Node([tree(child) for child in value]) if isinstance(value, list) else Node(value)


def kind(value: Any) -> str:
    """What a value is, in words."""
    match value:
        case bool():
            return "true" if value else "false"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case None:
            return "empty"
        case str() if len(value) > _LONGEST:
            return f'"{value[:_LONGEST]}…"'
        case str():
            return f'"{value}"'
    return str(value)


_LONGEST = 60  # characters of a text in a message


def joined(path: str, name: str | int) -> str:
    """The path of a field or an item below another."""
    if isinstance(name, int):
        return f"{path}[{name}]"
    return f"{path}.{name}" if path else name


@dataclass
class Problems:
    """What was found so far; checks go on, so that all is told at once."""

    found: list[Problem] = field(default_factory=list)
    _paths: list[str] = field(default_factory=list)

    def at(self, node: Node, message: str, path: str | None = None) -> None:
        """Something is wrong with a node: the message goes on after its path."""
        path = node.path if path is None else path
        self._paths.append(path)
        self.add(node.place, f"{path or 'the job'} {message}")

    def below(self, path: str) -> bool:
        """Whether something is wrong at a path that begins so: what is wrong is left out, and seems to be missing."""
        return any(one.startswith(path) for one in self._paths)

    def extend(self, problems: Problems) -> None:
        """Add what was found elsewhere."""
        self.found += [one for one in problems.found if one not in self.found]

    def add(self, place: Place, message: str) -> None:
        """Something is wrong at a place."""
        problem = Problem(place.file, place.line, message)
        if problem not in self.found:
            self.found.append(problem)
