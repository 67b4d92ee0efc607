"""A scheduler within a command, for as long as the command waits."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lakebook.config import Workspace
from lakebook.jobs import processes
from lakebook.jobs.beside import beside
from lakebook.jobs.engine.leader import LEASE, SCHEDULER
from lakebook.jobs.engine.own_drivers import keeping_drivers
from lakebook.jobs.engine.scheduler import Scheduler
from lakebook.jobs.executors.choice import executor_of
from lakebook.jobs.store import Store
from lakebook.jobs.tracking.mirror import mirrored

#: answers whether a scheduler works, here or elsewhere
Works = Callable[[], bool]


def scheduler_of(workspace: Workspace, store: Store) -> Scheduler:
    """The workspace's scheduler. Raises ``ExecutorError`` when tasks cannot run where its settings say."""
    return Scheduler(workspace, store, executor_of(workspace, store))


def who_leads(store: Store) -> str | None:
    """The scheduler that leads, in words; None if none does, since nobody has the lease, or it is over.

    That is told by the clock of this machine, and the lease is written by another one's: what is less than a lease's
    time over may still be good.
    """
    with store.read() as rows:
        found, now = rows.leases.holder(SCHEDULER), rows.now
    if found is None or now > found[1] + LEASE:
        return None
    described = found[0].rpartition(" ")[0]
    return None if processes.is_known_dead(described) else processes.in_words(described)


@contextmanager
def engine(workspace: Workspace, store: Store) -> Iterator[Works]:
    """Run a scheduler on a thread: it leads if no other one does, and takes over when that one dies."""
    scheduler = scheduler_of(workspace, store)

    def work(stop: threading.Event) -> None:
        try:
            scheduler.run(stop)
        except Exception as problem:
            logging.getLogger(__name__).debug("The scheduler has ended", exc_info=True)
            print(f"lakebook: the scheduler has ended: {type(problem).__name__}: {problem}", file=sys.stderr)

    looked_after = keeping_drivers(workspace, store)
    with mirrored(workspace, store), looked_after, beside(work, "scheduler") as thread:
        yield thread.is_alive
