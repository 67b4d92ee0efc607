"""What went wrong with a message."""

from __future__ import annotations


class NotSent(Exception):
    """A message has not arrived; the text says why.

    Args:
        why: a clause.
        wait: seconds that the receiver asks to be left alone.
        final: whether another attempt would end alike.
    """

    def __init__(self, why: str, wait: float = 0.0, final: bool = False) -> None:
        super().__init__(why)
        self.wait = wait
        self.final = final
