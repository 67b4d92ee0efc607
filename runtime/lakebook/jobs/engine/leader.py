"""One scheduler leads; others wait, and one takes over when the leader is dead or silent."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lakebook.jobs import processes
from lakebook.jobs.store import Store, Transaction

#: the name of the lease
SCHEDULER = "scheduler"
#: milliseconds of silence after which another may lead
LEASE = 15_000


class Leadership:
    """This process's part in who leads.

    Silence is measured by this process's own clock, from when it first saw what is still there: clocks of several
    machines may differ, and one that slept for a night is not dead.
    """

    def __init__(self, store: Store, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._monotonic = monotonic
        self.holder = f"{processes.describe_self()} {secrets.token_hex(4)}"
        self._seen: tuple[tuple[str, int], float] | None = None

    def acquire(self) -> bool:
        """Try once to lead."""
        with self._store.read() as rows:
            found = rows.leases.holder(SCHEDULER)
        if found is not None and found[0] == self.holder:
            return True
        if found is not None and not self._is_over(found):
            return False
        with self._store.write() as rows:
            return rows.leases.take(SCHEDULER, self.holder, LEASE, instead_of=found)

    def other(self) -> str | None:
        """Who leads instead, in words."""
        return processes.in_words(self._seen[0][0].rpartition(" ")[0]) if self._seen else None

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """A transaction that is whole only if this process leads until its end.

        Raises:
            LeaseLost: it does not.
        """
        with self._store.write() as rows:
            rows.leases.keep(SCHEDULER, self.holder, LEASE)
            yield rows

    def give_up(self) -> None:
        """Let another lead at once."""
        with self._store.write() as rows:
            rows.leases.give_up(SCHEDULER, self.holder)

    def _is_over(self, found: tuple[str, int]) -> bool:
        if processes.is_known_dead(found[0].rpartition(" ")[0]):
            return True
        now = self._monotonic()
        if self._seen is None or self._seen[0] != found:
            self._seen = (found, now)
        return now - self._seen[1] > LEASE / 1000
