"""YAML files as nodes that know their lines."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from lakebook.jobs.definitions.tree import Node, Place, Problems, Scalar

# YAML 1.2's scalars, as Databricks reads them: `on` is a text, and 1:30 is no number to the base 60
_NULL = re.compile(r"|~|null|Null|NULL")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?\d{1,19}|0o[0-7]{1,21}|0x[\da-fA-F]{1,16}")
_FLOAT = re.compile(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?")
_TEXT = "tag:yaml.org,2002:str"


def read(file: Path, problems: Problems) -> Node:
    """What a file has; an empty mapping when it cannot be read, which is then among the problems."""
    nothing = Node({}, Place(file))
    try:
        return _mapping(file, problems)
    except OSError as problem:
        problems.add(nothing.place, f"the file cannot be read: {problem.strerror}")
    except UnicodeDecodeError:
        problems.add(nothing.place, "the file is not text in UTF-8; save it as that first")
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        problems.add(Place(file, mark.line + 1 if mark else None), f"this is not YAML: {_reason(problem)}")
    except RecursionError:
        problems.add(nothing.place, "mappings and lists stand in one another too deeply")
    except yaml.YAMLError as problem:
        problems.add(nothing.place, f"this is not YAML: {_reason(problem)}")
    return nothing


def _mapping(file: Path, problems: Problems) -> Node:
    root = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    if isinstance(root, yaml.MappingNode):
        return _Reading(file, problems).node(root, 1)
    if root is not None:
        problems.add(Place(file), "a mapping was expected, such as `resources:` with `jobs:` below")
    return Node({}, Place(file))


def _reason(problem: yaml.YAMLError) -> str:
    said = getattr(problem, "problem", None) or getattr(problem, "reason", None) or str(problem)
    context = getattr(problem, "context", None)
    return f"{said} ({context})" if context else str(said)


class _Reading:
    def __init__(self, file: Path, problems: Problems) -> None:
        self._file = file
        self._problems = problems
        #: an alias may stand within its own anchor
        self._open: list[yaml.Node] = []

    def node(self, node: yaml.Node, line: int) -> Node:
        place = Place(self._file, line)
        if isinstance(node, yaml.ScalarNode):
            return Node(_scalar(node), place, text=node.value)
        if any(node is one for one in self._open):
            self._problems.add(place, "an alias stands within what it names, which has no end")
            return Node(None, place)
        self._open.append(node)
        try:
            if isinstance(node, yaml.MappingNode):
                return Node(self._mapping(node), place)
            return Node([self.node(item, _line(item)) for item in node.value], place)
        finally:
            self._open.pop()

    def _mapping(self, node: yaml.MappingNode) -> dict[str, Node]:
        fields: dict[str, Node] = {}
        merged: dict[str, Node] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else None
            if name is None:
                self._problems.add(Place(self._file, _line(key)), "a key is a mapping or a list, expected a name")
            elif name == "<<" and key.style is None:
                merged = {**self._merged(value), **merged}
            elif name in fields:
                first = fields[name].place.line
                self._problems.add(Place(self._file, _line(key)), f"{name} is there twice, first in line {first}")
            else:
                fields[name] = self.node(value, _line(key))
        return {**merged, **fields}

    def _merged(self, node: yaml.Node) -> dict[str, Node]:
        """What ``<<`` brings: of several mappings, the first that has a key counts."""
        sources = node.value if isinstance(node, yaml.SequenceNode) else [node]
        fields: dict[str, Node] = {}
        for source in sources:
            if isinstance(source, yaml.MappingNode):
                fields = {**self.node(source, _line(source)).fields, **fields}
            else:
                self._problems.add(Place(self._file, _line(source)), "<< has no mapping, expected an alias of one")
        return fields


def _scalar(node: yaml.ScalarNode) -> Scalar:
    text: str = node.value
    if node.style is not None or node.tag == _TEXT:
        return text
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text.lower() == "true"
    if _INT.fullmatch(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def _line(node: yaml.Node) -> int:
    line: int = node.start_mark.line
    return line + 1
