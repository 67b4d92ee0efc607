"""Leases: which process may do what only one may."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update

from lakebook.jobs.store.inserting import insert_if_new
from lakebook.jobs.store.schema import leases


class LeaseLost(Exception):
    """Another process has the lease: what this one was about to change, it must not."""


class Leases:
    """Leases within a transaction. Expiry is for the reader to judge: clocks may differ."""

    def __init__(self, connection: Connection, now: int) -> None:
        self._connection = connection
        self._now = now

    def holder(self, name: str) -> tuple[str, int] | None:
        """Who has a lease, and the time at which it expires."""
        row = self._connection.execute(select(leases.c.holder, leases.c.expires).where(leases.c.name == name)).first()
        return (row.holder, row.expires) if row else None

    def take(self, name: str, holder: str, milliseconds: int, instead_of: tuple[str, int] | None) -> bool:
        """Take a lease that is free, or is still as it was seen; says whether that worked."""
        values = {"holder": holder, "expires": self._now + milliseconds}
        if instead_of is None:
            return insert_if_new(self._connection, leases, leases.c.name, {"name": name, **values})
        old, expires = instead_of
        same = (leases.c.name == name) & (leases.c.holder == old) & (leases.c.expires == expires)
        return self._connection.execute(update(leases).where(same).values(values)).rowcount == 1

    def keep(self, name: str, holder: str, milliseconds: int) -> None:
        """Prolong a lease, and make sure that the rest of this transaction happens under it.

        Raises:
            LeaseLost: somebody else has it.
        """
        mine = (leases.c.name == name) & (leases.c.holder == holder)
        changed = self._connection.execute(update(leases).where(mine).values(expires=self._now + milliseconds))
        if changed.rowcount != 1:
            raise LeaseLost(name)

    def give_up(self, name: str, holder: str) -> None:
        """Let others have it at once."""
        self._connection.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))
