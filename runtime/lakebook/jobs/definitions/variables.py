"""``variables``: their values, from the command line, the environment, the target or their defaults."""

from __future__ import annotations

from collections.abc import Mapping

from lakebook.jobs.definitions.errors import hint
from lakebook.jobs.definitions.tree import Node, Place, Problems

#: an environment variable's name before the variable's
PREFIX = "BUNDLE_VAR_"
_OF_A_VARIABLE = {"default", "description", "type", "lookup"}


def values(
    declared: Node | None,
    target: Node | None,
    given: Mapping[str, str],
    environment: Mapping[str, str],
    problems: Problems,
) -> Node:
    """The variables' values, by name; a variable without one has the value None.

    Args:
        declared: ``variables`` of the bundle.
        target: ``variables`` of the target.
        given: from the command line.
        environment: in which ``BUNDLE_VAR_x`` is the value of ``x``.
        problems: for variables that are given and not declared.
    """
    known = declared.fields if declared else {}
    found = {name: node.at("default") or Node(None, node.place) for name, node in known.items()}
    for name, node in (target.fields if target else {}).items():
        if name not in known:
            problems.add(node.place, f"variables.{name} is not declared{hint(name, known)}")
        found[name] = _of_target(node)
    for name, node in known.items():
        if text := environment.get(PREFIX + name):
            found[name] = _text(text, f"{PREFIX}{name}", node, problems)
    for name, text in given.items():
        if name in known:
            found[name] = _text(text, f"--var {name}", known[name], problems)
        else:
            problems.add(Place(), f"--var {name}: there is no such variable{hint(name, known)}")
    return Node(found)


def _of_target(node: Node) -> Node:
    """A target gives a value, or declares the variable anew."""
    if isinstance(node.value, dict) and node.value.keys() <= _OF_A_VARIABLE:
        return node.value.get("default") or Node(None, node.place)
    return node


def _text(text: str, source: str, node: Node, problems: Problems) -> Node:
    if node.get("type") == "complex":
        problems.add(Place(), f"{source}: this variable is complex, and its value can be in the files alone")
    return Node(text, text=text)
