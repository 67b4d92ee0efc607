"""One definition over another: what included files and targets change."""

from __future__ import annotations

from lakebook.jobs.definitions.tree import Node

#: by which field the items of a list are the same, by the list's name
_KEYS = {
    "tasks": "task_key",
    "job_clusters": "job_cluster_key",
    "environments": "environment_key",
    "parameters": "name",
}


def merged(base: Node, over: Node, name: str = "") -> Node:
    """Mappings are merged, lists of what has a key by that key, other lists are joined, and scalars replaced."""
    if isinstance(base.value, dict) and isinstance(over.value, dict):
        return Node(
            {
                key: merged(base.value[key], over.value[key], key)
                if key in base.value and key in over.value
                else (over.value.get(key) or base.value[key])
                for key in {**base.value, **over.value}
            },
            base.place,
        )
    if isinstance(base.value, list) and isinstance(over.value, list):
        return Node(_joined(base.value, over.value, _KEYS.get(name)), base.place)
    return base if over.value is None else over


def _joined(base: list[Node], over: list[Node], key: str | None) -> list[Node]:
    items = list(base)
    for item in over:
        name = item.get(key) if key else None
        same = [place for place, one in enumerate(items) if name is not None and one.get(key or "") == name]
        if same:
            items[same[0]] = merged(items[same[0]], item)
        else:
            items.append(item)
    return items
