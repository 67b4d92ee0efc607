"""Lineage: what a model was made of, and what was made from a table.

`of`, `upstream` and `downstream` answer in Python what ``lakebook lineage`` prints; cells are noted by `store.Lineage`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lakebook.lineage.asking import downstream, of, upstream
    from lakebook.lineage.errors import LineageError

__all__ = ["LineageError", "downstream", "of", "upstream"]


def __getattr__(name: str) -> Any:
    """The names above, imported when first used: a kernel imports this package at its start."""
    if name == "LineageError":
        from lakebook.lineage.errors import LineageError

        return LineageError
    if name in __all__:
        from lakebook.lineage import asking

        return getattr(asking, name)
    raise AttributeError(f"module {__name__} has no attribute {name}")
