"""What the kernel knows of R's variables without asking: what R said last, and what has come and gone since."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

#: variables that are named when R's are lost
NAMED = 12


class Variables:
    """R's top-level names, the packages attached, and what the last cell changed."""

    def __init__(self) -> None:
        self.names: list[str] = []
        #: which of them are functions
        self.functions: set[str] = set()
        self.bound: set[str] = set()
        #: the names that were bound before the last cell and are no more
        self.removed: set[str] = set()
        self._packages: list[str] = []

    def note(self, outcome: dict[str, Any]) -> None:
        """Of a cell that has ended; one that never began says nothing."""
        if "bound" in outcome:
            self.bound, self.removed = set(outcome["bound"]), set(outcome["removed"])
            self.names, self._packages = outcome["names"], outcome["packages"]
            self.functions = set(outcome["functions"])

    def given(self, name: str) -> None:
        """Another language's value was bound."""
        self.names = sorted({*self.names, name})
        self.functions.discard(name)

    def withdrawn(self, names: Collection[str]) -> None:
        """Other languages' values were taken away, or are promised in the place of what stood there."""
        self.names = [name for name in self.names if name not in names]

    def lost(self) -> list[str]:
        """The sentences that say what is lost with R."""
        told = []
        if self.names:
            rest = len(self.names) - NAMED
            more = f" and {rest} more" if rest > 0 else ""
            told.append(f"Lost with the old one: {', '.join(self.names[:NAMED])}{more}.")
        if self._packages:
            told.append(f"Packages to attach again: {', '.join(reversed(self._packages))}.")
        return told

    def forget(self) -> None:
        """R has ended, and all of its names with it."""
        self.removed = set(self.names)
        self.names, self._packages, self.bound, self.functions = [], [], set(), set()
