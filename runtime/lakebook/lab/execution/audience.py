"""The browsers that are told how runs go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Event = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Listener:
    """A tab of a browser."""

    user: str
    send: Callable[[Event], None]


class Audience:
    """All of them."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()

    def join(self, listener: Listener) -> None:
        """A tab that was opened."""
        self._listeners.add(listener)

    def leave(self, listener: Listener) -> None:
        """A tab that was closed."""
        self._listeners.discard(listener)

    def has(self, user: str) -> bool:
        """Whether a person has a tab open."""
        return any(listener.user == user for listener in self._listeners)

    def tell(self, event: Event, user: str | None = None) -> None:
        """Tell a person's tabs, or all."""
        for listener in list(self._listeners):
            if user is None or listener.user == user:
                listener.send(event)
