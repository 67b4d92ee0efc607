"""How ``jobs/update`` changes settings: whole fields, and entries of lists by their keys."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from lakebook.web.rest.errors import invalid

#: lists of which only those entries are replaced that have the key of a new one
_KEYS = {
    "tasks": "task_key",
    "job_clusters": "job_cluster_key",
    "environments": "environment_key",
    "parameters": "name",
}


def merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with new ones over them."""
    return {**old, **{name: _over(name, old.get(name), value) for name, value in new.items()}}


def without(settings: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Settings without fields such as ``schedule``, or entries such as ``tasks/load``.

    Raises:
        ApiError: an entry of something else than a list with keys is named.
    """
    left = dict(settings)
    for name in names:
        field, slash, entry = name.partition("/")
        if not slash:
            left.pop(field, None)
        elif field in _KEYS:
            left[field] = [one for one in left.get(field) or () if one.get(_KEYS[field]) != entry]
        else:
            raise invalid(f"fields_to_remove has {name}; only entries of {', '.join(_KEYS)} can be removed.")
    return left


def _over(name: str, old: Any, new: Any) -> Any:
    key = _KEYS.get(name)
    if key is None or not isinstance(new, list) or not all(isinstance(one, dict) and one.get(key) for one in new):
        return new  # what has no key is told when the whole is checked
    entries = {one[key]: one for one in [*(old or ()), *new]}
    return list(entries.values())
