"""Trees of lineage as indented lines, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from lakebook.lineage.tree import Cell, Model, Node, Run, Table, Thing, Tree

#: runs from which no model was registered, beyond which those beside each other are counted only
_MOST_RUNS = 10
_COMMIT = 10  # digits of a commit that are shown


def text(tree: Tree) -> str:
    """Indented lines, a thing each. Where both directions were asked for, each has its heading."""
    if tree.up is not None and tree.down is not None:
        return "\n".join(["made of:", *_lines(tree.up, 1), "made from it:", *_lines(tree.down, 1)])
    node = tree.up or tree.down
    return "\n".join(_lines(node, 0)) if node is not None else ""


def as_json(tree: Tree) -> dict[str, Any]:
    """``up`` and ``down``, each null or ``{kind, role, …, nodes}`` with the fields of the things in `tree`."""
    return {name: _json(node) if node is not None else None for name, node in (("up", tree.up), ("down", tree.down))}


def _json(node: Node) -> dict[str, Any]:
    fields = {name: _plain(value) for name, value in asdict(node.thing).items()}
    note = {"note": node.note} if node.note else {}
    kind = type(node.thing).__name__.lower()
    return {"kind": kind, "role": node.role, **fields, **note, "nodes": [_json(below) for below in node.nodes]}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _lines(node: Node, depth: int) -> Iterator[str]:
    role = f" ({node.role})" if node.role else ""
    note = f": {node.note}" if node.note else ""
    yield f"{'  ' * depth}{title(node.thing)}{role}{note}"
    shown, left_out = _folded(node.nodes)
    for below in shown:
        yield from _lines(below, depth + 1)
    if left_out:
        yield f"{'  ' * (depth + 1)}and {left_out} older runs from which no model was registered"


def _folded(nodes: tuple[Node, ...]) -> tuple[list[Node], int]:
    """All but the older of many runs that lead nowhere, and how many those are."""
    shown, without = [], 0
    for node in nodes:
        if isinstance(node.thing, Run) and not node.nodes:
            without += 1
            if without > _MOST_RUNS:
                continue
        shown.append(node)
    return shown, max(0, without - _MOST_RUNS)


def title(thing: Thing) -> str:
    """A thing in one line."""
    if isinstance(thing, Model):
        aliases = f" ({', '.join(thing.aliases)})" if thing.aliases else ""
        return f"models:/{thing.name}/{thing.version}{aliases}"
    if isinstance(thing, Run):
        return _run(thing)
    return _cell(thing) if isinstance(thing, Cell) else _table(thing)


def _run(run: Run) -> str:
    if not run.name:
        return f"run {run.run_id}"
    return f"run {run.name}, {run.run_id}, {_when(run.started, run.user)}"


def _cell(cell: Cell) -> str:
    number = f", cell {cell.number}" if cell.number is not None else ""
    language = f" ({cell.language})" if cell.language else ""
    commit = (
        f", commit {cell.commit[:_COMMIT]}{' with uncommitted changes' if cell.dirty else ''}" if cell.commit else ""
    )
    times = f" {cell.times} times, last" if cell.times > 1 else ""
    done = f": {cell.operation},{times} {_when(cell.time, cell.user)}" if cell.operation else ""
    return f"{cell.notebook}{number}{language}{commit}{done}"


def _table(table: Table) -> str:
    version = f"@{table.version}" if table.version is not None else ""
    earlier = len(table.earlier)
    more = f" and {earlier} earlier version{'s' if earlier > 1 else ''}" if earlier else ""
    return f"{table.name or table.location}{version}{more}"


def _when(time: datetime | None, user: str) -> str:
    at = f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if time is not None else "at an unknown time"
    return f"{at} by {user}" if user else at
