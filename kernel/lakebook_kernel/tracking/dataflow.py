"""Which tables the values of the notebook's names came from, as far as the cells' texts tell."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from lakebook.tracking.tables import TableVersion


class DataFlow:
    """By name, the tables on the way to its value.

    A cell's names are taken together: whatever it binds may have come from all that it reads. Names mean the same in
    every language, so one book serves all.
    """

    def __init__(self) -> None:
        self._origins: dict[str, frozenset[TableVersion]] = {}

    @property
    def empty(self) -> bool:
        """Whether no name's value came from a table."""
        return not self._origins

    def sources(self, used: Iterable[str], read: Iterable[TableVersion]) -> frozenset[TableVersion]:
        """The tables on the way of what a cell computes that uses these names and has read these tables."""
        return frozenset(read).union(*(self._origins.get(name, frozenset()) for name in used))

    def note(
        self, used: Collection[str], bound: Iterable[str], read: Iterable[TableVersion]
    ) -> frozenset[TableVersion]:
        """A cell has run; returns its sources.

        Args:
            used: the names that it read.
            bound: the names that it bound, or whose values it changed.
            read: the tables that were read while it ran.
        """
        sources = self.sources(used, read)
        for name in bound:
            if sources:
                self._origins[name] = sources
            else:
                self._origins.pop(name, None)
        return sources
